"""Pools that learned something late and are plain: FIFO, no move waits for another, and charges only add."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.booking.pool_graph import Numbers, PoolGraph
from transforms.costing.flows import is_inflow, is_transfer, is_value_only
from transforms.costing.integers import read_moves
from transforms.costing.moves.dependence import PLAIN, find_routes
from transforms.costing.moves.links import add_late_costs, assign_pools, link_documents, link_sources
from transforms.costing.moves.ordering import add_phases, find_order
from transforms.costing.plain.pool_runs import Marks, Whole, whole


@dataclass(frozen=True)
class PlainLedger:
    """Moves of plain pools as arrays, pool by pool in their order."""

    names: Numbers
    """Number of each pool in the table of all moves; elsewhere pools are counted from 0 as they stand here."""
    row: Numbers
    """Place in the table of all moves."""
    pool: Whole
    kind: Numbers
    is_in: Marks
    units: Whole
    own: Whole
    """Ten-billionths that the move itself brings."""
    source: Whole
    """Of a charge the place here of its receipt; -1 elsewhere."""
    stage: Whole
    month: Whole

    @classmethod
    def of(
        cls, moves: pl.DataFrame, dated: pl.DataFrame, learned: pl.Series, graph: PoolGraph, policy: CostingPolicy
    ) -> "PlainLedger":
        """Find the plain pools among some, and read their moves.

        Args:
            moves: StockMoves.
            dated: the same rows, as `late_facts.date_rows` leaves them.
            learned: pools that learned something late.
            graph: where value goes; a plain pool stands alone.
            policy: method and pool.

        Returns:
            Nothing under averages: what they hold is no whole number, so no move can stand for it.
        """
        is_chosen = np.zeros(graph.size, dtype=np.bool_)
        if policy.has_layers:
            is_chosen[learned.to_numpy()] = True
            is_chosen[graph.sender] = is_chosen[graph.receiver] = False
        known = dated.select("row", "pool", "stage", "moved_month")
        chosen = known.filter(pl.Series(is_chosen, dtype=pl.Boolean).gather(known["pool"]))
        rows = _read(moves if chosen.height == moves.height else moves[chosen["row"]], policy)
        phased = add_phases(rows, policy)
        order = find_order(phased, policy, by_pool=True)
        order = order.filter(_is_plain(rows, policy).gather(order))
        columns = rows.select("kind", "quantity", "own_cost", "source_row")
        return cls._in_order(columns[order], chosen[order], _place_of(order, rows.height))

    @classmethod
    def _in_order(cls, rows: pl.DataFrame, dated: pl.DataFrame, place_of: Whole) -> "PlainLedger":
        """From moves in their order."""
        is_charge = rows.select(is_value_only & pl.col("source_row").is_not_null()).to_series().to_numpy()
        source = place_of[rows["source_row"].fill_null(0).to_numpy()] if rows.height else np.empty(0, dtype=np.int64)
        names = dated["pool"].unique(maintain_order=True).cast(pl.Int64).to_numpy()
        number = np.zeros(int(names.max()) + 1 if names.size else 0, dtype=np.int64)
        number[names] = np.arange(names.size)
        return cls(
            names,
            dated["row"].cast(pl.Int64).to_numpy(),
            number[dated["pool"].to_numpy()],
            rows["kind"].to_physical().to_numpy(),
            rows.select(is_inflow).to_series().to_numpy(),
            rows["quantity"].to_numpy(),
            whole(rows["own_cost"]),
            np.where(is_charge, source, -1),
            dated["stage"].cast(pl.Int64).to_numpy(),
            dated["moved_month"].cast(pl.Int64).to_numpy(),
        )


def _read(moves: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Moves as whole numbers, linked."""
    rows = link_documents(link_sources(assign_pools(read_moves(moves), policy)), policy)
    return add_late_costs(rows, policy)


def _is_plain(rows: pl.DataFrame, policy: CostingPolicy) -> pl.Series:
    """Moves of pools that are plain in every state; without transfers that stay in their pool, which change nothing."""
    if rows.is_empty() or rows.schema["own_cost"] != pl.Int64 or rows.schema["late_cost"] != pl.Int64:
        return pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True)
    stays = is_transfer if policy.pool == "sku" else pl.lit(value=False)
    routes = find_routes(rows.filter(~stays), policy)
    size = int(rows["pool"].max()) + 1  # type: ignore[arg-type]
    is_plain = np.zeros(size, dtype=np.bool_)
    is_plain[: len(routes)] = routes.to_numpy() == PLAIN
    # before a charge was known, a credit on the same receipt could have been more than it cost
    is_plain[rows.filter(is_value_only & ~(pl.col("own_cost") >= 0))["pool"].to_numpy()] = False
    moves_value = rows.select(~stays).to_series()
    return moves_value & pl.Series(is_plain, dtype=pl.Boolean).gather(rows["pool"])


def _place_of(order: pl.Series, height: int) -> Whole:
    """Where each row stands in an order; -1 where it does not."""
    places = np.full(height, -1, dtype=np.int64)
    places[order.to_numpy()] = np.arange(len(order))
    return places
