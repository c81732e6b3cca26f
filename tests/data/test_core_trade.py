"""The trade selects of mappings/sources/core.yaml: parts of sales and purchases as documents (cin7.md section 2.2)."""

from decimal import Decimal

import pytest

from tests.data.trade_selects import AUCKLAND, Row, read, select

CORE = read("core")
TAXES = [{"Name": "15% GST on Income", "TaxPercent": 15}, {"Name": "No GST", "TaxPercent": 0}]


def line(**changes: object) -> Row:
    return {"SKU": "TENT", "Name": "Duo tent", "Quantity": 2, "Price": 115.0, "Discount": 0, "Tax": 30.0,
            "Total": 230.0, "Account": "200: Sales"} | changes  # fmt: skip


def invoice(**changes: object) -> Row:
    return {
        "TaskID": "i1", "InvoiceNumber": "INV-1", "Status": "AUTHORISED", "InvoiceDate": "2026-09-30T00:00:00",
        "InvoiceDueDate": "2026-10-20T00:00:00", "CurrencyConversionRate": 1, "LinkedFulfillmentNumber": 1,
        "Lines": [line()], "AdditionalCharges": [], "Payments": [], "Total": 230.0,
    } | changes  # fmt: skip


def sale(**changes: object) -> Row:
    shipped = {"FulfillmentNumber": 1, "Ship": {"Status": "AUTHORISED", "Lines": [{"ShipmentDate": "2026-10-01"}]}}
    return {
        "ID": "s1", "Customer": "Fiordland", "CustomerID": "c1", "BaseCurrency": "NZD", "CustomerCurrency": "NZD",
        "CurrencyRate": 1, "TaxRule": "15% GST on Income", "TaxCalculation": "Inclusive", "Location": "Auckland: A-1",
        "SourceChannel": "Web", "Status": "COMPLETED", "Terms": "30 days", "Order": {"SaleOrderNumber": "SO-1"},
        "Fulfilments": [shipped], "Invoices": [invoice()], "CreditNotes": [],
    } | changes  # fmt: skip


def credit(**changes: object) -> Row:
    return {
        "TaskID": "k1", "CreditNoteNumber": "CN-1", "CreditNoteInvoiceNumber": "INV-2", "Status": "AUTHORISED",
        "CreditNoteDate": "2026-10-05T00:00:00", "CreditNoteConversionRate": 1, "Total": 115.0,
        "Lines": [line(Quantity=1, Total=115.0)],
    } | changes  # fmt: skip


def purchase(**changes: object) -> Row:
    bill = invoice(TaskID="b1", InvoiceNumber="SUP-8", CurrencyConversionRate=1.7, Total=100.0, Lines=[line(Total=100)])
    return {
        "ID": "p1", "OrderNumber": "PO-1", "OrderDate": "2026-09-01T00:00:00", "Supplier": "Ridgeline",
        "SupplierID": "v1", "BaseCurrency": "NZD", "SupplierCurrency": "USD", "CurrencyRate": 1.68,
        "TaxCalculation": "Exclusive", "TaxRule": "No GST", "Location": "Auckland", "Status": "COMPLETED",
        "Order": {"Status": "AUTHORISED", "Total": 100.0, "Lines": [line(Total=100)]}, "Invoice": [bill],
        "CreditNote": [],
    } | changes  # fmt: skip


def documents(**inputs: list[Row]) -> dict[str, Row]:
    return {row["document_id"]: row for row in select(CORE, "trade_documents", **inputs)}


def test_an_invoice_of_a_sale_keeps_its_days_and_names_what_it_needs() -> None:
    (row,) = documents(sales=[sale()]).values()
    assert row == {
        "document_id": "INVi1", "kind": "sales_invoice", "document_number": "INV-1", "order_number": "SO-1",
        "supplier_reference": None, "contact_id": "c1", "contact_name": "Fiordland", "document_date": "2026-09-30",
        "due_date": "2026-10-20", "payment_terms": "30 days", "currency_code": "NZD", "currency_rate": None,
        "tax_mode": "inclusive", "status": "approved", "accounting_status": None, "location": "Auckland",
        "channel": "Web", "original_document_id": None, "total_amount": "230.00", "moved_date": "2026-10-01",
    }  # fmt: skip


