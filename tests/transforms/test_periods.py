"""Months, their bounds and their names."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.periods import (
    format_period,
    has_ended,
    last_day,
    name_period,
    next_period,
    parse_period,
    previous_period,
    today_in,
)

MONTHS = st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(lambda day: day.replace(day=1))


@given(MONTHS)
def test_a_month_survives_being_written_and_read(period: date) -> None:
    assert parse_period(format_period(period)) == period


@given(MONTHS)
def test_the_month_after_the_month_before_is_the_month(period: date) -> None:
    assert next_period(previous_period(period)) == period
    assert (next_period(period) - last_day(period)).days == 1


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-9", "26-09", "2026-09-01", "September", "", "2026-09\n"])
def test_anything_else_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month: write YYYY-MM, such as 2026-10"):
        parse_period(text)


def test_february_knows_leap_years() -> None:
    assert last_day(date(2024, 2, 1)) == date(2024, 2, 29)
    assert last_day(date(2100, 2, 1)) == date(2100, 2, 28)


def test_a_month_is_named_in_english() -> None:
    assert name_period(date(2026, 10, 1)) == "October 2026"


def test_today_depends_on_where_the_organisation_is() -> None:
    # noon on 30 September in UTC is 1 October, 1 a.m. in Auckland (UTC+13 since 27 September)
    noon = datetime(2026, 9, 30, 12, 0, tzinfo=UTC)
    assert today_in("Pacific/Auckland", noon) == date(2026, 10, 1)
    assert today_in("Europe/London", noon) == date(2026, 9, 30)


def test_a_month_ends_with_its_last_day_not_on_it() -> None:
    assert not has_ended(date(2026, 9, 1), date(2026, 9, 30))
    assert has_ended(date(2026, 9, 1), date(2026, 10, 1))
