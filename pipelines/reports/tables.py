"""A table in words, as everything that people read is made of: the terminal, a page or an artifact draws it."""

from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl


@dataclass(frozen=True)
class ReportTable:
    """A table in words and formatted figures; how it is drawn is up to the terminal, the page or the artifact."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: frozenset[str] = frozenset()
    """Columns that hold figures and stand right."""
    strong_rows: frozenset[int] = field(default_factory=frozenset)
    """Rows that are totals."""
    note: str = ""


def money(amount: Decimal | None) -> str:
    """1,234.50; negative with a minus; nothing for null."""
    return "" if amount is None else f"{amount:,.2f}"


def quantity(amount: Decimal | None) -> str:
    """1,234.5 without zeros at the end."""
    if amount is None:
        return ""
    text = f"{amount:,.4f}".rstrip("0").rstrip(".")
    return text or "0"


def debit_and_credit(amount: Decimal) -> tuple[str, str]:
    """A signed amount in two columns; nothing at all is a debit of 0.00."""
    return (money(amount), "") if amount >= 0 else ("", money(-amount))


def total_of(amounts: pl.Series) -> Decimal:
    """Sum of a column of decimals, 0 where it is empty."""
    return sum(amounts.drop_nulls().to_list(), Decimal(0))