def test_a_sale_has_several_invoices_and_credits_and_what_was_voided_stays_as_void() -> None:
    second = invoice(TaskID="i2", InvoiceNumber="INV-2", Status="PAID", LinkedFulfillmentNumber=2)
    unused = invoice(TaskID="i3", InvoiceNumber=None, Status="NOT AVAILABLE", Lines=[])
    given = sale(Invoices=[invoice(Status="VOIDED"), second, unused], CreditNotes=[credit(), credit(TaskID="k2",
                 CreditNoteNumber="CN-2", CreditNoteInvoiceNumber=None, Status="DRAFT")])  # fmt: skip
    found = documents(sales=[given])
    assert {key: (row["status"], row["original_document_id"]) for key, row in found.items()} == {
        "INVi1": ("void", None), "INVi2": ("approved", None), "CRNk1": ("approved", "INVi2"), "CRNk2": ("draft", None),
    }  # fmt: skip
    assert {row["status"] for row in documents(sales=[given | {"Status": "VOIDED"}]).values()} == {"void"}


def test_a_purchase_gives_its_order_its_bills_at_their_own_rate_and_its_credits() -> None:
    back = credit(CreditNoteInvoiceNumber=None, CurrencyConversionRate=1.69, CreditNoteNumber="SCN-1")
    found = documents(purchases=[purchase(CreditNote=[back])])
    names = ("kind", "document_number", "supplier_reference", "document_date", "currency_rate", "original_document_id")
    assert {key: [row[name] for name in names] for key, row in found.items()} == {
        "BILLb1": ["bill", "SUP-8", "SUP-8", "2026-09-30", Decimal("1.7"), None],
        "POp1": ["purchase_order", "PO-1", None, "2026-09-01", Decimal("1.68"), None],
        "SCNk1": ["supplier_credit", "SCN-1", "SCN-1", "2026-10-05", Decimal("1.69"), "BILLb1"],
    }


def test_additional_charges_are_freight_by_their_words_discount_where_negative_else_surcharge() -> None:
    def charge(text: str, total: float) -> Row:
        return {"Description": text, "Quantity": 1, "Price": total, "Total": total, "Tax": 0, "Account": "260: Other"}

    charges = [charge("Express Shipping", 12), charge("Gift card", -20), charge("Card fee", 2.5)]
    rows = select(CORE, "trade_lines", taxes=TAXES, sales=[sale(Invoices=[invoice(AdditionalCharges=charges)])])
    assert [(row["position"], row["kind"], row["description"], Decimal(row["line_amount"])) for row in rows] == [
        (1, "goods", "Duo tent", Decimal("230.00")), (2, "freight", "Express Shipping", Decimal("12.00")),
        (3, "discount", "Gift card", Decimal("-20.00")), (4, "surcharge", "Card fee", Decimal("2.50")),
    ]  # fmt: skip
    assert {row["order_account"] for row in rows} == {"200", "260"}
    assert {row["tax_rate"] for row in rows} == {Decimal("0.15")}


def test_a_line_has_its_own_tax_and_its_percent_becomes_the_discount_of_the_line() -> None:
    # 2 x 115.00 less 10 % = 207.00, of which 27.00 is GST
    shown = line(Discount=10, Total=207.0, Tax=27.0, TaxRule="no gst")
    unstated = line(SKU="PEG", Quantity=3, Price=3.335, Discount=50, Total=None, Tax=None)  # 10.005 - 5.00 = 5.01
    first, second = select(CORE, "trade_lines", taxes=TAXES, sales=[sale(Invoices=[invoice(Lines=[shown, unstated])])])
    names = ("discount_amount", "line_amount", "tax_amount", "tax_name", "tax_rate")
    assert [str(first[name]) for name in names] == ["23.00", "207.00", "27.00", "no gst", "0.000000"]
    assert (Decimal(second["line_amount"]), second["tax_amount"]) == (Decimal("5.01"), None)


PAID = {"ID": "a", "Reference": "TT 1", "Amount": 100.0, "DatePaid": "2026-09-30T00:00:00", "Account": "090: Bank",
        "CurrencyRate": 1}  # fmt: skip


