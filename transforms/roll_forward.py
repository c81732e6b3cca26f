"""The roll-forward: opening + moves = closing, by stock account and pool, in units and in base currency."""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY, QUANTITY
from schemas.kinds import RENAMED_IN, RENAMED_OUT
from schemas.policies import Pool
from schemas.stock import RollForward
from transforms.renames import is_renamed

KEYS = ["stock_account_code", "sku", "location"]
COLUMN_OF_KIND = {
    "opening": "adjustments",
    "receipt": "receipts",
    "purchase_return": "receipts",
    "landed_cost": "landed_cost",
    "assembly_in": "production",
    "assembly_out": "production",
    "transfer_in": "transfers",
    "transfer_out": "transfers",
    RENAMED_IN: "transfers",
    RENAMED_OUT: "transfers",
    "adjustment_in": "adjustments",
    "adjustment_out": "adjustments",
    "revaluation": "adjustments",
    "sale": "sales",
    "sale_return": "returns",
}
"""Which column takes a kind of move; opening stock that comes to light in a later month was not in its opening."""


def roll_forward(bookings: pl.LazyFrame, booked_before: pl.LazyFrame, period: date, pool: Pool) -> pl.LazyFrame:
    """Roll every stock account forward over one month.

    Args:
        bookings: Bookings of the month.
        booked_before: Bookings of all earlier months, or sums of them by stock account, SKU and location: the opening.
        period: first day of the month.
        pool: what shares a cost. Where that is the SKU a location has units but no cost of its own, so it stays null.

    Returns:
        RollForward, one row per stock account and pool, in units and base currency. Each row foots: opening
        and the columns of the month sum to closing, and opening is the closing of the month before. SKUs without stock
        and without moves are left out. A correction of an earlier month stands in `late_cost_value`, unless it changes
        a quantity: then quantity and value stand in the column of their kind. What goes from the old name of a SKU or
        location to the new one stands in the transfers.
    """
    summed = [*KEYS, "moved_quantity", "cost_amount", "column"]
    opening = booked_before.with_columns(pl.lit("opening").alias("column")).select(summed)
    month = bookings.with_columns(_column().alias("column")).select(summed)
    both = (
        pl.concat([opening, month])
        .with_columns(pl.col("location") if pool == "sku_location" else pl.lit(None, pl.String).alias("location"))
        .group_by([*KEYS, "column"])
        .agg(pl.col("moved_quantity").sum(), pl.col("cost_amount").sum())
    )
    columns = ["opening", *dict.fromkeys(COLUMN_OF_KIND.values()), "late_cost"]
    quantities = [_pick(column, "moved_quantity", QUANTITY).alias(f"{column}_quantity") for column in columns]
    values = [_pick(column, "cost_amount", MONEY).alias(f"{column}_value") for column in columns]
    rolled = both.group_by(KEYS).agg(
        *quantities,
        *values,
        pl.col("moved_quantity").sum().cast(QUANTITY).alias("closing_quantity"),
        pl.col("cost_amount").sum().cast(MONEY).alias("closing_value"),
    )
    amounts = [name for name in RollForward.to_schema().columns if name.endswith(("_quantity", "_value"))]
    return (
        rolled.with_columns(
            pl.lit(period).alias("period"), pl.col("stock_account_code").fill_null("").alias("account_code")
        )
        .filter(pl.any_horizontal([pl.col(name) != 0 for name in amounts]))
        .sort("account_code", "sku", "location")
        .select(list(RollForward.to_schema().columns))
    )


def _column() -> pl.Expr:
    """The column that a booking of the month stands in."""
    own = pl.col("kind").replace_strict(COLUMN_OF_KIND, return_dtype=pl.String)
    is_production = pl.col("document_kind") == "production"
    is_late_cost = pl.col("is_late") & (pl.col("moved_quantity") == 0)
    return (
        pl.when(is_renamed())
        .then(own)
        .when(is_late_cost)
        .then(pl.lit("late_cost"))
        .when(is_production)
        .then(pl.lit("production"))
        .otherwise(own)
    )


def _pick(column: str, amount: str, dtype: pl.DataType) -> pl.Expr:
    return pl.col(amount).filter(pl.col("column") == column).sum().cast(dtype)
