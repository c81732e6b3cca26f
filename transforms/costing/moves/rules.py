"""The rules that single moves must keep: what is wrong, and what to do about it."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.kinds import MOVE_KINDS
from transforms.costing.flows import CHARGEABLE_KINDS, is_inflow, is_outflow, is_value_only, layer_cost

REQUIRED_COLUMNS = ("move_id", "kind", "sku", "moved_on", "quantity")
FIRST_DAY, DAY_AFTER_LAST = date(1900, 1, 1), date(2201, 1, 1)
MOST_UNITS = 10**12 * 10**4
"""Units of one move, and units that may come into or leave a pool, in ten-thousandths (design.md "Limits")."""
MOST_UNIT_COST = 10**10 * 10**6
"""Cost of one unit, in millionths."""
MOST_VALUE = 10**18 * 10**10
"""Value of one move, and value that may pass through a pool, in ten-billionths."""

READ_FROM = {
    "has_kind": {"kind"},
    "has_quantity": {"quantity"},
    "own_cost": {"kind", "quantity", "unit_cost", "amount"},
    "late_cost": {"kind", "quantity", "unit_cost", "amount", "move_id", "source_move_id"},
    "pool": {"sku", "location", "lot"},
    "is_repeated": {"move_id"},
    "lacks_components": {"kind", "quantity", "unit_cost", "amount", "document_id"},
    "arrives_early": {"kind", "quantity", "sku", "lot", "document_id", "moved_on", "sequence"},
    "changes_lot": {"kind", "quantity", "sku", "lot", "document_id"},
    "source_row": {"move_id", "source_move_id"},
    "source_kind": {"move_id", "source_move_id", "kind"},
    "source_moved_on": {"move_id", "source_move_id", "moved_on"},
    "source_sequence": {"move_id", "source_move_id", "sequence"},
    "source_quantity": {"move_id", "source_move_id", "quantity"},
    "source_pool": {"move_id", "source_move_id", "sku", "location", "lot"},
}
"""Columns of the input behind a column that costing makes of them."""


@dataclass(frozen=True)
class Rule:
    """One rule about single rows, as an expression that is true where it is broken."""

    column: str
    found: str
    fix: str
    is_broken: pl.Expr

    def reads(self) -> set[str]:
        """Columns of the input that the rule looks at."""
        names = self.is_broken.meta.root_names()
        return {column for name in names for column in READ_FROM.get(name, {name})}


def all_rules() -> list[Rule]:
    """Every rule, in the order in which a reader meets the columns.

    They read moves as `links` leaves them, with `is_repeated` (the move_id stands on another row too),
    `lacks_components` (an assembly's product without a cost and without components), `arrives_early` (a transfer that
    comes in before any of it has left) and `changes_lot` (one that comes in under a lot which has not left).
    """
    return [*_missing_values(), *_quantities(), *_costs(), *_sources(), *_transfers(), *_assemblies()]


def _missing_values() -> list[Rule]:
    """Keys, kinds and dates."""
    has_kind, kind, moved_on = pl.col("has_kind"), pl.col("kind"), pl.col("moved_on")
    is_dated = (moved_on >= FIRST_DAY) & (moved_on < DAY_AFTER_LAST)
    need = "Every move needs one."
    known = f"Known: {', '.join(MOVE_KINDS)}."
    return [
        Rule("move_id", "the value is missing", need, pl.col("move_id").is_null()),
        Rule("kind", "the value is missing", need, ~has_kind),
        Rule("sku", "the value is missing", need, pl.col("sku").is_null()),
        Rule("moved_on", "the value is missing", need, moved_on.is_null()),
        Rule("move_id", "the id stands on more than one row", "One row a move.", pl.col("is_repeated")),
        Rule("kind", "the kind is unknown", known, has_kind & kind.is_null()),
        Rule("moved_on", "the date lies outside 1900 to 2200", "Correct the date.", ~is_dated),
    ]


def _quantities() -> list[Rule]:
    """Signs."""
    quantity = pl.col("quantity")
    is_missing = ~is_value_only & ~pl.col("has_quantity")
    return [
        Rule("quantity", "the value is missing", "Only a change of value has none.", is_missing),
        Rule("quantity", "an inflow is negative", "Inflows are positive.", is_inflow & (quantity < 0)),
        Rule("quantity", "an outflow is positive", "Outflows are negative.", is_outflow & (quantity > 0)),
        Rule("quantity", "a change of value has a quantity", "Its quantity is 0.", is_value_only & (quantity != 0)),
        Rule("quantity", "more than 10^12 units", "Look for a wrong quantity.", quantity.abs() > MOST_UNITS),
    ]


def _costs() -> list[Rule]:
    """Unit costs and amounts."""
    cost, unit_cost, quantity = pl.col("own_cost"), pl.col("unit_cost"), pl.col("quantity")
    is_pool_change = (pl.col("kind") == "revaluation") & pl.col("source_move_id").is_null()
    has_no_value = is_value_only & cost.is_null() & ~(is_pool_change & unit_cost.is_not_null())
    brings_nothing = is_inflow & (quantity == 0) & (cost != 0)
    look = "Look at its currency, its rate and its quantity."
    # a division by the limit keeps to 64 bits where a product with it would not
    is_dear_in_all = is_inflow & (quantity > 0) & ((layer_cost - 1) // MOST_UNIT_COST >= quantity)
    is_dear = (unit_cost > MOST_UNIT_COST) | is_dear_in_all
    return [
        Rule("unit_cost", "a unit costs less than nothing", "Unit costs are 0 or more.", unit_cost < 0),
        Rule("unit_cost", "a unit costs more than 10,000,000,000", look, is_dear),
        Rule("amount", "more than 10^18 of base currency", look, cost.abs() > MOST_VALUE),
        Rule("amount", "an inflow costs less than nothing", "Its cost is 0 or more.", is_inflow & (cost < 0)),
        Rule("amount", "an inflow of no units has a cost", "Give its quantity, or leave it out.", brings_nothing),
        Rule("amount", "a change of value has no amount", "Give the amount.", has_no_value),
        Rule(
            "amount",
            "an inflow with its charges costs less than nothing",
            "Correct the charges that name it.",
            is_inflow & (cost >= 0) & (layer_cost < 0),
        ),
    ]


def _sources() -> list[Rule]:
    """The move that `source_move_id` names."""
    name, kind = "source_move_id", pl.col("kind")
    is_return = kind.is_in(("sale_return", "purchase_return"))
    has_source, is_found = pl.col(name).is_not_null(), pl.col("source_row").is_not_null()
    is_bare_charge = (kind == "landed_cost") & ~has_source
    is_lost = has_source & ~is_found
    moved_on, source_moved_on = pl.col("moved_on"), pl.col("source_moved_on")
    is_earlier_at_once = (source_moved_on == moved_on) & (pl.col("source_sequence") > pl.col("sequence"))
    is_early = is_return & ((source_moved_on > moved_on) | is_earlier_at_once)
    is_elsewhere = is_value_only & (pl.col("source_pool") != pl.col("pool"))
    is_for_nothing = is_value_only & (pl.col("source_quantity") == 0)
    same_pool = "Give it the SKU, location and lot of its receipt."
    return [
        Rule(name, "a landed cost names no receipt", "Name the receipt that it belongs to.", is_bare_charge),
        Rule(name, "the move that it names does not exist", "Leave it empty if the original is unknown.", is_lost),
        Rule(name, "it names a move of the wrong kind", "Charges name inflows, returns their original.", _wrong_kind()),
        Rule(name, "a return comes before its original", "Correct one of the two dates.", is_early),
        Rule(name, "a charge stands in another pool than its receipt", same_pool, is_elsewhere),
        Rule(name, "a charge names an inflow of no units", "Name one that brought units.", is_for_nothing),
    ]


def _wrong_kind() -> pl.Expr:
    """A charge on something that is no inflow, a return of something that is no sale or receipt."""
    kind, source_kind = pl.col("kind"), pl.col("source_kind")
    return (
        pl.when(is_value_only)
        .then(~source_kind.is_in(CHARGEABLE_KINDS))
        .when(kind == "sale_return")
        .then(source_kind != "sale")
        .when(kind == "purchase_return")
        .then(~source_kind.is_in(("receipt", "opening")))
    )


def _transfers() -> list[Rule]:
    """What comes in has left before, under the same lot: else its value would stay behind."""
    later = "Give the side that comes in the day on which the goods left, or a later one."
    same = "Give both sides one lot; a lot gets another name by an adjustment out and one in at the same cost."
    early = "a transfer comes in before any of it has left"
    return [
        Rule("moved_on", early, later, pl.col("arrives_early")),
        Rule("lot", "a transfer brings in a lot that has not left", same, pl.col("changes_lot")),
    ]


def _assemblies() -> list[Rule]:
    """Products need components or a cost."""
    give = "Give components of the same document_id, or a unit_cost."
    is_bare = pl.col("lacks_components")
    return [
        Rule("document_id", "an assembly has no components and no cost", give, is_bare),
        Rule("cost_share", "a share is negative", "Shares are 0 or more.", pl.col("cost_share") < 0),
    ]
