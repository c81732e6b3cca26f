"""Which ids of moves stand on more than one row."""

from collections.abc import Callable

import polars as pl


def find_repeated(ids: pl.Series, to_hash: Callable[[pl.Series], pl.Series] = pl.Series.hash) -> pl.Series:
    """Positions of ids that stand on more than one row, nulls left out.

    Texts are compared only where their 64-bit hashes are equal, so that a million ids cost a sort of numbers.

    Args:
        ids: text.
        to_hash: gives equal numbers for equal ids.

    Returns:
        Positions, in order.
    """
    if _ascend(ids):
        return pl.Series("row", [], dtype=pl.UInt32)
    named = ids.to_frame("id").with_row_index("row").drop_nulls()
    hashes = to_hash(named["id"])
    in_order = hashes.sort()
    collided = in_order.filter(in_order == in_order.shift(1)).unique()
    if collided.is_empty():
        return pl.Series("row", [], dtype=pl.UInt32)
    return named.filter(hashes.is_in(collided.implode())).filter(pl.col("id").is_duplicated())["row"]


def _ascend(ids: pl.Series) -> bool:
    """Whether each id is greater than the one before, as where a program counted them: then none stands twice."""
    return not ids.null_count() and ids.is_sorted() and not (ids == ids.shift(1)).any()
