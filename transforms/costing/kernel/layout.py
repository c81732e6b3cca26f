"""Where the kernel keeps what: tables of whole numbers, one record a row, and the names of their columns."""

from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.int64]

NONE = -(2**63)
"""No value."""


def number(value: int) -> int:
    """A constant as an argument of a compiled function: numba knows a plain one as a type of its own."""
    return cast(int, np.int64(value))


ZERO, ONE_MORE, NO_ONE = number(0), number(1), number(-1)
"""Nothing; one; no record."""

# actions as in linked_moves, in the low bits, and marks; TELL stands where a return in another pool asks what a move
# has cost so far; a link is a move with a record among the links
TELL = 9
ACTION_BITS, IS_RULE_PRICED, IS_MADE, IS_LINK = 15, 16, 32, 64

# flags: what happened in the pool that runs, and what is where in the growing tables
IN_DOUBT, BEYOND, WIDEN, LAYERS_USED, LAYERS_FREED, FREE_LAYER, PIECES_USED, DEBTS_USED = range(8)
BY_AVERAGE, SHARE_BY_LAYER, ASKS_AGES, STACK_USED, TURN, ROOT, CLOSURE = range(8, 15)
HAS_SLOTS, HAS_WIDE_OWN, HAS_LATE, HAS_WIDE_LATE, HAS_UNIT_COST, HAS_STANDARD = range(15, 21)
POOLS, LAYERS_ROOM, PIECES_ROOM, DEBTS_ROOM, CUTS, FLAGS = range(21, 27)

# pools: rows to settle; stock; running totals; last known cost; layers; owed units; the average
CURSOR, END, LINK = range(3)
ON_HAND, VALUE_CENTS, VALUE_FRACTION, VALUE_BELOW, VALUE_ABOVE = range(3, 8)
OUT_CENTS, OUT_FRACTION, OUT_ERROR, OUT_ROUNDED = range(8, 12)
IN_CENTS, IN_FRACTION, IN_ERROR, IN_ROUNDED = range(12, 16)
LAST_CENTS, LAST_FRACTION, LAST_ERROR, LAST_UNITS = range(16, 20)
HEAD, TAIL, LAYERS, GUESTS = range(20, 24)
FIRST_DEBT, LAST_DEBT, OWED = range(24, 27)
AVERAGE_CENTS, AVERAGE_FRACTION, AVERAGE_ERROR, AVERAGE_OVER, AVERAGE_BY, AVERAGE_UNITS, AVERAGE_UNIT = range(27, 34)
CHARGED_CENTS, CHARGED_FRACTION, CHARGED_ROUNDED = range(34, 37)
POOL_DOUBT, POOL_BEYOND, POOL_TURN, POOL_MODE, POOL_START, POOL_LINKS, POOL_LINKS_END, POOL_FIELDS = range(37, 45)

# layers: units at first and now, cost of the first, cost of what was taken, unit cost, the slots of the inflow that
# brought it and of its receipt (a guest came by a transfer, from the layer of a receipt that is named), next layer
UNITS, LEFT, COST_CENTS, COST_FRACTION, COST_ERROR, GONE_CENTS, GONE_FRACTION, GONE_ERROR = range(8)
UNIT, LAYER_SLOT, LAYER_ORIGIN, NEXT_LAYER, LAYER_FIELDS = range(8, 13)

# debts: an issue that was short, with the cost of what was there, its provisional unit cost, and what covers it
DEBT_MOVE, SHORT, DEBT_LEFT, NEXT_DEBT, DEBT_POOL, IS_HANDED_OVER = range(6)
THERE_CENTS, THERE_FRACTION, THERE_ERROR = range(6, 9)
GUESS_CENTS, GUESS_FRACTION, GUESS_ERROR, GUESS_UNITS = range(9, 13)
COVER_UNITS, COVER_CENTS, COVER_FRACTION, COVER_ERROR = range(13, 17)
KNOWN_UNITS, KNOWN_CENTS, KNOWN_FRACTION, KNOWN_ERROR = range(17, 21)
CUT, CUT_CENTS, CUT_FRACTION, CUT_ERROR, SWING_CENTS, SWING_FRACTION, DEBT_FIELDS = range(21, 28)

