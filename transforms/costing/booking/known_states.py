"""What moves cost as known before a month.

Small states of many months are valued together, each under names of its own; large ones by the compiled loop, one by
one (`compiled_states`).
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.booking.pool_graph import Flags, PoolGraph
from transforms.costing.booking.state_plan import DatedRows, State
from transforms.costing.integers import read_moves
from transforms.costing.loop.dependent_pools import MOST_EXACT_MOVES
from transforms.costing.moves.links import assign_pools, link_documents, link_sources
from transforms.costing.moves.ordering import add_phases, find_order
from transforms.costing.problems import MoveProblems
from transforms.costing.valuation import value_moves

if TYPE_CHECKING:
    from transforms.costing.booking.compiled_states import CompiledStates

ROWS_AT_ONCE = 1_000_000
"""So many rows of states are valued together: costing needs some 400 bytes for each."""

MANY_ROWS = MOST_EXACT_MOVES
"""From here on a state is large: what is done once for a table as a whole is less than doing it for each state."""

ENOUGH_ROWS = 1000
"""From here on it is, once that is done."""

NAMES = ("move_id", "source_move_id", "document_id", "sku")
"""What ties moves together: of another state, it is another move, document and SKU."""

CODE = 4
"""Letters of a state's name; all of one length, so that ids sort inside a state as they do without it."""


