"""The COGS journal: what is recognised in the month, late costs on lines of their own."""

from datetime import date

import polars as pl

from schemas.checking import check
from schemas.journals import JournalEntries
from tests.transforms.builders import Row, bookings, day, pick
from transforms.entries.cogs import enter_cogs

SEPTEMBER, CUT_OFF = date(2026, 9, 1), date(2026, 9, 30)
SHOWN = ("role", "line_topic", "entry_amount", "source_id")


def enter(*rows: Row, cut_off: date = CUT_OFF) -> pl.DataFrame:
    return check(JournalEntries, enter_cogs(bookings(*rows).lazy(), SEPTEMBER, cut_off)).sort("source_id", "role")


def test_a_sale_debits_cogs_and_credits_stock() -> None:
    entered = enter({"move_id": "sale:1", "moved_quantity": -2, "cost_amount": "-20", "recognised_amount": "20"})
    assert pick(entered, *SHOWN) == [
        ("cogs", "Cost of goods sold", "20.00", "sale:1"),
        ("stock_on_hand", "Cost of goods sold", "-20.00", "sale:1"),
    ]
    assert pick(entered, "journal_key", "journal_date", "journal_subject")[0] == (
        "COGS-2026-09",
        day("09-30"),
        "September 2026",
    )


def test_a_return_goes_the_other_way() -> None:
    entered = enter({"move_id": "sale:2", "kind": "sale_return", "cost_amount": "10", "recognised_amount": "-10"})
    assert pick(entered, "role", "entry_amount") == [("cogs", "-10.00"), ("stock_on_hand", "10.00")]


def test_a_cost_of_an_earlier_month_has_a_line_of_its_own() -> None:
    late = {"is_late": True, "is_late_recognition": True}
    entered = enter({"move_id": "sale:1", "cost_amount": "-2.50", "recognised_amount": "2.50", **late})
    assert pick(entered, *SHOWN) == [
        ("late_cost", "Late cost of earlier months", "2.50", "sale:1"),
        ("stock_on_hand", "Late cost of earlier months", "-2.50", "sale:1"),
    ]


def test_what_is_dispatched_and_not_recognised_is_no_cogs_yet() -> None:
    assert enter({"move_id": "sale:1", "moved_quantity": -2, "cost_amount": "-20"}).is_empty()


def test_a_run_in_mid_month_is_dated_its_own_day() -> None:
    entered = enter({"move_id": "sale:1", "recognised_amount": "20"}, cut_off=date(2026, 9, 15))
    assert set(entered["journal_date"]) == {date(2026, 9, 15)}


def test_a_month_without_sales_has_no_entries() -> None:
    assert enter().is_empty()
