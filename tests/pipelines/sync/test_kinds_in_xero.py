"""Each kind of document in Xero, a test named after each row of what the sync does; the official SDK reads them all."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.load.json_text import encode_json
from pipelines.load.xero_client import XeroClient
from pipelines.sync.books import SyncScope
from pipelines.sync.tie_out import tie_out_documents
from pipelines.warehouse import Warehouse
from schemas.sync import SYNC_KINDS
from tests.pipelines.load.local_books import LocalBooks
from tests.pipelines.sandbox.xero.official_sdk import connect_officially
from tests.pipelines.sync.wanted_documents import (
    SCOPE,
    actions,
    contact,
    document,
    line,
    payment,
    plan_documents,
    sync,
    want,
    want_one_of_each,
)

NOVEMBER = date(2026, 11, 30)


def test_initial_import_reads_contacts_items_terms_and_currencies(client: XeroClient, warehouse: Warehouse) -> None:
    client.write_documents("create", "/Contacts", '{"Contacts":[{"Name":"Old Friend"}]}', "a")
    client.write_documents("create", "/Items", '{"Items":[{"Code":"TENT"}]}', "b")
    want(warehouse)
    plan_documents(client, warehouse)

    assert "Old Friend" in warehouse.read("xero.contacts")["contact_name"].to_list()
    assert warehouse.read("xero.items")["item_code"].to_list() == ["TENT"]
    assert not warehouse.read("xero.tax_rates").is_empty()
    assert {"xero.currencies", "xero.payment_terms"} <= {f"{schema}.{name}" for schema, name in _tables(warehouse)}


def _tables(warehouse: Warehouse) -> list[tuple[str, str]]:
    return list(warehouse.query("select table_schema, table_name from information_schema.tables").rows())


def test_contacts_are_linked_created_once_and_follow_a_merge(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    (kept,) = client.write_documents("create", "/Contacts", '{"Contacts":[{"Name":"Old Friend"}]}', "a")
    friend = contact("C9", "Old Friend", matched_by="name", xero_contact_id=kept["ContactID"])
    people = [contact("C1", "Tramping Club", email="accounts@club.example", phone="03 555 010"), friend]
    want(warehouse, document("INV-1", line("100.00", "15.00")), contacts=people)
    assert sync(client, warehouse).adopted == 1

    posted = {row["document_key"]: row["xero_id"] for row in warehouse.read("post.synced_documents").to_dicts()}
    assert posted["C9"] == kept["ContactID"]
    books.change("contacts/merge", merged=posted["C1"], kept=kept["ContactID"])
    more = [document("INV-1", line("100.00", "15.00")), document("INV-2", line("10.00", "1.50"))]
    want(warehouse, *more, contacts=people)
    result = sync(client, warehouse)

    assert result.created == ("sales_invoice:INV-2",)
    assert {one["Contact"]["ContactID"] for one in client.documents("Invoices")} == {kept["ContactID"]}
    assert sync(client, warehouse).sent_count == 0


def test_an_ambiguous_contact_waits_and_holds_its_documents_back(client: XeroClient, warehouse: Warehouse) -> None:
    undecided = contact("C1", "Smith", matched_by=None, candidate_count=2, candidates="Smith 1; Smith 2")
    want(warehouse, document("INV-1", line("100.00", "15.00")), contacts=[undecided])

    found = actions(warehouse, plan_documents(client, warehouse))
    assert found == {"C1": "waiting_for_contact", "sales_invoice:INV-1": "waiting_for_contact"}


def test_items_are_untracked_and_taken_over_by_their_code(client: XeroClient, warehouse: Warehouse) -> None:
    client.write_documents("create", "/Items", '{"Items":[{"Code":"OLD"}]}', "a")
    names = {"item_name": "Tent", "sales_account_code": "200", "purchase_account_code": None}
    items = [{"item_key": f"item:{code}", "item_code": code, **names} for code in ("OLD", "NEW")]
    want(warehouse, document("INV-1", line("100.00", "15.00", item_code="NEW")), items=items)

    assert sync(client, warehouse).created == ("C1", "item:NEW", "sales_invoice:INV-1")

    assert {one["Code"]: one["IsTrackedAsInventory"] for one in client.items()} == {"OLD": False, "NEW": False}
    assert next(iter(client.documents("Invoices")))["LineItems"][0]["ItemCode"] == "NEW"


def test_every_tax_mode_and_currency_ties_out_and_the_official_sdk_reads_all_of_it(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    want_one_of_each(client, warehouse)
    assert sync(client, warehouse).is_complete

    totals = tie_out_documents(client, warehouse, NOVEMBER)
    assert {str(one["difference_amount"]) for one in totals} == {"0.00"}  # accounts too: nobody else books here
    assert {one["tax_mode"] for one in totals} == {"inclusive", "exclusive", "exempt", None}
    # 33.34 EUR at 0.55 are 60.60 + 0.02; 5.00 are 9.09. In all 89.99 + 100.00 + 33.33 + 60.62 - 20.00 = 263.94.
    sold = next(one for one in totals if one["name"].startswith("200"))
    assert str(sold["total_amount"]) == "-273.94"

    accounting, tenant = (sdk := connect_officially(books.url)).accounting, sdk.tenant
    assert len(accounting.get_invoices(tenant, page=1).invoices) == 7
    assert len(accounting.get_credit_notes(tenant, page=1).credit_notes) == 3
    assert len(accounting.get_purchase_orders(tenant, page=1).purchase_orders) == 1
    assert {str(one.amount) for one in accounting.get_payments(tenant, page=1).payments} == {"50.0", "57.5"}
    assert {"Tramping Club", "Tent Maker"} <= {one.name for one in accounting.get_contacts(tenant).contacts}


def test_payments_that_are_too_much_are_shown_and_not_sent(client: XeroClient, warehouse: Warehouse) -> None:
    invoice = document("INV-1", line("100.00", "15.00"))
    paid = [payment("1", "sales_invoice:INV-1", "100.00"), payment("2", "sales_invoice:INV-1", "20.00")]
    want(warehouse, invoice, payments=paid)
    found = actions(warehouse, plan_documents(client, warehouse))

    assert (found["payment:1"], found["payment:2"]) == ("new", "overpaid")


def test_paid_amounts_and_balances_are_read_back(client: XeroClient, warehouse: Warehouse) -> None:
    want(warehouse, document("INV-1", line("100.00", "15.00")))
    sync(client, warehouse)
    number = {"Invoice": {"InvoiceNumber": "INV-1"}, "Account": {"Code": "090"}, "Date": "2026-10-09", "Amount": 15}
    client.write_documents("create", "/Payments", encode_json({"Payments": [number]}), "somebody")

    sync(client, warehouse)

    row = warehouse.read("post.synced_documents", "kind = 'sales_invoice'").to_dicts()[0]
    assert (row["paid_amount"], row["due_amount"]) == (Decimal("15.00"), Decimal("100.00"))
    assert warehouse.read("xero.payments")["amount"].to_list() == [Decimal("15.00")]
    (owed,) = warehouse.read("xero.contacts", "contact_name = 'Tramping Club'")["receivable_amount"].to_list()
    assert owed == Decimal("100.00")


def test_a_locked_document_is_shown_with_what_to_do(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    want(warehouse, document("INV-1", line("100.00", "15.00")))
    sync(client, warehouse)
    books.change("lock-date", lock_date="2026-10-31")
    want(warehouse, document("INV-1", line("80.00", "12.00")), document("INV-2", line("1.00")))

    found = actions(warehouse, plan_documents(client, warehouse))

    assert (found["sales_invoice:INV-1"], found["sales_invoice:INV-2"]) == ("locked", "locked")


def test_a_document_of_the_same_number_and_sum_is_linked_and_of_another_sum_is_not_sent_beside_it(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    """Cin7's own sync, or a person, entered them before."""
    (person,) = client.write_documents("create", "/Contacts", '{"Contacts":[{"Name":"Tent Maker"}]}', "a")
    head = {"Type": "ACCPAY", "Contact": {"ContactID": person["ContactID"]}, "Date": "2026-10-05"}
    head |= {"DueDate": "2026-11-05", "Status": "AUTHORISED"}
    bills = [
        head | {"InvoiceNumber": number, "LineItems": [{"UnitAmount": 50, "AccountCode": "630", "TaxType": "INPUT2"}]}
        for number in ("A-1", "A-2")
    ]
    client.write_documents("create", "/Invoices", encode_json({"Invoices": bills}), "b")
    sent = len(books.writes())
    maker = contact("S1", "Tent Maker", matched_by="name", xero_contact_id=person["ContactID"])
    want(
        warehouse,
        document("A-1 | PO-1", line("50.00", "7.50", "630", "INPUT2"), kind="bill", contact_key="S1"),
        document("A-2 | PO-2", line("60.00", "9.00", "630", "INPUT2"), kind="bill", contact_key="S1"),
        contacts=[maker],
    )

    found = actions(warehouse, plan_documents(client, warehouse))

    assert (found["bill:A-1 | PO-1"], found["bill:A-2 | PO-2"]) == ("adopted", "number_taken")
    assert sync(client, warehouse).sent_count == 0
    assert len(books.writes()) == sent


