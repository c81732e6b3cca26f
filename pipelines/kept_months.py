"""The months whose journal entries the warehouse keeps, for whoever maps them again."""

from contextlib import suppress
from datetime import date

import polars as pl

from pipelines.errors import DataProblem, UsageProblem
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_published
from transforms.periods import format_period


def kept_months(warehouse: Warehouse) -> list[date]:
    """First days of the months with kept entries, oldest first."""
    return warehouse.query("select distinct period from close.journal_entries order by period")["period"].to_list()


def latest_month(settings: Settings) -> date | None:
    """The latest month with kept entries; None where there is no warehouse to read, or nothing in it yet."""
    with suppress(DataProblem), open_published(settings) as warehouse:
        months = kept_months(warehouse)
        return months[-1] if months else None
    return None


def read_entries(warehouse: Warehouse, first: date, last: date) -> pl.DataFrame:
    """KeptEntries of the months from the first to the last.

    Raises:
        UsageProblem: no entries are kept of any of them (exit 2).
    """
    entries = warehouse.read("close.journal_entries", "period between ? and ?", [first, last])
    if entries.is_empty():
        raise UsageProblem(_nothing_kept(kept_months(warehouse), first, last))
    return entries


def _nothing_kept(months: list[date], first: date, last: date) -> str:
    """Which months there are, and how to get the one that is asked for."""
    asked = format_period(first) if first == last else f"{format_period(first)} to {format_period(last)}"
    there = f"There are those of {', '.join(map(format_period, months))}." if months else "There are none at all."
    return (
        f"The warehouse holds no journal entries of {asked}. {there}\n"
        f"    They are kept when a month is planned or closed: tieout plan {format_period(last)}"
    )
