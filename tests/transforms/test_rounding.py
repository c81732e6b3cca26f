"""One function rounds money: half away from zero, exactly, whatever the sign."""

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.dtypes import COST, MONEY, QUANTITY, RATE, UNIT_COST
from transforms.rounding import convert, extend, round_cost, round_money

COSTS = st.decimals(min_value=-(10**12), max_value=10**12, places=6)


def compute(expression: pl.Expr, **columns: tuple[str, pl.DataType]) -> Decimal:
    """One value of an expression over a row of decimals."""
    row = pl.DataFrame({name: pl.Series([Decimal(text)], dtype=dtype) for name, (text, dtype) in columns.items()})
    value: Decimal = row.select(expression).item()
    return value


@pytest.mark.parametrize(
    ("cost", "money"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("0.015", "0.02"),  # a cast would give 0.02 here and 0.02 below: half to even
        ("0.025", "0.03"),
        ("0.004999", "0.00"),
        ("-2.675000", "-2.68"),
        ("1.994999", "1.99"),
    ],
)
def test_half_a_cent_is_rounded_away_from_zero(cost: str, money: str) -> None:
    assert compute(round_money(pl.col("cost")), cost=(cost, COST)) == Decimal(money)


@given(st.lists(COSTS, min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_rounding_is_what_decimal_calls_half_up(costs: list[Decimal]) -> None:
    rounded = pl.DataFrame({"cost": pl.Series(costs, dtype=COST)}).select(round_money(pl.col("cost"))).to_series()
    assert rounded.dtype == MONEY
    assert rounded.to_list() == [cost.quantize(Decimal("0.01"), ROUND_HALF_UP) for cost in costs]


def test_quantity_times_price_keeps_six_places() -> None:
    # 0.3333 x 0.333333 = 0.1110998889, so 0.111100
    product = compute(
        extend(pl.col("quantity"), pl.col("price")), quantity=("0.3333", QUANTITY), price=("0.333333", UNIT_COST)
    )
    assert str(product) == "0.111100"


def test_foreign_amounts_are_converted_before_they_are_rounded() -> None:
    # 100.000001 x 1.68152009 = 168.15201068152009, so 168.152011
    converted = compute(
        convert(pl.col("amount"), pl.col("rate")), amount=("100.000001", COST), rate=("1.68152009", RATE)
    )
    assert str(converted) == "168.152011"


def test_a_cost_of_more_places_is_rounded_to_six() -> None:
    wide = pl.Decimal(38, 10)
    assert str(compute(round_cost(pl.col("cost")), cost=("0.0000005", wide))) == "0.000001"
