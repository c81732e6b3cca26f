"""Ids of moves as numbers: their natural order, and which of them stand on more than one row.

The natural order is shorter before longer, then by text, so that `line:9` comes before `line:10` without knowing what
an id looks like. Text is slow to compare: as much as possible is compared as numbers.
"""

from collections.abc import Callable

import polars as pl

DIGITS = "0123456789"


def id_keys(ids: pl.Series) -> tuple[list[pl.Series], list[pl.Series]]:
    """Sort keys of the natural order: whole numbers, and what has to be compared as text where those are equal.

    Where every id is the same characters and then a number of up to 19 digits, numbers say it all.

    Args:
        ids: text, no nulls.
    """
    lengths = ids.str.len_bytes()
    numbers = _numbers_behind(ids, _shared_prefix(ids)) if len(ids) else None
    return ([lengths], [ids]) if numbers is None else ([lengths, numbers], [])


def find_repeated(ids: pl.Series, to_hash: Callable[[pl.Series], pl.Series] = pl.Series.hash) -> pl.Series:
    """Positions of ids that stand on more than one row, nulls left out.

    Texts are compared only where their 64-bit hashes are equal, so that a million ids cost a sort of numbers.

    Args:
        ids: text.
        to_hash: gives equal numbers for equal ids.

    Returns:
        Positions, in order.
    """
    named = ids.to_frame("id").with_row_index("row").drop_nulls()
    hashes = to_hash(named["id"])
    in_order = hashes.sort()
    collided = in_order.filter(in_order == in_order.shift(1)).unique()
    if collided.is_empty():
        return pl.Series("row", [], dtype=pl.UInt32)
    return named.filter(hashes.is_in(collided.implode())).filter(pl.col("id").is_duplicated())["row"]


def _shared_prefix(ids: pl.Series) -> str:
    """The longest beginning that all ids share, without digits at its end: what the least and the greatest share."""
    least, greatest = str(ids.min()), str(ids.max())
    shared = next(
        (at for at, (one, other) in enumerate(zip(least, greatest, strict=False)) if one != other),
        min(len(least), len(greatest)),
    )
    return least[:shared].rstrip(DIGITS)


def _numbers_behind(ids: pl.Series, prefix: str) -> pl.Series | None:
    """The numbers, if all ids are a prefix and a number; a look at the first thousand spares most tables the rest."""
    for texts in (ids.head(1000), ids):
        rest = texts.to_frame("id").select(pl.col("id").str.slice(len(prefix))).to_series()
        numbers = rest.cast(pl.UInt64, strict=False)
        # a cast would read a sign too
        if numbers.has_nulls() or _any_starts_with_sign(rest):
            return None
    return numbers


def _any_starts_with_sign(texts: pl.Series) -> bool:
    """Whether some number has a sign before it."""
    return bool((texts.str.starts_with("+") | texts.str.starts_with("-")).any())