def test_what_was_paid_before_the_invoice_is_a_deposit_with_its_payment() -> None:
    flagged = PAID | {"ID": "flagged0", "Type": "Prepayment", "Amount": 20.0}
    given = {
        "sales": [sale(Prepayments=[PAID | {"ID": "early000"}], Invoices=[invoice(Payments=[flagged, PAID])])],
        "purchases": [purchase(Prepayments=[PAID | {"ID": "ahead000", "CurrencyRate": 1.66}])],
    }
    found = documents(**given)
    names = ("kind", "document_number", "original_document_id", "tax_mode", "total_amount", "currency_rate")
    assert {key: [row[name] for name in names] for key, row in found.items() if "DEP" in key} == {
        "SDEPearly000": ["sales_deposit", "SO-1-Dearly000", "INVi1", "exempt", "100.00", None],
        "SDEPflagged0": ["sales_deposit", "SO-1-Dflagged0", "INVi1", "exempt", "20.00", None],
        "PDEPahead000": ["purchase_deposit", "PO-1-Dahead000", "BILLb1", "exempt", "100.00", Decimal("1.66")],
    }
    deposit_lines = {row["document_id"] for row in select(CORE, "trade_lines", **given) if row["kind"] == "deposit"}
    assert deposit_lines == {key for key in found if "DEP" in key}
    paid = {row["payment_id"]: row["document_id"] for row in select(CORE, "payments", **given)}
    assert paid == {"a": "INVi1", "early000": "SDEPearly000", "flagged0": "SDEPflagged0", "ahead000": "PDEPahead000"}


@pytest.mark.parametrize(("assumed", "is_theirs"), [("none", [False, False]), ("XERO|BANK FEED", [False, True])])
def test_refunds_are_of_credits_and_references_tell_what_came_from_the_accounts(
    assumed: str, is_theirs: list[bool]
) -> None:
    back = credit(Refunds=[PAID | {"ID": "b", "Reference": "XERO-5", "Amount": -115.0}])
    given = sale(Invoices=[invoice(Payments=[PAID])], CreditNotes=[back])
    rows = select(CORE, "payments", AUCKLAND, {"accounting_payments": assumed}, sales=[given])
    assert [(row["document_id"], row["kind"], row["amount"], row["paid_on"]) for row in rows] == [
        ("INVi1", "payment", "100.00", "2026-09-30"),
        ("CRNk1", "refund", "115.00", "2026-09-30"),
    ]
    assert [row["is_from_accounting"] for row in rows] == is_theirs
    assert {row["method"] for row in rows} == {"090: Bank"}


def test_a_contact_has_the_accounts_departments_email_and_that_of_its_default_person() -> None:
    persons = [
        {"Name": "Sam Lee", "Email": "sam@f.example", "Phone": "1"},
        {"Name": "Jo Ann Fox", "Email": "jo@f.example", "Phone": "2", "Default": True},
        {"Name": "Accounts payable", "Email": "AP@f.example"},
    ]
    customer = {"ID": "c1", "Name": "Fiordland", "Status": "Active", "Currency": "nzd", "PaymentTerm": "30 days",
                "TaxNumber": "49-1", "Contacts": persons}  # fmt: skip
    both = {"ID": "x", "Name": "Both", "Status": "Deprecated"}
    first, second = select(CORE, "contacts", customers=[customer, both], suppliers=[both])
    assert first == {
        "contact_id": "c1", "kind": "customer", "contact_name": "Fiordland", "contact_number": None,
        "tax_number": "49-1", "accounts_email": "AP@f.example", "email": "jo@f.example", "first_name": "Jo",
        "last_name": "Ann Fox", "phone": "2", "currency_code": "NZD", "payment_terms": "30 days",
        "xero_contact_id": None, "is_active": True,
    }  # fmt: skip
    assert (second["kind"], second["is_active"], second["email"]) == ("both", False, None)


@pytest.mark.parametrize("table", ["trade_documents", "trade_lines", "payments"])
def test_nulls_everywhere_break_no_select(table: str) -> None:
    hollow = dict.fromkeys([*sale(), *purchase(), "Prepayments"]) | {"ID": "n"}
    parts = [dict.fromkeys([*invoice(), *credit(), "Refunds"])]
    inside = [dict.fromkeys(line())]
    holes = {"Lines": inside, "AdditionalCharges": inside, "Payments": [dict.fromkeys(PAID)], "Status": "AUTHORISED"}
    filled = [parts[0] | holes | {"TaskID": "t"}]
    empty = {"Invoices": parts, "CreditNotes": parts, "Invoice": parts, "CreditNote": parts}
    given = [hollow, hollow | empty | {"ID": "m"}, hollow | {"ID": "o", "Invoices": filled, "Invoice": filled}]
    assert isinstance(select(CORE, table, sales=given, purchases=given, taxes=[{}]), list)
