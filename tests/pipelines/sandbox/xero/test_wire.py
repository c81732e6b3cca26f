"""Dates and amounts keep their value on the way out and back."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sandbox.xero.wire import (
    json_amount,
    parse_date,
    parse_instant,
    read_decimal,
    round_cents,
    text_amount,
    to_cents,
    xero_date,
)

LARGEST_CENTS = 999_999_999_999_999


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)))
def test_a_date_comes_back_as_it_went_out(day: date) -> None:
    assert parse_date(xero_date(day.isoformat())) == parse_date(day.isoformat()) == day


@given(st.integers(-LARGEST_CENTS, LARGEST_CENTS))
def test_cents_come_back_as_they_went_out(cents: int) -> None:
    assert to_cents(json.loads(json.dumps(json_amount(cents)), parse_float=Decimal)) == cents
    assert to_cents(Decimal(text_amount(cents))) == cents


def test_half_a_cent_is_rounded_away_from_zero() -> None:
    assert [round_cents(Decimal(text)) for text in ("0.005", "-0.005", "2.675", "1.0049")] == [1, -1, 268, 100]


def test_a_third_decimal_is_an_error_unless_it_is_zero() -> None:
    assert to_cents(Decimal("1.500")) == 150
    with pytest.raises(ValueError, match=r"1\.005 has more than 2 decimals"):
        to_cents(Decimal("1.005"))


@pytest.mark.parametrize("value", [True, None, "", "ten", "NaN", "Infinity", [], Decimal("1e15")])
def test_what_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not a number"):
        read_decimal(value)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "30/09/2026"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the text is the standard library's
        parse_date(text)


def test_an_instant_without_an_offset_is_in_utc() -> None:
    expected = datetime(2026, 10, 1, 8, 0, 1, tzinfo=UTC)
    for text in ("2026-10-01T08:00:01", "2026-10-01T10:00:01+02:00", "Thu, 01 Oct 2026 08:00:01 GMT"):
        assert parse_instant(text) == expected
