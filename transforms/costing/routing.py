"""Sends each pool to the way that values it: whole columns, or the loop for moves that wait for each other."""

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.dependence import PLAIN, SEPARATE, find_pools_below_zero
from transforms.costing.dependent_pools import settle_dependent_pools
from transforms.costing.ordering import find_order
from transforms.costing.plain_pools import settle_plain_pools
from transforms.costing.reporting import stack

PLAIN_COLUMNS = ("row", "pool", "kind", "quantity", "own_cost", "layer_cost")
"""What whole columns look at: sorting more would only cost time."""


def settle_pools(
    phased: pl.DataFrame, routes: pl.Series, policy: CostingPolicy, standard_costs: pl.DataFrame | None
) -> pl.DataFrame:
    """Value the moves of all pools.

    Args:
        phased: moves as `ordering.add_phases` leaves them, without transfers that stay in their pool.
        routes: how each pool can be valued (`dependence`), by its number.
        policy: method and pool.
        standard_costs: `sku`, `unit_cost` and, if it changes, `valid_from`.

    Returns:
        VALUED.

    Raises:
        MoveProblems: moves that contradict each other.
    """
    ordered = phased.select(PLAIN_COLUMNS)[find_order(phased, policy, by_pool=True)]
    short = find_pools_below_zero(ordered, never_received=standard_costs is not None)
    routes = pl.Series(np.maximum(routes.to_numpy(), _at(short, routes.len())))
    valued = [settle_plain_pools(ordered.filter(_goes(ordered, routes, PLAIN)), policy)]
    waiting = phased.filter(~_goes(phased, routes, PLAIN))
    if waiting.height:
        in_time = waiting[find_order(waiting, policy)].with_row_index("move_order", 1)
        valued.append(settle_dependent_pools(in_time, policy, standard_costs))
    return stack(valued)


def _at(pools: pl.Series, size: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """SEPARATE for some pools, PLAIN for all others."""
    routes = np.full(size, PLAIN, dtype=np.uint8)
    routes[pools.to_numpy()] = SEPARATE
    return routes


def _goes(rows: pl.DataFrame, routes: pl.Series, route: int) -> pl.Series:
    """Which moves stand in a pool of one route."""
    return routes.gather(rows["pool"]) == route
