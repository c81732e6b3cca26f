"""Values the stock: documents to moves, moves to cents, cents to the bookings of the month."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipelines.errors import DataProblem
from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from schemas.checking import check
from schemas.maps import MappingTables
from schemas.policies import ClosePolicy
from schemas.stock import LandedCostAllocations, StockMoves, ValuedMoves
from transforms.bookings import book_period
from transforms.core_tables import CoreTables
from transforms.costing import MoveProblems, value_moves
from transforms.known_charges import allocate_known_charges
from transforms.periods import previous_period
from transforms.recognition import recognise_sales
from transforms.stock_moves import build_stock_moves

CORE_TABLES = list(CoreTables.__dataclass_fields__)


def read_core(warehouse: Warehouse) -> CoreTables:
    """Every source table of the warehouse."""
    return CoreTables(**{name: warehouse.read(f"core.{name}").lazy() for name in CORE_TABLES})


@dataclass(frozen=True)
class ValuedStock:
    """Every stock move up to a day, with its value as known on that day."""

    allocations: pl.DataFrame
    """LandedCostAllocations."""
    moves: pl.DataFrame
    """StockMoves."""
    valued: pl.DataFrame
    """ValuedMoves."""


def value_stock(close: CloseContext, warehouse: Warehouse) -> pl.DataFrame:
    """Value every move up to the cut-off and book the month.

    Writes core.stock_moves, close.landed_cost_allocations and close.bookings of the month (and, in the first month,
    those of the opening that precedes it, at the value known then: Xero's opening balance knew no more).

    Returns:
        ValuedMoves of all moves, for the steps that follow in the same run.
    """
    core, maps, policy = read_core(warehouse), close.maps, close.policy
    stock = _value_up_to(core, maps, policy, close.cut_off)
    opening_day = policy.first_period - timedelta(days=1)
    opening = _value_up_to(core, maps, policy, opening_day) if close.period == policy.first_period else None
    with warehouse.transaction():
        warehouse.replace("core.stock_moves", stock.moves)
        warehouse.replace("close.landed_cost_allocations", stock.allocations)
        if opening is not None:
            _book(warehouse, core, maps, opening, previous_period(close.period), opening_day)
        _book(warehouse, core, maps, stock, close.period, close.cut_off)
    return stock.valued


def _value_up_to(core: CoreTables, maps: MappingTables, policy: ClosePolicy, day: date) -> ValuedStock:
    """Value what is known on a day.

    Raises:
        DataProblem: moves that contradict each other (exit 3).
    """
    known = allocate_known_charges(core, maps.charge_types, policy.base_currency, day)
    allocations = check(LandedCostAllocations, known)
    horizon = _horizon(core, policy, day)
    built = build_stock_moves(core, allocations.lazy(), policy.recognition, policy.base_currency, horizon)
    moves = check(StockMoves, built)
    try:
        valued = value_moves(moves, policy.costing)
    except MoveProblems as error:
        raise DataProblem("The stock moves cannot be valued. Nothing was posted.", error.problems) from None
    return ValuedStock(allocations, moves, check(ValuedMoves, valued))


def _book(
    warehouse: Warehouse, core: CoreTables, maps: MappingTables, stock: ValuedStock, period: date, cut_off: date
) -> None:
    """Replace the bookings of one month."""
    before = warehouse.read("close.bookings", "period < ?", [period]).lazy()
    moves, valued = stock.moves.lazy(), stock.valued.lazy()
    booked = book_period(moves, valued, core.products, maps.accounts, before, period, cut_off)
    warehouse.replace("close.bookings", booked.collect(), "period = ?", [period])


def _horizon(core: CoreTables, policy: ClosePolicy, cut_off: date) -> date:
    """Last physical day that is needed: a sale recognised by the cut-off may have left later."""
    due = recognise_sales(core.sale_lines, policy.recognition).filter(pl.col("recognised_on") <= cut_off)
    latest = due.select(pl.col("moved_date").max()).collect().item()
    return max(cut_off, latest) if latest is not None else cut_off