# pieces: units, cents, and the slot of the receipt whose layer they are part of
PIECE_UNITS, PIECE_COST, PIECE_ORIGIN, PIECE_FIELDS = range(4)
STACK_FIELDS = 2

NOT_CUT, CUT_AT_GUESS, CUT_AT_COST = range(3)

# slots: a move that another one names, with its cost and units as far as it was settled
SLOT_MOVE, SLOT_POOL, SLOT_UNITS, SLOT_CENTS, SLOT_FRACTION, SLOT_ERROR, SLOT_DEBT, SLOT_LAYER, SLOT_FIELDS = range(9)

# links: a move that waits for a move of another pool, with the state of its document after it
LINK_MOVE, LINK_POOL, PREVIOUS, FOLLOWING, DOCUMENT_HEAD, WEIGHT, WEIGHTS, IS_LAST, KEPT_BACK = range(9)
HAS_OUTFLOWS, IS_FINISHED, HAS_LEFTOVER, DOCUMENT_CENTS = range(9, 13)
AT_LINK, AT_PIECE, PIECE_LEFT, PIECE_CENTS = range(13, 17)
FIRST_PIECE, PIECES, PIECE_ROOM, CHANGED_IN = range(17, 21)
TOLD_CENTS, TOLD_FRACTION, TOLD_ERROR, TOLD_UNITS, LINK_FIELDS = range(21, 26)

# how a pool takes part in a pass: settled again; looked at, whether what it waits for has changed; not at all
SETTLED_AGAIN, LOOKED_AT, LEFT_ALONE = range(3)

FOR_GOOD = 2
"""A pool that is beyond the kernel's reach whatever another pass finds."""

# what a run of the kernel ends with
DONE, NEEDS_LAYERS, NEEDS_PIECES, NEEDS_DEBTS = range(4)

MADE_BEFORE, CARRIES_TOO_MUCH, NOTHING_ON_HAND, WORTH_LESS = range(1, 5)
"""Contradictions of moves."""


Record = Any
"""Whole numbers at an address, such as one row of a table."""


class Ledger(NamedTuple):
    """All that the kernel reads and writes. Moves stand by pool and, inside it, in order; -1 is no record."""

    action: NDArray[np.int8]
    units: Table
    """Units of a move; of an ABSORB the units of its receipt."""
    own: Table
    """Own cost in ten-billionths, or in cents where `own_rest` is there; NONE without one."""
    own_rest: Table
    late: Table
    """Late cost of an inflow, likewise; empty where there is none at all."""
    late_rest: Table
    unit_cost: Table
    """Millionths that a revaluation sets; empty where none does."""
    standard: Table
    """Standard cost in millionths; empty where there is none at all."""
    slot: NDArray[np.int32]
    """Slot of a move that another one names, and of the move that names it; empty where there is none at all."""
    flags: Table
    pools: Table
    layers: Table
    pieces: Table
    """What an outflow handed to its document, one row for each piece."""
    debts: Table
    slots: Table
    links: Table
    stack: Table
    cents: Table
    unit_millionths: Table
    provisional: Table
    is_provisional: NDArray[np.int8]
    expensed: Table
    problem: NDArray[np.int8]


class Tables(NamedTuple):
    """The same, and two that belong to a run, by address: what compiled code passes on (`pointers`)."""

    action: Record
    units: Record
    own: Record
    own_rest: Record
    late: Record
    late_rest: Record
    unit_cost: Record
    standard: Record
    slot: Record
    flags: Record
    pools: Record
    layers: Record
    pieces: Record
    debts: Record
    slots: Record
    links: Record
    stack: Record
    cents: Record
    unit_millionths: Record
    provisional: Record
    is_provisional: Record
    expensed: Record
    problem: Record
    starts: Record
    """First move of each pool, and the end of the last one."""
    outcome: Record
    """What is certain of each pool."""
