"""The adjustment journals: one for each stock adjustment, against the account of its reason."""

from datetime import date

import polars as pl

from transforms.entries.sides import RULE_COLUMNS, write_sides
from transforms.texts import fill


def enter_adjustments(bookings: pl.LazyFrame, period: date) -> pl.LazyFrame:
    """Found stock is debited to stock on hand, lost stock to its reason's account.

    Args:
        bookings: Bookings of the month; corrections of earlier adjustments belong to the valuation journal.
        period: first day of the month.

    Returns:
        JournalEntries, one journal for each adjustment, dated the adjustment's own day, or the first of the month where
        it is older and was entered only now.
    """
    own = bookings.filter((pl.col("document_kind") == "adjustment") & ~pl.col("is_late"))
    own_date = pl.max_horizontal("moved_on", pl.lit(period))
    shared_number = pl.col("document_id").n_unique().over("document_number") > 1
    number = pl.when(shared_number).then(fill("{}-{}", "document_number", "document_id")).otherwise("document_number")
    rows = own.select(
        fill(f"ADJUSTMENT-{period:%Y-%m}-{{}}", number).alias("journal_key"),
        pl.lit("adjustment").alias("journal_kind"),
        own_date.max().over("document_id").alias("journal_date"),
        number.alias("journal_subject"),
        pl.coalesce("reason", pl.lit("No reason given")).alias("line_topic"),
        pl.col("cost_amount").alias("amount"),
        pl.lit("close.bookings").alias("source_table"),
        pl.col("move_id").alias("source_id"),
        *RULE_COLUMNS, "reason",
    )  # fmt: skip
    return write_sides(rows, "stock_on_hand", "adjustment")
