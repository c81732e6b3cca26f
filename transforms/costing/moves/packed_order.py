"""Sorts rows by many keys as one number: the keys side by side in 64 bits, and the rest only where those are equal."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

WORD = 64

TIES_AT_ONCE = 5_000_000
"""Ties are settled in parts of about so many rows."""

Positions = np.ndarray[tuple[int], np.dtype[np.intp]]


@dataclass(frozen=True)
class Packed:
    """As many keys as fit one word, and what has to be compared where two words are equal."""

    word: pl.Series
    rest: list[pl.Series]


def order_by(keys: list[pl.Series], last: list[pl.Series]) -> pl.Series:
    """Positions of rows in the order of their keys.

    Args:
        keys: whole numbers without nulls, the one that decides first in front.
        last: keys of any type that decide where all of those are equal.

    Returns:
        Positions (UInt32), one for each row; rows equal in all keys stay in the order of the input.
    """
    packed = pack_keys(keys)
    order = packed.word.arg_sort()
    unsettled = [*packed.rest, *last]
    return _settle_ties(order, packed.word, unsettled) if unsettled else order


def pack_keys(keys: list[pl.Series]) -> Packed:
    """Put keys side by side into one word, each in as many bits as its range needs, as long as they fit.

    Of the first key that does not fit whole, the upper part goes in; it and those behind it are left for ties.

    Args:
        keys: whole numbers without nulls, the one that decides first in front.
    """
    size = len(keys[0]) if keys else 0
    word, room = np.zeros(size, dtype=np.uint64), WORD
    for at, key in enumerate(keys):
        least, bits = _range(key)
        kept = min(bits, room)
        if kept:
            if kept < WORD:
                word <<= np.uint64(kept)
            word |= _from_zero(key, least) >> np.uint64(bits - kept)
        room -= kept
        if kept < bits:
            return Packed(pl.Series(word), keys[at:])
    return Packed(pl.Series(word), [])


def _range(key: pl.Series) -> tuple[int, int]:
    """The least value of a key, and the bits that its range needs."""
    least, greatest = _whole(key.min()), _whole(key.max())
    return least, (greatest - least).bit_length()


def _from_zero(key: pl.Series, least: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """A key counted from its least value: the difference of two 64-bit numbers fits 64 bits, arithmetic wraps to it."""
    return key.to_numpy().astype(np.uint64) - np.uint64(least % 2**WORD)


def _whole(value: object) -> int:
    """An end of a key's range; a table without rows has none."""
    return value if isinstance(value, int) else 0


def _settle_ties(order: pl.Series, word: pl.Series, keys: list[pl.Series]) -> pl.Series:
    """Sort the rows whose words are equal by what is left to compare."""
    in_order = word.gather(order)
    same = (in_order == in_order.shift(1)).fill_null(value=False)
    slots = (same | same.shift(-1, fill_value=False)).arg_true().to_numpy()
    settled = order.to_numpy().copy()
    begins = np.flatnonzero(~same.to_numpy()[slots])
    for start, end in _parts(begins, len(slots)):
        places = slots[start:end]
        rows = pl.Series(settled[places])
        frame = pl.DataFrame([key.gather(rows).alias(str(at)) for at, key in enumerate(keys)])
        groups = in_order.gather(pl.Series(places)).alias("word")
        columns = ["word", *(str(at) for at in range(len(keys))), "row"]
        settled[places] = frame.with_columns(groups, rows.alias("row")).sort(columns)["row"].to_numpy()
    return pl.Series(settled)


def _parts(begins: Positions, size: int) -> Iterator[tuple[int, int]]:
    """Cut groups of equal words into parts of about so many rows, so that memory is bounded."""
    start = 0
    while start < size:
        place = np.searchsorted(begins, start + TIES_AT_ONCE)
        end = int(begins[place]) if place < len(begins) else size
        yield start, end
        start = end
