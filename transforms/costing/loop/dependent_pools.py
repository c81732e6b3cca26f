"""The door to the two loops that settle moves which depend on each other: one exact and slow, one compiled.

Depth grows with the moves here (a return of a sale of goods that came by transfer from an assembly ...), so passes
over whole columns would not end. Few moves go to the exact loop (`settlement`), in fractions of whole numbers of any
size. Many go to the compiled one (`kernel`), which finds the same cents, and hands back to the exact loop what it
cannot tell for certain or what 64 bits do not hold.
"""

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.loop.exact_moves import link_moves, settle_exactly

MOST_EXACT_MOVES = 20_000
"""So many moves the exact loop settles in about the time that the compiled one takes to be loaded."""

__all__ = ["link_moves", "settle_dependent_pools", "settle_separate_pools"]


def settle_dependent_pools(
    rows: pl.DataFrame,
    policy: CostingPolicy,
    standard_costs: pl.DataFrame | None,
    names: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Value the moves of pools that wait for each other.

    Args:
        rows: their moves with their place in the order of all pools (`move_order`), and up to MOST_EXACT_MOVES in that
            order, more of them pool by pool; with `row`, `pool`,
            `move_id`, `kind`, `sku`, `moved_on`, `quantity`, `own_cost`, `late_cost`, `unit_cost`, `source_row`,
            `source_pool`, `source_quantity`, `document`, `cost_share` and `is_absorbed`, as `links` leaves them.
        policy: method and pool.
        standard_costs: `sku`, `unit_cost` and, if it changes, `valid_from`: the last resort where no cost is known.
        names: `row` and `move_id` of more than MOST_EXACT_MOVES rows that come without `move_id`.

    Returns:
        `row`, `cents` (signed change of stock value), `unit_millionths`, `provisional_cents`, `is_provisional`,
        `expensed_cents`: one row for each input row, in any order. Whole numbers of 64 or of 128 bits.

    Raises:
        MoveProblems: moves that contradict each other, such as a transfer that brings in more than left.
    """
    if rows.height <= MOST_EXACT_MOVES:
        return settle_exactly(rows, policy, standard_costs)
    from transforms.costing.kernel.settling import settle_connected  # noqa: PLC0415 - numba takes a second to load

    return settle_connected(rows, policy, standard_costs, names=names)


def settle_separate_pools(
    rows: pl.DataFrame, policy: CostingPolicy, standard_costs: pl.DataFrame | None, threads: int | None = None
) -> pl.DataFrame:
    """Value the moves of pools each of which depends on its own moves only.

    Args:
        rows: as for settle_dependent_pools, sorted by `pool` and, inside it, by order; no move has a `document` or
            names a move of another pool.
        policy: method and pool.
        standard_costs: as there.
        threads: how many to use; None: one for each processor.

    Returns:
        As settle_dependent_pools.

    Raises:
        MoveProblems: moves that contradict each other.
    """
    if rows.height <= MOST_EXACT_MOVES:
        return settle_exactly(rows, policy, standard_costs)
    from transforms.costing.kernel.settling import settle_separate  # noqa: PLC0415 - numba takes a second to load

    return settle_separate(rows, policy, standard_costs, threads)
