"""Brings amounts of received and billed lines to base currency at the rate of their own day (IAS 21.21)."""

import polars as pl

from schemas.dtypes import COST, RATE
from transforms.rounding import convert, convert_money, extend, round_money

_WIDE = pl.Decimal(38, 12)


def add_rates(lines: pl.LazyFrame, rates: pl.LazyFrame, day: str, base_currency: str) -> pl.LazyFrame:
    """Give each line the rate that turns its currency into base currency.

    Args:
        lines: rows with `currency_code`, `currency_rate` and a date column named by `day`.
        rates: CurrencyRates.
        day: the column whose day chooses the rate.
        base_currency: its rate is 1; a line without a currency is in base currency.

    Returns:
        The same rows in no particular order, with `is_base_currency` and `applied_rate`: the line's own rate, else the
        latest rate on or before the day, else null.
    """
    is_base = pl.col("currency_code").is_null() | (pl.col("currency_code") == base_currency)
    known = rates.select(
        "currency_code", pl.col("rate_date").alias(day), pl.col("currency_rate").alias("day_rate")
    ).sort(day)
    return (
        lines.sort(day, nulls_last=True)
        .join_asof(known, on=day, by="currency_code", strategy="backward", check_sortedness=False)
        .with_columns(
            pl.when(is_base)
            .then(pl.lit(1).cast(RATE))
            .otherwise(pl.coalesce("currency_rate", "day_rate"))
            .alias("applied_rate"),
            is_base.alias("is_base_currency"),
        )
        .drop("day_rate")
    )


def cost_receipts(receipts: pl.LazyFrame, rates: pl.LazyFrame, base_currency: str) -> pl.LazyFrame:
    """Cost each received line in base currency, at the rate of the day of receipt.

    Args:
        receipts: ReceiptLines.
        rates: CurrencyRates.
        base_currency: ISO 4217 code.

    Returns:
        The same rows with `applied_rate`, `is_base_currency` and `base_cost_amount` (Cost; null without a price or a
        rate): the line's own total in cents, converted and rounded once, where it has one; else quantity x price, with
        6 places.
    """
    foreign = extend(pl.col("quantity"), pl.col("unit_price"))
    at_price = pl.when("is_base_currency").then(foreign).otherwise(convert(foreign, pl.col("applied_rate")))
    total = pl.col("cost_amount")
    at_total = pl.when("is_base_currency").then(total).otherwise(convert_money(total, pl.col("applied_rate")))
    base = pl.when(total.is_not_null()).then(at_total.cast(COST)).otherwise(at_price)
    return add_rates(receipts, rates, "received_date", base_currency).with_columns(base.alias("base_cost_amount"))


def cost_bills(bills: pl.LazyFrame, rates: pl.LazyFrame, base_currency: str) -> pl.LazyFrame:
    """Bring each bill line to base currency as the ledger holds it: converted and rounded line by line to 2 places.

    Args:
        bills: BillLines.
        rates: CurrencyRates.
        base_currency: ISO 4217 code.

    Returns:
        The same rows with `applied_rate`, `is_base_currency` and `billed_amount` (Money; null without a rate).
    """
    return add_rates(bills, rates, "bill_date", base_currency).with_columns(
        pl.when("is_base_currency")
        .then(pl.col("line_amount"))
        .otherwise(round_money(pl.col("line_amount").cast(_WIDE) / xero_rate(pl.col("applied_rate")).cast(_WIDE)))
        .alias("billed_amount")
    )


def xero_rate(rate: pl.Expr) -> pl.Expr:
    """The rate as a bill in Xero carries it: foreign currency for one unit of base currency, 6 places.

    Xero keeps 6 decimals of CurrencyRate and divides by it (xero.md section 3), so the base amount of a bill follows
    this rounded rate and not the one it came from.
    """
    return (pl.lit(1).cast(_WIDE) / rate.cast(_WIDE)).round(6, mode="half_away_from_zero")
