"""Standard cost: everything moves at the standard of its day, and every difference has a row of its own.

A pool is always worth its units at the standard of the day. What brings a cost of its own (a purchase, a charge, goods
made) enters at that cost, and a variance right behind it takes out of stock, or puts into it, what stands between that
cost and the standard. A change of standard revalues what is on hand at the start of its day.

IAS 2.21 allows standards where they approximate cost: they take normal levels of materials, labour and efficiency into
account, and are reviewed regularly; material variances of goods still on hand have to be spread back onto stock.
Goods that come back from a customer come in at the standard of their own day, not at that of their sale: units of a SKU
on hand cannot be told apart at standard, so another cost would only be a variance of the same day.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.policies import CostingPolicy
from schemas.problems import Problem
from transforms.costing.flows import is_inflow, is_outflow, is_value_only
from transforms.costing.plain.running_totals import divide_half_up, running_total, to_wide_cents
from transforms.costing.problems import MoveProblems
from transforms.costing.standard.costs import FROM_THE_START, add_standard_cost, read_standard_costs
from transforms.costing.standard.documents import add_handed_over
from transforms.costing.standard.rows import revaluation_id, variance_id
from transforms.costing.standard.rules import check_at_standard


@dataclass(frozen=True)
class StandardValues:
    """What the moves cost, and the rows that standard costing adds."""

    valued: pl.DataFrame
    """One row per move: `row`, `cents`, `unit_millionths`, `provisional_cents`, `is_provisional`, `expensed_cents`."""
    own: pl.DataFrame
    """`move_id`, `cents`: revaluations by day, SKU and location, then variances in the order of their moves."""


def settle_at_standard(
    rows: pl.DataFrame, policy: CostingPolicy, standard_costs: pl.DataFrame | None, until: date | None
) -> StandardValues:
    """Value moves at standard cost.

    Cents come from the running totals of inflows and outflows of a pool, as under every method: a variance and a
    revaluation belong to the inflows. So a pool without units has no value. What a transfer or an assembly brings in
    are the cents that its other side carried away; its variance holds a standard that changed on the way, or the
    difference between components and product.

    Args:
        rows: moves as `ordering` leaves them, without transfers that stay in their pool.
        policy: the pool.
        standard_costs: `sku`, `unit_cost` (base currency) and `valid_from` (null or no column: from the start).
        until: last day on which a change of standard counts; None: there are no moves.

    Returns:
        Whole cents and millionths.

    Raises:
        MoveProblems: SKUs without a standard on the day of a move, each with its first day; a revaluation of a whole
        pool; a standard cost that is not one; a pool beyond the limits.
    """
    if standard_costs is None:
        found = "the method standard needs standard costs"
        raise MoveProblems(
            [Problem("standard costs", found, "Give sku, unit_cost and, where they change, valid_from.")]
        )
    costs = read_standard_costs(standard_costs)
    texts = [pl.col(name).cast(pl.String) for name in ("move_id", "sku", "location")]
    dated = rows.with_columns(*texts, moved_on=pl.col("moved_on").cast(pl.Date))
    priced = add_standard_cost(dated, costs)
    last_day = until or FROM_THE_START
    check_at_standard(priced)
    units = pl.col("quantity").cast(pl.Int128)
    at_standard = priced.with_columns(standard_total=(units * pl.col("standard_cost")).fill_null(0))
    outflows = _value_outflows(at_standard)
    brought = add_handed_over(at_standard, outflows).with_columns(brought=_brought())
    changes = pl.concat(
        [
            _inflows(brought),
            _variances(brought),
            _revaluations(at_standard, costs.filter(pl.col("valid_from") <= last_day), policy),
        ]
    )
    valued = _to_cents(changes)
    return StandardValues(
        _stack(valued.filter(pl.col("row").is_not_null()), outflows),
        valued.filter(pl.col("row").is_null() & (pl.col("cents") != 0))
        .sort("part", "order")
        .select("move_id", "cents"),
    )


def _brought() -> pl.Expr:
    """What a row brings into its pool, ten-billionths: handed over, of its own, or at standard."""
    own = pl.when(is_inflow & (pl.col("quantity") == 0)).then(None).otherwise("own_cost")
    return pl.coalesce("handed_over", own, "standard_total")


def _value_outflows(rows: pl.DataFrame) -> pl.DataFrame:
    """Outflows at standard: `row`, `cents` (not positive) and what `standard_documents` needs to hand over."""
    leaving = rows.filter(is_outflow).with_columns(left=0 - pl.col("standard_total")).sort("pool", "move_order")
    return leaving.select("row", "document", "quantity", "standard_cost", cents=0 - _cents_of("left"))


_CHANGE = ["pool", "moved_on", "part", "order", "row", "move_id", "change", "unit_millionths"]
_REVALUED, _BROUGHT, _VARIED = range(3)
"""Parts of a day: a new standard counts from its start; a variance follows its move."""


def _inflows(rows: pl.DataFrame) -> pl.DataFrame:
    """What brings units or value, as it comes."""
    units = pl.col("quantity").cast(pl.Int128)
    unit = pl.when(units > 0).then(divide_half_up(pl.col("brought"), units))
    bringing = rows.filter(is_inflow | is_value_only)
    return bringing.with_columns(
        part=pl.lit(_BROUGHT), order=pl.col("move_order").cast(pl.Int64), change="brought", unit_millionths=unit
    ).select(_CHANGE)


def _variances(rows: pl.DataFrame) -> pl.DataFrame:
    """From what came in to the standard."""
    varied = rows.filter((is_inflow | is_value_only) & (pl.col("brought") != pl.col("standard_total")))
    return varied.with_columns(
        part=pl.lit(_VARIED),
        order=pl.col("move_order").cast(pl.Int64),
        row=pl.lit(None, dtype=pl.UInt32),
        move_id=variance_id(pl.col("move_id")),
        change=pl.col("standard_total") - pl.col("brought"),
        unit_millionths=pl.lit(None, dtype=pl.Int128),
    ).select(_CHANGE)


def _revaluations(rows: pl.DataFrame, costs: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """What a change of standard does to the units on hand at the start of its day."""
    by_day = rows.sort("pool", "move_order").select(
        "pool", "sku", "location", "moved_on", on_hand=running_total("quantity")
    )
    before = pl.col("standard_cost").shift(1).over("sku", order_by="valid_from")
    changed = (
        costs.with_columns(rise=pl.col("standard_cost") - before)
        .filter(pl.col("rise") != 0)
        .select("sku", "valid_from", "rise")
    )
    pools = by_day.select("pool", "sku", "location").unique("pool", keep="first")
    asked = pools.join(changed, on="sku", how="inner", validate="m:m").sort("valid_from", "sku", "location")
    found = asked.join_asof(
        by_day.select("pool", "on_hand", day="moved_on").sort("day", maintain_order=True),
        left_on="valid_from", right_on="day", by="pool", allow_exact_matches=False, check_sortedness=False,
    )  # fmt: skip
    return (
        found.filter(pl.col("on_hand") != 0)
        .with_columns(
            moved_on="valid_from",
            part=pl.lit(_REVALUED),
            order=pl.int_range(pl.len(), dtype=pl.Int64),
            row=pl.lit(None, dtype=pl.UInt32),
            move_id=revaluation_id(policy),
            change=pl.col("on_hand") * pl.col("rise"),
            unit_millionths=pl.lit(None, dtype=pl.Int128),
        )
        .select(_CHANGE)
    )


def _cents_of(name: str) -> pl.Expr:
    """Cents by which a column moves its running total; rows sorted by pool and order."""
    after = running_total(name)
    return to_wide_cents(after) - to_wide_cents(after - pl.col(name))


def _to_cents(changes: pl.DataFrame) -> pl.DataFrame:
    """Add `cents`, by the running total of what comes into a pool."""
    is_start = pl.col("part") == _REVALUED
    in_order = changes.sort("pool", "moved_on", ~is_start, "order", "part")
    return in_order.with_columns(cents=_cents_of("change"))


def _stack(inflows: pl.DataFrame, outflows: pl.DataFrame) -> pl.DataFrame:
    """Inflows and outflows, one row per move."""
    leaving = outflows.select("row", "cents", unit_millionths="standard_cost")
    both = pl.concat([inflows.select("row", "cents", "unit_millionths"), leaving], how="vertical_relaxed")
    return both.with_columns(
        provisional_cents=pl.lit(None, dtype=pl.Int64),
        is_provisional=pl.lit(value=False),
        expensed_cents=pl.lit(0, dtype=pl.Int64),
    )
