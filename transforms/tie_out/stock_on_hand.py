"""The gate before Xero: units and value of the stock ledger against the source's own stock on hand."""

from datetime import date, timedelta

import polars as pl

from schemas.dtypes import MONEY, QUANTITY
from schemas.stock_counts import StockChecks
from transforms.rounding import zero_quantity


def choose_day(days: list[date], cut_off: date, most_days: int | None = None) -> date | None:
    """The day of the stated stock that serves a cut-off.

    Args:
        days: days on which the source stated its stock.
        cut_off: last day of the month.
        most_days: how far after the cut-off a day may lie; None: any, since an API knows today only and the ledger is
            carried on to that day.

    Returns:
        The cut-off itself, else the nearest day after it; None: nothing can be compared.
    """
    last = date.max if most_days is None else cut_off + timedelta(days=most_days)
    fitting = [day for day in days if cut_off <= day <= last]
    return min(fitting, default=None)


def compare_stock(
    moves: pl.LazyFrame, all_bookings: pl.LazyFrame, stated: pl.LazyFrame, period: date, cut_off: date, as_of: date
) -> pl.LazyFrame:
    """Units and value by SKU and location.

    After the cut-off the source may have stated its units in the course of the day: they fit where they are those of
    the end of that day, or of the day before.

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
    on_the_day = pl.when(pl.col("moved_on") == as_of).then("quantity").otherwise(zero_quantity())
    counted = (
        moves.filter(pl.col("moved_on") <= as_of)
        .group_by("sku", pl.col("location").fill_null(""))
        .agg(
            pl.col("quantity").sum().cast(QUANTITY).alias("ledger_quantity"),
            (pl.col("quantity").sum() - on_the_day.sum()).cast(QUANTITY).alias("quantity_before"),
        )
    )
    valued = all_bookings.group_by("sku", pl.col("location").fill_null("")).agg(
        pl.col("cost_amount").sum().cast(MONEY).alias("ledger_value")
    )
    given = stated.select(*keys, pl.col("quantity").alias("stated_quantity"), pl.col("value").alias("stated_value"))
    is_cut_off = as_of == cut_off
    joined = counted.join(given, on=keys, how="full", coalesce=True, validate="1:1")
    is_of_before = pl.lit(not is_cut_off) & (
        pl.col("quantity_before").fill_null(0) == pl.col("stated_quantity").fill_null(0)
    )
    settled = joined.with_columns(
        pl.when(is_of_before).then("quantity_before").otherwise("ledger_quantity").alias("ledger_quantity")
    )
    known = settled.join(valued, on=keys, how="left", validate="1:1").with_columns(
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
