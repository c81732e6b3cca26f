"""Writes both sides of a journal at once, so that no source row can ever be out of balance."""

from datetime import date

import polars as pl

from schemas.frames import dtypes_of
from schemas.journals import JournalEntries

RULE_COLUMNS = [
    "sku", "category", "brand", "location", "channel", "party", "customer_group", "currency_code", "order_account",
]  # fmt: skip
"""What bookings hand on to the entries of any journal, for mapping rules."""

_SCHEMA = dtypes_of(JournalEntries)


def write_sides(rows: pl.LazyFrame, debit_role: str | pl.Expr, credit_role: str | pl.Expr) -> pl.LazyFrame:
    """Two entries for each row: the debit role gets `amount`, the credit role its negative.

    Args:
        rows: `amount` (Money, signed) and the other columns of JournalEntries; attributes that are missing are null.
        debit_role: role that is debited where the amount is positive.
        credit_role: role that is credited where the amount is positive.

    Returns:
        JournalEntries. Rows without an amount give none.
    """
    booked = rows.filter(pl.col("amount") != 0)
    return pl.concat(
        [
            _one_side(booked, debit_role, pl.col("amount")),
            _one_side(booked, credit_role, -pl.col("amount")),
        ]
    )


def no_entries() -> pl.LazyFrame:
    """JournalEntries without a row."""
    return pl.LazyFrame(schema=_SCHEMA)


def month_key(kind: str, period: date) -> str:
    """Key of the one journal of its kind in a month, such as COGS-2026-10."""
    return f"{kind}-{period:%Y-%m}"


def _one_side(rows: pl.LazyFrame, role: str | pl.Expr, amount: pl.Expr) -> pl.LazyFrame:
    role_column = pl.lit(role) if isinstance(role, str) else role
    sided = rows.with_columns(role_column.alias("role"), amount.alias("entry_amount"))
    given = set(sided.collect_schema().names())
    return sided.select(
        [
            pl.col(name).cast(dtype) if name in given else pl.lit(None, dtype).alias(name)
            for name, dtype in _SCHEMA.items()
        ]
    )
