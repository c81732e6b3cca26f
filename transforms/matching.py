"""Matches supplier bills with receipts: what is billed and received, and what is only one of the two at the cut-off."""

from datetime import date

import polars as pl

from schemas.dtypes import COST, MONEY
from transforms.core_tables import CoreTables
from transforms.currencies import cost_bills, cost_receipts


def match_bills(core: CoreTables, base_currency: str, cut_off: date) -> pl.LazyFrame:
    """Receipts and bills of stocked products up to the cut-off, one row per received line.

    Args:
        core: the source documents.
        base_currency: ISO 4217 code.
        cut_off: last day that counts, for receipt dates and bill dates.

    Returns:
        `receipt_line_id`, `sku`, `location`, `purchase_number`, `supplier`, `kind`, `is_received`, `is_billed`,
        `is_base_currency`, `received_cost` (Cost: what came in at its own rate, what went back negative),
        `billed_amount` (Money), `bill_line_count`, `billed_on` (the first bill's date). A received line counts as
        billed once any line of a bill names it.
    """
    receipts = cost_receipts(core.receipt_lines, core.currency_rates, base_currency).join(
        core.stocked(), on="sku", how="semi"
    )
    is_received = (pl.col("received_date") <= cut_off).fill_null(value=False) & (pl.col("quantity") > 0)
    sign = pl.when(pl.col("kind") == "purchase_return").then(-1).otherwise(1)
    return (
        receipts.join(_sum_bills(core, base_currency, cut_off), on="receipt_line_id", how="left", validate="1:1")
        .with_columns(is_received.alias("is_received"), pl.col("bill_line_count").is_not_null().alias("is_billed"))
        .filter(pl.col("is_received") | pl.col("is_billed"))
        .select(
            "receipt_line_id", "sku", "location", "purchase_number", "supplier", "kind",
            "is_received", "is_billed", "is_base_currency",
            (pl.col("base_cost_amount") * sign).cast(COST).alias("received_cost"),
            pl.col("billed_amount").fill_null(0),
            pl.col("bill_line_count").fill_null(0),
            "billed_on",
        )
    )  # fmt: skip


def _sum_bills(core: CoreTables, base_currency: str, cut_off: date) -> pl.LazyFrame:
    """What the bills up to the cut-off charge for each received line, less credits."""
    return (
        cost_bills(core.bill_lines, core.currency_rates, base_currency)
        .filter(pl.col("bill_date") <= cut_off)
        .group_by("receipt_line_id")
        .agg(
            pl.col("billed_amount").sum().cast(MONEY),
            pl.len().cast(pl.Int64).alias("bill_line_count"),
            pl.col("bill_date").min().alias("billed_on"),
        )
    )
