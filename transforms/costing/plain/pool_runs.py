"""Rows sorted by pool as runs of rows: running totals inside each run, in 64 bits.

Arithmetic of 64 bits wraps, and wraps back: a running total inside a pool is right as long as it fits itself, however
large the sum over all pools is.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

Whole = np.ndarray[tuple[int], np.dtype[np.int64]]
Places = np.ndarray[tuple[int], np.dtype[np.intp]]
Marks = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class PoolRuns:
    """Where the rows of each pool begin, and how many there are."""

    starts: Places
    lengths: Places

    @classmethod
    def of(cls, pools: np.ndarray[tuple[int], np.dtype[Any]]) -> "PoolRuns":
        """Find the runs of equal numbers.

        Args:
            pools: numbers of pools, those of a pool side by side.
        """
        starts = np.flatnonzero(np.r_[True, pools[1:] != pools[:-1]]) if pools.size else np.empty(0, dtype=np.intp)
        return cls(starts, np.diff(starts, append=pools.size))

    def total(self, values: Whole) -> Whole:
        """Running total up to and including each row, inside its pool."""
        totals = np.cumsum(values)
        totals -= self.spread(totals[self.starts] - values[self.starts])
        return totals

    def spread(self, of_pools: np.ndarray[tuple[int], np.dtype[Any]]) -> np.ndarray[tuple[int], np.dtype[Any]]:
        """Give every row what its pool has."""
        return np.repeat(of_pools, self.lengths)

    def before(self, values: Whole) -> Whole:
        """The value of the row before, inside the pool; 0 at its first row."""
        found = np.empty_like(values)
        found[1:] = values[:-1]
        found[self.starts] = 0
        return found


def whole(numbers: pl.Series) -> Whole:
    """Whole numbers that fit 64 bits as an array; nulls, and what does not fit, as 0."""
    return numbers.cast(pl.Int64, strict=False).fill_null(0).to_numpy()
