"""Counts what a month has beside the month before, for the checks that it is all there."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from transforms.completeness import MonthFacts, find_gaps

DATED = {
    "sale_lines": "moved_date",
    "receipt_lines": "received_date",
    "bill_lines": "bill_date",
    "adjustment_lines": "adjustment_date",
    "transfer_lines": "dispatched_date",
    "production_lines": "produced_date",
}
"""The day that puts a row of each table into a month."""


def find_incomplete(close: CloseContext, warehouse: Warehouse) -> pl.LazyFrame:
    """Exceptions of a month that seems not to be all there: see transforms.completeness.

    Args:
        close: which month.
        warehouse: holds core and the bookings of this month and of earlier ones.
    """
    return find_gaps(_facts(close, warehouse), close.policy.completeness, close.period, close.cut_off)


def _facts(close: CloseContext, warehouse: Warehouse) -> MonthFacts:
    before = (close.period - timedelta(days=1)).replace(day=1)
    # of a month under way, the same days of the month before; of a whole one, all of it
    same_day = min(close.cut_off - close.period + before, close.period - timedelta(days=1))
    until = same_day if close.is_partial else close.period - timedelta(days=1)
    is_perpetual = close.policy.inventory_method == "perpetual"
    given = [close.period, close.cut_off]
    sold = "sku in (select sku from core.products where is_stocked) and status = 'approved' and"
    sold += " (moved_date between $1 and $2 or invoice_date between $1 and $2)"
    received = "select max(received_date) as day from core.receipt_lines where kind = 'receipt' and received_date <= $1"
    last: date | None = warehouse.query(received, [close.cut_off])["day"][0]
    return MonthFacts(
        sale_count=_count(warehouse, "sale_lines", sold, given) if is_perpetual else 0,
        recognised=_recognised(warehouse, close.period),
        recognised_before=_recognised(warehouse, before),
        last_received_on=last,
        row_counts=tuple(
            (
                table,
                _count(warehouse, table, f"{day} between $1 and $2", given),
                _count(warehouse, table, f"{day} between $1 and $2", [before, until]),
            )
            for table, day in DATED.items()
        ),
    )


def _count(warehouse: Warehouse, table: str, condition: str, given: list[date]) -> int:
    return int(warehouse.query(f"select count(*) as n from core.{table} where {condition}", given)["n"][0])


def _recognised(warehouse: Warehouse, period: date) -> Decimal:
    """COGS that a month booked for its own sales."""
    found = warehouse.query(
        "select coalesce(sum(recognised_amount), 0)::decimal(18, 2) as amount from close.bookings"
        " where period = ? and kind = 'sale' and not is_late_recognition",
        [period],
    )
    return Decimal(found["amount"][0])
