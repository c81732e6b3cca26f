"""Values a large table part by part, on all cores and in bounded memory: pools of one part need none of another."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from pipelines.value_table.columns import ADDED
from schemas.policies import CostingPolicy
from transforms.costing import MoveProblems, value_moves
from transforms.costing.moves.repeated_ids import find_repeated

LARGE = 500_000
"""Rows from which a table is cut: in two at least, one for each of two cores."""

ROWS_AT_ONCE = 2_500_000
"""The most rows of a part; costing needs about 300 bytes for each."""

MOST_THREADS = 4
COLUMNS_AT_ONCE = 2


def value_in_parts(
    moves: pl.DataFrame,
    policy: CostingPolicy,
    standard_costs: pl.DataFrame | None = None,
    rows_at_once: int | None = None,
) -> pl.DataFrame:
    """Give what `value_moves` gives, for a table of any size.

    Tables whose SKUs hand value to each other (assemblies, returns to another SKU) are valued whole, and so are tables
    with a problem, so that one report holds all of them.

    Args:
        moves: StockMoves.
        policy: method and pool.
        standard_costs: as `value_moves` has them.
        rows_at_once: about how large a part may be; by default large tables only are cut.

    Raises:
        MoveProblems: every rule that the moves break.
    """
    count = -(-moves.height // (rows_at_once or ROWS_AT_ONCE))
    if rows_at_once is None:
        count = max(count, 2) if moves.height > LARGE else 1
    parts = _separate(moves, policy, count) if count > 1 else None
    if parts is None:
        return value_moves(moves, policy, standard_costs)
    places = [(parts == part).arg_true() for part in range(count)]
    try:
        with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS)) as threads:
            valued = list(threads.map(lambda rows: _value(moves[rows], policy, standard_costs), places))
    except MoveProblems:
        return value_moves(moves, policy, standard_costs)
    return pl.DataFrame([moves["move_id"], *_in_order(valued, places)])


def _value(moves: pl.DataFrame, policy: CostingPolicy, standard_costs: pl.DataFrame | None) -> pl.DataFrame:
    """What the moves of a part cost, without their ids."""
    return value_moves(moves, policy, standard_costs).drop("move_id")


def are_apart(moves: pl.DataFrame, groups: pl.Series) -> bool:
    """Whether no move of one group needs one of another: nothing is assembled, and rows name rows of their own group.

    Args:
        moves: StockMoves.
        groups: the group of each row; all rows of a SKU, the sides of its transfers among them, are in one group.
    """
    if moves.select(pl.col("kind").cast(pl.String).str.starts_with("assembly").any()).item():
        return False
    if "source_move_id" not in moves.columns:
        return True
    naming = moves.select("source_move_id", group=groups).drop_nulls("source_move_id")
    if naming.is_empty():
        return True
    named = naming["source_move_id"].unique().implode()
    sources = moves.select("move_id", source_group=groups).filter(pl.col("move_id").is_in(named))
    found = naming.join(sources, left_on="source_move_id", right_on="move_id", how="left")
    return bool(found.select((pl.col("group") == pl.col("source_group")).fill_null(value=False).all()).item())


def _separate(moves: pl.DataFrame, policy: CostingPolicy, count: int) -> pl.Series | None:
    """The part of each row by its SKU; None where a part would need another one."""
    if policy.method == "standard":
        return None
    part = (moves["sku"].hash() % count).cast(pl.UInt32)
    return part if are_apart(moves, part) and not find_repeated(moves["move_id"]).len() else None


def _in_order(valued: list[pl.DataFrame], places: list[pl.Series]) -> list[pl.Series]:
    """Columns of all parts in the order of the table; the widest type of a column is that of all its parts."""
    before = np.concatenate([rows.to_numpy() for rows in places])
    order = np.empty(before.size, dtype=np.uint32)
    order[before] = np.arange(before.size, dtype=np.uint32)
    at = pl.Series(order)

    # taken out of its part, so that few columns stand in memory twice
    found = {name: [part.drop_in_place(name) for part in valued] for name in ADDED}

    def column(name: str) -> pl.Series:
        taken = found.pop(name)
        widest = max((one.dtype for one in taken), key=_digits)
        return pl.concat([one.cast(widest) for one in taken]).gather(at)

    with ThreadPoolExecutor(COLUMNS_AT_ONCE) as threads:
        return list(threads.map(column, ADDED))


def _digits(dtype: pl.DataType) -> int:
    return dtype.precision or 0 if isinstance(dtype, pl.Decimal) else 0
