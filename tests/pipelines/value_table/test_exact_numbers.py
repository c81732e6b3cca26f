"""Numbers of files become decimals exactly as they are written, or are told."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.value_table.exact_numbers import read_number
from schemas.dtypes import COST, QUANTITY, UNIT_COST

INEXACT = "the number has more than 4 decimals"
TOO_LARGE = "the number has more than 14 digits before the point"


def read(values: pl.Series, kept: pl.Decimal = QUANTITY) -> list[Decimal | str | None]:
    """The number, or what is wrong with it."""
    reading = read_number("number", values.dtype, kept)
    frame = values.to_frame("number")
    found = frame.select(reading.value.alias("number")).to_series().to_list()
    for check in reading.checks:
        broken = frame.select(check.is_broken.fill_null(value=False)).to_series()
        found = [check.found if is_broken else value for value, is_broken in zip(found, broken, strict=True)]
    return list(found)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"), ("+12.5", "12.5"), ("-0.0001", "-0.0001"), (".5", "0.5"), ("5.", "5"), (" 7 ", "7"),
        ("1.50000000", "1.5"), ("99999999999999.9999", "99999999999999.9999"), ("1e3", "1000"), ("1.2345E-0", "1.2345"),
        ("-2.5e-3", "-0.0025"), ("0e9", "0"),
    ],
)  # fmt: skip
def test_text_is_read_digit_by_digit(text: str, number: str) -> None:
    assert read(pl.Series([text])) == [Decimal(number)]


@pytest.mark.parametrize(
    "text", ["1,5", "1 000", "1.000,00", "nan", "NaN", "inf", "-Infinity", "abc", ".", "1.2.3", "0x10", "١٢", "1e"]
)
def test_what_is_no_number_is_told(text: str) -> None:
    assert read(pl.Series([text])) == ["it is no number"]


@pytest.mark.parametrize("text", ["0.00001", "1.23456", "-0.00005", "1e-5", "1.23456e0", "1e-30", "1.000000000001e-3"])
def test_digits_that_would_be_lost_are_told(text: str) -> None:
    assert read(pl.Series([text])) == [INEXACT]


@pytest.mark.parametrize("text", ["123456789012345", "1e14", "9" * 60])
def test_a_number_that_does_not_fit_is_told(text: str) -> None:
    assert read(pl.Series([text])) == [TOO_LARGE]


def test_nothing_stays_nothing() -> None:
    assert read(pl.Series(["", "  ", None])) == [None, None, None]
    assert read(pl.Series([None, None])) == [None, None]


def test_a_float_is_the_decimal_that_a_person_typed() -> None:
    assert read(pl.Series([0.1, 0.3, 1234567.8901, -0.0, 1e13])) == [
        Decimal("0.1"), Decimal("0.3"), Decimal("1234567.8901"), Decimal(0), Decimal(10) ** 13,
    ]  # fmt: skip
    assert read(pl.Series([0.1, 3.3], dtype=pl.Float32)) == [Decimal("0.1"), Decimal("3.3")]


def test_a_float_with_more_decimals_than_are_kept_is_told() -> None:
    assert read(pl.Series([1 / 3, 0.1 + 0.2, 1e-7])) == [INEXACT] * 3
    assert read(pl.Series([float("nan"), float("inf"), 1e30])) == ["it is not a finite number"] * 2 + [TOO_LARGE]


@pytest.mark.parametrize("number", [78.72762399999999, -7.1778129999999996, 790010300.4306929])
def test_a_float_one_bit_beside_a_decimal_is_not_that_decimal(number: float) -> None:
    assert read(pl.Series([number]), UNIT_COST) == ["the number has more than 6 decimals"]


def test_whole_numbers_and_wide_decimals_have_to_fit() -> None:
    assert read(pl.Series([7, -8])) == [Decimal(7), Decimal(-8)]
    assert read(pl.Series([10**15])) == [TOO_LARGE]
    wide = pl.Series(["1.5000000000", "1.0000100000"]).cast(pl.Decimal(38, 10))
    assert read(wide) == [Decimal("1.5"), INEXACT]


def test_another_type_is_told() -> None:
    assert read(pl.Series([True, None])) == ["Boolean is no number", None]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**13), max_value=10**13, places=4))
def test_text_and_float_of_up_to_15_digits_are_the_same_number(number: Decimal) -> None:
    if len(number.as_tuple().digits) <= 15:
        assert read(pl.Series([float(number)])) == [number]
    assert read(pl.Series([format(number, "f")])) == [number]


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9))
def test_a_float_is_its_shortest_text_or_is_told(number: float) -> None:
    shortest = Decimal(repr(number))
    is_kept = shortest == shortest.quantize(Decimal("0.000001"))
    (found,) = read(pl.Series([number]), UNIT_COST)
    assert found == (shortest if is_kept else "the number has more than 6 decimals")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**21), max_value=10**21, places=6))
def test_an_amount_keeps_all_its_28_digits(number: Decimal) -> None:
    assert read(pl.Series([format(number, "f")]), COST) == [number]
