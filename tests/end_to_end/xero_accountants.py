"""What other people do in Xero's books: bills, invoices and bank lines on the stock account, entered and changed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from tests.sample_company import Company

API = "/api.xro/2.0"
FORM = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}

Document = dict[str, Any]


class Accountants:
    """An app of others with every scope, connected to the company's Xero."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def enter(self, collection: str, **document: object) -> Document:
        """Enter a document: Invoices, CreditNotes or BankTransactions, authorised."""
        content = {collection: [{"Status": "AUTHORISED", "LineAmountTypes": "NoTax", **document}]}
        return self._sent(self._http.put(f"{API}/{collection}", json=content), collection)

    def edit(self, collection: str, number: str, **fields: object) -> Document:
        """Change a document that is known by its number."""
        found = self.find(collection, number)
        id_field = f"{collection.removesuffix('s')}ID"
        content = {collection: [{id_field: found[id_field], **fields}]}
        return self._sent(self._http.post(f"{API}/{collection}/{found[id_field]}", json=content), collection)

    def find(self, collection: str, number: str) -> Document:
        """A document with its lines, by its number."""
        found: Document = self._http.get(f"{API}/{collection}/{number}").raise_for_status().json()[collection][0]
        return found

    def pay(self, number: str, account: str, amount: str, day: str) -> None:
        """Pay an invoice into an account that takes payments: the only trace is the payment itself."""
        self._http.post(f"{API}/Accounts/{self._account_id(account)}", json={"EnablePaymentsToAccount": True})
        payment = {
            "Invoice": {"InvoiceNumber": number}, "Account": {"Code": account}, "Amount": float(amount), "Date": day,
        }  # fmt: skip
        self._http.put(f"{API}/Payments", json=payment).raise_for_status()

    def switch_on(self, currency: str) -> None:
        """Switch a currency on."""
        self._http.put(f"{API}/Currencies", json={"Code": currency}).raise_for_status()

    def _account_id(self, code: str) -> str:
        accounts = self._http.get(f"{API}/Accounts").raise_for_status().json()["Accounts"]
        return next(str(one["AccountID"]) for one in accounts if one["Code"] == code)

    def _sent(self, answer: httpx.Response, collection: str) -> Document:
        assert answer.is_success, answer.text
        found: Document = answer.json()[collection][0]
        return found


def line(account: str, amount: str, words: str = "Coded to stock") -> Mapping[str, object]:
    """One line of one unit."""
    return {"Description": words, "Quantity": 1, "UnitAmount": float(amount), "AccountCode": account}


def changed_lines(document: Document, change: Mapping[int, Mapping[str, object]]) -> Sequence[Mapping[str, object]]:
    """The lines of a document with some fields of some lines changed, as they are sent back."""
    kept = ("LineItemID", "Description", "Quantity", "UnitAmount", "AccountCode")
    return [
        {name: one[name] for name in kept} | dict(change.get(number, {}))
        for number, one in enumerate(document["LineItems"])
    ]


@contextmanager
def accountants_of(company: Company) -> Iterator[Accountants]:
    """People with access to the company's Xero."""
    with httpx.Client(base_url=company.books.url, headers={"Accept": "application/json"}, timeout=30) as http:
        token = http.post("/connect/token", data=FORM).raise_for_status().json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield Accountants(http)
