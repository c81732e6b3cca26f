"""What a reading received and has not committed: put aside in one piece, it is written while the reading goes on."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import polars as pl

from pipelines.extract.api.drift import Drift, DriftNews
from pipelines.extract.api.landing import InputState, Progress
from pipelines.extract.api.raw_versions import Stamp


@dataclass(frozen=True)
class Batch:
    """Rows, keys and news of one reading, and where it goes on behind them; nothing in it changes any more."""

    state: InputState
    stamp: Stamp
    rows: Sequence[pl.DataFrame]
    """`raw_versions.ROWS`, in the order received."""
    keys: list[str]
    news: DriftNews
    progress: Progress

    def commit(self) -> None:
        """Write all of it: one transaction, so that what is there and where the reading goes on always agree."""
        with self.state.warehouse.transaction():
            if self.rows:
                self.state.raw.append(pl.concat(self.rows), self.stamp)
            if self.keys:
                self.state.keep_keys(self.keys)
            self.state.keep_drift(self.news)
            self.state.note(self.progress)


class Inbox:
    """Where a reading puts what it receives, until it is taken as a batch."""

    def __init__(self, state: InputState, stamp: Stamp) -> None:
        self.rows: list[pl.DataFrame] = []
        """`raw_versions.ROWS`, a frame for each answer."""
        self.keys: list[str] = []
        """Keys that a whole list or a sweep gave, or documents that are done."""
        self.drift = Drift(state.resource)
        self._state = state
        self._stamp = stamp

    def __len__(self) -> int:
        """Rows and keys in it."""
        return sum(frame.height for frame in self.rows) + len(self.keys)

    def take(self, progress: Progress) -> Batch:
        """Everything in it, and where the reading stands; the inbox is empty after it."""
        taken = Batch(self._state, self._stamp, self.rows, self.keys, self.drift.take_news(), deepcopy(progress))
        self.rows, self.keys = [], []
        return taken
