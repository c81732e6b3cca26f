"""One journal for each stock adjustment, against the account of its reason."""

from datetime import date

import polars as pl

from schemas.checking import check
from schemas.journals import JournalEntries
from tests.transforms.builders import Row, bookings, day, pick
from transforms.entries.adjustments import enter_adjustments

LOST: Row = {
    "move_id": "adjustment:1",
    "kind": "adjustment_out",
    "document_kind": "adjustment",
    "document_id": "1",
    "document_number": "ADJ-1",
    "reason": "Damaged",
    "cost_amount": "-12.50",
}


def enter(*rows: Row) -> pl.DataFrame:
    entered = enter_adjustments(bookings(*rows).lazy(), date(2026, 9, 1))
    return check(JournalEntries, entered).sort("journal_key", "source_id", "role")


def test_lost_stock_is_debited_to_its_reason() -> None:
    entered = enter(LOST)
    assert pick(entered, "journal_key", "journal_date", "line_topic", "role", "entry_amount", "reason") == [
        ("ADJUSTMENT-2026-09-ADJ-1", day("09-10"), "Damaged", "adjustment", "12.50", "Damaged"),
        ("ADJUSTMENT-2026-09-ADJ-1", day("09-10"), "Damaged", "stock_on_hand", "-12.50", "Damaged"),
    ]


def test_found_stock_is_debited_to_stock_on_hand() -> None:
    entered = enter(LOST | {"kind": "adjustment_in", "cost_amount": "8"})
    assert pick(entered, "role", "entry_amount") == [("adjustment", "-8.00"), ("stock_on_hand", "8.00")]


def test_lines_of_one_adjustment_share_a_journal_dated_its_last_day() -> None:
    entered = enter(LOST, LOST | {"move_id": "adjustment:2", "moved_on": "09-12", "reason": None})
    assert set(pick(entered, "journal_key", "journal_date")) == {("ADJUSTMENT-2026-09-ADJ-1", day("09-12"))}
    assert set(entered["line_topic"]) == {"Damaged", "No reason given"}


def test_two_adjustments_with_one_number_stay_two_journals() -> None:
    entered = enter(LOST, LOST | {"move_id": "adjustment:2", "document_id": "2"})
    assert entered["journal_key"].unique().sort().to_list() == [
        "ADJUSTMENT-2026-09-ADJ-1-1",
        "ADJUSTMENT-2026-09-ADJ-1-2",
    ]


def test_an_adjustment_of_a_closed_month_entered_now_is_dated_the_first_of_this_one() -> None:
    assert set(enter(LOST | {"moved_on": "08-20"})["journal_date"]) == {date(2026, 9, 1)}


def test_a_correction_of_an_earlier_adjustment_is_not_here() -> None:
    assert enter(LOST | {"is_late": True}).is_empty()


def test_an_adjustment_of_no_value_and_other_documents_give_nothing() -> None:
    assert enter(LOST | {"cost_amount": 0}, {"move_id": "sale:1", "cost_amount": "-5"}).is_empty()
    assert enter().is_empty()
