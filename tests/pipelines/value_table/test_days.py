"""Dates and times of files become days, in the zone that was asked for, and keep their order where they tell one."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines.value_table.days import read_days, without_midnights
from pipelines.value_table.files import Table

NO_DATE = "it is no date"


def read(values: pl.Series, zone: str = "UTC") -> list[date | str | None]:
    """The day or time, or what is wrong with it."""
    table = Table("moves", values.to_frame("moved_on").lazy(), is_text=True, path=Path("moves"), stamp=(0, 0))
    reading = read_days(table, "moved_on", zone).day
    found = table.rows.select(reading.value.alias("moved_on")).collect().to_series().to_list()
    for check in reading.checks:
        broken = table.rows.select(check.is_broken.fill_null(value=False)).collect().to_series()
        found = [check.found if is_broken else value for value, is_broken in zip(found, broken, strict=True)]
    return list(found)


def test_dates_are_read_as_iso_text_or_dates() -> None:
    assert read(pl.Series(["2026-09-30", " 2024-02-29 ", "", None])) == [
        date(2026, 9, 30), date(2024, 2, 29), None, None,
    ]  # fmt: skip
    assert read(pl.Series([date(2026, 9, 30)])) == [date(2026, 9, 30)]


@pytest.mark.parametrize(
    "text", ["30/09/2026", "2026-9-30", "2026-02-30", "20260930", "2026-09-30 25:00", "yesterday", "10000-01-01"]
)
def test_what_is_no_date_is_told(text: str) -> None:
    assert read(pl.Series([text])) == [NO_DATE]


def test_times_without_a_zone_keep_their_order() -> None:
    assert read(pl.Series(["2026-09-30", "2026-09-30 14:05", "2026-09-30T14:05:00.250"])) == [
        datetime(2026, 9, 30),  # noqa: DTZ001 a time without a zone is the subject
        datetime(2026, 9, 30, 14, 5),  # noqa: DTZ001
        datetime(2026, 9, 30, 14, 5, 0, 250_000),  # noqa: DTZ001
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-09-30T10:59:59Z", date(2026, 9, 30)),
        ("2026-09-30T11:00:00Z", date(2026, 10, 1)),
        ("2026-09-30 23:59:59.999999+13:00", date(2026, 9, 30)),
        ("2026-09-30T06:00-05", date(2026, 10, 1)),
        ("2026-09-30T06:00-0500", date(2026, 10, 1)),
    ],
)
def test_a_zoned_time_is_its_day_in_the_zone(text: str, day: date) -> None:
    assert read(pl.Series([text]), "Pacific/Auckland") == [day]


def test_zoned_columns_are_days_too() -> None:
    zoned = pl.Series(["2026-09-30T11:00:00Z"]).str.to_datetime(time_zone="UTC")
    assert read(zoned, "Pacific/Auckland") == [date(2026, 10, 1)]
    assert read(zoned) == [date(2026, 9, 30)]


def test_a_column_of_times_with_and_without_a_zone_is_told() -> None:
    found = read(pl.Series(["2026-09-30T11:00:00Z", "2026-09-30 11:00", "2026-09-30"]))
    assert found == [date(2026, 9, 30)] + ["it has no zone, and other times of the column have"] * 2


def test_another_type_is_told() -> None:
    assert read(pl.Series([20260930])) == ["Int64 is no date or time"]


def test_midnights_alone_are_dates() -> None:
    midnight, later = datetime(2026, 9, 30), datetime(2026, 9, 30, 1)  # noqa: DTZ001 without a zone is the subject
    assert without_midnights(pl.DataFrame({"moved_on": [midnight, None]}))["moved_on"].to_list() == [
        date(2026, 9, 30),
        None,
    ]
    assert without_midnights(pl.DataFrame({"moved_on": [midnight, later]}))["moved_on"].to_list() == [midnight, later]
