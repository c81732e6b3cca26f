"""Clearing accounts: freight, customs, goods received and not invoiced. What is open on them, by order and age."""

from datetime import date

import polars as pl

from schemas.closing import ClearingOrders
from schemas.dtypes import MONEY
from transforms.rounding import zero_money
from transforms.tie_out.window import Window

CUT_OFF_ROLES = ("goods_received_not_invoiced", "goods_in_transit", "shipped_not_invoiced")
"""Roles of the accounts that cut-off journals keep something on until the other document comes."""

BEFORE = "before the first month"


def open_orders(
    charges: pl.DataFrame,
    cleared: pl.DataFrame,
    opening_balances: pl.DataFrame,
    settled: pl.DataFrame,
    period: date,
    window: Window,
) -> pl.LazyFrame:
    """What stands open on each clearing account at the cut-off, by purchase order.

    Args:
        charges: result of expected_charges: what carriers and brokers bill.
        cleared: `account_code`, `order_number`, `party`, `opened_on`, `amount` (Money, debit positive): what our
            journals book on the account, by order.
        opening_balances: `account_code`, `amount`: Xero's balance of each clearing account on the opening day; one row
            for every clearing account.
        settled: `account_code`, `order_number`, `amount`: charges of the time before that were in stock by then,
            negative.
        period: first day of the month.
        window: the days between the opening balance and the trial balance.

    Returns:
        ClearingOrders, one row per account and order that was ever open; the open amounts of an account sum to the
        opening balance plus the charges inside the window plus what our journals book. What the opening balance holds
        beyond known orders has no order number.
    """
    due = charges.lazy().filter(pl.col("charge_date") <= window.cut_off)
    charged = due.select(
        "account_code",
        pl.col("purchase_number").alias("order_number"),
        pl.col("supplier").alias("party"),
        pl.col("charge_date").alias("opened_on"),
        pl.col("amount").alias("charged_amount"),
        zero_money().alias("cleared_amount"),
    )
    taken = pl.concat(
        [
            cleared.lazy().select("account_code", "order_number", "party", "opened_on", "amount"),
            settled.lazy().select(
                "account_code",
                "order_number",
                pl.lit(None, pl.String).alias("party"),
                pl.lit(None, pl.Date).alias("opened_on"),
                "amount",
            ),
        ]
    ).with_columns(zero_money().alias("charged_amount"), pl.col("amount").alias("cleared_amount"))
    before = _before(due, settled.lazy(), opening_balances.lazy(), window)
    columns = ["account_code", "order_number", "party", "opened_on", "charged_amount", "cleared_amount"]
    by_order = (
        pl.concat([charged.select(columns), taken.select(columns), before.select(columns)])
        .group_by("account_code", "order_number")
        .agg(
            pl.col("party").drop_nulls().first(),
            pl.col("opened_on").min(),
            pl.col("charged_amount").sum().cast(MONEY),
            pl.col("cleared_amount").sum().cast(MONEY),
        )
    )
    return _with_ages(by_order, period, window)


def _before(due: pl.LazyFrame, settled: pl.LazyFrame, balances: pl.LazyFrame, window: Window) -> pl.LazyFrame:
    """What Xero's opening balance holds beyond the orders that we know to have been open then."""
    known = pl.concat(
        [
            due.filter(pl.col("charge_date") <= window.opening_day).select("account_code", "amount"),
            settled.select("account_code", "amount"),
        ]
    )
    rest = pl.concat([balances.select("account_code", "amount"), known.select("account_code", -pl.col("amount"))])
    return (
        rest.group_by("account_code")
        .agg(pl.col("amount").sum().cast(MONEY).alias("charged_amount"))
        .filter(pl.col("charged_amount") != 0)
        .join(balances.select("account_code"), on="account_code", how="semi")
        .with_columns(
            pl.lit("").alias("order_number"),
            pl.lit(None, pl.String).alias("party"),
            pl.lit(window.opening_day).alias("opened_on"),
            zero_money().alias("cleared_amount"),
        )
    )


def _with_ages(by_order: pl.LazyFrame, period: date, window: Window) -> pl.LazyFrame:
    """The open amount, and how old it is at the cut-off."""
    days = (pl.lit(window.cut_off) - pl.col("opened_on")).dt.total_days()
    band = (
        pl.when(pl.col("order_number") == "")
        .then(pl.lit(BEFORE))
        .when(pl.col("age_days").fill_null(0) <= 30)
        .then(pl.lit("0-30 days"))
        .when(pl.col("age_days") <= 60)
        .then(pl.lit("31-60 days"))
        .when(pl.col("age_days") <= 90)
        .then(pl.lit("61-90 days"))
        .otherwise(pl.lit("over 90 days"))
    )
    return (
        by_order.with_columns(
            pl.lit(period).alias("period"),
            pl.max_horizontal(days, pl.lit(0)).cast(pl.Int64).alias("age_days"),
            (pl.col("charged_amount") + pl.col("cleared_amount")).cast(MONEY).alias("open_amount"),
        )
        .with_columns(band.alias("age_band"))
        .sort("account_code", "opened_on", "order_number", nulls_last=True)
        .select(list(ClearingOrders.to_schema().columns))
    )
