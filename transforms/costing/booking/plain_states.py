"""What plain pools cost as known before a month, without valuing again what came before anything that was learned.

Under FIFO a pool that was not short at some point goes on from there with its layers, whatever follows. So of the moves
up to that point three stand for all: a receipt of everything that has gone, an issue of it, and its charges; behind the
receipt the layers that are still there. The running totals at that point are the same, and so every cent after it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.booking.late_facts import LateFacts
from transforms.costing.booking.plain_ledger import PlainLedger
from transforms.costing.booking.pool_graph import NEVER, Flags, PoolGraph
from transforms.costing.booking.state_plan import State
from transforms.costing.flows import KIND
from transforms.costing.integers import FITS_64_BITS
from transforms.costing.plain.fifo import settle_plain_fifo
from transforms.costing.plain.pool_runs import Marks, Places, PoolRuns, Whole
from transforms.costing.reporting import COGS_KINDS

RECEIPT, CHARGE, ISSUE = (KIND.categories.to_list().index(kind) for kind in ("receipt", "landed_cost", "sale"))
GONE, STILL_THERE, CHARGED, LEFT, AFTER = range(5)
"""Order inside a pool: what has gone, layers, charges and issue of before, then the moves that are valued again."""

MOST_TOGETHER = FITS_64_BITS // 4
"""Ten-billionths that are added up at most, beside those of one move."""


class PlainStates:
    """Values states of the pools in which no move waits for another."""

    def __init__(
        self, moves: pl.DataFrame, dated: pl.DataFrame, facts: LateFacts, graph: PoolGraph, policy: CostingPolicy
    ) -> None:
        """Find the pools among those that learned something late.

        Args:
            moves: StockMoves.
            dated: the same rows, as `late_facts.date_rows` leaves them.
            facts: what was learned.
            graph: where value goes.
            policy: method, pool and when late costs are booked.
        """
        self._ledger = PlainLedger.of(moves, dated, facts.learned["pool"], graph, policy)
        self._is_here = np.zeros(graph.size, dtype=np.bool_)
        self._is_here[self._ledger.names] = True
        is_here = facts.learned["pool"].is_in(pl.Series(self._ledger.names).implode())
        self._learned = facts.learned.filter(is_here)
        self._owing = facts.owing
        self.others = replace(facts, learned=facts.learned.filter(~is_here))
        """What other pools learned."""

    def value(self) -> Iterator[tuple[State, pl.DataFrame]]:
        """Value the moves that can have another value in the next state, stage by stage; the last one comes first.

        Returns:
            The state, and `row`, `cents`, `cogs_cents`, `is_provisional` of what it asks for.
        """
        ledger = self._ledger
        number = np.full(self._is_here.size, -1, dtype=np.int64)
        number[ledger.names] = np.arange(ledger.names.size)
        is_owing = np.zeros(ledger.names.size, dtype=np.bool_)
        owing = number[self._owing.to_numpy()]
        is_owing[owing[owing >= 0]] = True
        for (stage,), found in sorted(self._learned.partition_by("stage", as_dict=True).items(), reverse=True):
            since = np.full(ledger.names.size, NEVER, dtype=np.int64)
            since[number[found["pool"].to_numpy()]] = np.minimum(found["since"].to_numpy(), stage // 2)
            is_asked = (since < NEVER) & (is_owing if stage % 2 else True)
            valued = self._value_state(stage, since, is_asked)
            if valued is not None:
                yield State(stage, valued["row"].to_numpy(), np.ones(valued.height, dtype=np.bool_)), valued

    def _value_state(self, stage: int, since: Whole, is_asked: Flags) -> pl.DataFrame | None:
        """What is known before a stage; only moves of earlier months, as in `plan_states`."""
        ledger = self._ledger
        places = np.flatnonzero(is_asked[ledger.pool] & (ledger.stage < stage))
        if not places.size:
            return None
        begun = _Begun.of(ledger, places, since)
        asked = begun.after & (ledger.stage[places] < stage - stage % 2)
        if not asked.any():
            return None
        valued = settle_plain_fifo(begun.rows(ledger, asked))
        valued = valued.filter(pl.col("row") < ledger.row.size)
        at = valued["row"].to_numpy()
        cents = valued["cents"].cast(pl.Int128)
        is_cogs = pl.Series(_IS_COGS[ledger.kind[at]], dtype=pl.Boolean)
        nothing = pl.zeros(len(cents), dtype=pl.Int128, eager=True)
        return pl.DataFrame(
            {
                "row": pl.Series(ledger.row[at], dtype=pl.UInt32),
                "cents": cents,
                "cogs_cents": (nothing - cents).zip_with(is_cogs, nothing),
                "is_provisional": valued["is_provisional"],
            }
        )


_IS_COGS = np.array([kind in COGS_KINDS for kind in KIND.categories])


@dataclass(frozen=True)
class _Begun:
    """The moves of a state, split where valuing them begins again."""

    places: Places
    """Of the moves in the ledger, pool by pool."""
    runs: PoolRuns
    late: Whole
    """What charges add to each."""
    after: Marks
    """Moves that are valued again."""
    gone: Marks
    """Layers of before of which nothing is there any more, but for the last one: it tells the last known cost."""
    layers: Marks
    """Other layers of before."""
    charges: Marks
    """Charges of before."""
    left: Whole
    """Units that had left before, of each pool."""

    @classmethod
    def of(cls, ledger: PlainLedger, places: Places, since: Whole) -> "_Begun":
        """Split each pool behind its last move before anything was learned after which it owed nothing."""
        units, month = ledger.units[places], ledger.month[places]
        runs, at = PoolRuns.of(ledger.pool[places]), np.arange(places.size)
        balance, came = runs.total(units), np.where(ledger.is_in[places], units, 0)
        is_settled = (month < since[ledger.pool[places]]) & (balance >= 0)
        last = np.maximum.reduceat(np.where(is_settled, at, -1), runs.starts)
        before = at <= runs.spread(last)
        received = runs.total(came)
        left = np.where(last >= 0, received[last] - balance[last], 0)
        is_layer = before & (came > 0)
        newest = np.maximum.reduceat(np.where(is_layer, at, -1), runs.starts)
        gone = is_layer & (received <= runs.spread(left)) & (at != runs.spread(newest))
        is_charge = ledger.source[places] >= 0
        late = np.zeros(ledger.row.size, dtype=np.int64)
        charges = places[is_charge]
        np.add.at(late, ledger.source[charges], ledger.own[charges])
        return cls(places, runs, late[places], ~before, gone, is_layer & ~gone, before & is_charge, left)

    def rows(self, ledger: PlainLedger, asked: Marks) -> pl.DataFrame:
        """PLAIN_COLUMNS; `row` is the place in the ledger of moves that are asked for, and behind its end elsewhere."""
        pools = np.arange(self.runs.starts.size)
        nobody, kept = ledger.row.size, self.after | self.layers
        places = self.places[kept]
        left = np.flatnonzero(self.left)
        parts = [
            (
                np.where(asked[kept], places, nobody),
                self.runs.spread(pools)[kept],
                np.where(self.after[kept], AFTER, STILL_THERE),
                ledger.kind[places],
                ledger.units[places],
                ledger.own[places],
                self.late[kept],
            ),
            self._stand_in(ledger, GONE, RECEIPT, self.gone),
            self._stand_in(ledger, CHARGED, CHARGE, self.charges),
            (*_of_each(left, nobody), left, *_of_each(left, LEFT, ISSUE), 0 - self.left[left], *_of_each(left, 0, 0)),
        ]
        row, pool, side, kind, quantity, own_cost, late_cost = map(np.concatenate, zip(*parts, strict=True))
        order = np.argsort(pool * (AFTER + 1) + side, kind="stable")
        return pl.DataFrame(
            {
                "row": row[order].astype(np.uint32),
                "pool": pool[order],
                "kind": kind[order].astype(np.uint8),
                "quantity": quantity[order],
                "own_cost": own_cost[order],
                "late_cost": late_cost[order],
            }
        )

    def _stand_in(self, ledger: PlainLedger, side: int, kind: int, chosen: Marks) -> tuple[Whole, ...]:
        """One move of each pool for all that are chosen; several, where 64 bits do not hold their sum."""
        places, pool = self.places[chosen], self.runs.spread(np.arange(self.runs.starts.size))[chosen]
        if not places.size:
            return tuple(np.empty((7, 0), dtype=np.int64))
        own, late = ledger.own[places], self.late[chosen]
        # a float is enough to cut where it has become much: a single move fits, and so much beside it
        parts = np.cumsum(own.astype(np.float64) + late) // MOST_TOGETHER
        starts = np.flatnonzero(np.r_[True, (pool[1:] != pool[:-1]) | (parts[1:] != parts[:-1])])
        units, own, late = (np.add.reduceat(values, starts) for values in (ledger.units[places], own, late))
        return (*_of_each(starts, ledger.row.size), pool[starts], *_of_each(starts, side, kind), units, own, late)


def _of_each(rows: Whole, *values: int) -> list[Whole]:
    """The same values for every row."""
    return [np.full(rows.size, value, dtype=np.int64) for value in values]
