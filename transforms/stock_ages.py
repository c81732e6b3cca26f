"""Stock and open receipts by age: what is on hand is what came in last, whatever cost formula values it."""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY, QUANTITY
from schemas.reporting import AGE_BANDS, GoodsReceivedNotInvoiced, StockAges
from transforms.costing.integers import to_money
from transforms.texts import fill

INFLOWS = ("opening", "receipt", "adjustment_in", "assembly_in", "sale_return")
"""Kinds of move that bring stock in. A transfer does not make stock younger."""

NO_RECEIPT = "no receipt"
LAST_DAY_OF_BAND = {"0-30": 30, "31-60": 60, "61-90": 90, "91-180": 180, "181-365": 365}
"""Age in days at which a band ends; what is older is in the last one."""


def age_stock(closing: pl.LazyFrame, inflows: pl.LazyFrame, products: pl.LazyFrame, cut_off: date) -> pl.LazyFrame:
    """Spread the closing stock of every SKU over the receipts that it can have come with, the latest first.

    Args:
        closing: RollForward of the month: closing units and value by stock account and SKU.
        inflows: `sku`, `moved_on`, `quantity` of moves of the kinds INFLOWS up to the cut-off.
        products: Products, for the category.
        cut_off: last day that counts.

    Returns:
        StockAges in stock units and base currency. The value of a SKU is spread by units, rounded as a running total,
        so that its bands sum to its closing value to the cent. What no receipt covers (stock below zero, value without
        units) stands in the band "no receipt".
    """
    keys = ["account_code", "sku"]
    on_hand = closing.group_by(["period", *keys]).agg(
        pl.col("closing_quantity").sum().cast(QUANTITY), pl.col("closing_value").sum().cast(MONEY)
    )
    by_day = (
        inflows.filter(pl.col("quantity") > 0)
        .group_by("sku", "moved_on")
        .agg(pl.col("quantity").sum().to_physical().cast(pl.Int128).alias("came_in"))
    )
    held = pl.col("closing_quantity").to_physical().cast(pl.Int128)
    up_to = pl.col("came_in").cum_sum().over(keys, order_by="moved_on", descending=True)
    upper = pl.min_horizontal(up_to, held)
    lower = pl.min_horizontal(up_to - pl.col("came_in"), held)
    covered = (
        on_hand.filter(pl.col("closing_quantity") > 0)
        .join(by_day, on="sku", how="inner")
        .with_columns(upper.alias("upper"), lower.alias("lower"), held.alias("held"))
        .filter(pl.col("upper") > pl.col("lower"))
        .with_columns(
            age_band(pl.lit(cut_off) - pl.col("moved_on")).alias("age_band"),
            (pl.col("upper") - pl.col("lower")).alias("units"),
            (_part("upper") - _part("lower")).alias("cents"),
        )
        .select("period", *keys, "age_band", "units", "cents")
    )
    every = pl.concat([covered, _not_covered(on_hand, covered, keys)])
    return (
        every.join(products.select("sku", "category"), on="sku", how="left", validate="m:1")
        .group_by("period", "account_code", "category", "age_band")
        .agg(pl.col("units").sum(), pl.col("cents").sum())
        .with_columns(_to_quantity(pl.col("units")).alias("quantity"), to_money(pl.col("cents")).alias("value_amount"))
        .filter(pl.any_horizontal(pl.col("quantity", "value_amount") != 0))
        .sort("account_code", "category", "age_band")
        .select(list(StockAges.to_schema().columns))
    )


def list_open_receipts(
    matched: pl.LazyFrame, bookings: pl.LazyFrame, receipts: pl.LazyFrame, period: date, cut_off: date
) -> pl.LazyFrame:
    """Goods received and not invoiced, line by line, with their age.

    Args:
        matched: result of match_bills at the cut-off.
        bookings: Bookings of receipts up to the month: their value in the ledger.
        receipts: ReceiptLines, for the day.
        period: first day of the month.
        cut_off: last day that counts.

    Returns:
        GoodsReceivedNotInvoiced, oldest first.
    """
    ledger = bookings.group_by("move_id", pl.col("stock_account_code").fill_null("").alias("account_code")).agg(
        pl.col("moved_quantity").sum().cast(QUANTITY).alias("quantity"),
        pl.col("cost_amount").sum().cast(MONEY).alias("value_amount"),
    )
    age = pl.lit(cut_off) - pl.col("received_date")
    return (
        matched.filter(pl.col("is_received") & ~pl.col("is_billed"))
        .join(receipts.select("receipt_line_id", "received_date"), on="receipt_line_id", how="left", validate="1:1")
        .with_columns(fill("receipt:{}", "receipt_line_id").alias("move_id"))
        .join(ledger, on="move_id", how="inner", validate="1:m")
        .filter(pl.any_horizontal(pl.col("quantity", "value_amount") != 0))
        .with_columns(
            pl.lit(period).alias("period"), age.dt.total_days().alias("age_days"), age_band(age).alias("age_band")
        )
        .sort("received_date", "purchase_number", "receipt_line_id")
        .select(list(GoodsReceivedNotInvoiced.to_schema().columns))
    )


def age_band(age: pl.Expr) -> pl.Expr:
    """The band of AGE_BANDS that a duration falls into."""
    days = age.dt.total_days()
    oldest = list(AGE_BANDS)[-1]
    band = pl.lit(oldest)
    for name, last_day in reversed(LAST_DAY_OF_BAND.items()):
        band = pl.when(days <= last_day).then(pl.lit(name)).otherwise(band)
    return band


def _not_covered(on_hand: pl.LazyFrame, covered: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Units and cents that no receipt stands for."""
    own = on_hand.select(
        "period",
        *keys,
        pl.lit(NO_RECEIPT).alias("age_band"),
        pl.col("closing_quantity").to_physical().cast(pl.Int128).alias("units"),
        pl.col("closing_value").to_physical().cast(pl.Int128).alias("cents"),
    )
    less = covered.with_columns(
        pl.lit(NO_RECEIPT).alias("age_band"),
        *[(0 - pl.col(name).cast(pl.Int128)).alias(name) for name in ("units", "cents")],
    )
    return pl.concat([own, less]).group_by("period", *keys, "age_band").agg(pl.col("units", "cents").sum())


def _part(units: str) -> pl.Expr:
    """Cents of the closing value that some of its units carry, half away from zero."""
    product = pl.col("closing_value").to_physical().cast(pl.Int128) * pl.col(units)
    return (product.abs() * 2 + pl.col("held")) // (pl.col("held") * 2) * product.sign()


def _to_quantity(units: pl.Expr) -> pl.Expr:
    """Whole ten-thousandths as Quantity."""
    return (units.cast(pl.Decimal(38, 4)) / 10_000).cast(QUANTITY)
