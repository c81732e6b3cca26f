"""Documents of others as rows: signs, currencies, only what changed since, and endpoints that Xero does not open."""

from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest

from pipelines.load.mirror import refresh_posted
from pipelines.load.mirror_document_rows import document_line_rows
from pipelines.load.mirror_documents import mirror_documents
from pipelines.load.xero_client import XeroClient
from pipelines.warehouse import Warehouse
from tests.pipelines.load.local_books import LocalBooks

OPENING, ACCOUNTS = date(2026, 8, 31), frozenset({"630"})


def element(type_: str, amount: float = 100.0, **head: object) -> dict[str, Any]:
    line = {"AccountCode": "630", "LineAmount": amount, "TaxAmount": 13.04, "Description": "x"}
    shown = {"InvoiceID": "i", "CreditNoteID": "c", "BankTransactionID": "b", "Type": type_, "Status": "AUTHORISED"}
    return shown | {"Date": "/Date(1792195200000+0000)/", "LineItems": [line]} | head


@pytest.mark.parametrize(
    ("collection", "type_", "amount"),
    [
        ("Invoices", "ACCPAY", "100.00"),
        ("Invoices", "ACCREC", "-100.00"),
        ("CreditNotes", "ACCPAYCREDIT", "-100.00"),
        ("CreditNotes", "ACCRECCREDIT", "100.00"),
        ("BankTransactions", "SPEND", "100.00"),
        ("BankTransactions", "RECEIVE", "-100.00"),
        ("BankTransactions", "SPEND-OVERPAYMENT", "100.00"),
        ("BankTransactions", "RECEIVE-PREPAYMENT", "-100.00"),
    ],
)
def test_a_line_debits_or_credits_its_account_as_its_document_does(collection: str, type_: str, amount: str) -> None:
    (row,) = document_line_rows(collection, element(type_), ACCOUNTS)
    assert str(row["line_amount"]) == amount
    assert row["document_date"] == date(2026, 10, 17)


@pytest.mark.parametrize(
    ("type_", "amount"),
    [
        ("ACCRECPAYMENT", "172.81"),
        ("ACCPAYPAYMENT", "-172.81"),
        ("ARCREDITPAYMENT", "-172.81"),
        ("APCREDITPAYMENT", "172.81"),
        ("ARPREPAYMENTPAYMENT", "-172.81"),
        ("APOVERPAYMENTPAYMENT", "172.81"),
    ],
)
def test_a_payment_books_its_amount_on_the_account_that_it_is_made_to_or_from(type_: str, amount: str) -> None:
    paid = {"InvoiceNumber": "INV-7", "CurrencyCode": "USD", "Contact": {"Name": "Acme"}}
    shown = {"PaymentID": "p", "Date": "/Date(1792195200000+0000)/", "Amount": 101.96, "PaymentType": type_}
    shown |= {"Account": {"Code": "630"}, "Invoice": paid, "Status": "AUTHORISED", "CurrencyRate": 0.59}
    (row,) = document_line_rows("Payments", shown, ACCOUNTS)
    assert (str(row["line_amount"]), row["contact_name"], row["description"]) == (amount, "Acme", "Payment of INV-7")
    (row,) = document_line_rows("Payments", shown | {"BankAmount": 172.8}, ACCOUNTS)
    assert abs(Decimal(str(row["line_amount"]))) == Decimal("172.80")
    assert list(document_line_rows("Payments", shown, frozenset({"090"}))) == []


def test_a_line_is_without_tax_and_in_base_currency_at_the_documents_own_rate() -> None:
    shown = element("ACCPAY", 115.0, LineAmountTypes="Inclusive", CurrencyCode="USD", CurrencyRate=0.59)
    (row,) = document_line_rows("Invoices", shown, ACCOUNTS)
    assert (str(row["foreign_amount"]), str(row["line_amount"])) == ("101.96", "172.81")


def test_every_line_of_a_suppliers_bill_is_kept_and_of_others_only_what_touches_the_accounts() -> None:
    assert len(list(document_line_rows("Invoices", element("ACCPAY"), frozenset()))) == 1
    assert list(document_line_rows("Invoices", element("ACCREC"), frozenset())) == []
    (row,) = document_line_rows("Invoices", element("ACCPAY", LineItems=[], Status="VOIDED"), frozenset())
    assert (row["account_code"], str(row["line_amount"])) == (None, "0.00")


def enter_bill(books: LocalBooks, reference: str, amount: str) -> None:
    lines = [{"account_code": "630", "amount": amount}]
    books.change("bills", date="2026-10-20", contact="Acme", reference=reference, lines=lines)


def lines_of(warehouse: Warehouse) -> list[tuple[str, str]]:
    found = warehouse.query("select document_number, line_amount::varchar from xero.document_lines order by all")
    return [(str(number), str(amount)) for number, amount in found.rows()]


def test_a_later_read_brings_only_what_changed_and_forgets_no_document(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    refresh_posted(client, warehouse)
    enter_bill(books, "INV-1", "10.00")
    assert mirror_documents(client, warehouse, OPENING, ACCOUNTS) == {}
    enter_bill(books, "INV-2", "20.00")
    assert mirror_documents(client, warehouse, OPENING, ACCOUNTS) == {}
    assert lines_of(warehouse) == [("INV-1", "10.00"), ("INV-2", "20.00")]
    reads = [one for one in books.requests() if one["path"].endswith("/Invoices")]
    assert ["where" in str(one["query"]) for one in reads] == [True, False]

    mirror_documents(client, warehouse, OPENING, ACCOUNTS | {"631"})  # other accounts: all is read again
    assert "where" in str([one for one in books.requests() if one["path"].endswith("/Invoices")][-1]["query"])


def test_an_endpoint_that_the_app_may_not_read_is_said_and_stops_nothing(
    client: XeroClient, warehouse: Warehouse, books: LocalBooks
) -> None:
    enter_bill(books, "INV-1", "10.00")
    narrow = "accounting.settings.read accounting.manualjournals accounting.invoices.read"
    with patch("pipelines.load.xero_auth.EVERY_SCOPE", narrow):
        refresh_posted(client, warehouse)
        refusals = mirror_documents(client, warehouse, OPENING, ACCOUNTS)
    assert list(refusals) == ["BankTransactions"]
    assert "scope" in refusals["BankTransactions"]
    assert lines_of(warehouse) == [("INV-1", "10.00")]
