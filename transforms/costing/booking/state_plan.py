"""Which pools have to be valued as known before a stage, and whose values are then looked at."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.costing.booking.late_facts import LateFacts
from transforms.costing.booking.pool_graph import NEVER, Flags, Numbers, PoolGraph


@dataclass(frozen=True)
class State:
    """What was known before one stage."""

    stage: int
    rows: Numbers
    """Moves that have to be valued, by their place in the table."""
    is_asked: Flags
    """Which of them may have another value than in the next state."""


@dataclass(frozen=True)
class DatedRows:
    """What a plan looks at of each move."""

    pool: Numbers
    stage: Numbers

    @classmethod
    def of(cls, rows: pl.DataFrame) -> "DatedRows":
        """From rows as `late_facts.date_rows` leaves them."""
        return cls(rows["pool"].cast(pl.Int64).to_numpy(), rows["stage"].cast(pl.Int64).to_numpy())


def plan_states(rows: DatedRows, facts: LateFacts, graph: PoolGraph) -> Iterator[State]:
    """Say for every stage at which something was learned what has to be valued; the last stage comes first.

    A late fact changes its own pool and what that hands value to (`PoolGraph.below`); valuing them takes what has
    handed value to them (`PoolGraph.above`), and nothing else. Where moves of a month are told apart from late facts of
    the same month (odd stages), only pools matter that had something provisional, and only moves of earlier months.

    Args:
        rows: of all moves.
        facts: what was learned.
        graph: where value goes.
    """
    is_loose, is_owing = _flags(facts.loose, graph.size), _flags(facts.owing, graph.size)
    learned = facts.learned.partition_by("stage", as_dict=True)
    for (stage,), found in sorted(learned.items(), reverse=True):
        since = np.full(graph.size, NEVER, dtype=np.int64)
        since[found["pool"].to_numpy()] = found["since"].to_numpy()
        asked = graph.below(since, stage, is_loose)
        if stage % 2:
            asked &= is_owing
        if not asked.any():
            continue
        chosen = np.flatnonzero(graph.above(asked, stage)[rows.pool] & (rows.stage < stage))
        is_asked = asked[rows.pool[chosen]] & (rows.stage[chosen] < stage - stage % 2)
        if is_asked.any():
            yield State(stage, chosen, is_asked)


def _flags(pools: pl.Series, size: int) -> Flags:
    flags = np.zeros(size, dtype=np.bool_)
    flags[pools.to_numpy()] = True
    return flags
