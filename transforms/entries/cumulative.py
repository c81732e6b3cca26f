"""What the journals of earlier months already hold of a source row, so that a journal books only the rest."""

import polars as pl

from schemas.dtypes import MONEY

KEYS = ["source_table", "source_id", "role"]


def sum_journaled(lines: pl.LazyFrame, sources: pl.LazyFrame) -> pl.LazyFrame:
    """What earlier months booked of each source row, by role.

    Args:
        lines: JournalLines of earlier months.
        sources: JournalLineSources of the same months.

    Returns:
        One row per source row and role: `source_table`, `source_id`, `role`, `journaled_amount` (Money, debit positive).
    """
    keys = ["period", "journal_key", "line_number"]
    return (
        sources.join(lines.select(*keys, "role"), on=keys, how="inner", validate="m:1")
        .group_by(KEYS)
        .agg(pl.col("source_amount").sum().cast(MONEY).alias("journaled_amount"))
    )


def still_to_book(
    wanted: pl.LazyFrame, journaled_before: pl.LazyFrame, source_table: str, roles: list[str]
) -> pl.LazyFrame:
    """Wanted so far, less journaled before, for the rows of one source table.

    Args:
        wanted: `source_id`, `role` of the other side, `wanted_amount` (Money: what stock on hand should have gained).
        journaled_before: result of sum_journaled.
        source_table: table of the source rows.
        roles: roles of the other side that this journal keeps.

    Returns:
        `source_table`, `source_id`, `role`, `amount` (Money, not 0). A row that is no longer wanted is booked back.
    """
    before = journaled_before.filter((pl.col("source_table") == source_table) & pl.col("role").is_in(roles)).drop(
        "source_table"
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
        One row per move: `move_id`, `document_number` and the attributes that mapping rules ask for.
    """
    facts = ["document_number", "sku", "category", "location", "channel", "party", "reason", "charge_type"]
    return bookings.group_by("move_id").agg([pl.col(name).sort_by("period").last() for name in facts])
