"""An approved opening difference is booked on the stock account that it is about."""

from datetime import date
from decimal import Decimal

from schemas.checking import check
from schemas.journals import JournalEntries
from schemas.policies import OpeningDifference
from tests.transforms.builders import accounts, mappings, pick
from transforms.entries.opening import enter_opening_differences, is_reachable
from transforms.journals import build_journals

SEPTEMBER, END = date(2026, 9, 1), date(2026, 9, 30)
MADE = {"role": "stock_on_hand", "category": "Made", "account_code": "631"}


def difference(code: str, amount: str) -> OpeningDifference:
    return OpeningDifference(code, Decimal(amount), "close.yaml:9:5")


def lines(*differences: OpeningDifference) -> list[tuple[object, ...]]:
    """Journal lines of two stock accounts: made goods on 631, all others on 630."""
    maps = mappings(MADE)
    entries = check(JournalEntries, enter_opening_differences(differences, maps.accounts, SEPTEMBER, END))
    built = build_journals(entries.lazy(), maps, SEPTEMBER)
    return pick(built.lines, "journal_key", "role", "account_code", "line_amount")


def test_stock_is_debited_where_the_ledger_has_more_than_xero() -> None:
    assert lines(difference("630", "12.34")) == [
        ("VALUATION-2026-09", "stock_on_hand", "630", "12.34"),
        ("VALUATION-2026-09", "opening_difference", "430", "-12.34"),
    ]


def test_each_stock_account_gets_its_own() -> None:
    assert lines(difference("630", "10.00"), difference("631", "-4.00")) == [
        ("VALUATION-2026-09", "stock_on_hand", "630", "10.00"),
        ("VALUATION-2026-09", "stock_on_hand", "631", "-4.00"),
        ("VALUATION-2026-09", "opening_difference", "430", "-6.00"),
    ]


def test_nothing_approved_books_nothing() -> None:
    assert lines() == []
    assert lines(difference("630", "0.00")) == []


def test_an_account_that_only_a_pattern_gives_cannot_be_reached() -> None:
    rules = accounts({**MADE, "category": "Made*"}, {"role": "stock_on_hand", "account_code": "630"})
    assert (is_reachable("630", rules), is_reachable("631", rules)) == (True, False)
