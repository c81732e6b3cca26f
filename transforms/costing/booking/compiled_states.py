"""What moves cost as known before a month, by the compiled loop: its columns are read once, for all months.

A state takes its rows out of them. What else differs from state to state is made anew: what charges add to receipts
(`state_charges`), which assemblies have a product yet (`state_documents`) and, where that decides it, the order of
moves (`state_order`).
"""

from dataclasses import replace

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.booking.pool_graph import Flags, Numbers
from transforms.costing.booking.state_charges import StateCharges
from transforms.costing.booking.state_documents import StateDocuments
from transforms.costing.booking.state_order import Rearranged, StateOrder
from transforms.costing.booking.state_plan import State
from transforms.costing.flows import is_transfer
from transforms.costing.integers import read_moves
from transforms.costing.kernel.frames import EMPTY, Columns
from transforms.costing.kernel.frames import read_columns as read_for_kernel
from transforms.costing.kernel.layout import ACTION_BITS
from transforms.costing.kernel.settling import settle_columns
from transforms.costing.moves.links import add_late_costs, assign_pools, link_documents, link_sources
from transforms.costing.moves.ordering import add_phases, find_order
from transforms.costing.reporting import COGS_KINDS
from transforms.costing.routing import for_loop, pool_by_pool

ARRAYS = ("units", "own", "own_rest", "unit_cost", "standard", "slot")
"""Columns of the kernel that are the same in every state."""


