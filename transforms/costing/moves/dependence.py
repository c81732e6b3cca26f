"""Which pools can be valued how: as whole columns, each alone, or only together with others in one order."""

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import is_inflow, is_priced
from transforms.costing.integers import COST_OF_ONE_CENT, FITS_64_BITS
from transforms.costing.plain.pool_runs import PoolRuns, whole

PLAIN, SEPARATE, CONNECTED = range(3)
"""No move waits for another; moves of the pool alone wait for each other; moves of several pools do."""

MOST_PLAIN_VALUE = 4 * 10**18 * COST_OF_ONE_CENT
"""Value through a pool, in ten-billionths, whose cents 64 bits hold with room to spare."""


def find_routes(rows: pl.DataFrame, policy: CostingPolicy) -> pl.Series:
    """Say of each pool how it can be valued, as far as single moves tell.

    Args:
        rows: moves as `links` leaves them, without transfers that stay in their pool.
        policy: method and pool.

    Returns:
        PLAIN, SEPARATE or CONNECTED (UInt8) by the number of the pool. Whether stock is short tells
        `find_pools_below_zero`.
    """
    routes = np.full(count_pools(rows), PLAIN, dtype=np.uint8)
    routes[rows.filter(_waits(policy))["pool"].to_numpy()] = SEPARATE
    routes[_rich_pools(rows).to_numpy()] = SEPARATE
    if policy.has_layers:
        routes[_wide_pools(rows).to_numpy()] = SEPARATE
    is_handed_over, has_source = pl.col("document").is_not_null(), _is_known_return(policy)
    connected = rows.filter(is_handed_over | (has_source & (pl.col("source_pool") != pl.col("pool"))))
    routes[connected["pool"].to_numpy()] = CONNECTED
    routes[connected["source_pool"].drop_nulls().to_numpy()] = CONNECTED
    return pl.Series(routes)


def find_pools_below_zero(ordered: pl.DataFrame, never_received: bool) -> pl.Series:
    """Pools that are short of stock at some time.

    Args:
        ordered: `pool` and `quantity` of moves, sorted by pool and order.
        never_received: whether pools that only ever issue are among them. Without a standard cost nothing is known of
        theirs, whatever the order.
    """
    pool, units = ordered["pool"].to_numpy(), whole(ordered["quantity"])
    if not pool.size:
        return ordered["pool"]
    runs = PoolRuns.of(pool)
    lowest, most = np.minimum.reduceat(runs.total(units), runs.starts), np.maximum.reduceat(units, runs.starts)
    is_short = lowest < 0 if never_received else (lowest < 0) & (most > 0)
    return ordered["pool"].gather(runs.starts[is_short])


def count_pools(rows: pl.DataFrame) -> int:
    """How many numbers of pools there are."""
    return int(rows["pool"].to_numpy().max()) + 1 if rows.height else 0


def _waits(policy: CostingPolicy) -> pl.Expr:
    """Moves whose cost other moves of the pool tell, in an order that intervals and averages do not follow."""
    is_pool_revaluation = (pl.col("kind") == "revaluation") & pl.col("source_row").is_null()
    takes_current_cost = is_inflow & ~is_priced
    return pl.col("is_absorbed") | _is_known_return(policy) | is_pool_revaluation | takes_current_cost


def _is_known_return(policy: CostingPolicy) -> pl.Expr:
    """A return that comes back, or leaves, at the cost of the move that it names."""
    kind, has_source = pl.col("kind"), pl.col("source_row").is_not_null()
    at_receipt = (kind == "purchase_return") & (policy.returns_at == "receipt")
    return has_source & ((kind == "sale_return") | at_receipt)


def _rich_pools(rows: pl.DataFrame) -> pl.Series:
    """Pools through which more value passes than cents of 64 bits hold; a float is enough to see that."""
    value = pl.col("own_cost").cast(pl.Float64).abs().sum()
    if (rows.select(value).item() or 0.0) < MOST_PLAIN_VALUE:
        return rows["pool"].clear()
    return rows.group_by("pool").agg(value=value).filter(pl.col("value") > MOST_PLAIN_VALUE)["pool"]


def _wide_pools(rows: pl.DataFrame) -> pl.Series:
    """Pools with a layer whose cost 64 bits do not hold; all of them, where the units of all pools are too many."""
    if rows.select(pl.col("quantity").cast(pl.Float64).abs().sum() >= FITS_64_BITS).item():
        return rows["pool"]
    if rows.schema["own_cost"] == pl.Int64 and rows.schema["late_cost"] == pl.Int64:
        return rows["pool"].clear()
    cost = pl.col("own_cost", "late_cost").cast(pl.Float64).abs()
    return rows.filter(is_inflow & (pl.sum_horizontal(cost) >= FITS_64_BITS))["pool"]
