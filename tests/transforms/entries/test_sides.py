"""Both sides of a row are written at once."""

from datetime import date
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.checking import check
from schemas.journals import JournalEntries
from transforms.entries.sides import month_key, no_entries, write_sides

HEAD = {
    "journal_key": "K",
    "journal_kind": "valuation",
    "journal_date": date(2026, 9, 30),
    "journal_subject": "September 2026",
    "line_topic": "Rounding",
    "source_table": "core.receipt_lines",
}


@given(st.lists(st.decimals(-999, 999, places=2), max_size=8))
@settings(max_examples=20, deadline=None)
def test_every_row_is_in_balance_and_rows_of_nothing_are_left_out(amounts: list[Decimal]) -> None:
    rows = pl.LazyFrame(
        {"amount": pl.Series(amounts, dtype=pl.Decimal(18, 2)), "source_id": [f"{at}" for at in range(len(amounts))]},
        schema_overrides={"source_id": pl.String},
    ).with_columns(pl.lit(value).alias(name) for name, value in HEAD.items())
    entered = check(JournalEntries, write_sides(rows, "stock_on_hand", "rounding"))
    assert entered.height == 2 * sum(amount != 0 for amount in amounts)
    assert entered.filter(role="stock_on_hand")["entry_amount"].sum() == sum(amounts)
    assert entered["entry_amount"].sum() == 0


def test_no_entries_have_the_columns_of_entries() -> None:
    assert check(JournalEntries, no_entries()).is_empty()


def test_a_monthly_journal_is_named_by_kind_and_month() -> None:
    assert month_key("COGS", date(2026, 9, 1)) == "COGS-2026-09"
