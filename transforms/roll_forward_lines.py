"""The roll-forward as an analyst reads it: by account, category and movement, with what is billed and what is not."""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY, QUANTITY
from schemas.kinds import RENAMED_IN, RENAMED_OUT
from schemas.reporting import MOVEMENTS, RollForwardLines
from transforms.renames import is_renamed
from transforms.texts import fill

MOVEMENT_OF_KIND = {
    "opening": "adjustments",
    "receipt": "received_not_billed",
    "purchase_return": "received_not_billed",
    "landed_cost": "landed_billed",
    "assembly_in": "production",
    "assembly_out": "production",
    "transfer_in": "transfers",
    "transfer_out": "transfers",
    RENAMED_IN: "transfers",
    RENAMED_OUT: "transfers",
    "adjustment_in": "adjustments",
    "adjustment_out": "adjustments",
    "revaluation": "revaluation",
    "purchase_price_variance": "revaluation",
    "standard_revaluation": "revaluation",
    "sale": "cogs",
    "sale_return": "returns",
}
"""Which movement takes a kind of move; opening stock that comes to light in a later month was not in its opening."""

OPENING_FOUND = "Opening stock found later"
NO_REASON = "No reason given"
RENAMED = "SKU, location, category or account changed"
_KEYS = ["account_code", "category"]


def list_roll_forward(
    bookings: pl.LazyFrame,
    booked_before: pl.LazyFrame,
    billed: pl.LazyFrame,
    accrued: pl.LazyFrame,
    period: date,
    entity: str,
) -> pl.LazyFrame:
    """Roll every stock account and category forward over one month, movement by movement.

    Args:
        bookings: Bookings of the month.
        booked_before: Bookings of all earlier months, or sums of them by stock account and category: the opening.
        billed: `receipt_line_id` of received lines that a supplier's bill names at the cut-off.
        accrued: `charge_id` of landed charges whose bill is not there at the cut-off.
        period: first day of the month.
        entity: organisation whose books they are.

    Returns:
        RollForwardLines in stock units and base currency, with opening and closing for every account and category that
        has either or moves. What an earlier month's sale costs more or less now is `late_cost`; another correction of
        an earlier month stands in the movement that it corrects, so that transfers still net to zero.
    """
    opening = booked_before.select(
        pl.col("stock_account_code").fill_null("").alias("account_code"),
        "category",
        pl.lit("opening").alias("movement"),
        pl.lit("").alias("detail"),
        pl.col("moved_quantity").alias("quantity"),
        pl.col("cost_amount").alias("value_amount"),
    )
    month = _movements(bookings, billed, accrued)
    lines = _sum(pl.concat([opening, month]), [*_KEYS, "movement", "detail"])
    closing = _sum(lines, _KEYS).with_columns(pl.lit("closing").alias("movement"), pl.lit("").alias("detail"))
    zero_opening = _sum(lines.with_columns(pl.col("quantity", "value_amount") * 0), _KEYS).with_columns(
        pl.lit("opening").alias("movement"), pl.lit("").alias("detail")
    )
    order = ["account_code", "category", "movement", "detail", "quantity", "value_amount"]
    every = _sum(pl.concat([frame.select(order) for frame in (lines, zero_opening, closing)]), order[:4])
    is_end = pl.col("movement").is_in(["opening", "closing"])
    has_any = pl.any_horizontal(pl.col("quantity", "value_amount") != 0)
    steps = {name: number for number, name in enumerate(MOVEMENTS, start=1)}
    return (
        every.filter(has_any | (is_end & has_any.any().over(_KEYS)))
        .with_columns(
            pl.lit(period).alias("period"),
            pl.lit(entity).alias("entity"),
            pl.col("movement").replace_strict(steps, return_dtype=pl.Int64).alias("step"),
        )
        .sort("account_code", "category", "step", "detail")
        .select(list(RollForwardLines.to_schema().columns))
    )


def _movements(bookings: pl.LazyFrame, billed: pl.LazyFrame, accrued: pl.LazyFrame) -> pl.LazyFrame:
    """Each booking of the month with its movement and detail."""
    billed_moves = billed.select(
        fill("receipt:{}", "receipt_line_id").alias("move_id"), pl.lit(value=True).alias("is_billed")
    ).unique()
    accrued_charges = accrued.select(
        pl.col("charge_id").alias("document_id"), pl.lit(value=True).alias("is_accrued")
    ).unique()
    return (
        bookings.join(billed_moves, on="move_id", how="left", validate="m:1")
        .join(accrued_charges, on="document_id", how="left", validate="m:1")
        .select(
            pl.col("stock_account_code").fill_null("").alias("account_code"),
            "category",
            _movement().alias("movement"),
            _detail().alias("detail"),
            pl.col("moved_quantity").alias("quantity"),
            pl.col("cost_amount").alias("value_amount"),
        )
    )


def _movement() -> pl.Expr:
    kind = pl.col("kind")
    is_late_cost = kind.is_in(["sale", "sale_return"]) & pl.col("is_late") & (pl.col("moved_quantity") == 0)
    is_receipt = kind.is_in(["receipt", "purchase_return"])
    return (
        pl.when(is_renamed())
        .then(pl.lit("transfers"))
        .when(is_late_cost)
        .then(pl.lit("late_cost"))
        .when(pl.col("document_kind") == "production")
        .then(pl.lit("production"))
        .when(is_receipt & pl.col("is_billed").fill_null(value=False))
        .then(pl.lit("received_billed"))
        .when((kind == "landed_cost") & pl.col("is_accrued").fill_null(value=False))
        .then(pl.lit("landed_accrued"))
        .otherwise(kind.replace_strict(MOVEMENT_OF_KIND, return_dtype=pl.String))
    )


def _detail() -> pl.Expr:
    """Reason of an adjustment, type of a charge."""
    kind = pl.col("kind")
    is_adjustment = kind.is_in(["adjustment_in", "adjustment_out"]) & (pl.col("document_kind") != "production")
    return (
        pl.when(is_renamed())
        .then(pl.lit(RENAMED))
        .when(is_adjustment)
        .then(pl.col("reason").fill_null(NO_REASON))
        .when(kind == "opening")
        .then(pl.lit(OPENING_FOUND))
        .when(kind == "landed_cost")
        .then(pl.col("charge_type").fill_null(""))
        .otherwise(pl.lit(""))
    )


def _sum(lines: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    return lines.group_by(keys).agg(pl.col("quantity").sum().cast(QUANTITY), pl.col("value_amount").sum().cast(MONEY))
