"""Which pools need the one loop: those whose costs depend on other moves, other pools or on stock below zero."""

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import is_inflow, is_outflow, is_priced
from transforms.costing.running_totals import running_total


def find_dependent_pools(rows: pl.DataFrame, policy: CostingPolicy) -> pl.Series:
    """Name the pools that plain intervals and averages cannot value.

    Args:
        rows: moves as `ordering` leaves them, without transfers that stay in their pool.
        policy: method and pool.

    Returns:
        Numbers of pools, each once. A pool that only ever issues and never receives is not among them: nothing is
        known of its cost, whatever the order.
    """
    kind, has_source = pl.col("kind"), pl.col("source_row").is_not_null()
    is_known_return = (kind == "sale_return") & has_source
    is_layer_return = (kind == "purchase_return") & has_source & (policy.returns_at == "receipt")
    is_pool_revaluation = (kind == "revaluation") & ~has_source
    takes_current_cost = is_inflow & ~is_priced
    is_handed_over = pl.col("document").is_not_null()
    is_return = is_known_return | is_layer_return
    is_linked = pl.col("is_absorbed") | is_return | is_pool_revaluation | takes_current_cost | is_handed_over
    linked = rows.filter(is_linked)
    pools = [linked["pool"], linked["source_pool"].drop_nulls(), _pools_below_zero(rows)]
    return pl.concat(pools).unique()


def _pools_below_zero(rows: pl.DataFrame) -> pl.Series:
    """Pools that receive something and are short of stock at some time."""
    moved = rows.filter(is_inflow | is_outflow).sort("pool", maintain_order=True)
    on_hand = moved.select("pool", "quantity", on_hand=running_total("quantity"))
    by_pool = on_hand.group_by("pool").agg(lowest=pl.col("on_hand").min(), most=pl.col("quantity").max())
    return by_pool.filter((pl.col("lowest") < 0) & (pl.col("most") > 0))["pool"]
