"""Invoices, bills, credit notes, payments, orders and bank money: what they book, and what Xero refuses of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.pipelines.sandbox.xero.local_xero import API, LocalXero

Document = dict[str, Any]
DAY = "2026-09-30"


def _line(amount: str = "100.00", account: str = "200", **fields: Any) -> Document:  # noqa: ANN401 -- JSON
    return {"Description": "x", "Quantity": 1, "UnitAmount": float(amount), "AccountCode": account, **fields}


def _invoice(**fields: Any) -> Document:  # noqa: ANN401 -- JSON
    return {
        "Type": "ACCREC",
        "Contact": {"Name": "Ann"},
        "Date": "2026-09-10",
        "DueDate": "2026-10-10",
        "Status": "AUTHORISED",
        "LineItems": [_line()],
        **fields,
    }


def _bill(**fields: Any) -> Document:  # noqa: ANN401 -- JSON
    return _invoice(**{"Type": "ACCPAY", "LineItems": [_line(account="630")], **fields})


def _put(xero: LocalXero, collection: str, *elements: Document, method: str = "PUT", **query: str) -> httpx.Response:
    return xero.http.request(method, f"{API}/{collection}", params=query, json={collection: list(elements)})


def _create(xero: LocalXero, collection: str, element: Document, **query: str) -> Document:
    response = _put(xero, collection, element, **query)
    assert response.status_code == 200, response.text
    created: Document = response.json()[collection][0]
    return created


def _messages(response: httpx.Response) -> list[str]:
    elements = response.json()["Elements"]
    return [error["Message"] for element in elements for error in element["ValidationErrors"]]


def _balances(xero: LocalXero, day: str = DAY) -> dict[str, Decimal]:
    found: Mapping[str, str] = xero.http.get("/_sandbox/balances", params={"date": day}).json()["balances"]
    amounts = {code: Decimal(amount) for code, amount in found.items()}
    assert sum(amounts.values()) == 0
    return {code: amount for code, amount in amounts.items() if amount}


def _money(**amounts: str) -> dict[str, Decimal]:
    return {code.removeprefix("a"): Decimal(amount) for code, amount in amounts.items()}


@pytest.mark.parametrize(
    ("amount_types", "booked"),
    [
        ("Exclusive", {"a610": "115.00", "a200": "-100.00", "a820": "-15.00"}),
        ("Inclusive", {"a610": "100.00", "a200": "-86.96", "a820": "-13.04"}),
        ("NoTax", {"a610": "100.00", "a200": "-100.00"}),
    ],
)
def test_an_invoice_books_receivables_sales_and_tax(xero: LocalXero, amount_types: str, booked: dict[str, str]) -> None:
    created = _create(xero, "Invoices", _invoice(LineAmountTypes=amount_types))
    assert _balances(xero) == _money(**booked)
    assert Decimal(str(created["Total"])) == Decimal(booked["a610"])
    assert round(created["SubTotal"] + created["TotalTax"] - created["Total"], 2) == 0
    assert (created["InvoiceNumber"], created["AmountDue"], created["Contact"]["Name"]) == (
        "INV-0001",
        created["Total"],
        "Ann",
    )


def test_a_draft_books_nothing_until_it_is_approved(xero: LocalXero) -> None:
    created = _create(xero, "Invoices", _bill(Status="DRAFT"))
    assert _balances(xero) == {}
    approved = _put(xero, f"Invoices/{created['InvoiceID']}", {}, method="POST")
    assert approved.json()["Invoices"][0]["Status"] == "DRAFT"
    xero.http.post(f"{API}/Invoices/{created['InvoiceID']}", json={"Status": "AUTHORISED"}).raise_for_status()
    assert _balances(xero) == _money(a630="100.00", a800="-100.00")


def test_a_foreign_bill_and_its_payment_leave_a_realised_difference(xero: LocalXero) -> None:
    xero.http.put(f"{API}/Currencies", json={"Code": "USD"}).raise_for_status()
    bill = _create(xero, "Invoices", _bill(CurrencyCode="USD", CurrencyRate=0.5))
    assert _balances(xero) == _money(a630="200.00", a800="-200.00")
    for amount, rate in ((33.33, 0.6), (66.67, 0.4)):
        payment = {
            "Invoice": {"InvoiceID": bill["InvoiceID"]},
            "Account": {"Code": "090"},
            "Date": "2026-09-20",
            "Amount": amount,
            "CurrencyRate": rate,
        }
        _create(xero, "Payments", payment)
    # paid 33.33 / 0.6 = 55.55 and 66.67 / 0.4 = 166.675, half up 166.68: 222.23 for a debt of 200.00
    assert _balances(xero) == _money(a630="200.00", a090="-222.23", a499="22.23")
    shown = xero.read(f"Invoices/{bill['InvoiceID']}")["Invoices"][0]
    assert (shown["Status"], shown["AmountDue"], shown["AmountPaid"], len(shown["Payments"])) == ("PAID", 0, 100, 2)


def test_a_payment_is_taken_back(xero: LocalXero) -> None:
    invoice = _create(xero, "Invoices", _invoice(LineAmountTypes="NoTax"))
    sent = {"Invoice": {"InvoiceNumber": "INV-0001"}, "Account": {"Code": "090"}, "Date": DAY, "Amount": 100}
    payment = _create(xero, "Payments", sent)
    assert _balances(xero) == _money(a090="100.00", a200="-100.00")
    deleted = xero.http.post(f"{API}/Payments/{payment['PaymentID']}", json={"Status": "DELETED"})
    assert deleted.json()["Payments"][0]["Status"] == "DELETED"
    assert _balances(xero) == _money(a610="100.00", a200="-100.00")
    assert xero.read(f"Invoices/{invoice['InvoiceID']}")["Invoices"][0]["Status"] == "AUTHORISED"
    again = xero.http.post(f"{API}/Payments/{payment['PaymentID']}", json={"Status": "DELETED"})
    assert _messages(again) == ["A payment cannot be changed, only deleted."]


def test_a_credit_note_is_allocated_and_the_allocation_undone(xero: LocalXero) -> None:
    invoice = _create(xero, "Invoices", _invoice(LineAmountTypes="NoTax"))
    note = _create(
        xero,
        "CreditNotes",
        {**_invoice(LineAmountTypes="NoTax", LineItems=[_line("40.00")]), "Type": "ACCRECCREDIT"},
    )
    assert _balances(xero) == _money(a610="60.00", a200="-60.00")
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    wanted = {"Allocations": [{"Invoice": {"InvoiceID": invoice["InvoiceID"]}, "Amount": 40, "Date": DAY}]}
    allocated = xero.http.put(f"{API}/{path}", json=wanted).raise_for_status().json()["Allocations"][0]
    shown = xero.read(f"Invoices/{invoice['InvoiceID']}")["Invoices"][0]
    assert (shown["AmountDue"], shown["AmountCredited"], shown["CreditNotes"][0]["CreditNoteNumber"]) == (
        60,
        40,
        "CN-0001",
    )
    assert xero.read(f"CreditNotes/{note['CreditNoteID']}")["CreditNotes"][0]["Status"] == "PAID"
    undone = xero.http.delete(f"{API}/{path}/{allocated['AllocationID']}").raise_for_status().json()
    assert undone["IsDeleted"] is True
    assert xero.read(f"CreditNotes/{note['CreditNoteID']}")["CreditNotes"][0]["RemainingCredit"] == 40
    assert xero.http.delete(f"{API}/{path}/{allocated['AllocationID']}").status_code == 404
    too_much = {"Allocations": [{**wanted["Allocations"][0], "Amount": 41}]}
    assert xero.http.put(f"{API}/{path}", json=too_much).status_code == 400


def test_a_note_at_another_rate_leaves_a_realised_difference(xero: LocalXero) -> None:
    xero.http.put(f"{API}/Currencies", json={"Code": "USD"}).raise_for_status()
    foreign = {"CurrencyCode": "USD", "LineAmountTypes": "NoTax"}
    bill = _create(xero, "Invoices", _bill(**foreign, CurrencyRate=0.5))
    note = _create(xero, "CreditNotes", {**_bill(**foreign, CurrencyRate=0.4), "Type": "ACCPAYCREDIT"})
    wanted = {"Allocations": [{"Invoice": {"InvoiceID": bill["InvoiceID"]}, "Amount": 100, "Date": DAY}]}
    xero.http.put(f"{API}/CreditNotes/{note['CreditNoteID']}/Allocations", json=wanted).raise_for_status()
    # debt of 200.00 against a credit of 250.00: payables end at nothing, and 50.00 are lost
    assert _balances(xero) == _money(a630="-50.00", a499="50.00")


@pytest.mark.parametrize(("type_", "bank"), [("SPEND", "-100.00"), ("RECEIVE", "100.00")])
def test_bank_money_is_booked_at_once(xero: LocalXero, type_: str, bank: str) -> None:
    element = {
        "Type": type_,
        "BankAccount": {"Code": "090"},
        "Date": "2026-09-10",
        "LineAmountTypes": "NoTax",
        "LineItems": [_line(account="404")],
    }
    created = _create(xero, "BankTransactions", element)
    assert _balances(xero) == {"090": Decimal(bank), "404": -Decimal(bank)}
    gone = xero.http.post(f"{API}/BankTransactions/{created['BankTransactionID']}", json={"Status": "DELETED"})
    assert gone.json()["BankTransactions"][0]["Status"] == "DELETED"
    assert _balances(xero) == {}


def test_an_order_is_no_ledger_document_and_a_number_in_use_updates_it(xero: LocalXero) -> None:
    order = {"Contact": {"Name": "Sup"}, "PurchaseOrderNumber": "PO-9", "LineItems": [_line("1.2345", "630")]}
    created = _create(xero, "PurchaseOrders", order)
    assert created["LineItems"][0]["UnitAmount"] == 1.2345
    again = _create(xero, "PurchaseOrders", {**order, "Status": "AUTHORISED"})
    assert (again["PurchaseOrderID"], again["Status"]) == (created["PurchaseOrderID"], "AUTHORISED")
    xero.http.post(f"{API}/PurchaseOrders/PO-9", json={"Status": "DELETED"}).raise_for_status()
    assert _messages(_put(xero, "PurchaseOrders", order)) == ["Deleted PurchaseOrders cannot be updated"]
    assert _balances(xero) == {}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"DueDate": None}, "DueDate is required to approve a document."),
        ({"Contact": None}, "A Contact must be specified for this type of transaction."),
        ({"LineItems": [_line(account="999")]}, "Account code '999' is not a valid code for this document."),
        (
            {"LineItems": [_line(LineAmount=99.99)]},
            "The line total 99.99 does not match the expected line total 100.00",
        ),
        ({"CurrencyCode": "EUR"}, "Organisation is not subscribed to currency EUR"),
        ({"Type": "ACCPAYCREDIT"}, "The Type 'ACCPAYCREDIT' is not known."),
        ({"Status": "PAID"}, "The status 'PAID' cannot be applied to the document"),
        ({"LineItems": [_line("-1.00")]}, "The total of a document cannot be negative."),
        ({"LineItems": [_line("9999999999.99", Quantity=2)]}, "LineAmount must be at most 9,999,999,999.99."),
        ({"LineItems": [_line(ItemCode="none")]}, "Item code 'none' is not valid"),
    ],
)
def test_a_document_that_breaks_a_rule_is_refused(xero: LocalXero, change: Document, message: str) -> None:
    answer = _put(xero, "Invoices", _invoice(**change))
    assert answer.status_code == 400
    assert message in _messages(answer)
    each = _put(xero, "Invoices", _invoice(**change), summarizeErrors="False")
    assert (each.status_code, each.json()["Invoices"][0]["StatusAttributeString"]) == (200, "ERROR")
    assert _balances(xero) == {}


def test_the_dates_of_documents_and_payments_are_locked(xero: LocalXero) -> None:
    invoice = _create(xero, "Invoices", _invoice())
    xero.admin("lock-date", {"lock_date": DAY})
    words = "The document date cannot be before the period lock date, currently set at 30-Sep-2026"
    assert _messages(_put(xero, "Invoices", _bill())) == [words]
    sent = {"Invoice": {"InvoiceID": invoice["InvoiceID"]}, "Account": {"Code": "090"}, "Date": DAY, "Amount": 1}
    assert _messages(_put(xero, "Payments", sent)) == [words]
    voided = xero.http.post(f"{API}/Invoices/{invoice['InvoiceID']}", json={"Status": "VOIDED"})
    assert _messages(voided) == [words]
    _create(xero, "Payments", {**sent, "Date": "2026-10-01"})


def test_what_is_paid_keeps_its_lines(xero: LocalXero) -> None:
    invoice = _create(xero, "Invoices", _invoice())
    path = f"{API}/Invoices/{invoice['InvoiceID']}"
    payment = {"Invoice": {"InvoiceID": invoice["InvoiceID"]}, "Account": {"Code": "090"}, "Date": DAY, "Amount": 1}
    _create(xero, "Payments", payment)
    assert _messages(xero.http.post(path, json={"LineItems": [_line("5.00")]})) == [
        "This document cannot be edited as it has a payment or credit note allocated to it."
    ]
    assert _messages(xero.http.post(path, json={"Status": "VOIDED"})) == [
        "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it."
    ]
    assert xero.http.post(path, json={"Reference": "R7", "DueDate": "2026-12-01"}).status_code == 200
    assert _messages(_put(xero, "Payments", {**payment, "Amount": 1000})) == [
        "Payment amount exceeds the amount outstanding on this document"
    ]
    assert _messages(xero.http.post(path, json={"Status": "DELETED"})) == [
        "Invoice not of valid status for modification"
    ]


def test_a_line_that_is_not_sent_again_is_gone(xero: LocalXero) -> None:
    created = _create(xero, "Invoices", _invoice(LineItems=[_line("10.00"), _line("20.00")]))
    kept = created["LineItems"][1]
    path = f"{API}/Invoices/{created['InvoiceID']}"
    changed = xero.http.post(path, json={"LineItems": [kept, _line("5.00")]}).json()["Invoices"][0]["LineItems"]
    assert [line["LineAmount"] for line in changed] == [20, 5]
    assert changed[0]["LineItemID"] == kept["LineItemID"]


def test_sales_numbers_are_unique_and_those_of_bills_are_not(xero: LocalXero) -> None:
    first = _create(xero, "Invoices", _invoice(InvoiceNumber="A-1"))
    assert _messages(_put(xero, "Invoices", _invoice(InvoiceNumber="A-1"))) == ["Invoice # must be unique."]
    edited = _put(xero, "Invoices", _invoice(InvoiceNumber="A-1", Reference="r"), method="POST").json()["Invoices"][0]
    assert (edited["InvoiceID"], edited["Reference"]) == (first["InvoiceID"], "r")
    ids = {_create(xero, "Invoices", _bill(InvoiceNumber="B-1"))["InvoiceID"] for _ in range(2)}
    assert len(ids) == 2


def test_items_give_lines_their_price_account_and_text(xero: LocalXero) -> None:
    sides = {"SalesDetails": {"UnitPrice": 12.5, "AccountCode": "200", "TaxType": "ZERORATED"}}
    item = _create(xero, "Items", {"Code": "SKU", "Name": "n", "Description": "A thing", **sides})
    assert (item["IsTrackedAsInventory"], item["SalesDetails"]) == (False, sides["SalesDetails"])
    line = {"ItemCode": "SKU", "Quantity": 2}
    created = _create(xero, "Invoices", _invoice(LineItems=[line]))
    (shown,) = created["LineItems"]
    assert (shown["LineAmount"], shown["AccountCode"], shown["TaxType"], shown["Description"]) == (
        25,
        "200",
        "ZERORATED",
        "A thing",
    )
    assert _messages(_put(xero, "Items", {"Code": "SKU"})) == ["Price List Item with Code 'SKU' already exists"]
    assert xero.http.delete(f"{API}/Items/{item['ItemID']}").status_code == 400
    other = _create(xero, "Items", {"Code": "NEW"})
    assert xero.http.delete(f"{API}/Items/{other['ItemID']}").status_code == 204
    assert xero.http.get(f"{API}/Items/NEW").status_code == 404
    assert [each["Code"] for each in xero.read("Items", where='Code=="SKU"')["Items"]] == ["SKU"]


def test_contacts_are_unique_by_name_and_found_again(xero: LocalXero) -> None:
    ann = _create(xero, "Contacts", {"Name": "Ann", "ContactNumber": "C-1", "EmailAddress": "a@b.example"})
    assert _messages(_put(xero, "Contacts", {"Name": "ANN"})) == [
        "The contact name ANN is already assigned to another contact."
        " The contact name must be unique across all active contacts."
    ]
    phones = [{"PhoneType": "DEFAULT", "PhoneNumber": "1"}]
    updated = _put(xero, "Contacts", {"Name": "Ann", "Phones": phones}, method="POST").json()["Contacts"][0]
    assert (updated["ContactID"], updated["EmailAddress"], updated["Phones"]) == (
        ann["ContactID"],
        "a@b.example",
        phones,
    )
    assert xero.read("Contacts/C-1")["Contacts"][0]["ContactID"] == ann["ContactID"]
    _create(xero, "Invoices", _invoice(Contact={"ContactID": ann["ContactID"]}))
    (listed,) = xero.read("Contacts", page=1, where='Name.StartsWith("A")')["Contacts"]
    assert (listed["IsCustomer"], listed["IsSupplier"], listed["Balances"]["AccountsReceivable"]["Outstanding"]) == (
        True,
        False,
        115,
    )
    path = f"{API}/Contacts/{ann['ContactID']}"
    xero.http.post(path, json={"ContactStatus": "ARCHIVED"}).raise_for_status()
    assert xero.read("Contacts")["Contacts"] == []
    assert len(xero.read("Contacts", includeArchived="True")["Contacts"]) == 1
    assert "archived contact" in _messages(xero.http.post(path, json={"FirstName": "A"}))[0]
    assert _put(xero, "Contacts", {"ContactID": "11111111-1111-1111-1111-111111111111"}).status_code == 404


def test_documents_are_listed_by_where_and_by_filters(xero: LocalXero) -> None:
    one = _create(xero, "Invoices", _invoice(Reference="r1"))
    two = _create(xero, "Invoices", _bill(Status="DRAFT", InvoiceNumber="B-7", Date="2026-09-20"))
    contact = one["Contact"]["ContactID"]

    def found(**query: str | int) -> list[str]:
        return [each["InvoiceID"] for each in xero.read("Invoices", **query)["Invoices"]]

    assert found(where='Type=="ACCPAY" AND Status=="DRAFT"') == [two["InvoiceID"]]
    assert found(where=f'Contact.ContactID==Guid("{contact}") && AmountDue>110') == [one["InvoiceID"]]
    assert found(where="Date >= DateTime(2026, 9, 15)") == [two["InvoiceID"]]
    assert found(Statuses="DRAFT,SUBMITTED") == [two["InvoiceID"]]
    assert found(IDs=one["InvoiceID"]) == [one["InvoiceID"]]
    assert found(searchTerm="b-7") == [two["InvoiceID"]]
    assert found(order="Date DESC") == [two["InvoiceID"], one["InvoiceID"]]
    assert xero.read("Invoices", page=1)["pagination"]["itemCount"] == 2
    assert xero.read("Invoices")["Invoices"][0]["LineItems"] == []
    assert len(xero.read("Invoices", page=1)["Invoices"][0]["LineItems"]) == 1


def test_bills_of_the_opening_are_invoices(xero: LocalXero) -> None:
    lines = [{"account_code": "630", "amount": "50.00"}]
    header = {"date": DAY, "contact": "Sup"}
    xero.admin("bills", {**header, "reference": "B-1", "lines": lines})
    xero.admin("bills", {**header, "reference": "B-2", "lines": [{"account_code": "630", "amount": "-20.00"}]})
    (bill,) = xero.read("Invoices", page=1)["Invoices"]
    assert (bill["Type"], bill["InvoiceNumber"], bill["Contact"]["Name"], bill["Total"]) == (
        "ACCPAY",
        "B-1",
        "Sup",
        50,
    )
    (note,) = xero.read("CreditNotes", page=1)["CreditNotes"]
    assert (note["Type"], note["Total"]) == ("ACCPAYCREDIT", 20)
    assert _balances(xero) == _money(a630="30.00", a800="-30.00")


def test_a_refused_document_leaves_no_contact_behind(xero: LocalXero) -> None:
    wrong = _invoice(Contact={"Name": "Zoe"}, LineItems=[])
    both = _put(xero, "Invoices", wrong, _invoice(), summarizeErrors="false").json()["Invoices"]
    assert [each["StatusAttributeString"] for each in both] == ["ERROR", "OK"]
    assert [each["Name"] for each in xero.read("Contacts")["Contacts"]] == ["Ann"]
