"""Values the pools in which no move waits for another: whole columns at once."""

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import is_inflow, is_outflow, is_value_only, layer_cost
from transforms.costing.plain.averages import price_issues_average
from transforms.costing.plain.fifo import settle_plain_fifo
from transforms.costing.plain.running_totals import cents_of_change, divide_half_up, running_total
from transforms.costing.reporting import narrow

PLAIN_COLUMNS = ("row", "pool", "kind", "quantity", "own_cost", "late_cost")
"""What whole columns look at: sorting more would only cost time."""


def settle_plain_pools(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Value the moves of plain pools.

    Args:
        rows: PLAIN_COLUMNS of their moves, sorted by pool and order.
        policy: method and pool.

    Returns:
        VALUED, one row for each inflow, each outflow of a quantity, and each change of value.
    """
    if policy.has_layers:
        return settle_plain_fifo(rows)
    rows = rows.with_columns(layer_cost=layer_cost)
    never_received = rows.group_by("pool").agg(is_provisional=~is_inflow.any())
    issues = rows.filter(is_outflow).select("row", "pool").join(never_received, on="pool", how="left", validate="m:1")
    unknown = issues.select("row", "is_provisional", provisional_cents=pl.when("is_provisional").then(0))
    inflows = _value_inflows(rows).with_columns(is_provisional=pl.lit(value=False), provisional_cents=pl.lit(None))
    outflows = price_issues_average(rows).join(unknown, on="row", how="left", validate="1:1")
    nothing = pl.lit(0, dtype=pl.Int64)
    parts = [narrow(part.with_columns(expensed_cents=nothing)) for part in (inflows, outflows)]
    return pl.concat(parts, how="vertical_relaxed")


def _value_inflows(rows: pl.DataFrame) -> pl.DataFrame:
    """Inflows and charges at their own cost, to the cent by the running total of their pool."""
    units, cost = pl.col("quantity").cast(pl.Int128), pl.col("layer_cost").cast(pl.Int128)
    return rows.filter(is_inflow | is_value_only).select(
        "row",
        cents=cents_of_change(running_total("own_cost"), pl.col("own_cost").cast(pl.Int128)),
        unit_millionths=pl.when(pl.col("quantity") > 0).then(divide_half_up(cost, units)),
    )
