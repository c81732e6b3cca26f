"""The one place where an amount is rounded: half away from zero, never by a cast.

Polars' `cast` to fewer places rounds half to even and DuckDB's rounds half up, so neither may round money.
"""

import polars as pl

from schemas.dtypes import COST, MONEY, QUANTITY

_WIDE = pl.Decimal(38, 10)
_WIDER = pl.Decimal(38, 14)


def round_money(amount: pl.Expr) -> pl.Expr:
    """Round a Decimal expression to 2 places, half away from zero."""
    return amount.round(2, mode="half_away_from_zero").cast(MONEY)


def round_cost(amount: pl.Expr) -> pl.Expr:
    """Round a Decimal expression to the 6 places of a cost before rounding, half away from zero."""
    return amount.round(6, mode="half_away_from_zero").cast(COST)


def extend(quantity: pl.Expr, unit_price: pl.Expr) -> pl.Expr:
    """Quantity (4 places) times price (6 places), rounded to 6 places.

    A product of Decimals keeps the larger scale of its factors, so one of them is widened to 10 places first.
    """
    return round_cost(quantity.cast(_WIDE) * unit_price)


def convert(amount: pl.Expr, rate: pl.Expr) -> pl.Expr:
    """Amount in foreign currency (6 places) times the rate (8 places), as base currency with 6 places."""
    return round_cost(amount.cast(_WIDER) * rate)


def convert_money(amount: pl.Expr, rate: pl.Expr) -> pl.Expr:
    """Cents in foreign currency times the rate (8 places): 10 places that are exact, rounded once to cents."""
    return round_money(amount.cast(_WIDE) * rate)


def zero_money() -> pl.Expr:
    """0.00 as money."""
    return pl.lit(0).cast(MONEY)


def zero_quantity() -> pl.Expr:
    """0.0000 as a quantity."""
    return pl.lit(0).cast(QUANTITY)
