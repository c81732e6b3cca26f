"""The gate before Xero: units and value of the stock ledger against the source's own stock on hand."""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY, QUANTITY
from schemas.stock_counts import StockChecks


def choose_day(days: list[date], cut_off: date, most_days: int) -> date | None:
    """The day of the stated stock that serves a cut-off.

    Args:
        days: days on which the source stated its stock.
        cut_off: last day of the month.
        most_days: how far after the cut-off a day may lie; an API knows today only.

    Returns:
        The cut-off itself, else the nearest day after it; None: nothing can be compared.
    """
    fitting = [day for day in days if 0 <= (day - cut_off).days <= most_days]
    return min(fitting, default=None)


def compare_stock(
    moves: pl.LazyFrame, all_bookings: pl.LazyFrame, stated: pl.LazyFrame, period: date, cut_off: date, as_of: date
) -> pl.LazyFrame:
    """Units and value by SKU and location.

    Args:
        moves: StockMoves up to the day.
        all_bookings: Bookings up to the month, for the value at the cut-off.
        stated: StockOnHand of that day.
        period: first day of the month.
        cut_off: last day of the month; value is compared only where the stock was stated for it.
        as_of: day of the stated stock.

    Returns:
        StockChecks: every SKU and location that has units or value on either side.
    """
    keys = ["sku", "location"]
    counted = (
        moves.filter(pl.col("moved_on") <= as_of)
        .group_by("sku", pl.col("location").fill_null(""))
        .agg(pl.col("quantity").sum().cast(QUANTITY).alias("ledger_quantity"))
    )
    valued = all_bookings.group_by("sku", pl.col("location").fill_null("")).agg(
        pl.col("cost_amount").sum().cast(MONEY).alias("ledger_value")
    )
    given = stated.select(*keys, pl.col("quantity").alias("stated_quantity"), pl.col("value").alias("stated_value"))
    is_cut_off = as_of == cut_off
    joined = counted.join(given, on=keys, how="full", coalesce=True, validate="1:1")
    known = joined.join(valued, on=keys, how="left", validate="1:1").with_columns(
        pl.col("ledger_quantity").fill_null(0).cast(QUANTITY),
        pl.col("stated_quantity").fill_null(0).cast(QUANTITY),
        (pl.col("ledger_value").fill_null(0) if is_cut_off else pl.lit(None)).cast(MONEY).alias("ledger_value"),
        (pl.col("stated_value") if is_cut_off else pl.lit(None)).cast(MONEY).alias("stated_value"),
    )
    is_something = (pl.col("ledger_quantity") != 0) | (pl.col("stated_quantity") != 0)
    return (
        known.filter(is_something | (pl.col("ledger_value").fill_null(0) != 0))
        .with_columns(
            pl.lit(period).alias("period"),
            pl.lit(as_of).alias("as_of"),
            (pl.col("ledger_quantity") - pl.col("stated_quantity")).cast(QUANTITY).alias("quantity_difference"),
            (pl.col("ledger_value") - pl.col("stated_value")).cast(MONEY).alias("value_difference"),
        )
        .sort(*keys)
        .select(list(StockChecks.to_schema().columns))
    )
