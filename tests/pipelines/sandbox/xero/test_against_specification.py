"""Every endpoint of the local Xero answers what Xero's own OpenAPI specification says, where that is at hand.

The other tests judge their answers in the same way (`checked_answers.py`); here every endpoint is visited once.
"""

import re
import warnings
from pathlib import Path
from typing import Any

from pipelines.sandbox.xero import create_app, open_books
from tests.pipelines.sandbox.xero.checked_answers import DEFECTS
from tests.pipelines.sandbox.xero.local_xero import API, LocalXero, journal
from tests.pipelines.xero_specification import find_operation, needs_specification, response_problems

Json = dict[str, Any]
LINE = {"Description": "x", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200"}
DOCUMENT: Json = {"Contact": {"Name": "Ann"}, "Date": "2026-09-10", "DueDate": "2026-10-10", "LineItems": [LINE]}
INVOICE = {**DOCUMENT, "Type": "ACCREC", "Status": "AUTHORISED"}
NOTE = {**DOCUMENT, "Type": "ACCRECCREDIT", "Status": "AUTHORISED"}
BANK: Json = {"Type": "SPEND", "BankAccount": {"Code": "090"}, "LineItems": [{**LINE, "AccountCode": "404"}]}
TAX = {"ReportTaxType": "OUTPUT", "TaxComponents": [{"Name": "A", "Rate": 5}]}
CREATED: tuple[tuple[str, str, Json], ...] = (
    ("ManualJournals", "ManualJournalID", journal(Url="https://books.example/1")),
    ("Invoices", "InvoiceID", INVOICE),
    ("CreditNotes", "CreditNoteID", NOTE),
    ("PurchaseOrders", "PurchaseOrderID", DOCUMENT),
    ("BankTransactions", "BankTransactionID", BANK),
    ("Contacts", "ContactID", {"Name": "Bo", "EmailAddress": "b@o.example"}),
    ("Items", "ItemID", {"Code": "SKU", "SalesDetails": {"UnitPrice": 1.5}}),
    ("TrackingCategories", "TrackingCategoryID", {"Name": "Region"}),
    ("Accounts", "AccountID", {"Code": "0631", "Name": "Made stock", "Type": "CURRENT"}),
)
"""What is put first, and the name of its identifier."""

EVIDENCE = ("ManualJournals", "Invoices", "CreditNotes", "PurchaseOrders", "BankTransactions", "Contacts", "Accounts")
READS = (
    *("Organisation", "Organisation/Actions", "Accounts", "TaxRates", "TaxRates/INPUT2", "Currencies", "Journals"),
    *("TrackingCategories", "Payments", "Reports/TrialBalance", "Journals/1"),
    "Reports/BalanceSheet?date=2026-09-30&periods=2&timeframe=QUARTER",
    *(collection for collection, _, _ in CREATED[:7]),
    *(f"{collection}?page=1" for collection, _, _ in CREATED[:6]),
)
pytestmark = needs_specification


def _visit(xero: LocalXero, method: str, path: str, content: Json | bytes | None = None) -> Json:
    address = f"{API}/{path}"
    if isinstance(content, bytes):
        response = xero.http.request(method, address, content=content, headers={"Content-Type": "text/csv"})
    else:
        response = xero.http.request(method, address, json=content)
    assert response.status_code in (200, 204), f"{method} {path}: {response.status_code} {response.text}"
    is_json = response.headers.get("content-type", "").startswith("application/json")
    found: Json = response.json() if is_json else {}
    return found


def _visit_everything(xero: LocalXero) -> None:
    """Each endpoint at least once, in an order in which each finds what it needs."""
    ids = {}
    for collection, key, element in CREATED:
        ids[collection] = _visit(xero, "PUT", collection, element)[collection][0][key]
        _visit(xero, "GET", f"{collection}/{ids[collection]}")
    for collection in ("ManualJournals", "Invoices", "CreditNotes", "PurchaseOrders", "BankTransactions", "Contacts"):
        again = next(element for name, _, element in CREATED if name == collection)
        number = {"Name": "Cy"} if collection == "Contacts" else {}
        _visit(xero, "POST", collection, {**again, **number})
        _visit(xero, "POST", f"{collection}/{ids[collection]}", {**again, **number} if collection != "Contacts" else {})
    _visit(xero, "POST", "Items", {"Code": "SKU", "Name": "n"})
    _visit(xero, "POST", f"Items/{ids['Items']}", {"Description": "d"})
    for collection in EVIDENCE:
        address = f"{collection}/{ids[collection]}"
        for method, name in (("PUT", "a.csv"), ("POST", "b.csv")):
            _visit(xero, method, f"{address}/Attachments/{name}", b"sku\n")
        _visit(xero, "GET", f"{address}/Attachments")
        _visit(xero, "GET", f"{address}/Attachments/a.csv")
    for collection in (*EVIDENCE[:-1], "Items"):
        _visit(xero, "PUT", f"{collection}/{ids[collection]}/History", {"HistoryRecords": [{"Details": "note"}]})
        _visit(xero, "GET", f"{collection}/{ids[collection]}/History")
    _visit_money(xero, ids)
    _visit_settings(xero, ids)
    for path in READS:
        _visit(xero, "GET", path)


def _visit_money(xero: LocalXero, ids: dict[str, str]) -> None:
    """Allocations and payments."""
    path = f"CreditNotes/{ids['CreditNotes']}/Allocations"
    wanted = {"Amount": 5, "Date": "2026-09-30", "Invoice": {"InvoiceID": ids["Invoices"]}}
    allocation = _visit(xero, "PUT", path, {"Allocations": [wanted]})["Allocations"][0]["AllocationID"]
    _visit(xero, "DELETE", f"{path}/{allocation}")
    payment = {"Invoice": {"InvoiceID": ids["Invoices"]}, "Account": {"Code": "090"}, "Amount": 1}
    paid = _visit(xero, "PUT", "Payments", {"Payments": [payment]})["Payments"][0]["PaymentID"]
    _visit(xero, "POST", "Payments", payment)
    _visit(xero, "GET", f"Payments/{paid}")
    _visit(xero, "PUT", f"Payments/{paid}/History", {"HistoryRecords": [{"Details": "note"}]})
    _visit(xero, "GET", f"Payments/{paid}/History")
    _visit(xero, "POST", f"Payments/{paid}", {"Status": "DELETED"})


def _visit_settings(xero: LocalXero, ids: dict[str, str]) -> None:
    """Accounts, items, tax rates, currencies and tracking."""
    _visit(xero, "PUT", "TaxRates", {"TaxRates": [{**TAX, "Name": "Local"}]})
    _visit(xero, "POST", "TaxRates", {"TaxRates": [{"TaxType": "TAX001", "Status": "DELETED"}]})
    _visit(xero, "PUT", "Currencies", {"Code": "USD"})
    category = f"TrackingCategories/{ids['TrackingCategories']}"
    _visit(xero, "POST", category, {"Name": "Area"})
    option = _visit(xero, "PUT", f"{category}/Options", {"Name": "North"})["Options"][0]["TrackingOptionID"]
    _visit(xero, "POST", f"{category}/Options/{option}", {"Name": "N"})
    _visit(xero, "GET", category)
    _visit(xero, "DELETE", f"{category}/Options/{option}")
    _visit(xero, "DELETE", category)
    _visit(xero, "POST", f"Accounts/{ids['Accounts']}", {"Name": "Goods"})
    _visit(xero, "DELETE", f"Accounts/{ids['Accounts']}")
    _visit(xero, "DELETE", f"Items/{ids['Items']}")


def _endpoints(tmp_path: Path) -> set[str]:
    """Method and path of everything that the server offers under the accounting API, parameters as `{}`."""
    books = open_books(tmp_path / "routes.sqlite")
    app = create_app(books)
    books.close()
    with warnings.catch_warnings():  # PUT and POST of one function share an operation id, which nobody reads
        warnings.filterwarnings("ignore", "Duplicate Operation ID")
        paths = {path: item for path, item in app.openapi()["paths"].items() if path.startswith(f"{API}/")}
    return {
        f"{method.upper()} {re.sub(r'{[^}]+}', '{}', path.removeprefix(f'{API}/'))}"
        for path, item in paths.items()
        if path != f"{API}/{{path}}"
        for method in item
    }


def test_every_endpoint_is_visited_and_keeps_to_the_specification(xero: LocalXero, tmp_path: Path) -> None:
    visited: list[str] = []
    hook = xero.http.event_hooks["response"]
    xero.http.event_hooks = {
        "response": [*hook, lambda answer: visited.append(f"{answer.request.method} {answer.request.url.path}")]
    }
    try:
        _visit_everything(xero)
    finally:
        xero.http.event_hooks = {"response": hook}
    offered = _endpoints(tmp_path)
    assert len(offered) > 100
    missed = {each for each in offered if not any(_fits(each, one) for one in visited)}
    assert missed == set()


def test_no_endpoint_is_offered_that_xero_does_not_have(tmp_path: Path) -> None:
    unknown = {
        each
        for each in _endpoints(tmp_path)
        if find_operation(each.partition(" ")[0], f"{API}/{each.partition(' ')[2].replace('{}', 'x')}") is None
    }
    assert unknown == set()


def test_every_known_defect_of_the_specification_is_still_one(xero: LocalXero) -> None:
    xero.http.event_hooks = {"response": []}
    seen: list[str] = []
    xero.http.event_hooks = {
        "response": [
            lambda answer: seen.extend(
                response_problems(answer.request.method, answer.request.url.path, answer.status_code, answer.read())
                if answer.request.url.path.startswith((API, "/connections"))
                and answer.headers.get("content-type", "").startswith("application/json")
                else ()
            )
        ]
    }
    try:
        _visit_everything(xero)
        xero.http.get("/connections").raise_for_status()
        refused = {**BANK, "BankAccount": None}
        xero.http.put(f"{API}/BankTransactions", params={"summarizeErrors": "false"}, json=refused)
    finally:
        xero.http.event_hooks = {"response": [xero.answers.check]}
    gone = [reason for pattern, reason in DEFECTS if not any(re.search(pattern, problem) for problem in seen)]
    assert gone == []


def _fits(endpoint: str, visited: str) -> bool:
    """Whether a visit is one of an endpoint."""
    pattern = re.escape(endpoint.replace(" ", f" {API}/")).replace(re.escape("{}"), "[^/]+")
    return re.fullmatch(pattern, visited, re.IGNORECASE) is not None
