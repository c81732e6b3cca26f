"""What a source booked by itself against the ledger: a full join, to the cent, with the cause of each difference."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from schemas.checking import check
from schemas.postings import PostingDifferences, SourcePostings
from transforms.source_postings import compare_postings

OCTOBER = date(2026, 10, 1)
END = date(2026, 10, 31)
_POSTINGS = {name: one.dtype.type for name, one in SourcePostings.to_schema().columns.items()}
_TASKS = {"task_id": pl.String, "document_number": pl.String}


def entry(amount: str, debit: str | None, credit: str | None, **changes: object) -> dict[str, object]:
    return {
        "task_id": None, "document_number": "SO-1", "kind": "sale", "posted_date": date(2026, 10, 5),
        "debit_account_code": debit, "credit_account_code": credit, "posted_amount": Decimal(amount),
        "description": None,
    } | changes  # fmt: skip


def compare(
    booked: list[tuple[str, str, str]], entries: list[dict[str, object]], tasks: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    """Differences of (document kind, number, change of stock value) and the source's entries."""
    bookings = pl.DataFrame(
        [(kind, number, Decimal(amount)) for kind, number, amount in booked],
        schema={"document_kind": pl.String, "document_number": pl.String, "cost_amount": pl.Decimal(18, 2)},
        orient="row",
    )
    numbered = [one | {"posting_id": str(number)} for number, one in enumerate(entries)]
    postings = pl.DataFrame(numbered, schema=_POSTINGS)
    known = pl.DataFrame([{"task_id": a, "document_number": b} for a, b in (tasks or {}).items()], schema=_TASKS)
    found = compare_postings(bookings.lazy(), postings.lazy(), known.lazy(), ["630"], OCTOBER, END)
    return check(PostingDifferences, found).to_dicts()


def test_a_sale_that_both_booked_alike_is_not_listed() -> None:
    assert compare([("sale", "SO-1", "-12.50")], [entry("12.50", "310", "630")]) == []


def test_each_difference_has_its_document_both_amounts_and_its_cause() -> None:
    found = compare(
        [
            ("sale", "SO-1", "-10.00"),  # the source booked 12.50
            ("sale", "SO-2", "-7.00"),  # it booked nothing
            ("sale", "SO-4", "-3.00"),  # a cent off
            ("purchase", "PO-1", "100.00"),  # billed next month
            ("charge", "PO-1", "5.00"),
        ],
        [
            entry("12.50", "310", "630"),
            entry("8.00", "310", "630", document_number="SO-3"),  # the ledger moved nothing
            entry("3.01", "310", "630", document_number="SO-4"),
            entry("5.00", "630", "425", document_number="PO-1", kind="purchase"),
        ],
    )
    shown = ("document_number", "ledger_amount", "posted_amount", "difference_amount", "cause")
    assert [tuple(str(row[name]) for name in shown) for row in found] == [
        ("PO-1", "105.00", "5.00", "100.00", "billed_not_received"),
        ("SO-1", "-10.00", "-12.50", "2.50", "other_amount"),
        ("SO-2", "-7.00", "0.00", "-7.00", "not_posted"),
        ("SO-3", "0.00", "-8.00", "8.00", "only_posted"),
        ("SO-4", "-3.00", "-3.01", "0.01", "rounding"),
    ]
    assert sum(row["difference_amount"] for row in found) == Decimal("103.51")


def test_an_entry_is_found_by_its_task_before_its_reference() -> None:
    by_invoice = entry("12.50", "310", "630", task_id="t-1", document_number="INV-77")
    assert compare([("sale", "SO-1", "-12.50")], [by_invoice], {"t-1": "SO-1"}) == []


def test_a_return_is_a_document_of_its_own_and_an_undone_entry_counts_negative() -> None:
    entries = [
        entry("4.00", "630", "310", document_number="CN-1"),
        entry("9.00", "310", "630"),
        entry("-9.00", "310", "630"),
    ]
    assert compare([("credit_note", "CN-1", "4.00")], entries) == []


def test_entries_of_other_months_and_accounts_are_left_aside() -> None:
    entries = [
        entry("5.00", "310", "630", posted_date=date(2026, 9, 30)),
        entry("5.00", "310", "630", posted_date=date(2026, 11, 1)),
        entry("50.00", "610", "200"),
        entry("50.00", "630", "630"),
        entry("50.00", None, None),
    ]
    assert compare([], entries) == []


def test_goods_on_their_way_between_places_are_booked_by_nobody() -> None:
    assert compare([("transfer", "TR-1", "-8.00"), ("transfer", "TR-1", "8.00"), ("opening", "o", "9.00")], []) == []
