"""Values the stock: documents to moves, moves to cents, cents to the bookings of the month."""

from datetime import date, timedelta

import polars as pl

from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from schemas.checking import check
from schemas.maps import MappingTables
from schemas.policies import ClosePolicy
from schemas.stock import Bookings, LandedCostAllocations, StockMoves, ValuedMoves
from transforms.bookings import book_period
from transforms.core_tables import CoreTables
from transforms.costing import value_moves
from transforms.currencies import cost_receipts
from transforms.landed_costs import allocate_charges
from transforms.periods import previous_period
from transforms.recognition import recognise_sales
from transforms.stock_moves import build_stock_moves

CORE_TABLES = list(CoreTables.__dataclass_fields__)


def read_core(warehouse: Warehouse) -> CoreTables:
    """Every source table of the warehouse."""
    return CoreTables(**{name: warehouse.read(f"core.{name}").lazy() for name in CORE_TABLES})


def value_stock(close: CloseContext, warehouse: Warehouse) -> pl.DataFrame:
    """Value every move up to the cut-off and book the month.

    Writes core.stock_moves, close.landed_cost_allocations and close.bookings of the month (and, in the first month,
    those of the opening that precedes it).

    Returns:
        ValuedMoves of all moves, for the steps that follow in the same run.
    """
    core, maps = read_core(warehouse), close.mappings.tables()
    allocations = check(LandedCostAllocations, allocate_known_charges(core, maps, close.policy, close.cut_off))
    horizon = _horizon(core, close.policy, close.cut_off)
    moves = check(
        StockMoves,
        build_stock_moves(core, allocations.lazy(), close.policy.recognition, close.policy.base_currency, horizon),
    )
    valued = check(ValuedMoves, value_moves(moves, close.policy.costing))
    with warehouse.transaction():
        warehouse.replace("core.stock_moves", moves)
        warehouse.replace("close.landed_cost_allocations", allocations)
        _book(close, warehouse, core, maps, moves, valued)
    return valued


def allocate_known_charges(core: CoreTables, maps: MappingTables, policy: ClosePolicy, cut_off: date) -> pl.LazyFrame:
    """Spread the charges dated up to the cut-off over the goods that had come in by then."""
    receipts = core.receipt_lines.filter(pl.col("received_date") <= cut_off)
    base_costs = cost_receipts(receipts, core.currency_rates, policy.base_currency).select(
        "receipt_line_id", pl.col("base_cost_amount").alias("amount")
    )
    charges = core.charges.filter(pl.col("charge_date") <= cut_off)
    return allocate_charges(charges, receipts, core.products, maps.charge_types.lazy(), base_costs)


def _book(
    close: CloseContext,
    warehouse: Warehouse,
    core: CoreTables,
    maps: MappingTables,
    moves: pl.DataFrame,
    valued: pl.DataFrame,
) -> None:
    """Replace the bookings of the month, and in the first month those of the opening before it."""

    def book(period: date, cut_off: date) -> None:
        before = warehouse.read("close.bookings", "period < ?", [period])
        booked = book_period(
            moves.lazy(), valued.lazy(), core.products, maps.accounts.lazy(), before.lazy(), period, cut_off
        )
        warehouse.replace("close.bookings", check(Bookings, booked), "period = ?", [period])

    if close.period == close.policy.first_period:
        book(previous_period(close.period), close.period - timedelta(days=1))
    book(close.period, close.cut_off)


def _horizon(core: CoreTables, policy: ClosePolicy, cut_off: date) -> date:
    """Last physical day that is needed: a sale recognised by the cut-off may have left later."""
    due = recognise_sales(core.sale_lines, policy.recognition).filter(pl.col("recognised_on") <= cut_off)
    latest = due.select(pl.col("moved_date").max()).collect().item()
    return max(cut_off, latest) if latest is not None else cut_off
