"""Rows of the `sync` tables as Xero's objects, with our keys where Xero's ids will stand.

An id is known when its object is in Xero, so `{"key": …}` is replaced when a request is made (filling.py). The content
without ids is what a plan's hash is over, and what is compared with what was sent before.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from pipelines.load.json_text import canonical_json, sha256_of
from pipelines.sync.kinds import MODES, XERO_KINDS
from pipelines.sync.shown import RATE, shown_hash

Row = Mapping[str, Any]
Content = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """One contact, item, document, payment or allocation that Xero should hold."""

    key: str
    kind: str
    number: str
    """What people look for: number, code, name, reference."""
    content: Content
    status: str = ""
    """DRAFT, AUTHORISED or VOIDED; empty where it has none."""
    day: date | None = None
    currency: str | None = None
    total: Decimal | None = None
    net: Decimal | None = None
    """Total without tax, of documents."""

    @cached_property
    def content_hash(self) -> str:
        """sha256 over the content, without status and ids."""
        return sha256_of(self.content_json)

    @cached_property
    def content_json(self) -> str:
        """The content in its one form."""
        return canonical_json(self.content)

    @cached_property
    def shown_hash(self) -> str | None:
        """What Xero will show of a document; None of anything else."""
        return shown_hash(self.content) if XERO_KINDS[self.kind].is_document else None

    @property
    def needs(self) -> tuple[str, ...]:
        """Keys of what has to be in Xero before it."""
        return needed_keys(self.content)


def needed_keys(content: Row) -> tuple[str, ...]:
    """Keys that a content refers to."""
    return tuple(str(value["key"]) for value in content.values() if isinstance(value, dict) and "key" in value)


def contact_element(row: Row) -> Wanted:
    """A row of sync.contacts."""
    texts = {
        "Name": row["contact_name"],
        "ContactNumber": row["contact_number"],
        "EmailAddress": row["email"],
        "TaxNumber": row["tax_number"],
        "FirstName": row["first_name"],
        "LastName": row["last_name"],
    }
    phones = [{"PhoneType": "DEFAULT", "PhoneNumber": row["phone"]}] if row["phone"] else None
    content = _given({**texts, "Phones": phones})
    return Wanted(row["contact_key"], "contact", row["contact_name"], content)


def item_element(row: Row) -> Wanted:
    """A row of sync.items: an untracked item (xero.md section 6)."""
    sides = {"SalesDetails": row["sales_account_code"], "PurchaseDetails": row["purchase_account_code"]}
    content = _given({"Code": row["item_code"], "Name": row["item_name"]})
    content |= {"IsSold": sides["SalesDetails"] is not None, "IsPurchased": sides["PurchaseDetails"] is not None}
    content |= {side: {"AccountCode": code} for side, code in sides.items() if code is not None}
    return Wanted(row["item_key"], "item", row["item_code"], content)


def document_elements(documents: Iterable[Row], lines: Iterable[Row], base_currency: str) -> list[Wanted]:
    """Rows of sync.documents with their rows of sync.lines, in the order of lines.

    Args:
        documents: SyncDocuments; one without a contact key is left out, it waits for a contact.
        lines: SyncLines, in any order.
        base_currency: its documents carry no rate.
    """
    by_key: dict[str, list[Row]] = defaultdict(list)
    for line in lines:
        by_key[line["document_key"]].append(line)
    return [_document(row, by_key[row["document_key"]], base_currency) for row in documents if row["contact_key"]]


def payment_element(row: Row, kind_of: Mapping[str, str], base_currency: str, currency: str | None) -> Wanted:
    """A row of sync.payments; the rate is that of the payment's day (xero.md section 4)."""
    pays = "CreditNote" if XERO_KINDS[kind_of[row["document_key"]]].is_credit else "Invoice"
    content: Content = {
        pays: {"key": row["document_key"]},
        "Account": {"Code": row["account_code"]},
        "Date": row["paid_on"].isoformat(),
        "Amount": row["amount"],
        "Reference": row["reference"],
    }
    if currency not in {None, base_currency} and row["currency_rate"]:
        content["CurrencyRate"] = xero_rate(row["currency_rate"])
    return Wanted(row["payment_key"], "payment", row["reference"], content, "", row["paid_on"], currency, row["amount"])


