"""The COGS journal: one a month, with late costs of earlier months on lines of their own (IAS 2.34)."""

from datetime import date

import polars as pl

from transforms.entries.sides import RULE_COLUMNS, month_key, write_sides
from transforms.periods import name_period
from transforms.renames import is_renamed


def enter_cogs(bookings: pl.LazyFrame, period: date, journal_date: date) -> pl.LazyFrame:
    """Debit COGS, credit stock on hand, for every sale and return recognised in the month.

    Args:
        bookings: Bookings of the month.
        period: first day of the month.
        journal_date: the cut-off; a run in mid-month is dated its own day and replaced by the next one.

    Returns:
        JournalEntries of one journal; a sale recognised in an earlier month, at a cost known only now, is late cost.
    """
    late = pl.col("is_late_recognition")
    topic = pl.when(late).then(pl.lit("Late cost of earlier months")).otherwise(pl.lit("Cost of goods sold"))
    rows = bookings.filter(~is_renamed()).select(
        pl.lit(month_key("COGS", period)).alias("journal_key"),
        pl.lit("cogs").alias("journal_kind"),
        pl.lit(journal_date).alias("journal_date"),
        pl.lit(name_period(period)).alias("journal_subject"),
        topic.alias("line_topic"),
        pl.col("recognised_amount").alias("amount"),
        pl.lit("close.bookings").alias("source_table"),
        pl.col("move_id").alias("source_id"),
        *RULE_COLUMNS,
        late.alias("is_late_cost"),
    )  # fmt: skip
    cogs_role = pl.when("is_late_cost").then(pl.lit("late_cost")).otherwise(pl.lit("cogs"))
    return write_sides(rows, cogs_role, "stock_on_hand")
