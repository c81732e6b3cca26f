"""Plans of documents are posted exactly once, in stages, and read back."""

from decimal import Decimal

import pytest

from pipelines.load.xero_client import XeroClient
from pipelines.warehouse import Warehouse
from tests.pipelines.load.local_books import LocalBooks
from tests.pipelines.sync.wanted_documents import (
    actions,
    allocation,
    document,
    line,
    payment,
    plan_documents,
    sync,
    want,
)


def _state(warehouse: Warehouse) -> dict[str, tuple[str, Decimal, Decimal]]:
    rows = warehouse.read("post.synced_documents", "kind not in ('contact', 'item', 'payment', 'allocation')")
    return {row["document_key"]: (row["xero_status"], row["paid_amount"], row["due_amount"]) for row in rows.to_dicts()}


def test_documents_are_sent_in_stages_and_read_back(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    # An invoice of 115.00, paid 40.00, credited 23.00: 52.00 are due.
    invoice = document("INV-1", line("100.00", "15.00"))
    credit = document("CN-1", line("20.00", "3.00"), kind="sales_credit", original_document_key="sales_invoice:INV-1")
    want(
        warehouse,
        invoice,
        credit,
        payments=[payment("1", "sales_invoice:INV-1", "40.00")],
        allocations=[allocation("sales_credit:CN-1", "sales_invoice:INV-1", "23.00")],
    )

    result = sync(client, warehouse)

    assert result.is_complete
    assert [one.split("/2.0/")[1] for one in books.writes()][:4] == ["Contacts", "Invoices", "CreditNotes", "Payments"]
    assert _state(warehouse) == {
        "sales_invoice:INV-1": ("AUTHORISED", Decimal("40.00"), Decimal("52.00")),
        "sales_credit:CN-1": ("PAID", Decimal("0.00"), Decimal("0.00")),
    }
    assert sync(client, warehouse).sent_count == 0
    assert len(books.writes()) == 5


def test_equal_content_plans_nothing(client: XeroClient, warehouse: Warehouse) -> None:
    want(warehouse, document("INV-1", line("100.00", "15.00")))
    sync(client, warehouse)

    first, second = plan_documents(client, warehouse), plan_documents(client, warehouse)

    assert first.plan_hash == second.plan_hash
    assert actions(warehouse, first) == {"C1": "unchanged", "sales_invoice:INV-1": "unchanged"}


def test_an_open_document_that_changed_is_updated_in_place(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    want(warehouse, document("INV-1", line("100.00", "15.00"), line("10.00", "1.50")))
    sync(client, warehouse)
    want(warehouse, document("INV-1", line("80.00", "12.00")))

    assert sync(client, warehouse).updated == ("sales_invoice:INV-1",)

    shown = next(iter(client.documents("Invoices")))
    assert [(one["LineAmount"], one["TaxAmount"]) for one in shown["LineItems"]] == [(80, 12)]
    assert books.balance("200", "2026-10-31") == "-80.00"


def test_a_paid_document_that_changed_gets_a_proposal_and_is_not_sent(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    paid = [payment("1", "sales_invoice:INV-1", "40.00")]
    want(warehouse, document("INV-1", line("100.00", "15.00")), payments=paid)
    sync(client, warehouse)
    sent = len(books.writes())
    want(warehouse, document("INV-1", line("80.00", "12.00")), payments=paid)

    assert sync(client, warehouse).blocked == 1

    assert len(books.writes()) == sent
    error = warehouse.read("sync.errors").to_dicts()[0]
    assert error["error_code"] == "paid"
    assert "a credit note of 23.00" in error["next_step"]


def test_what_is_void_in_the_source_is_voided_in_xero(client: XeroClient, warehouse: Warehouse) -> None:
    want(warehouse, document("INV-1", line("100.00", "15.00")))
    sync(client, warehouse)
    want(warehouse, document("INV-1", line("100.00", "15.00"), wanted_status="VOIDED"))

    assert sync(client, warehouse).ended == ("sales_invoice:INV-1",)

    assert next(iter(client.documents("Invoices")))["Status"] == "VOIDED"
    assert sync(client, warehouse).sent_count == 0


@pytest.mark.parametrize("is_ended", [True, False])
def test_what_somebody_did_to_ours_in_xero_is_shown_and_never_undone(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks, is_ended: bool
) -> None:
    want(warehouse, document("INV-1", line("100.00", "15.00")))
    sync(client, warehouse)
    shown = next(iter(client.documents("Invoices")))
    change: dict[str, object] = {"InvoiceID": shown["InvoiceID"]}
    change |= {"Status": "VOIDED"} if is_ended else {"LineItems": [{"UnitAmount": 5, "AccountCode": "200"}]}
    client.write_documents("update", "/Invoices", _body(change), "somebody")
    sent = len(books.writes())

    for _ in range(2):
        assert sync(client, warehouse).blocked == 1
    assert len(books.writes()) == sent
    assert warehouse.read("sync.errors")["error_code"].to_list() == ["ended_in_xero" if is_ended else "edited_in_xero"]


def _body(element: dict[str, object]) -> str:
    from pipelines.load.json_text import encode_json  # noqa: PLC0415

    return encode_json({"Invoices": [element]})
