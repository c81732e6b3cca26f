"""Requests with one wrong value here and there: refused in Xero's own shape, never a 5xx, and the books balance.

The quick relative of tests/chaos/test_fuzzed_requests.py, with documents that mostly come past the first check.
"""

import json
import random
from decimal import Decimal
from typing import Any

from tests.pipelines.sandbox.xero.local_xero import API, LocalXero, lines

REQUESTS = 200
LINE = {"Quantity": 1, "UnitAmount": 10, "AccountCode": "200"}
RIGHT: dict[str, Any] = {
    "Type": "ACCREC",
    "Contact": {"Name": "Ann"},
    "LineItems": [LINE],
    "DueDate": "2026-10-10",
    "BankAccount": {"Code": "090"},
    "Name": "N",
    "Code": "C",
    "JournalLines": lines(("310", "1"), ("630", "-1")),
    "Narration": "n",
    "Status": "DRAFT",
    "Account": {"Code": "090"},
    "Amount": 1,
    "Invoice": {"InvoiceNumber": "INV-0001"},
    "TaxComponents": [{"Name": "A", "Rate": 1}],
    "ReportTaxType": "OUTPUT",
    "SalesDetails": {"UnitPrice": 1},
}
_DOCUMENT = (
    "Type",
    "Contact",
    "LineItems",
    "Date",
    "DueDate",
    "LineAmountTypes",
    "Reference",
    "CurrencyCode",
    "Status",
)
FIELDS: dict[str, tuple[str, ...]] = {
    "Invoices": (*_DOCUMENT, "InvoiceNumber", "CurrencyRate", "InvoiceID"),
    "CreditNotes": (*_DOCUMENT, "CreditNoteNumber", "CurrencyRate"),
    "PurchaseOrders": ("Contact", "LineItems", "PurchaseOrderNumber", "Status", "DeliveryDate", "DeliveryInstructions"),
    "BankTransactions": ("Type", "Contact", "LineItems", "BankAccount", "Status", "Date"),
    "Contacts": ("Name", "ContactID", "ContactNumber", "ContactStatus", "EmailAddress", "Phones", "ContactPersons"),
    "Items": ("Code", "ItemID", "Name", "SalesDetails", "PurchaseDetails", "InventoryAssetAccountCode", "IsSold"),
    "Payments": ("Invoice", "CreditNote", "Account", "Date", "Amount", "CurrencyRate", "Reference", "IsReconciled"),
    "Accounts": ("Code", "Name", "Type", "TaxType", "Status", "EnablePaymentsToAccount", "BankAccountNumber"),
    "TaxRates": ("Name", "TaxType", "TaxComponents", "Status", "ReportTaxType"),
    "TrackingCategories": ("Name", "Status"),
    "ManualJournals": ("Narration", "Date", "Status", "JournalLines", "LineAmountTypes", "ShowOnCashBasisReports"),
}
WRONG: tuple[Any, ...] = (
    *(None, "", 0, -1, 1.5, "x", "x" * 5000, True, [], {}, [{}], {"a": 1}, 1e15, -1e300, "NaN", "\ud800"),
    *("/Date(0)/", "/Date(99999999999999999999)/", "0001-01-01", "11111111-1111-1111-1111-111111111111"),
    *("USD", "ACTIVE", "AUTHORISED", "ARCHIVED", "VOIDED"),
)


def _mutated(choice: random.Random, collection: str) -> dict[str, Any]:
    """An element that is right but for some of its fields."""
    element: dict[str, Any] = {}
    for name in FIELDS[collection]:
        chance = choice.random()
        if chance < 0.12:
            element[name] = choice.choice(WRONG)
        elif name in RIGHT and chance < 0.95:
            element[name] = RIGHT[name]
    return element


def test_a_wrong_value_anywhere_is_no_server_error(xero: LocalXero) -> None:
    approved = {name: RIGHT[name] for name in ("Type", "Contact", "LineItems", "DueDate")}
    xero.http.put(f"{API}/Invoices", json={**approved, "Status": "AUTHORISED"}).raise_for_status()
    choice = random.Random(20260930)  # noqa: S311 -- the same requests in every run
    statuses = set()
    for _ in range(REQUESTS):
        collection = choice.choice(list(FIELDS))
        element = _mutated(choice, collection)
        answer = xero.http.request(
            choice.choice(["PUT", "POST"]),
            f"{API}/{collection}",
            params={"summarizeErrors": choice.choice(["True", "False"])},
            content=json.dumps(element),
        )
        assert answer.status_code in (200, 400, 404), f"{collection}: {element}"
        statuses.add(answer.status_code)
    assert statuses == {200, 400, 404}
    balances = xero.http.get("/_sandbox/balances", params={"date": "2999-12-31"}).json()["balances"]
    assert sum(map(Decimal, balances.values())) == 0
