"""Sends each pool to the way that values it: whole columns, or the loop for moves that wait for each other."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from schemas.problems import Problem
from transforms.costing.columns import take_rows
from transforms.costing.loop.dependent_pools import MOST_EXACT_MOVES, settle_dependent_pools, settle_separate_pools
from transforms.costing.moves.dependence import CONNECTED, PLAIN, find_pools_below_zero
from transforms.costing.moves.ordering import ORDER_COLUMNS, find_order
from transforms.costing.plain.plain_pools import PLAIN_COLUMNS, settle_plain_pools
from transforms.costing.problems import MoveProblems, gather_problems
from transforms.costing.reporting import narrow

MANY_MOVES = 100_000
"""From here on averages are faster in the compiled loop than as whole columns, also where no move waits."""

FEW_HANDED_OVER = 500
"""Where not even one move in so many is handed over, most pools may well be plain."""

MOVES_AT_ONCE = 4_000_000
"""Separate pools are handed to the loop in parts of about so many moves, so that memory is bounded."""

LOOP_COLUMNS = (
    "row", "move_id", "kind", "pool", "quantity", "own_cost", "late_cost", "cost_share", "source_row", "source_pool",
    "source_quantity", "document", "is_absorbed",
)  # fmt: skip
"""What the loop always looks at."""


def needs_loop(kinds: pl.Series, policy: CostingPolicy) -> bool:
    """Whether the compiled loop will be asked for, as far as the kinds of moves tell: it can be loaded meanwhile.

    Args:
        kinds: of all moves.
        policy: method and pool.
    """
    if policy.method == "standard":
        return False
    if not policy.has_layers and len(kinds) >= MANY_MOVES:
        return True
    is_handed_over = kinds.cast(pl.String).is_in(("transfer_in", "assembly_in"))
    return len(kinds) > MOST_EXACT_MOVES and int(is_handed_over.sum()) * FEW_HANDED_OVER > len(kinds)


def settle_pools(
    phased: pl.DataFrame, routes: pl.Series, policy: CostingPolicy, standard_costs: pl.DataFrame | None
) -> list[pl.DataFrame]:
    """Value the moves of all pools.

    Args:
        phased: moves as `ordering.add_phases` leaves them, without transfers that stay in their pool.
        routes: how each pool can be valued (`dependence`), by its number.
        policy: method and pool.
        standard_costs: `sku`, `unit_cost` and, if it changes, `valid_from`.

    Returns:
        VALUED, in parts.

    Raises:
        MoveProblems: moves that contradict each other.
    """
    rows = for_loop(phased, standard_costs)
    is_connected = _stands_in(phased, routes) == CONNECTED
    parts: list[Callable[[], pl.DataFrame]] = []
    if is_connected.any():
        parts.append(partial(_settle_in_time, phased, rows, is_connected, policy, standard_costs))
        order = _order_of(phased, ~is_connected, policy, by_pool=True)
    else:
        order = find_order(phased, policy, by_pool=True)
    if policy.has_layers or phased.height < MANY_MOVES:
        plain, order = _split_plain(
            phased,
            order,
            routes,
            asks_short=not policy.has_layers or standard_costs is not None,
            never_received=standard_costs is not None,
        )
        columns = phased.select(PLAIN_COLUMNS)
        parts.append(lambda: settle_plain_pools(columns[plain], policy))
    parts += [
        partial(_settle_alone, rows, order[start:end], policy, standard_costs)
        for start, end in _parts(phased["pool"].gather(order))
    ]
    return _all_or_problems(parts)


def _split_plain(
    rows: pl.DataFrame, order: pl.Series, routes: pl.Series, *, asks_short: bool, never_received: bool
) -> tuple[pl.Series, pl.Series]:
    """Positions of the moves of plain pools, and of those whose moves wait for each other; both by pool and order."""
    ordered = rows.select("pool", "quantity")[order]
    waits = routes.to_numpy() != PLAIN
    # layers tell what covers units that were not there; only a standard cost for those before any layer is not plain
    if asks_short:
        waits[find_pools_below_zero(ordered, never_received).to_numpy()] = True
    if not waits.any():
        return order, order.clear()
    is_waiting = pl.Series(waits).gather(ordered["pool"])
    return order.filter(~is_waiting), order.filter(is_waiting)


def _order_of(phased: pl.DataFrame, is_chosen: pl.Series, policy: CostingPolicy, *, by_pool: bool) -> pl.Series:
    """Positions of some moves in their order: few are sorted alone, many are taken out of the order of all."""
    places = is_chosen.arg_true()
    if 2 * len(places) < phased.height:
        return places.gather(find_order(phased.select(ORDER_COLUMNS)[places], policy, by_pool=by_pool))
    order = find_order(phased, policy, by_pool=by_pool)
    return order.filter(is_chosen.gather(order))


def _settle_in_time(
    phased: pl.DataFrame,
    rows: pl.DataFrame,
    is_connected: pl.Series,
    policy: CostingPolicy,
    standard_costs: pl.DataFrame | None,
) -> pl.DataFrame:
    """Moves of connected pools, with their place in the one order of time."""
    in_time = _order_of(phased, is_connected, policy, by_pool=False)
    if len(in_time) <= MOST_EXACT_MOVES:
        return settle_dependent_pools(rows[in_time].with_row_index("move_order", 1), policy, standard_costs)
    return settle_dependent_pools(
        pool_by_pool(rows, in_time), policy, standard_costs, names=rows.select("row", "move_id")
    )


def pool_by_pool(rows: pl.DataFrame, in_time: pl.Series) -> pl.DataFrame:
    """Moves as the compiled loop takes them, pool after pool: sorted once, by numbers.

    Args:
        rows: moves as `for_loop` leaves them.
        in_time: positions of those that are wanted, in the one order of time.

    Returns:
        The same with `move_order`, without `move_id`.
    """
    pool = rows["pool"].gather(in_time).to_frame()
    place = pl.int_range(pl.len(), dtype=pl.UInt64)
    by_pool = pool.select(pl.col("pool").cast(pl.UInt64) * 2**32 + place).to_series().arg_sort()
    numbers = take_rows(rows.drop("move_id"), in_time.gather(by_pool))
    return numbers.with_columns((by_pool + 1).alias("move_order"))


def _settle_alone(
    rows: pl.DataFrame, order: pl.Series, policy: CostingPolicy, standard_costs: pl.DataFrame | None
) -> pl.DataFrame:
    """Moves of some pools, one pool after the other."""
    return settle_separate_pools(rows[order].with_row_index("move_order", 1), policy, standard_costs)


def for_loop(phased: pl.DataFrame, standard_costs: pl.DataFrame | None) -> pl.DataFrame:
    """Moves as the loop reads them; what it asks for but seldom finds is not sorted along."""
    is_pool_change = pl.col("unit_cost").is_not_null() & pl.col("own_cost").is_null()
    sets_unit_cost = phased.select(is_pool_change.any()).item()
    unit_cost = pl.col("unit_cost") if sets_unit_cost else pl.lit(None, dtype=pl.Int64).alias("unit_cost")
    by_day = [] if standard_costs is None else [pl.col("sku").cast(pl.String), pl.col("moved_on").cast(pl.Date)]
    return phased.select(*LOOP_COLUMNS, unit_cost, *by_day)


def _parts(pools: pl.Series) -> Iterator[tuple[int, int]]:
    """Where to cut moves that are sorted by pool, so that no pool stands in two parts."""
    starts = np.flatnonzero(np.diff(pools.to_numpy())) + 1
    start = 0
    while start < len(pools):
        place = np.searchsorted(starts, start + MOVES_AT_ONCE)
        end = int(starts[place]) if place < len(starts) else len(pools)
        yield start, end
        start = end


def _all_or_problems(parts: Iterable[Callable[[], pl.DataFrame]]) -> list[pl.DataFrame]:
    """What all parts give, or what is wrong in any of them."""
    valued: list[pl.DataFrame] = []
    problems: list[Problem] = []
    for part in parts:
        try:
            valued.append(narrow(part()))
        except MoveProblems as found:
            problems += found.problems
    if problems:
        raise MoveProblems(gather_problems(problems))
    return valued


def _stands_in(rows: pl.DataFrame, routes: pl.Series) -> pl.Series:
    """How the pool of each move can be valued."""
    return routes.gather(rows["pool"])
