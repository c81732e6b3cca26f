"""From a frame of moves to the exact loop and back."""

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.loop.actions import action_of, is_rule_priced, with_standard_cost
from transforms.costing.loop.linked_moves import LinkedMoves, SettledMoves
from transforms.costing.loop.settlement import settle_moves


def settle_exactly(rows: pl.DataFrame, policy: CostingPolicy, standard_costs: pl.DataFrame | None) -> pl.DataFrame:
    """Value moves by the exact loop: any number fits, and each move takes some microseconds times the pools' depth.

    Args:
        rows: as for `dependent_pools.settle_dependent_pools`, in order.
        policy: method and pool.
        standard_costs: as there.

    Returns:
        As there.

    Raises:
        MoveProblems: moves that contradict each other.
    """
    return settle_linked(rows["row"], link_moves(rows, policy, standard_costs), policy)


def settle_linked(row: pl.Series, moves: LinkedMoves, policy: CostingPolicy) -> pl.DataFrame:
    """Value linked moves by the exact loop.

    Args:
        row: position in the input of each of them.
        moves: the moves, in order.
        policy: method and pool.

    Returns:
        As settle_exactly.

    Raises:
        MoveProblems: moves that contradict each other.
    """
    return to_frame(row, settle_moves(moves, by_average=not policy.has_layers, share_by=policy.share_by))


def to_frame(row: pl.Series, settled: SettledMoves) -> pl.DataFrame:
    """What the exact loop found as a frame, beside the rows of the input."""
    return pl.DataFrame(
        {
            "row": row,
            "cents": pl.Series(settled.cents, dtype=pl.Int128),
            "unit_millionths": pl.Series(settled.unit_millionths, dtype=pl.Int128),
            "provisional_cents": pl.Series(settled.provisional_cents, dtype=pl.Int128),
            "is_provisional": pl.Series(settled.is_provisional, dtype=pl.Boolean),
            "expensed_cents": pl.Series(settled.expensed_cents, dtype=pl.Int128),
        }
    )


def link_moves(rows: pl.DataFrame, policy: CostingPolicy, standard_costs: pl.DataFrame | None) -> LinkedMoves:
    """Moves as the arrays of the loop, one entry for each row, in order.

    Args:
        rows: moves in order, with those that they name.
        policy: method and pool.
        standard_costs: as for settle_exactly.
    """
    numbered = with_standard_cost(rows, standard_costs).with_row_index("position")
    positions = numbered.select(source_row="row", source="position")
    linked = numbered.join(positions, on="source_row", how="left", validate="m:1", maintain_order="left").with_columns(
        action=action_of(policy), is_rule_priced=is_rule_priced, units=pl.col("quantity").abs()
    )
    return LinkedMoves(
        **{name: linked[name].to_list() for name in ("move_id", "action", "pool", "units", "own_cost", "late_cost")},
        **{name: linked[name].fill_null(-1).to_list() for name in ("source", "document")},
        source_units=linked["source_quantity"].abs().fill_null(0).to_list(),
        **{name: linked[name].to_list() for name in ("cost_share", "unit_cost", "standard_cost", "is_rule_priced")},
        is_made=(linked["kind"] == "assembly_in").to_list(),
    )
