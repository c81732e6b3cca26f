"""Moving and periodic average without a row loop: the average changes at inflows only, as a linear recurrence.

At an inflow of q units and cost c the average becomes avg * Q / (Q + q) + c / (Q + q), that is a * avg + b. Two
such steps make one step of the same shape, so all averages of a pool come from composing steps over distances 1, 2,
4 and so on. A float only estimates: it comes with a bound on its error, and what the bound leaves open is settled
in `exact_averages`.
"""

import polars as pl

from transforms.costing.flows import is_inflow, is_outflow
from transforms.costing.integers import COST_OF_ONE_CENT
from transforms.costing.plain.exact_averages import settle_exactly
from transforms.costing.plain.running_totals import running_total, starts_pool

HALF_CENT = COST_OF_ONE_CENT // 2
UNIT_ROUNDOFF = 2.0**-53


def price_issues_average(rows: pl.DataFrame) -> pl.DataFrame:
    """Cost every outflow at the average of what is on hand (IAS 2.27).

    The periodic average is the same sum in another order: with all inflows of a month before its outflows, the
    average after the last inflow is (opening + receipts of the month) / units.

    Args:
        rows: the moves of plain pools, sorted by pool and order; no pool ever runs below zero.

    Returns:
        One row per outflow: `row`, `cents` (not positive) and `unit_millionths`. A pool without inflows costs
        nothing.
    """
    moved = rows.filter((is_inflow | is_outflow) & (pl.col("quantity") != 0)).select(
        "row",
        "pool",
        "quantity",
        inflow_cost=pl.when(is_inflow).then(pl.col("layer_cost")).otherwise(0).cast(pl.Int128),
    )
    state = moved.with_columns(on_hand=running_total("quantity").cast(pl.Int64), brought=running_total("inflow_cost"))
    estimated = _round_estimates(_estimate_averages(state))
    return _issues(settle_exactly(estimated))


def _estimate_averages(state: pl.DataFrame) -> pl.DataFrame:
    """Add `average` (millionths for a unit, a float) to every row, and `bound`, the largest relative error of any."""
    steps = state.filter(pl.col("quantity") > 0).select("row", *_step())
    distance = 1
    while steps.select((pl.col("a") != 0.0).any()).item():
        a, b = pl.col("a"), pl.col("b")
        a_before, b_before = (column.shift(distance, fill_value=0.0) for column in (a, b))
        steps = steps.with_columns(a=a * a_before, b=a * b_before + b)
        distance *= 2
    averages = steps.select("row", average="b")
    joined = state.join(averages, on="row", how="left", validate="1:1", maintain_order="left")
    # a product of n factors with three roundings each, and as many sums: 4n roundings, doubled to be safe
    bound = (8.0 * distance + 64.0) * UNIT_ROUNDOFF
    held = pl.when(starts_pool()).then(pl.col("average").fill_null(0.0)).otherwise(pl.col("average")).forward_fill()
    return joined.with_columns(average=held, bound=pl.lit(bound))


def _step() -> tuple[pl.Expr, pl.Expr]:
    """An inflow as a step avg -> a * avg + b; with nothing on hand before it, a = 0 forgets the past."""
    units = pl.col("on_hand").cast(pl.Float64)
    kept = (pl.col("on_hand") - pl.col("quantity")).cast(pl.Float64) / units
    return kept.alias("a"), (pl.col("inflow_cost").cast(pl.Float64) / units).alias("b")


def _round_estimates(estimated: pl.DataFrame) -> pl.DataFrame:
    """Add `unit_millionths` and `issued_cents` (running total of outflows), null where the bound leaves both open."""
    low, high = pl.col("average") * (1.0 - pl.col("bound")), pl.col("average") * (1.0 + pl.col("bound"))
    on_hand = pl.col("on_hand").cast(pl.Float64)
    units = [(edge + 0.5).floor().cast(pl.Int128) for edge in (low, high)]
    # what left is what came less what is there; rounding half up is floor(x + 1/2)
    issued = [
        (pl.col("brought") + HALF_CENT - (edge * on_hand).floor().cast(pl.Int128) - slack) // COST_OF_ONE_CENT
        for edge, slack in ((low, -1), (high, 2))
    ]
    none_left = pl.col("on_hand") == 0
    all_issued = (pl.col("brought") + HALF_CENT) // COST_OF_ONE_CENT
    return estimated.with_columns(
        unit_millionths=pl.when(units[0] == units[1]).then(units[0]),
        issued_cents=pl.when(none_left).then(all_issued).when(issued[0] == issued[1]).then(issued[0]),
    )


def _issues(settled: pl.DataFrame) -> pl.DataFrame:
    """Difference the running totals of cents over the outflows."""
    issued = pl.col("issued_cents").cast(pl.Int64)
    before = pl.when(starts_pool()).then(0).otherwise(issued.shift(1))
    outflows = settled.filter(pl.col("quantity") < 0)
    return outflows.select("row", cents=before - issued, unit_millionths="unit_millionths")