class StateValuer:
    """Values states, and says what is asked of them."""

    def __init__(
        self,
        moves: pl.DataFrame,
        rows: DatedRows,
        graph: PoolGraph,
        policy: CostingPolicy,
        costs: pl.DataFrame | None,
        *,
        is_ordered: bool,
    ) -> None:
        """Take the moves, how they are dated and linked, how they are valued, and whether they are in one order."""
        self._rows, self._graph, self._policy, self._costs = rows, graph, policy, costs
        needs_order = len(graph) > 0 and not graph.is_wide.all() and not is_ordered
        self._moves = _in_forced_order(moves, policy, rows, graph) if needs_order else moves
        is_free = _finds_own(graph)[rows.pool] if needs_order else np.full(moves.height, not is_ordered)
        self._is_free = is_free
        self._compiled: CompiledStates | None = None

    def value(self, states: Iterable[State]) -> Iterator[tuple[State, pl.DataFrame | None]]:
        """Value states in their order.

        Args:
            states: any number of them; bounded by ROWS_AT_ONCE, many are valued in one call.

        Returns:
            `row`, `cents`, `cogs_cents`, `is_provisional` of what each asks for; None for a state (or part of it) that
            contradicts itself.
        """
        batch: list[State] = []
        for state in states:
            rows = sum(len(one.rows) for one in batch) + len(state.rows)
            is_large = len(state.rows) >= (MANY_ROWS if self._compiled is None else ENOUGH_ROWS)
            if batch and (rows > ROWS_AT_ONCE or is_large):
                yield from self._value_together(batch)
                batch = []
            if is_large:
                yield from self._value_large(state)
            else:
                batch.append(state)
        if batch:
            yield from self._value_together(batch)

    def _value_large(self, state: State) -> Iterator[tuple[State, pl.DataFrame | None]]:
        """One state by the compiled loop, as far as 64 bits hold it."""
        from transforms.costing.booking.compiled_states import CompiledStates  # noqa: PLC0415 - numba takes a second

        if self._compiled is None:
            self._compiled = CompiledStates(self._moves, self._rows.stage, self._is_free, self._policy, self._costs)
        if not self._compiled.fit:
            yield from self._value_together([state])
            return
        try:
            yield state, self._compiled.value(state)
        except MoveProblems:
            halves = self._halve([state])
            if halves is None:
                yield state, None
                return
            for half in halves:
                yield from self._value_large(half[0]) if len(half[0].rows) >= MANY_ROWS else self._value_together(half)

    def _value_together(self, states: list[State]) -> Iterator[tuple[State, pl.DataFrame | None]]:
        """One call for all of them; those that contradict themselves are found by halving."""
        try:
            valued = value_moves(self._replicate(states), self._policy, self._standard_costs(len(states)))
        except MoveProblems:
            halves = self._halve(states)
            if halves is None:
                yield states[0], None
                return
            for half in halves:
                yield from self._value_together(half)
            return
        is_asked = np.concatenate([state.is_asked for state in states])
        rows = pl.Series("row", np.concatenate([state.rows for state in states])[is_asked], dtype=pl.UInt32)
        found, start = _as_cents(valued.filter(pl.Series(is_asked, dtype=pl.Boolean)), rows), 0
        for state in states:
            count = int(np.count_nonzero(state.is_asked))
            yield state, found.slice(start, count)
            start += count

    def _replicate(self, states: list[State]) -> pl.DataFrame:
        """The moves of all states in one table."""
        if len(states) == 1:
            return self._moves[states[0].rows]
        lengths = pl.Series([len(state.rows) for state in states], dtype=pl.UInt32)
        names = _names(len(states)).repeat_by(lengths).explode().alias("_state")
        together = self._moves[np.concatenate([state.rows for state in states])].hstack([names])
        keys = [name for name in NAMES if name in together.columns]
        return together.with_columns(pl.concat_str("_state", pl.col(key).cast(pl.String)).alias(key) for key in keys)

    def _standard_costs(self, count: int) -> pl.DataFrame | None:
        """The last resort, for the SKUs of all states."""
        if self._costs is None or count == 1:
            return self._costs
        both = self._costs.join(_names(count).to_frame("_state"), how="cross")
        return both.with_columns(sku=pl.concat_str("_state", pl.col("sku").cast(pl.String))).drop("_state")

    def _halve(self, states: list[State]) -> tuple[list[State], list[State]] | None:
        """Half of the states; of one state half of the pools, as far as they do not hang together."""
        if len(states) > 1:
            return states[: len(states) // 2], states[len(states) // 2 :]
        components = self._graph.components() if len(self._graph) else np.arange(self._graph.size)
        component = components[self._rows.pool[states[0].rows]]
        middle = np.unique(component)
        if len(middle) == 1:
            return None
        is_low = component < middle[len(middle) // 2]
        low, high = _part(states[0], is_low), _part(states[0], ~is_low)
        return [low], [high]


def _part(state: State, is_chosen: Flags) -> State:
    return State(state.stage, state.rows[is_chosen], state.is_asked[is_chosen])


def _names(count: int) -> pl.Series:
    """Names of states."""
    return pl.int_range(count, eager=True).cast(pl.String).str.zfill(CODE)


def _finds_own(graph: PoolGraph) -> Flags:
    """Pools whose moves have an order of their own in every state."""
    finds_own = np.zeros(graph.size, dtype=np.bool_)
    finds_own[graph.sender[graph.is_wide]] = True
    return finds_own


def _in_forced_order(moves: pl.DataFrame, policy: CostingPolicy, rows: DatedRows, graph: PoolGraph) -> pl.DataFrame:
    """Moves with the order that all of them have together: the order of a document's day takes both its sides.

    A part of them that is valued again needs that. Where what was known decides that order, all that hangs together is
    valued again (`PoolGraph.is_wide`), and keeps an order of its own.
    """
    linked = link_documents(link_sources(assign_pools(read_moves(moves), policy)), policy)
    order = find_order(add_phases(linked, policy), policy)
    place = np.empty(len(order), dtype=np.int64)
    place[order.to_numpy()] = np.arange(len(order), dtype=np.int64)
    own = pl.col("sequence") if "sequence" in moves.columns else pl.lit(None)
    is_own = pl.lit(pl.Series(_finds_own(graph)[rows.pool], dtype=pl.Boolean))
    return moves.with_columns(sequence=pl.when(is_own).then(own.cast(pl.Int64)).otherwise(pl.Series(place)))


def _as_cents(valued: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """Amounts as whole cents."""
    return valued.select(
        rows,
        cents=pl.col("cost_amount").to_physical().cast(pl.Int128),
        cogs_cents=pl.col("cogs_amount").to_physical().cast(pl.Int128),
        is_provisional="is_provisional",
    )
