"""Books the month: what each move should have cost so far, less what earlier months booked of it."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.errors import DataProblem
from pipelines.steps.booked_places import find_booked_elsewhere, note_places
from pipelines.steps.context import CloseContext
from pipelines.steps.ledger_start import ledger_begins_on
from pipelines.steps.source_changes import find_horizon
from pipelines.warehouse import Warehouse
from schemas.checking import check
from schemas.stock import LandedCostAllocations, StockMoves, ValuedMoves
from transforms.bookings import book_period
from transforms.core_tables import CoreTables
from transforms.costing import MoveProblems, value_moves
from transforms.known_charges import allocate_known_charges
from transforms.periods import previous_period
from transforms.stock_moves import build_stock_moves

_VALUED = list(ValuedMoves.to_schema().columns)


@dataclass(frozen=True)
class Revalued:
    """What a valuation leaves for the bookings, so that they need not look it up."""

    changed: pl.DataFrame
    """`move_id` of moves that were changed, or valued otherwise, since the last close."""
    new: pl.DataFrame
    """`move_id` of moves that did not stand before."""
    moves: pl.DataFrame
    """StockMoves that were valued; some of them may have been valued as they were."""
    costs: pl.DataFrame
    """ValuedMoves of them."""


def book_month(
    close: CloseContext, warehouse: Warehouse, revalued: Revalued | None, last_period: date, last_cut_off: date
) -> None:
    """Replace the bookings of the month.

    A move can only book something if it or its value was changed since the last close, if the time between the two
    cut-offs has made it count, if a month between the two has booked it, or if it stands at another place now: its
    product has another category, or the rules another stock account for it.

    Args:
        close: period and cut-off.
        warehouse: holds the moves and their values as of the cut-off.
        revalued: what has changed since the last close; None: look at all.
        last_period: month of the last close.
        last_cut_off: its last day.
    """
    if revalued is None:
        moves, costs = warehouse.read("core.stock_moves"), warehouse.read("close.valued_moves").select(_VALUED)
        before = warehouse.read("close.bookings", "period < ?", [close.period])
    else:
        due = _due_moves(close, warehouse, last_cut_off)
        between = _booked_between(close, warehouse, last_period)
        elsewhere = find_booked_elsewhere(close, warehouse)
        others = pl.concat([revalued.changed, between, elsewhere]).unique().join(due, on="move_id", how="anti")
        moves = pl.concat([due, _find_moves(warehouse, others, revalued.moves)])
        costs = _costs_of(warehouse, moves, revalued.costs)
        new = revalued.new.join(between, on="move_id", how="anti")  # gone with a month that was closed again, then back
        before = _booked_before(close, warehouse, pl.concat([due.select("move_id"), others]), new)
    products = warehouse.read("core.products")
    _book(close, warehouse, moves, costs, products, before, close.period, close.cut_off)


def _due_moves(close: CloseContext, warehouse: Warehouse, last_cut_off: date) -> pl.DataFrame:
    """StockMoves that may count since the last cut-off."""
    first = min(last_cut_off, close.cut_off)
    # two queries, because DuckDB skips the days before for one condition, not for either of two
    moved = warehouse.query("from core.stock_moves where moved_on > ?", [first])
    recognised = warehouse.query("from core.stock_moves where recognised_on > ? and moved_on <= ?", [first, first])
    return pl.concat([moved, recognised])


def _booked_between(close: CloseContext, warehouse: Warehouse, last_period: date) -> pl.DataFrame:
    """`move_id` of what the months from one close to the other have booked."""
    if close.period <= last_period:
        between, periods = "period >= ? and period <= ?", [close.period, last_period]
    else:
        between, periods = "period > ? and period < ?", [last_period, close.period]
    return warehouse.query(f"select distinct move_id from close.bookings where {between}", periods)


def _find_moves(warehouse: Warehouse, ids: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """StockMoves of some ids: those that are known, and the others from the warehouse."""
    found = known.join(ids, on="move_id", how="semi")
    unknown = ids.join(found, on="move_id", how="anti")
    return pl.concat([found, warehouse.find("core.stock_moves", "move_id", unknown)])


def _costs_of(warehouse: Warehouse, moves: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """ValuedMoves of some moves, which have the same day in both tables."""
    found = known.join(moves, on="move_id", how="semi")
    others = moves.join(found, on="move_id", how="anti")
    earliest = others["moved_on"].min() or date.min
    rest = warehouse.find("close.valued_moves", "move_id", others, "moved_on >= ?", [earliest])
    return pl.concat([found, rest.select(_VALUED)])


def _booked_before(close: CloseContext, warehouse: Warehouse, ids: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Bookings of some moves in earlier months.

    A move that is new has none, unless it stood once and had vanished: then it was booked back, late and without a unit
    cost.
    That may have been in any month, this one among them, which was planned or refused while the move was not there.
    """
    once_there = warehouse.query(
        "select distinct move_id from close.bookings"
        " where unit_cost_applied is null and (is_late or is_late_recognition)"
    )
    without = new.join(once_there, on="move_id", how="anti")
    wanted = ids.join(without, on="move_id", how="anti")
    return warehouse.find("close.bookings", "move_id", wanted, "period < ?", [close.period])


def book_opening(close: CloseContext, warehouse: Warehouse, core: CoreTables, day: date) -> None:
    """Replace the bookings of the opening, as known on the day before the first month.

    Raises:
        DataProblem: moves that contradict each other (exit 3).
    """
    policy = close.policy
    known = allocate_known_charges(core, close.maps.charge_types, policy.base_currency, day)
    allocations = check(LandedCostAllocations, known)
    horizon = find_horizon(warehouse, policy.recognition, day)
    begins_on = ledger_begins_on(close, warehouse)
    built = build_stock_moves(
        core, allocations.lazy(), policy.recognition, policy.base_currency, horizon, begins_on=begins_on
    )
    moves = check(StockMoves, built)
    try:
        valued = check(ValuedMoves, value_moves(moves, policy.costing))
    except MoveProblems as error:
        raise DataProblem("The stock moves cannot be valued. Nothing was posted.", error.problems) from None
    period = previous_period(close.period)
    before = warehouse.read("close.bookings", "period < ?", [period])
    _book(close, warehouse, moves, valued, core.products.collect(), before, period, day)


def _book(
    close: CloseContext,
    warehouse: Warehouse,
    moves: pl.DataFrame,
    valued: pl.DataFrame,
    products: pl.DataFrame,
    before: pl.DataFrame,
    period: date,
    cut_off: date,
) -> None:
    """Replace the bookings of one month."""
    booked = book_period(
        moves.lazy(), valued.lazy(), products.lazy(), close.maps.accounts, before.lazy(), period, cut_off
    )
    warehouse.replace("close.bookings", booked.collect(), "period = ?", [period])
    # the digest of what the month had booked does not hold any more (purchase_changes)
    own = "topic = 'bookings' and period = $1 and bucket = $1::varchar"
    warehouse.execute(f"delete from close.entry_digests where {own}", [period])
    note_places(close, warehouse, period)
