"""What people enter in Xero as rows of xero.document_lines: invoices, bills, credits, bank transactions, payments.

xero.md sections 3 and 4.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipelines.load.xero_values import read_amount, read_date, read_instant

Element = Mapping[str, Any]
Row = dict[str, object]

CENT = Decimal("0.01")
RATE = Decimal("0.000001")

COLLECTIONS: Mapping[str, tuple[str, str, str | None]] = {
    "Invoices": ("invoice", "InvoiceID", "InvoiceNumber"),
    "CreditNotes": ("credit_note", "CreditNoteID", "CreditNoteNumber"),
    "BankTransactions": ("bank_transaction", "BankTransactionID", None),
    "Payments": ("payment", "PaymentID", None),
}
"""Endpoint -> kind of document, its id and its number in Xero's names."""

KEPT_WHOLE = frozenset({"ACCPAY", "ACCPAYCREDIT"})
"""Types of which every line is kept: a supplier's bill may be coded to any account by mistake."""

_CREDITING = ("ACCREC", "ACCPAYCREDIT", "RECEIVE")
"""Types whose lines credit their account; ACCRECCREDIT debits it again."""

_PAID_OUT = ("ACCPAYPAYMENT", "ARCREDITPAYMENT", "AROVERPAYMENTPAYMENT", "ARPREPAYMENTPAYMENT")
"""Payments that credit the account they are made from: of bills, and customers' refunds; the others debit theirs."""


def document_id(collection: str, element: Element) -> str:
    """Xero's id of a document."""
    return str(element[COLLECTIONS[collection][1]])


def document_line_rows(collection: str, element: Element, accounts: frozenset[str]) -> Iterator[Row]:
    """Rows of xero.document_lines for one document.

    Args:
        collection: a key of COLLECTIONS.
        element: the document as Xero shows it on a page.
        accounts: codes of the accounts whose lines are kept; of supplier bills and credits every line is.
    """
    if collection == "Payments":
        yield from _payment_rows(element, accounts)
        return
    kind, id_field, number_field = COLLECTIONS[collection]
    type_ = str(element.get("Type") or "")
    rate = Decimal(str(element.get("CurrencyRate") or 1)).quantize(RATE, ROUND_HALF_UP) or Decimal(1)
    contact = element.get("Contact") or {}
    head: Row = {
        "document_id": str(element[id_field]),
        "document_kind": kind,
        "document_type": type_,
        "document_number": (element.get(number_field) or None) if number_field else None,
        "reference": element.get("Reference") or None,
        "contact_name": contact.get("Name") or None,
        "document_date": read_date(element.get("Date")) or date.min,
        "document_status": str(element.get("Status") or ""),
        "currency_code": element.get("CurrencyCode") or None,
        "currency_rate": rate,
        "updated_at": read_instant(element.get("UpdatedDateUTC")),
    }
    is_gross = element.get("LineAmountTypes") == "Inclusive"
    lines = element.get("LineItems") or []
    if not lines and type_ in KEPT_WHOLE:  # a voided bill may have lost them, and must be found all the same
        lines = [{}]
    for number, line in enumerate(lines, 1):
        code = line.get("AccountCode") or None
        if type_ not in KEPT_WHOLE and code not in accounts:
            continue
        net = read_amount(line.get("LineAmount")) - (read_amount(line.get("TaxAmount")) if is_gross else 0)
        signed = -net if _is_credit(type_) else net
        yield head | {
            "line_number": number,
            "account_code": code,
            "description": str(line.get("Description") or ""),
            "foreign_amount": signed,
            "line_amount": (signed / rate).quantize(CENT, ROUND_HALF_UP),
        }


def _payment_rows(element: Element, accounts: frozenset[str]) -> Iterator[Row]:
    """A payment books its amount, at its own rate, on the account that it is made to or from (xero.md section 4).

    BankAmount is that amount in the currency of the account, here always base currency.
    """
    code = (element.get("Account") or {}).get("Code")
    if code not in accounts:
        return
    paid: Element = next(
        (element[name] for name in ("Invoice", "CreditNote", "Prepayment", "Overpayment") if name in element), {}
    )
    number = paid.get("InvoiceNumber") or paid.get("CreditNoteNumber") or ""
    type_ = str(element.get("PaymentType") or "")
    rate = Decimal(str(element.get("CurrencyRate") or 1)).quantize(RATE, ROUND_HALF_UP) or Decimal(1)
    sign = -1 if type_ in _PAID_OUT else 1
    amount, booked = read_amount(element.get("Amount")), element.get("BankAmount")
    base = (amount / rate).quantize(CENT, ROUND_HALF_UP) if booked is None else read_amount(booked)
    yield {
        "document_id": str(element["PaymentID"]),
        "line_number": 1,
        "document_kind": "payment",
        "document_type": type_,
        "document_number": None,
        "reference": element.get("Reference") or None,
        "contact_name": (paid.get("Contact") or {}).get("Name") or None,
        "document_date": read_date(element.get("Date")) or date.min,
        "document_status": str(element.get("Status") or ""),
        "currency_code": paid.get("CurrencyCode") or None,
        "currency_rate": rate,
        "account_code": code,
        "description": f"Payment of {number}" if number else "Payment",
        "foreign_amount": sign * amount,
        "line_amount": sign * base,
        "updated_at": read_instant(element.get("UpdatedDateUTC")),
    }


def _is_credit(type_: str) -> bool:
    """Whether the lines of a type credit their account: sales, suppliers' credits, money received."""
    return type_ != "ACCRECCREDIT" and type_.startswith(_CREDITING)
