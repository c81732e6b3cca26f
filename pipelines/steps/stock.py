"""Values the stock: changed documents to moves, moves to cents, cents to the bookings of the month.

A close goes on from the closing layers of the one before: it reads the documents that are new or changed, and values
the pools that they touch. What it leaves is what valuing everything from the beginning would leave.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from pipelines.errors import DataProblem
from pipelines.steps.bookings import Revalued, book_month, book_opening
from pipelines.steps.checkpoints import (
    Checkpoint,
    keep_checkpoint,
    measure_restatement,
    read_checkpoint,
    read_opening,
    read_states_of,
    state_day_of,
)
from pipelines.steps.context import CloseContext
from pipelines.steps.ledger_start import ledger_begins_on, stop_on_jobs_over_opening
from pipelines.steps.move_lookups import find_moves, find_prior_moves, read_pools
from pipelines.steps.source_changes import CORE_TABLES, SourceChanges, find_changes, find_horizon, keep_digests
from pipelines.warehouse import Warehouse
from schemas.checking import check
from schemas.frames import dtypes_of
from schemas.stock import LandedCostAllocations, MoveCosts, StockMoves, ValuedMoves
from transforms.core_tables import CoreTables
from transforms.costing import MoveProblems
from transforms.costing.checkpoints.continuing import Opening, PoolState, Resumed, pool_key, settle_from
from transforms.costing.checkpoints.resumption import (
    KEY,
    connect_pools,
    find_pools_from_history,
    find_starts,
    with_connected,
)
from transforms.known_charges import allocate_known_charges
from transforms.move_changes import MoveChanges, compare_moves
from transforms.stock_moves import build_stock_moves

_COSTS = list(MoveCosts.to_schema().columns)
_VALUED = list(ValuedMoves.to_schema().columns)


def read_core(warehouse: Warehouse) -> CoreTables:
    """Every source table of the warehouse."""
    return CoreTables(**{name: warehouse.read(f"core.{name}").lazy() for name in CORE_TABLES})


@dataclass(frozen=True)
class ValuedStock:
    """What a valuation did."""

    move_count: int
    """Moves that were valued again."""
    pool_count: int
    """Pools that were valued from their whole history."""
    restated: pl.DataFrame
    """What a rebuild changed of earlier months (checkpoints.measure_restatement); empty otherwise."""


def value_stock(close: CloseContext, warehouse: Warehouse, *, rebuild: bool = False) -> ValuedStock:
    """Value what is new or changed up to the cut-off, and book the month.

    Brings core.stock_moves, close.landed_cost_allocations and close.valued_moves up to date, writes close.bookings of
    the month and a checkpoint. In the first month it also books the opening that precedes it, at the value known then:
    Xero's opening balance knew no more.

    Args:
        close: which month, up to which day, under which policies.
        warehouse: holds core.
        rebuild: value everything from the beginning, whatever stands.

    Raises:
        DataProblem: moves that contradict each other, jobs that reach over the beginning of the ledger, or closing
            layers of other policies (exit 3).
    """
    with warehouse.transaction():
        before = read_checkpoint(close, warehouse, rebuild=rebuild)
        horizon = find_horizon(warehouse, close.policy.recognition, close.cut_off)
        stop_on_jobs_over_opening(close, warehouse, horizon)
        is_from_start = before.state_day == Checkpoint().state_day
        found = find_changes(close, warehouse, close.cut_off, horizon, before.horizon, everything=is_from_start)
        was = warehouse.read("close.valued_moves") if rebuild else pl.DataFrame(schema=dtypes_of(MoveCosts))
        before = Checkpoint(before.number) if found.is_everything else before
        moves = _bring_moves_up_to_date(close, warehouse, found, horizon)
        done = _value(close, warehouse, before, moves, horizon, rebuild=rebuild)
        keep_digests(warehouse)
        if close.period == close.policy.first_period:
            book_opening(close, warehouse, read_core(warehouse), close.policy.first_period - timedelta(days=1))
        book_month(
            close,
            warehouse,
            None if found.is_everything else _revalued(moves, done, found.standing),
            before.period,
            before.cut_off,
        )
    up_to = was["moved_on"].max() if was.height else None
    after = warehouse.read("close.valued_moves") if rebuild else was
    restated = measure_restatement(was, after, up_to if isinstance(up_to, date) else close.cut_off)
    return ValuedStock(done.move_count, done.pool_count, restated)


def _revalued(changes: MoveChanges, done: "_Done", standing: pl.DataFrame) -> Revalued:
    """What the bookings have to look at."""
    moves = done.moves.join(changes.written, on="move_id", how="anti")
    return Revalued(
        pl.concat([changes.move_ids, done.changed_ids]).unique(),
        changes.written.select("move_id").join(standing, on="move_id", how="anti"),
        pl.concat([moves, changes.written]),
        done.costs,
    )


def _bring_moves_up_to_date(
    close: CloseContext, warehouse: Warehouse, found: SourceChanges, horizon: date
) -> MoveChanges:
    """Build the moves of changed rows again; write core.stock_moves and close.landed_cost_allocations."""
    policy = close.policy
    known = allocate_known_charges(found.core, close.maps.charge_types, policy.base_currency, close.cut_off)
    allocations = check(LandedCostAllocations, known)
    built = build_stock_moves(
        found.core,
        allocations.lazy(),
        policy.recognition,
        policy.base_currency,
        horizon,
        _other_originals(warehouse, found),
        ledger_begins_on(close, warehouse),
    )
    changes = compare_moves(check(StockMoves, built), found.standing)
    if found.is_everything:
        warehouse.execute("delete from close.landed_cost_allocations")
    _write(warehouse, "core.stock_moves", changes.gone, changes.written)
    with warehouse.offering("changed_charges", found.charge_ids):
        warehouse.execute("delete from close.landed_cost_allocations where charge_id in (from changed_charges)")
    warehouse.append("close.landed_cost_allocations", allocations)
    return changes


def _other_originals(warehouse: Warehouse, found: SourceChanges) -> pl.LazyFrame | None:
    """`move_id` of standing moves, beside those that are built again, which the changed returns name."""
    if found.is_everything:
        return None
    named = [
        found.core.sale_lines.select(move_id=pl.format("sale:{}", "returned_sale_line_id")),
        found.core.receipt_lines.select(move_id=pl.format("receipt:{}", "returned_receipt_line_id")),
    ]
    own = [
        found.core.sale_lines.select(move_id=pl.format("sale:{}", "sale_line_id")),
        found.core.receipt_lines.select(move_id=pl.format("receipt:{}", "receipt_line_id")),
    ]
    wanted = pl.concat(named).drop_nulls().unique().join(pl.concat(own), on="move_id", how="anti")
    ids = wanted.collect().join(found.standing, on="move_id", how="anti")
    return find_moves(warehouse, ids, date.max).select("move_id").lazy()


def _write(warehouse: Warehouse, table: str, gone: pl.DataFrame, rows: pl.DataFrame) -> None:
    """Take moves out of a table, by their ids and the days that they have there, and put others in."""
    if gone.height:
        days = [gone["moved_on"].min(), gone["moved_on"].max()]
        with warehouse.offering("gone_moves", gone.select("move_id")):
            # the days first: DuckDB skips what lies outside of them
            warehouse.execute(
                f"delete from {table} where moved_on between ? and ? and move_id in (from gone_moves)", days
            )
    if rows.height:
        warehouse.append(table, rows)


@dataclass(frozen=True)
class _Done:
    changed_ids: pl.DataFrame
    moves: pl.DataFrame
    costs: pl.DataFrame
    move_count: int
    pool_count: int


def _value(
    close: CloseContext, warehouse: Warehouse, before: Checkpoint, changes: MoveChanges, horizon: date, *, rebuild: bool
) -> _Done:
    """Value the pools with moves after the checkpoint, and those whose history has changed."""
    policy, day = close.policy.costing, state_day_of(close)
    if changes.touched.is_empty() and (day, horizon) == (before.state_day, before.horizon):
        return _nothing_done(warehouse)
    recent = warehouse.query("from core.stock_moves where moved_on > ?", [before.state_day])
    pools = warehouse.read("close.pool_checkpoints")
    pools = pools.clear() if before == Checkpoint(before.number) else pools
    again = find_pools_from_history(
        changes.touched,
        recent,
        find_prior_moves(policy, warehouse, changes, recent, before.state_day),
        pools,
        policy,
        before.state_day,
    )
    starts = find_starts(again, pools, read_states_of(warehouse, again))
    while True:
        pasts = again.select(KEY).join(starts, on=KEY, how="left", validate="1:1")
        moves, resumed = _settle(close, warehouse, before, recent, pasts, day)
        circular = pl.DataFrame(list(resumed.circular_pools), schema=dict.fromkeys(KEY, pl.String), orient="row")
        whole = pasts.filter(pl.col("start_day").is_null())
        more = with_connected(circular, pools).join(whole, on=KEY, how="anti").join(pools, on=KEY, how="semi")
        if more.is_empty():
            break
        starts = starts.join(more, on=KEY, how="anti")
        again = pl.concat([again.select(KEY), more]).unique()
    changed = _write_costs(
        warehouse, moves, resumed, changes, before.state_day, is_all=before.state_day == Checkpoint().state_day
    )
    components = connect_pools(moves, pools, policy)
    if before.state_day == Checkpoint().state_day:
        warehouse.execute("delete from close.pool_checkpoints")
    keep_checkpoint(close, warehouse, before, resumed, components, pasts, horizon, rebuild=rebuild)
    return _Done(changed, moves, resumed.valued.select(_VALUED), resumed.valued.height, again.height)


def _nothing_done(warehouse: Warehouse) -> _Done:
    """Nothing to value."""
    moves, costs = (warehouse.query(f"from {name} limit 0") for name in ("core.stock_moves", "close.valued_moves"))
    return _Done(moves.select("move_id"), moves, costs.select(_VALUED), 0, 0)


def _settle(
    close: CloseContext,
    warehouse: Warehouse,
    before: Checkpoint,
    recent: pl.DataFrame,
    pasts: pl.DataFrame,
    day: date,
) -> tuple[pl.DataFrame, Resumed]:
    """Value the recent moves from the closing layers, and some pools from an earlier state or their whole history.

    Args:
        close: policies.
        warehouse: an open transaction of it.
        before: the last checkpoint.
        recent: StockMoves after it.
        pasts: `sku`, `location`, `lot`, `start_day`, `checkpoint` of those pools (find_starts; both null: all).
        day: the end of it is the closing state.

    Returns:
        StockMoves that were valued, and behind them those before the checkpoint that they name; their values.
    """
    policy = close.policy.costing
    keyed = recent.with_columns(expr.alias(f"pool_{name}") for name, expr in zip(KEY, pool_key(policy), strict=True))
    renamed = pasts.select(pl.col(name).alias(f"pool_{name}") for name in KEY)
    later = keyed.join(renamed, on=renamed.columns, how="anti")
    history = read_pools(warehouse, pasts, policy)
    moves = pl.concat([later.select(recent.columns), history])
    named = _named_before(warehouse, moves, before.state_day)
    resumable = later.select(pl.col(f"pool_{name}").alias(name) for name in KEY).unique()
    opening = (
        _read_opening(warehouse, resumable, pasts, named) if before.state_day > Checkpoint().state_day else Opening()
    )
    try:
        resumed = settle_from(moves, named, policy, opening, day)
    except MoveProblems as error:
        raise DataProblem("The stock moves cannot be valued. Nothing was posted.", error.problems) from None
    return pl.concat([moves, named]), resumed


def _read_opening(warehouse: Warehouse, resumable: pl.DataFrame, pasts: pl.DataFrame, named: pl.DataFrame) -> Opening:
    """The latest states of some pools and earlier ones of others; nothing in those valued from their beginning.

    These are named too: all that a pool ever had can vanish, and then its latest state must not be gone on from.
    """
    standing = warehouse.read("close.pool_checkpoints")
    latest = standing.join(resumable, on=KEY, how="semi")
    columns = [*KEY, "checkpoint"]
    known = read_opening(
        warehouse, pl.concat([latest.select(columns), pasts.select(columns).drop_nulls("checkpoint")]), named
    )
    begun = pasts.filter(pl.col("checkpoint").is_null()).join(standing, on=KEY, how="semi").select(KEY)
    return replace(
        known, states={**known.states, **{(sku, place, lot): PoolState() for sku, place, lot in begun.rows()}}
    )


def _named_before(warehouse: Warehouse, moves: pl.DataFrame, day: date) -> pl.DataFrame:
    """Moves up to the checkpoint that others name as their source, and that are not valued again."""
    ids = moves.select(move_id="source_move_id").drop_nulls().unique().join(moves, on="move_id", how="anti")
    return find_moves(warehouse, ids, day)


def _write_costs(
    warehouse: Warehouse, moves: pl.DataFrame, resumed: Resumed, changes: MoveChanges, day: date, *, is_all: bool
) -> pl.DataFrame:
    """Write the values that are new or different.

    Returns:
        `move_id` of those moves.
    """
    facts = moves.select("move_id", "sku", "moved_on")
    costs = resumed.valued.join(facts, on="move_id", how="left", validate="1:1").select(_COSTS)
    if is_all:
        warehouse.replace("close.valued_moves", costs)
        return costs.select("move_id")
    standing = warehouse.query("from close.valued_moves where moved_on > ?", [day])
    older = costs.filter(pl.col("moved_on") <= day)
    again = pl.concat([rows.select("move_id", "moved_on") for rows in (older, changes.touched)])
    again = again.filter(pl.col("moved_on") <= day)
    if again.height:
        # a row that stands has the day that it had when it was valued: that of the move as it is, or as it was
        days = [again["moved_on"].min(), day]
        earlier = warehouse.find("close.valued_moves", "move_id", again, "moved_on between ? and ?", days)
        standing = pl.concat([standing, earlier])
    new = costs.join(standing, on=_COSTS, how="anti", nulls_equal=True)
    vanished = changes.gone.join(changes.written, on="move_id", how="anti")
    old = standing.join(new, on="move_id", how="semi").select("move_id", "moved_on")
    _write(warehouse, "close.valued_moves", pl.concat([old, vanished]), new)
    return new.select("move_id")
