"""A table of the close pack before it is drawn: columns with their kind, rows as they stand in DuckDB, checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import polars as pl

Kind = Literal["text", "money", "quantity", "count", "date", "percent"]

MOST_ROWS = 100_000
"""Rows that a sheet shows one by one; the last one sums up what is beyond."""


@dataclass(frozen=True)
class PackColumn:
    """One column as a reader sees it."""

    name: str
    label: str
    kind: Kind = "text"
    is_summed: bool = False
    width: int = 14
    formula: str = ""
    """An Excel formula in which {name} is the cell of that column in the same row; the value comes from DuckDB."""


@dataclass(frozen=True)
class Term:
    """One side of a check: the sum of a column, of all rows or of those that hold some values."""

    table: str
    column: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sign: int = 1
    amount: Decimal | None = None
    """A figure of its own, in place of a column: what was signed."""


@dataclass(frozen=True)
class PackCheck:
    """What a table has to foot to: both sides are sums of columns, and their difference is 0.00."""

    label: str
    left: tuple[Term, ...]
    right: tuple[Term, ...]


@dataclass(frozen=True)
class PackTable:
    """One sheet of the workbook, one section of the page."""

    key: str
    title: str
    columns: tuple[PackColumn, ...]
    frame: pl.DataFrame
    note: str = ""
    checks: tuple[PackCheck, ...] = ()

    @property
    def column_names(self) -> list[str]:
        """Names in their order."""
        return [column.name for column in self.columns]

    def total(self, column: str) -> Decimal:
        """Sum of a column, 0 where it is empty."""
        return sum(self.frame[column].drop_nulls().to_list(), Decimal(0))


def make_table(
    key: str,
    title: str,
    columns: tuple[PackColumn, ...],
    frame: pl.DataFrame,
    note: str = "",
    checks: tuple[PackCheck, ...] = (),
    most: int = MOST_ROWS,
) -> PackTable:
    """A table of the rows as they are; what is beyond the most rows is summed up in one, so that totals still foot."""
    shown = frame.select([column.name for column in columns])
    if shown.height <= most:
        return PackTable(key, title, columns, shown, note, checks)
    rest = shown.slice(most)
    first_text = next(column.name for column in columns if column.kind == "text")
    summed = [column.name for column in columns if column.is_summed]
    row = rest.select(
        pl.lit(f"{rest.height:,} more rows").alias(name)
        if name == first_text
        else pl.col(name).sum()
        if name in summed
        else pl.lit(None, dtype).alias(name)
        for name, dtype in shown.schema.items()
    ).head(1)
    both = pl.concat([shown.head(most), row.cast(shown.schema)])
    return PackTable(key, title, columns, both, note, checks)


def sum_terms(terms: tuple[Term, ...], tables: Mapping[str, PackTable]) -> Decimal:
    """What the terms come to, computed from the tables' own rows."""
    total = Decimal(0)
    for term in terms:
        if term.amount is not None:
            total += term.amount * term.sign
            continue
        rows = tables[term.table].frame
        for column, values in term.where.items():
            rows = rows.filter(pl.col(column).is_in(list(values)))
        total += sum(rows[term.column].drop_nulls().to_list(), Decimal(0)) * term.sign
    return total


def failed_checks(tables: Mapping[str, PackTable]) -> list[PackCheck]:
    """Checks whose sides differ."""
    return [
        check
        for table in tables.values()
        for check in table.checks
        if sum_terms(check.left, tables) != sum_terms(check.right, tables)
    ]
