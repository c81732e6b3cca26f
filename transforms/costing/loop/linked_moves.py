"""What goes through the door to the loop and what comes back: arrays, one entry for each move."""

from dataclasses import dataclass

BRING, RETURN, RECEIVE, ISSUE, ISSUE_LAYER, HAND_OVER, CHARGE, REVALUE, ABSORB = range(9)
"""Actions: in at own or current cost; back at its sale's cost; in from a document; out; out of its own layer (at its
own cost, under averages); out into a document; change of value of a receipt; change of value of a pool; a charge that
comes when part of its receipt may have gone, and finds what is left."""


@dataclass(frozen=True)
class LinkedMoves:
    """Moves of dependent pools as arrays, in order. Units are positive, -1 is no source or document."""

    move_id: list[str]
    action: list[int]
    pool: list[int]
    units: list[int]
    own_cost: list[int | None]
    late_cost: list[int]
    unit_cost: list[int | None]
    standard_cost: list[int | None]
    source: list[int]
    source_units: list[int]
    """Units of the move that `source` names, also where it is not among these moves; 0 where none is named."""
    document: list[int]
    cost_share: list[int | None]
    is_made: list[bool]
    is_rule_priced: list[bool]


@dataclass(frozen=True)
class SettledMoves:
    """What each move cost, in the order of the moves."""

    cents: list[int]
    unit_millionths: list[int | None]
    provisional_cents: list[int | None]
    is_provisional: list[bool]
    expensed_cents: list[int]
    """What a charge adds to COGS at once, because the goods that it is for have gone."""