@pytest.mark.parametrize("kinds", [SYNC_KINDS, ("bill",)])
def test_what_vanished_from_the_source_is_voided_only_among_the_kinds_of_the_plan(
    client: XeroClient, warehouse: Warehouse, kinds: tuple[str, ...]
) -> None:
    want(warehouse, document("INV-1", line("100.00", "15.00")))
    sync(client, warehouse)
    want(warehouse, document("INV-2", line("1.00", "0.15")))

    found = actions(warehouse, plan_documents(client, warehouse, SyncScope(frozenset(kinds), SCOPE.first_date)))

    assert found.get("sales_invoice:INV-1") == ("voided" if "sales_invoice" in kinds else None)


def test_one_document_that_xero_refuses_holds_up_no_other(client: XeroClient, warehouse: Warehouse) -> None:
    want(
        warehouse,
        document("INV-1", line("100.00", "15.00", account="999")),
        document("INV-2", line("10.00", "1.50")),
        payments=[payment("1", "sales_invoice:INV-1", "5.00")],
    )

    result = sync(client, warehouse)

    assert result.created == ("C1", "sales_invoice:INV-2")
    assert (len(result.refused), result.waiting) == (1, ("payment:1",))
    error = warehouse.read("sync.errors").to_dicts()[0]
    assert (error["error_code"], "Account code '999'" in error["reason"]) == ("refused", True)
    want(warehouse, document("INV-1", line("100.00", "15.00")), document("INV-2", line("10.00", "1.50")))
    assert sync(client, warehouse).created == ("sales_invoice:INV-1",)
    assert warehouse.read("sync.errors").is_empty()
