"""Dates and times of a file as calendar days, and as an order inside the day.

A time without a zone keeps its order inside its day. A zoned time becomes its day in the chosen zone, and only the day
counts. In CSV all three are ISO 8601 text.
"""

from dataclasses import dataclass

import polars as pl

from pipelines.value_table.checks import Check, Reading, unusable
from pipelines.value_table.files import Table

DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
NAIVE, ZONED = TIME + "$", TIME + r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"
ISO = "Write 2026-09-30, 2026-09-30 14:05:00, or 2026-09-30T14:05:00+12:00."


@dataclass(frozen=True)
class DayReading:
    """How a column of dates or times is read."""

    day: Reading
    """As a calendar day, or as a time without a zone, whose order inside the day counts."""
    written: pl.Expr
    """The column as it is kept beside the results: for text, as date or time."""


def read_days(table: Table, name: str, time_zone: str) -> DayReading:
    """Read a column of dates, times, zoned times, or text of these.

    Args:
        table: holds the column.
        name: the column.
        time_zone: where zoned times become days.
    """
    column, dtype = pl.col(name), table.rows.collect_schema()[name]
    if dtype in (pl.Date, pl.Null):
        return DayReading(Reading(column.cast(pl.Date)), column)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        return DayReading(Reading(column.dt.convert_time_zone(time_zone).dt.date()), column)
    if isinstance(dtype, pl.Datetime):
        return DayReading(Reading(column.cast(pl.Datetime("us"))), column)
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return _from_text(table, name, time_zone)
    return DayReading(unusable(name, dtype, "date or time", pl.Date()), column)


def _from_text(table: Table, name: str, time_zone: str) -> DayReading:
    """ISO text: the way through times is taken only where there are times, because it is long."""
    text = pl.col(name).cast(pl.String).str.strip_chars()
    text = pl.when(text != "").then(text)
    forms = table.rows.select(
        naive=text.str.contains(NAIVE).any(), zoned=text.str.contains(ZONED).any(), dates=text.str.contains(DATE).any()
    )
    naive, zoned, dates = forms.collect().row(0)
    if zoned:
        is_unzoned = text.str.contains(NAIVE) | text.str.contains(DATE)
        mixed = Check(
            name, "it has no zone, and other times of the column have", "Give all a zone, or none.", is_unzoned
        )
        at = _zoned(text).dt.convert_time_zone(time_zone)
        checks = (_no_date(name, text, at, is_unzoned), *([mixed] if naive or dates else []))
        return DayReading(Reading(at.dt.date(), checks), at)
    day = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    if not naive:
        day = pl.when(text.str.contains(DATE)).then(day)
        return DayReading(Reading(day, (_no_date(name, text, day),)), day)
    at = _naive(text)
    return DayReading(Reading(at, (_no_date(name, text, at),)), at)


def without_midnights(moves: pl.DataFrame) -> pl.DataFrame:
    """Moves with dates where no time says more than its day, as some programs write dates."""
    if not isinstance(moves.schema.get("moved_on"), pl.Datetime):
        return moves
    day = pl.col("moved_on").cast(pl.Date)
    is_dates = moves.select((pl.col("moved_on") == day.cast(pl.Datetime("us"))).all()).item()
    return moves.with_columns(day) if is_dates else moves


def _no_date(name: str, text: pl.Expr, value: pl.Expr, is_told_already: pl.Expr | None = None) -> Check:
    is_broken = text.is_not_null() & value.is_null()
    return Check(name, "it is no date", ISO, is_broken if is_told_already is None else is_broken & ~is_told_already)


def _naive(text: pl.Expr) -> pl.Expr:
    """Dates and times without a zone, as times; a date is its midnight."""
    whole = pl.when(text.str.contains(DATE)).then(text + "T00:00:00").when(text.str.contains(NAIVE)).then(text)
    return _padded(whole).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us")


def _zoned(text: pl.Expr) -> pl.Expr:
    """Zoned times, in UTC: the zone is brought into the one form +HHMM."""
    zoned = pl.when(text.str.contains(ZONED)).then(text)
    zone = zoned.str.extract("(Z|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})$")
    time = _padded(zoned.str.strip_suffix(zone))
    zone = pl.when(zone == "Z").then(pl.lit("+0000")).otherwise(zone.str.replace(":", "").str.pad_end(5, "0"))
    return (time + zone).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", strict=False, time_unit="us")


def _padded(text: pl.Expr) -> pl.Expr:
    """One form for all times: a T before them, and seconds."""
    seconds = pl.when(text.str.len_chars() == 16).then(pl.lit(":00")).otherwise(pl.lit(""))
    return text.str.replace(" ", "T", literal=True) + seconds