def allocation_element(row: Row, currency: str | None) -> Wanted:
    """A row of sync.allocations; its date is Xero's own, the later of the two documents' (xero.md section 4)."""
    content: Content = {
        "CreditNote": {"key": row["credit_key"]},
        "Invoice": {"key": row["invoice_key"]},
        "Amount": row["amount"],
        "Date": row["allocated_on"].isoformat(),
    }
    key = row["allocation_key"]
    return Wanted(key, "allocation", key, content, "", row["allocated_on"], currency, row["amount"])


def xero_rate(rate: Decimal) -> Decimal:
    """Foreign units for one of base currency, 6 places, as Xero keeps a rate; ours is the other way round."""
    return (Decimal(1) / rate).quantize(RATE, ROUND_HALF_UP)


def _document(row: Row, lines: list[Row], base_currency: str) -> Wanted:
    kind = XERO_KINDS[row["kind"]]
    content: Content = {"Type": kind.type} if kind.type != "PURCHASEORDER" else {}
    content |= {
        kind.number_field: row["xero_number"],
        "Contact": {"key": row["contact_key"]},
        "Date": row["document_date"].isoformat(),  # plain YYYY-MM-DD: anything else may shift (xero.md section 1)
        "LineAmountTypes": MODES[row["tax_mode"]],
        "CurrencyCode": row["currency_code"],
    }
    if kind.resource == "Invoices" and row["due_date"] is not None:
        content["DueDate"] = row["due_date"].isoformat()
    if row["reference"] and kind.type != "ACCPAY":  # Xero's own field for sales only; a bill's number carries it
        content["Reference"] = row["reference"]
    if row["currency_rate"] and row["currency_code"] != base_currency:
        content["CurrencyRate"] = xero_rate(row["currency_rate"])
    ordered = sorted(lines, key=lambda line: line["line_number"])
    content["LineItems"] = [_line(line, has_tax=row["tax_mode"] != "exempt") for line in ordered]
    return Wanted(
        row["document_key"],
        row["kind"],
        row["xero_number"],
        content,
        row["wanted_status"],
        row["document_date"],
        row["currency_code"],
        row["total_amount"],
        row["net_amount"],
    )


def _line(row: Row, *, has_tax: bool) -> Content:
    line: Content = {
        "Description": row["description"],
        "Quantity": _short(row["quantity"]),
        "UnitAmount": _short(row["unit_price"]),
        "LineAmount": row["line_amount"],
        "AccountCode": row["account_code"],
    }
    if has_tax:  # a document without tax takes none of either (xero.md section 2, LineAmountTypes)
        line |= {"TaxType": row["tax_type"], "TaxAmount": row["tax_amount"]}
    if row["item_code"]:
        line["ItemCode"] = row["item_code"]
    if row["tracking"]:
        line["Tracking"] = _tracking(row["tracking"])
    return line


def _tracking(text: str) -> list[Content]:
    """`Category: Option`, up to two with a semicolon or line break between them."""
    pairs = (part.split(": ", 1) for part in text.replace("\n", ";").split(";") if ": " in part)
    return [{"Name": name.strip(), "Option": option.strip()} for name, option in pairs]


def _short(amount: Decimal) -> Decimal:
    """An amount without zeros at its end, never in the form 1E+3."""
    normal = amount.normalize()
    exponent = normal.as_tuple().exponent
    return normal.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else normal


def _given(values: Row) -> Content:
    """What is there."""
    return {name: value for name, value in values.items() if value}