class CompiledStates:
    """Values states, one by one."""

    def __init__(
        self,
        moves: pl.DataFrame,
        stages: Numbers,
        finds_order: Flags,
        policy: CostingPolicy,
        standard_costs: pl.DataFrame | None,
    ) -> None:
        """Read the moves.

        Args:
            moves: StockMoves.
            stages: from which each counts (`late_facts`).
            finds_order: moves whose order follows from the documents that a state knows.
            policy: method and pool.
            standard_costs: as `value_moves` has them.
        """
        rows = link_documents(link_sources(assign_pools(read_moves(moves), policy)), policy)
        phased = add_phases(add_late_costs(rows, policy), policy)
        if policy.pool == "sku":  # a transfer stays in its pool
            phased = phased.filter(~is_transfer)
        in_time = find_order(phased, policy)
        ordered = pool_by_pool(for_loop(phased, standard_costs), in_time)
        self._columns = read_for_kernel(ordered, policy, standard_costs, names=phased.select("row", "move_id"))
        self._policy, self._height, self._stages = policy, moves.height, stages
        self._charges = StateCharges.of(phased)
        self._documents = StateDocuments.of(self._columns.moves)
        self._order = StateOrder.of(phased, in_time, finds_order, policy)
        told = self._columns.moves["told_to"]
        # what a sale tells its return is known with the return
        self._row = self._columns.moves["row"].zip_with(told.is_null(), told).cast(pl.Int64).to_numpy()
        self._is_move = told.is_null().to_numpy()
        self._is_cogs = moves["kind"].cast(pl.String).is_in(COGS_KINDS).to_numpy()
        self._pool = self._columns.moves["pool"].cast(pl.Int64).to_numpy()

    @property
    def fit(self) -> bool:
        """Whether 64 bits hold what receipts cost in every state."""
        return self._charges.fit and not len(self._columns.own_rest)

    def value(self, state: State) -> pl.DataFrame:
        """Value one state.

        Returns:
            `row`, `cents`, `cogs_cents`, `is_provisional` of what it asks for.

        Raises:
            MoveProblems: what was known contradicts itself.
        """
        is_known = np.zeros(self._height, dtype=np.bool_)
        is_known[state.rows] = True
        late = self._charges.add_up(is_known)
        has_product = self._documents.with_product(is_known)
        order = self._order.find(self._stages < state.stage, is_known)
        places = np.flatnonzero(is_known[self._row])
        columns = self._take(places, self._rearrange(places, order), late, has_product)
        ledger, exact = settle_columns(columns, self._policy)
        is_asked = np.zeros(self._height, dtype=np.bool_)
        is_asked[state.rows[state.is_asked]] = True
        parts = [part.filter(pl.Series(is_asked).gather(part["row"])) for part in exact]
        for part in parts:
            is_asked[part["row"].to_numpy()] = False
        chosen = np.flatnonzero(is_asked[self._row[places]] & self._is_move[places])
        nothing = np.zeros(chosen.size, dtype=np.int64)
        by_kernel = pl.DataFrame(
            {
                "row": self._row[places[chosen]],
                "cents": ledger.cents[chosen],
                "expensed_cents": ledger.expensed[chosen] if len(ledger.expensed) else nothing,
                "is_provisional": ledger.is_provisional[chosen] > 0,
            }
        )
        found = [by_kernel, *([pl.concat(parts).unique("row", keep="last")] if parts else [])]
        return pl.concat([self._as_asked(part) for part in found])

    def _rearrange(self, places: Numbers, order: Rearranged | None) -> tuple[Numbers, Numbers]:
        """Bring moves that stand elsewhere in a state into its order.

        Args:
            places: of the moves of the state among all, pool by pool; changed.
            order: of those that stand elsewhere.

        Returns:
            Where those stand among `places` then, and their place in time.
        """
        if order is None:
            return EMPTY, EMPTY
        place = np.full(self._height, -1, dtype=np.int64)
        place[order.row] = order.in_time
        of_place = place[self._row[places]]
        slots = np.flatnonzero(of_place >= 0)
        moved = places[slots]
        # moves that change places with each other stand side by side in their pool
        by_pool = np.argsort((self._pool[moved] << 32) | of_place[slots], kind="stable")
        places[slots] = moved[by_pool]
        return slots, of_place[slots][by_pool]

    def _take(
        self, places: Numbers, moved: tuple[Numbers, Numbers], late: Numbers | None, has_product: Flags | None
    ) -> Columns:
        """What the kernel reads of some moves.

        Args:
            places: of these among all, pool by pool in their order.
            moved: where among them some stand that have another place in time, and that.
            late: what charges add to each row; None: nothing.
            has_product: of each document whether anything takes its value; None: of every one.
        """
        all_of = self._columns
        moves = all_of.moves.drop("at")[places]
        changed: dict[str, pl.Series | pl.Expr] = {}
        of_row = EMPTY
        if late is not None:
            of_row = np.where(self._is_move[places], late[self._row[places]], 0)
        changed["late_cost"] = pl.Series(of_row) if of_row.any() else pl.lit(0, dtype=pl.Int64)
        slots, in_time = moved
        if slots.size:
            changed["move_order"] = moves["move_order"].scatter(slots, in_time + 1)
        action = all_of.action[places]
        if has_product is not None:
            is_plain = self._documents.lacks_product(places, has_product)
            action = np.where(is_plain, self._documents.action[places], action)
            marked = pl.Series(is_plain)
            kinds = pl.Series(self._documents.action[places] & ACTION_BITS, dtype=moves.schema["action"])
            changed["action"] = moves["action"].zip_with(~marked, kinds)
            changed["document"] = moves["document"].set(marked, None)
        pools = self._pool[places]
        starts = np.concatenate([[0], np.flatnonzero(pools[1:] != pools[:-1]) + 1, [pools.size]]).astype(np.int64)
        columns = replace(
            all_of,
            moves=moves.with_columns(**changed).with_row_index("at"),
            starts=starts,
            action=action,
            late=of_row if of_row.any() else EMPTY,
            late_rest=EMPTY,
            sources=self._sources(places),
            **{name: array[places] for name in ARRAYS if len(array := getattr(all_of, name))},
        )
        for name in ("action", "late", *ARRAYS):
            getattr(columns, name).flags.writeable = False  # as `read_columns` leaves them
        return columns

    def _sources(self, places: Numbers) -> pl.DataFrame:
        """The moves that others name, where they stand now; those that are not there are not asked for."""
        sources = self._columns.sources
        if sources.is_empty():
            return sources
        now = np.zeros(self._row.size, dtype=np.int64)
        now[places] = np.arange(places.size)
        return sources.with_columns(at=pl.Series(now[sources["at"].to_numpy()]))

    def _as_asked(self, found: pl.DataFrame) -> pl.DataFrame:
        """Amounts as `StateValuer` gives them."""
        cents, is_cogs = pl.col("cents").cast(pl.Int128), pl.Series(self._is_cogs[found["row"].to_numpy()])
        expensed = pl.col("expensed_cents").cast(pl.Int128)
        return found.select(
            pl.col("row").cast(pl.UInt32),
            cents=cents,
            cogs_cents=pl.when(pl.lit(is_cogs)).then(0 - cents).otherwise(expensed),
            is_provisional="is_provisional",
        )
