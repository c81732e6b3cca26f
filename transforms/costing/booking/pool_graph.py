"""Which pool hands value to which, and when: what a late fact can change, and what has to be valued to tell."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import hands_over, is_inflow, is_outflow, is_transfer, is_value_only
from transforms.costing.moves.known_rows import find_rows

Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]

NEVER = 10**7
"""A month that does not come."""

EDGE = ["sender", "receiver", "moved", "known"]


@dataclass(frozen=True)
class PoolGraph:
    """Where value goes: by transfers, by assemblies, and with returns into another pool."""

    size: int
    """How many pools there are."""
    sender: Numbers
    receiver: Numbers
    moved: Numbers
    """Month in which the receiver takes it in."""
    known: Numbers
    """Stage from which that counts (`late_facts`)."""
    is_wide: Flags
    """Both pools are looked at together, whatever the time: what was known decided the order of their documents."""

    def __len__(self) -> int:
        return len(self.sender)

    def below(self, since: Numbers, stage: int, is_loose: Flags) -> Flags:
        """Follow a change downstream.

        Args:
            since: for each pool the month from which it changes, or NEVER.
            stage: only what was known before it hands anything on.
            is_loose: pools in which what comes in can change what had left in earlier months.

        Returns:
            The pools that change.
        """
        reached = np.where(is_loose & (since < NEVER), 0, since)
        counts = self.known < stage
        sender, receiver, moved = self.sender[counts], self.receiver[counts], self.moved[counts]
        is_wide, goes_back = self.is_wide[counts], is_loose[receiver]
        while True:
            before = reached[sender]
            arrives = np.where(is_wide, before, np.where(moved >= before, moved, NEVER))
            arrives[goes_back & (arrives < NEVER)] = 0
            is_sooner = arrives < reached[receiver]
            if not is_sooner.any():
                return reached < NEVER
            np.minimum.at(reached, receiver[is_sooner], arrives[is_sooner])

    def above(self, pools: Flags, stage: int) -> Flags:
        """Some pools, and all from which they have got anything that was known before a stage."""
        counts = self.known < stage
        sender, receiver, reached = self.sender[counts], self.receiver[counts], pools.copy()
        while True:
            new = sender[reached[receiver] & ~reached[sender]]
            if not len(new):
                return reached
            reached[new] = True

    def components(self) -> Numbers:
        """For each pool the least number of all that hang together with it."""
        least = np.arange(self.size, dtype=np.int64)
        while True:
            low = np.minimum(least[self.sender], least[self.receiver])
            if (low == least[self.sender]).all() and (low == least[self.receiver]).all():
                return least
            np.minimum.at(least, self.sender, low)
            np.minimum.at(least, self.receiver, low)
            least = least[least]


def connect_pools(rows: pl.DataFrame, policy: CostingPolicy) -> PoolGraph:
    """Find where value goes from pool to pool.

    Args:
        rows: dated moves (`late_facts.date_rows`) with `pool`, numbered without gaps.
        policy: method and pool.
    """
    found = [*_by_document(rows, policy), *_by_source(rows)]
    edges = pl.concat(found).filter(pl.col("sender") != pl.col("receiver")).unique(maintain_order=True)
    size = int(rows.select(pl.col("pool").max().fill_null(-1)).item()) + 1
    numbers = {name: edges[name].cast(pl.Int64).to_numpy() for name in EDGE}
    graph = PoolGraph(size, **numbers, is_wide=np.zeros(edges.height, dtype=np.bool_))
    return _widen(graph, _late_documents(rows, policy)) if len(graph) else graph


def _documents(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Sides of the transfers and assemblies that hand over value, with the key of their document."""
    part = [pl.when(is_transfer).then(code).otherwise(pl.lit("")).alias(f"{code}_key") for code in ("sku", "lot")]
    return rows.filter(hands_over(policy)).with_columns(
        pl.col("document_id").fill_null(""), *part, is_transfer_key=is_transfer
    )


_KEY = ["document_id", "is_transfer_key", "sku_key", "lot_key"]


def _by_document(rows: pl.DataFrame, policy: CostingPolicy) -> list[pl.DataFrame]:
    """From the pools that a document takes from into those that it brings to; outputs share, so they hang together."""
    sides = _documents(rows, policy)
    received = sides.filter(is_inflow).select(*_KEY, receiver="pool", moved="moved_month", known="stage").unique()
    sent = sides.filter(is_outflow).select(*_KEY, sender="pool").unique()
    shared = received.select(*_KEY, sender="receiver").unique().filter(pl.struct(_KEY).is_duplicated())
    return [given.join(received, on=_KEY, how="inner").select(EDGE).unique() for given in (sent, shared)]


def _by_source(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """From the sale to its return, from a receipt to its return; a charge and its receipt hang together."""
    is_return = pl.col("kind").is_in(("sale_return", "purchase_return"))
    naming = rows.filter((is_return | is_value_only) & pl.col("source_move_id").is_not_null())
    sources = find_rows(rows, naming["source_move_id"], source="pool", source_moved="moved_month")
    both = naming.join(sources, on="source_move_id", how="inner")
    forward = both.select(sender="source", receiver="pool", moved="moved_month", known="stage")
    charges = both.filter(is_value_only)
    backward = charges.select(sender="pool", receiver="source", moved="source_moved", known="stage")
    return [forward, backward]


def _late_documents(rows: pl.DataFrame, policy: CostingPolicy) -> Numbers:
    """Pools with documents of which not all was known from their day on: before that, their day had another order.

    Under the periodic average it is the month that has an order, so there it is all pools.
    """
    sides = _documents(rows, policy)
    is_late = (
        pl.lit(value=True) if policy.method == "periodic_average" else pl.col("stage") != 2 * pl.col("moved_month")
    )
    return sides.filter(is_late)["pool"].unique().cast(pl.Int64).to_numpy()


def _widen(graph: PoolGraph, pools: Numbers) -> PoolGraph:
    """Look at everything that hangs together with some pools as one."""
    if not len(pools):
        return graph
    component = graph.components()
    is_chosen = np.zeros(graph.size, dtype=np.bool_)
    is_chosen[component[pools]] = True
    wide = is_chosen[component[graph.sender]]
    sender, receiver = graph.sender[wide], graph.receiver[wide]
    either_way = np.concatenate([sender, receiver]), np.concatenate([receiver, sender])
    always = np.zeros(len(either_way[0]), dtype=np.int64)
    return PoolGraph(
        graph.size,
        np.concatenate([graph.sender[~wide], either_way[0]]),
        np.concatenate([graph.receiver[~wide], either_way[1]]),
        np.concatenate([graph.moved[~wide], always]),
        np.concatenate([graph.known[~wide], always]),
        np.concatenate([np.zeros(int((~wide).sum()), dtype=np.bool_), np.ones(len(always), dtype=np.bool_)]),
    )
