"""Lists what the COGS of a month leaves out, line by line, with its value and the rule that left it out."""

from datetime import date

import polars as pl

from schemas.closing import LeftOut
from schemas.dtypes import MONEY, QUANTITY
from schemas.policies import RecognitionPolicy
from transforms.recognition import recognise_sales
from transforms.texts import fill

_COLUMNS = list(LeftOut.to_schema().columns)


def list_left_out(
    sale_lines: pl.LazyFrame,
    all_bookings: pl.LazyFrame,
    stocked: pl.LazyFrame,
    policy: RecognitionPolicy,
    period: date,
    cut_off: date,
) -> pl.LazyFrame:
    """Sales and returns at the cut-off that stand in the ledger or in COGS, but not in both.

    Args:
        sale_lines: SaleLines.
        all_bookings: Bookings of this month and of all earlier ones.
        stocked: `sku` of stocked products.
        policy: which sale lines count.
        period: first day of the month.
        cut_off: last day that counts.

    Returns:
        LeftOut, one row per line. `cost_amount` is what Xero's stock account holds above the ledger because of the
        line; the lines sum to the whole difference that recognition makes. A line that is invoiced and has not moved
        has no cost yet: 0.00.
    """
    lines = recognise_sales(sale_lines, policy).join(stocked, on="sku", how="semi")
    shown_quantity = pl.when(pl.col("moved_quantity") != 0).then("moved_quantity").otherwise("ordered_quantity")
    return (
        lines.join(_sum_sales(all_bookings), on="sale_line_id", how="left", validate="1:1")
        .with_columns(_category(cut_off).alias("category"))
        .filter(pl.col("category").is_not_null())
        .select(
            pl.lit(period).alias("period"),
            fill("sale:{}", "sale_line_id").alias("move_id"),
            "category",
            pl.coalesce("left_out_reason", _date_reason(cut_off)).alias("reason"),
            pl.col("sale_number").alias("document_number"),
            "sku",
            pl.col("moved_date").alias("moved_on"),
            "invoice_date",
            shown_quantity.cast(QUANTITY).alias("quantity"),
            pl.col("cost_amount").fill_null(0).cast(MONEY),
            "revenue_amount",
        )
        .sort("category", "document_number", "move_id")
        .select(_COLUMNS)
    )


def _sum_sales(bookings: pl.LazyFrame) -> pl.LazyFrame:
    """What Xero's stock account holds above the ledger, for each sale or return line that was ever booked."""
    return (
        bookings.filter(pl.col("kind").is_in(["sale", "sale_return"]))
        .group_by(pl.col("source_line_id").alias("sale_line_id"))
        .agg((-pl.col("cost_amount").sum() - pl.col("recognised_amount").sum()).cast(MONEY).alias("cost_amount"))
    )


def _category(cut_off: date) -> pl.Expr:
    """Why a line is in one book and not in the other; null where it is in both or in neither."""
    has_moved = (pl.col("moved_date") <= cut_off).fill_null(value=False) & (pl.col("moved_quantity") != 0)
    is_invoiced = (pl.col("invoice_date") <= cut_off).fill_null(value=False)
    is_recognised = (pl.col("recognised_on") <= cut_off).fill_null(value=False)
    is_excluded = pl.col("left_out_reason").is_not_null() & has_moved & is_invoiced
    return (
        pl.when(is_excluded)
        .then(pl.lit("excluded_by_rule"))
        .when(has_moved & ~is_recognised)
        .then(pl.lit("dispatched_not_recognised"))
        .when(~has_moved & is_invoiced)
        .then(pl.lit("recognised_not_dispatched"))
    )


def _date_reason(cut_off: date) -> pl.Expr:
    """The reason of a line that no rule leaves out: its other date lies after the cut-off."""
    return (
        pl.when(pl.col("recognised_on") > cut_off)
        .then(fill("recognised on {}", pl.col("recognised_on").cast(pl.String)))
        .otherwise(fill("dispatched on {}", pl.col("moved_date").cast(pl.String)))
    )
