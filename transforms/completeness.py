"""Asks whether a month is all there: no COGS, no receipts for a while, far fewer rows than the month before.

Each of them once went unnoticed for months at a company: COGS journals that stopped, receipts that nobody entered
(cin7.md section 4, pains 18 and 21).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from schemas.dtypes import MONEY, QUANTITY
from schemas.policies import CompletenessPolicy
from transforms.periods import format_period

LEAST_ROWS = 20
"""Rows that a table must have had the month before: of a handful, half says nothing."""

_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "exception_kind": pl.String, "source_table": pl.String, "source_id": pl.String, "document_number": pl.String,
    "sku": pl.String, "subject": pl.String, "quantity": QUANTITY, "amount": MONEY, "happened_on": pl.Date,
}  # fmt: skip


@dataclass(frozen=True)
class MonthFacts:
    """What a month has, beside the month before."""

    sale_count: int
    """Sale lines of stocked products that moved or were invoiced in the month."""
    recognised: Decimal
    """COGS of the month, base currency."""
    recognised_before: Decimal
    """COGS of the month before."""
    last_received_on: date | None
    """Latest receipt up to the cut-off; None: there never was one."""
    row_counts: tuple[tuple[str, int, int], ...] = ()
    """Table, rows dated in the month, rows dated in the same days of the month before."""


def find_gaps(facts: MonthFacts, policy: CompletenessPolicy, period: date, cut_off: date) -> pl.LazyFrame:
    """What speaks against a month's being all there.

    Args:
        facts: counts and sums of the month and the one before.
        policy: from how few rows on, and after how many days without a receipt.
        period: first day of the month.
        cut_off: last day that counts.

    Returns:
        CloseExceptions without period, is_blocking and correction_id; the subject is the month, or table and month, so
        that a correction accepts it for that month alone.
    """
    month = format_period(period)
    rows: list[dict[str, object]] = []
    if facts.sale_count and facts.recognised_before and not facts.recognised:
        rows.append(_row("no_cogs", "close.bookings", month, facts.sale_count, facts.recognised_before))
    days = (cut_off - facts.last_received_on).days if facts.last_received_on else 0
    if policy.receipt_days and days >= policy.receipt_days:
        rows.append(_row("no_receipts", "core.receipt_lines", month, days))
    rows += [
        _row("fewer_rows", f"core.{table}", f"{table} {month}", now)
        for table, now, before in facts.row_counts
        if before >= LEAST_ROWS and now * 100 < before * policy.fewest_rows_percent
    ]
    return pl.LazyFrame(rows, schema=_SCHEMA)


def _row(kind: str, table: str, subject: str, quantity: int, amount: Decimal | None = None) -> dict[str, object]:
    return {
        "exception_kind": kind,
        "source_table": table,
        "source_id": subject,
        "document_number": None,
        "sku": None,
        "subject": subject,
        "quantity": Decimal(quantity),
        "amount": amount,
        "happened_on": None,
    }
