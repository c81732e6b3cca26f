"""Values moves from the closing layers of an earlier day instead of from the beginning: the exact loop, begun later.

What a pool has seen up to a day decides nothing about later moves but through what it then holds: its layers (or its
average), the cost of the unit that was there last, and the fractions of a cent in its running totals. So a pool in
which nothing up to that day has changed goes on from there, to the same cent (`resumption` says which pools may).
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import is_transfer
from transforms.costing.loop.dependent_pools import link_moves
from transforms.costing.loop.linked_moves import HAND_OVER, LinkedMoves, SettledMoves
from transforms.costing.loop.pool_books import PoolBook
from transforms.costing.loop.pool_states import AveragedStock, Cost, Layer, LayeredStock, Piece, shorten
from transforms.costing.loop.quiet_pools import (
    NOTHING,
    HeldLayer,
    NotQuietError,
    QuietPool,
    QuietResult,
    from_ratio,
    plus,
    settle_quiet_pool,
    split_quiet,
    times,
    to_ratio,
)
from transforms.costing.loop.settlement import Settlement, settle_until_stable
from transforms.costing.moves.ordering import order_moves
from transforms.costing.reporting import VALUED, narrow, report
from transforms.costing.valuation import _read

PoolKey = tuple[str, str, str]
"""SKU, location and lot; empty where the pool does not look at it."""


def costing_version(policy: CostingPolicy) -> int:
    """Raised when the engine values the same moves differently: checkpoints of another version are not continued.

    Version 2, where layers move between locations and go back to their supplier at their own cost: they know their
    receipt after a transfer too. Everything else is as in version 1.
    """
    follows_receipts = policy.has_layers and policy.pool == "sku_location" and policy.returns_at == "receipt"
    return 2 if follows_receipts else 1


@dataclass(frozen=True)
class PoolState:
    """What a pool holds at the end of a day, exact; costs in ten-billionths, units in ten-thousandths."""

    on_hand: int = 0
    layers: tuple[tuple[int, Cost, str], ...] = ()
    """Units, cost and the inflow that brought them into the ledger, oldest first; none under averages."""
    average: Fraction = Fraction(0)
    last_unit: Cost | None = None
    brought: Cost = 0
    issued: Cost = 0
    charged: Cost = 0

    @property
    def value(self) -> Cost:
        """Cost of what is on hand."""
        whole, parts = 0, NOTHING
        for _, cost, _ in self.layers:
            if isinstance(cost, int):
                whole += cost
            else:
                parts = plus(parts, to_ratio(cost))
        value = whole + from_ratio(parts)
        return value + self.average * self.on_hand if self.average else value


@dataclass(frozen=True)
class Opening:
    """What is known when valuation begins: pools that are not named begin empty.

    A pool that is named and has no moves any more still holds that at the end.
    """

    states: Mapping[PoolKey, PoolState] = field(default_factory=dict)
    issue_costs: Mapping[str, Cost] = field(default_factory=dict)
    """Exact cost of earlier sales, by move_id, for their returns."""


@dataclass(frozen=True)
class Resumed:
    """Values of the moves, and what their pools hold at the end of a day."""

    valued: pl.DataFrame
    """ValuedMoves of the moves in their order, and `exact_cost` of sales where the unit cost is not all of it."""
    states: dict[PoolKey, PoolState]
    """Pools of the moves, and of the opening, that something can go on from."""
    open_pools: set[PoolKey]
    """Pools that owe units, or have a document under way: only their whole history tells."""
    circular_pools: set[PoolKey]
    """Pools whose goods went on before they were there: how that ends depends on their whole history."""


def settle_from(
    moves: pl.DataFrame, named: pl.DataFrame, policy: CostingPolicy, opening: Opening, day: date
) -> Resumed:
    """Value moves that follow an opening state.

    Args:
        moves: StockMoves: of a pool with an opening state what follows it, of any other all that it ever had.
        named: StockMoves before the opening that moves of pools with a state name as their source.
        policy: method and pool; not `standard`.
        opening: states of pools and costs of sales before.
        day: the end of it is the closing state.

    Returns:
        The same values, to the cent, as valuing all moves from the beginning.

    Raises:
        MoveProblems: moves that contradict each other.
    """
    read = _read(pl.concat([moves, named]), policy)
    rows = order_moves(read, policy)
    settled = rows.filter(~is_transfer) if policy.pool == "sku" else rows
    run = _begin(settled, moves.height, policy, day)
    found = _Found()
    loud = _settle_quiet(run, policy, opening, found)
    circular: set[PoolKey] = set()
    if loud:
        rest = settled.filter(pl.col("pool").is_in(list(loud)) | (pl.col("row") >= moves.height))
        circular = _settle_loud(_begin(rest, moves.height, policy, day), policy, opening, found)
    found.open_pools |= {run.keys[pool] for pool in _documents_under_way(settled, day)}
    with_moves = set(run.keys.values())
    found.states |= {key: state for key, state in opening.states.items() if key not in with_moves}
    reported = report(read, found.values).head(moves.height)
    return Resumed(
        reported.join(found.exact_costs(), on="move_id", how="left", validate="1:1", maintain_order="left"),
        {key: state for key, state in found.states.items() if key not in found.open_pools},
        found.open_pools,
        circular,
    )


@dataclass(frozen=True)
class _Run:
    """The moves as arrays, and what else is known of each."""

    rows: list[int]
    moves: LinkedMoves
    is_named: list[bool]
    boundary: int
    """Place of the first move after the day."""
    keys: dict[int, PoolKey]


class _Found:
    """What was found of the moves, and of their pools."""

    def __init__(self) -> None:
        self.values: list[pl.DataFrame] = []
        """VALUED in parts."""
        self._exact: dict[str, str] = {}
        self.states: dict[PoolKey, PoolState] = {}
        self.open_pools: set[PoolKey] = set()

    def take(self, run: _Run, settled: SettledMoves, exact: Mapping[int, Cost], is_found: Sequence[bool]) -> None:
        """Keep what some of the moves cost."""
        moves, units, unit_cost = run.moves, run.moves.units, settled.unit_millionths
        columns = {
            "row": run.rows,
            "cents": settled.cents,
            "unit_millionths": unit_cost,
            "provisional_cents": settled.provisional_cents,
            "is_provisional": settled.is_provisional,
            "expensed_cents": settled.expensed_cents,
        }
        frame = pl.DataFrame(columns, schema=VALUED | {"unit_millionths": pl.Int128})
        self.values.append(narrow(frame.filter(pl.Series(is_found, dtype=pl.Boolean))))
        for place, cost in exact.items():
            if is_found[place] and cost != (unit_cost[place] or 0) * units[place]:
                self._exact[moves.move_id[place]] = write_cost(cost)

    def exact_costs(self) -> pl.DataFrame:
        """`move_id` and `exact_cost` of issues whose cost is more than units at the unit cost that is shown."""
        columns = {"move_id": list(self._exact), "exact_cost": list(self._exact.values())}
        return pl.DataFrame(columns, schema={"move_id": pl.String, "exact_cost": pl.String})


def _begin(rows: pl.DataFrame, count: int, policy: CostingPolicy, day: date) -> _Run:
    """Moves in order as arrays; those of a row number from `count` on are only named."""
    return _Run(
        rows["row"].to_list(),
        link_moves(rows, policy, None),
        is_named=(rows["row"] >= count).to_list(),
        boundary=int((rows["moved_on"] <= day).sum()),
        keys=_pool_keys(rows.filter(pl.col("row") < count), policy),
    )


def _settle_quiet(run: _Run, policy: CostingPolicy, opening: Opening, found: _Found) -> set[int]:
    """Value the pools that keep to themselves.

    Returns:
        The other pools.
    """
    quiet, loud = split_quiet(run.moves, run.is_named, policy.has_layers)
    ids = run.moves.move_id
    named = {ids[place]: place for place, is_named in enumerate(run.is_named) if is_named}
    named_costs = {place: opening.issue_costs[name] for name, place in named.items() if name in opening.issue_costs}
    size = len(ids)
    settled = SettledMoves([0] * size, [None] * size, [None] * size, [False] * size, [0] * size)
    is_found, exact = [False] * size, dict[int, Cost]()
    for pool, places in quiet.items():
        state, result = opening.states.get(run.keys[pool], PoolState()), QuietResult()
        origins = Origins(named, ids)
        stock = _quiet_pool(state, policy.has_layers, origins)
        end = bisect_left(places, run.boundary)
        try:
            settle_quiet_pool(stock, places[:end], run.moves, named_costs, result)
            closing = _state_of(stock, origins)
            settle_quiet_pool(stock, places[end:], run.moves, named_costs, result)
        except NotQuietError:
            loud.add(pool)
            continue
        found.states[run.keys[pool]] = closing
        result.put_into(settled)
        exact |= {place: from_ratio(cost) for place, cost in result.exact_cost.items()}
        for place in places:
            is_found[place] = True
    found.take(run, settled, exact, is_found)
    return loud


def _quiet_pool(state: PoolState, has_layers: bool, origins: "Origins") -> QuietPool:
    """A pool in a state."""
    layers: list[HeldLayer] = [(units, cost, origins.number(origin)) for units, cost, origin in state.layers]
    last_unit = None if state.last_unit is None else to_ratio(state.last_unit)
    totals = [to_ratio(cost) for cost in (state.brought, state.issued, state.charged)]
    return QuietPool(has_layers, layers, 0, state.on_hand, to_ratio(state.average), last_unit, *totals)


def _state_of(pool: QuietPool, origins: "Origins") -> PoolState:
    """The state of a pool."""
    layers = tuple(
        (units, from_ratio(times(unit, units)) if isinstance(unit, tuple) else unit, origins.name(origin))
        for units, unit, origin in pool.layers[pool.first :]
    )
    average = Fraction(*pool.average) if pool.on_hand and not pool.has_layers else Fraction(0)
    last_unit = None if pool.last_unit is None else from_ratio(pool.last_unit)
    totals = [from_ratio(cost) for cost in (pool.brought, pool.issued, pool.charged)]
    return PoolState(pool.on_hand, layers, average, last_unit, *totals)


class Origins:
    """Inflows of layers as places among the moves; those that are not there have numbers below zero."""

    def __init__(self, named: Mapping[str, int], ids: Sequence[str]) -> None:
        self._named, self._ids = named, ids
        self._others: list[str] = []

    def number(self, origin: str) -> int:
        """Where an inflow stands."""
        if origin in self._named:
            return self._named[origin]
        self._others.append(origin)
        return -1 - len(self._others)

    def name(self, number: int) -> str:
        """The inflow that stands there."""
        return self._ids[number] if number >= 0 else self._others[-2 - number]


def _settle_loud(run: _Run, policy: CostingPolicy, opening: Opening, found: _Found) -> set[PoolKey]:
    """Value pools that depend on each other, or run short.

    Returns:
        Pools that handed over units which they owed.
    """
    last: list[_Resumption] = []

    def begin(known: dict[int, Piece], cut: dict[int, Cost | None]) -> Settlement:
        last[:] = [_Resumption(run, policy, opening, known, cut)]
        return last[0]

    settle_until_stable(begin)
    settlement, moves = last[0], run.moves
    found.take(run, settlement.settled, settlement.exact_cost, [not is_named for is_named in run.is_named])
    found.states |= settlement.closing
    found.open_pools |= {run.keys[pool] for pool in settlement.owing}
    return {run.keys[moves.pool[move]] for move in settlement.covered if moves.action[move] == HAND_OVER}


class _Resumption(Settlement):
    """A settlement that begins with states, leaves out what is only named, and remembers the states of one day."""

    def __init__(
        self,
        run: _Run,
        policy: CostingPolicy,
        opening: Opening,
        known: dict[int, Piece],
        cut: dict[int, Cost | None],
    ) -> None:
        new_stock = LayeredStock if policy.has_layers else AveragedStock
        super().__init__(run.moves, new_stock, policy.share_by, known, cut)
        self._run = run
        self.closing: dict[PoolKey, PoolState] = {}
        self.owing: set[int] = set()
        ids = run.moves.move_id
        named = {ids[move]: move for move, is_named in enumerate(run.is_named) if is_named}
        self._origins = Origins(named, ids)
        known_costs = opening.issue_costs
        self.exact_cost.update({move: known_costs[name] for name, move in named.items() if name in known_costs})
        for pool, key in run.keys.items():
            if (state := opening.states.get(key)) is not None:
                self.books[pool] = self._open(state, policy.has_layers)

    def run(self) -> None:
        """Settle up to the day, look at the pools, and settle the rest."""
        own = [move for move, is_named in enumerate(self._run.is_named) if not is_named]
        end = bisect_left(own, self._run.boundary)
        self.settle(own[:end])
        self.closing = {key: self._close(self.books[pool]) for pool, key in self._run.keys.items()}
        self.owing = {pool for pool in self._run.keys if self.books[pool].owed}
        self.settle(own[end:])
        self.find_leftovers()

    def _open(self, state: PoolState, has_layers: bool) -> PoolBook:
        """The book that a state was taken from."""
        stock: LayeredStock | AveragedStock
        if has_layers:
            numbered = [(units, cost, self._origins.number(origin)) for units, cost, origin in state.layers]
            layers = deque(Layer(units, cost, origin, origin) for units, cost, origin in numbered)
            value: Cost = shorten(sum((cost for _, cost, _ in state.layers), start=Fraction(0)))
            stock = LayeredStock(state.on_hand, value, state.last_unit, layers)
        else:
            stock = AveragedStock(None, state.on_hand, state.average, state.last_unit)
        return PoolBook(stock, deque(), state.brought, state.issued, state.charged)

    def _close(self, book: PoolBook) -> PoolState:
        """The state of a book."""
        stock = book.stock
        layers = stock.layers if isinstance(stock, LayeredStock) else ()
        average = stock.average if isinstance(stock, AveragedStock) else Fraction(0)
        return PoolState(
            stock.on_hand,
            tuple((layer.units, layer.cost, self._origins.name(layer.origin)) for layer in layers),
            average if stock.on_hand else Fraction(0),
            stock.last_unit,
            book.brought,
            book.issued,
            book.charged,
        )


def pool_key(policy: CostingPolicy) -> list[pl.Expr]:
    """Columns `sku`, `location`, `lot` of a move as its pool's key: empty where the pool does not look at them."""
    parts = {"sku": True, "location": policy.pool == "sku_location", "lot": policy.method == "specific"}
    return [
        (pl.col(name).cast(pl.String).fill_null("") if is_asked else pl.lit("")).alias(name)
        for name, is_asked in parts.items()
    ]


def _pool_keys(rows: pl.DataFrame, policy: CostingPolicy) -> dict[int, PoolKey]:
    """Key of each pool's number."""
    pools = rows.unique("pool").select("pool", *pool_key(policy))
    return {pool: (sku, location, lot) for pool, sku, location, lot in pools.iter_rows()}


def _documents_under_way(rows: pl.DataFrame, day: date) -> Iterable[int]:
    """Pools of documents with a side up to the day and another one after it."""
    is_before = pl.col("moved_on") <= day
    return (
        rows.filter(pl.col("document").is_not_null())
        .filter(is_before.any().over("document") & (~is_before).any().over("document"))["pool"]
        .unique()
        .to_list()
    )


def write_cost(cost: Cost) -> str:
    """An exact cost as text: a whole number of ten-billionths, or a fraction of them."""
    return str(cost)


def read_cost(text: str) -> Cost:
    """The cost that write_cost wrote."""
    numerator, _, denominator = text.partition("/")
    return Fraction(int(numerator), int(denominator)) if denominator else int(numerator)
