"""What the journals of earlier months already hold of a source row, so that a journal books only the rest."""

import polars as pl

from schemas.dtypes import MONEY
from transforms.renames import booking_order

KEYS = ["source_table", "source_id", "role"]
FACTS = [
    "moved_on", "document_id", "document_number", "sku", "category", "location", "channel", "party", "reason",
    "charge_type", "brand", "customer_group", "currency_code", "order_account",
]  # fmt: skip
"""What is known of a move beside its amounts."""


def sum_journaled(sources: pl.LazyFrame) -> pl.LazyFrame:
    """What earlier months booked of each source row, by role.

    Args:
        sources: JournalLineSources of earlier months. Rows that cancelled out and left no line (number 0) count: the
            other side of their journal may well have lines.

    Returns:
        One row per source row and role: `source_table`, `source_id`, `role`, `journaled_amount` (Money, debit
        positive).
    """
    return sources.group_by(KEYS).agg(pl.col("source_amount").sum().cast(MONEY).alias("journaled_amount"))


def still_to_book(
    wanted: pl.LazyFrame, journaled_before: pl.LazyFrame, source_table: str, roles: list[str]
) -> pl.LazyFrame:
    """Wanted so far, less journaled before, for the rows of one source table.

    Args:
        wanted: `source_id`, `role` of the other side, `wanted_amount` (Money: what stock on hand should have gained).
        journaled_before: result of sum_journaled, and of settled_by_opening beside it.
        source_table: table of the source rows.
        roles: roles of the other side that this journal keeps.

    Returns:
        `source_table`, `source_id`, `role`, `amount` (Money, not 0). A row that is no longer wanted is booked back.
    """
    before = (
        journaled_before.filter((pl.col("source_table") == source_table) & pl.col("role").is_in(roles))
        .group_by("source_id", "role")
        .agg(pl.col("journaled_amount").sum())
    )
    return (
        wanted.join(before, on=["source_id", "role"], how="full", coalesce=True, validate="1:1")
        .select(
            pl.lit(source_table).alias("source_table"),
            "source_id",
            "role",
            # the other side was credited with what stock gained, so the journaled amount already has the opposite sign
            (pl.col("wanted_amount").fill_null(0) + pl.col("journaled_amount").fill_null(0))
            .cast(MONEY)
            .alias("amount"),
        )
        .filter(pl.col("amount") != 0)
    )


def latest_facts(bookings: pl.LazyFrame) -> pl.LazyFrame:
    """What is known of each move, so that a row which has vanished from the source can still be booked back.

    Args:
        bookings: Bookings of this month and of all earlier ones.

    Returns:
        One row per move: `move_id`, `moved_on`, `document_id`, `document_number` and the attributes that mapping rules
        ask for.
    """
    return bookings.group_by("move_id").agg([pl.col(name).sort_by(booking_order()).last() for name in FACTS])
