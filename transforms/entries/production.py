"""The production journal: what was made enters stock, what was used leaves it, through a clearing account."""

from datetime import date

import polars as pl

from transforms.entries.sides import RULE_COLUMNS, month_key, write_sides
from transforms.periods import name_period


def enter_production(bookings: pl.LazyFrame, period: date, journal_date: date) -> pl.LazyFrame:
    """Debit stock (made) and credit production clearing; components the other way round.

    Args:
        bookings: Bookings of the month.
        period: first day of the month.
        journal_date: the cut-off.

    Returns:
        JournalEntries of one journal.
    """
    own = bookings.filter((pl.col("document_kind") == "production") & ~pl.col("is_late"))
    rows = own.select(
        pl.lit(month_key("PRODUCTION", period)).alias("journal_key"),
        pl.lit("production").alias("journal_kind"),
        pl.lit(journal_date).alias("journal_date"),
        pl.lit(name_period(period)).alias("journal_subject"),
        pl.when(pl.col("kind") == "assembly_out")
        .then(pl.lit("Components used"))
        .otherwise(pl.lit("Goods made"))
        .alias("line_topic"),
        pl.col("cost_amount").alias("amount"),
        pl.lit("close.bookings").alias("source_table"),
        pl.col("move_id").alias("source_id"),
        *RULE_COLUMNS,
    )  # fmt: skip
    return write_sides(rows, "stock_on_hand", "production_clearing")
