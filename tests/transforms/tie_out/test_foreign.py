"""Entries that belong to nothing of ours: manual journals and documents of other people and apps."""

from datetime import date
from decimal import Decimal

import polars as pl

from schemas.xero import XeroForeignJournalLines
from schemas.xero_documents import XeroDocumentLines
from tests.transforms.builders import Row, table
from transforms.tie_out.foreign import cause_of_documents, cause_of_foreign_journals
from transforms.tie_out.window import Window

DAY, WINDOW = date(2026, 10, 17), Window(date(2026, 8, 31), date(2026, 10, 31))
ACCOUNTS, STOCK = frozenset({"630", "425"}), frozenset({"630"})
HEAD: Row = {
    "manual_journal_id": "m1", "line_number": 1, "narration": "True-up", "journal_date": DAY,
    "journal_status": "POSTED", "account_code": "630", "description": "", "line_amount": "250.00",
}  # fmt: skip
OTHER: Row = HEAD | {"line_number": 2, "account_code": "310", "line_amount": "-250.00"}
OURS = pl.DataFrame(
    {
        "xero_id": ["ours", "ours"],
        "account_code": ["630", "310"],
        "line_amount": [Decimal("250.00"), Decimal("-250.00")],
    }
)


def told(*rows: Row, named: dict[str, str] | None = None, own_day: date = WINDOW.cut_off) -> list[tuple[str, str, str]]:
    found = cause_of_foreign_journals(
        table(XeroForeignJournalLines, *rows), OURS, {"ours": own_day}, named or {}, ACCOUNTS, WINDOW
    )
    return [(row["cause"], row["note"], str(row["amount"])) for row in found.to_dicts()]


def test_somebody_elses_journal_counts_with_its_line_on_our_account() -> None:
    assert told(HEAD, OTHER) == [("foreign", "not ours", "250.00")]


def test_a_journal_that_close_yaml_names_shows_as_such() -> None:
    assert told(HEAD, OTHER, named={"m1": "Count"}) == [("foreign_named", "Count", "250.00")]
    assert told(HEAD, OTHER, named={"True-up": "Count"}) == [("foreign_named", "Count", "250.00")]


def test_a_journal_with_the_date_and_lines_of_ours_stands_twice() -> None:
    assert [cause for cause, _, _ in told(HEAD, OTHER, own_day=DAY)] == ["duplicate"]


def test_drafts_voided_ones_and_other_months_are_in_no_balance() -> None:
    for other in ({"journal_status": "DRAFT"}, {"journal_status": "VOIDED"}, {"journal_date": date(2026, 11, 1)}):
        assert told(HEAD | other, OTHER | other) == []


LINE: Row = {
    "document_id": "x1", "line_number": 1, "document_kind": "invoice", "document_type": "ACCPAY",
    "document_number": "INV-7", "contact_name": "Somebody", "document_date": DAY, "document_status": "AUTHORISED",
    "account_code": "630", "description": "", "foreign_amount": "12.00", "line_amount": "12.00",
}  # fmt: skip


def documents_told(
    *rows: Row, bills: frozenset[str] = frozenset(), charges: frozenset[tuple[str, int]] = frozenset()
) -> list[tuple[str, str, str]]:
    found = cause_of_documents(table(XeroDocumentLines, *rows), bills, charges, STOCK, ACCOUNTS, WINDOW, "NZD")
    return [(row["account_code"], row["cause"], str(row["amount"])) for row in found.to_dicts()]


def test_a_document_that_the_source_does_not_know_is_foreign() -> None:
    assert documents_told(LINE) == [("630", "foreign", "12.00")]


def test_lines_that_are_spoken_for_are_left_out_by_account() -> None:
    freight = LINE | {"line_number": 2, "account_code": "425"}
    assert documents_told(LINE, freight, bills=frozenset({"x1"})) == [("425", "foreign", "12.00")]
    assert documents_told(LINE, freight, bills=frozenset({"x1"}), charges=frozenset({("x1", 2)})) == []


def test_a_carriers_bill_that_is_entered_twice_stands_twice() -> None:
    freight = LINE | {"account_code": "425"}
    again = freight | {"document_id": "x2"}
    assert documents_told(freight, again, charges=frozenset({("x1", 1)})) == [("425", "duplicate", "12.00")]


def test_drafts_are_in_no_balance() -> None:
    assert documents_told(LINE | {"document_status": "DRAFT"}) == []
