"""A refused element is shown as it was read: the fields that Xero knows of it, and nothing else that was sent."""

import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal

from pipelines.sandbox.xero.document_kinds import KINDS as DOCUMENTS

Rule = Callable[[object], object]
"""Gives the value to show, or None where there is none."""


def _text(value: object) -> object:
    """Text as it came."""
    return value if isinstance(value, str) else None


def _up_to(length: int) -> Rule:
    """Text that its field has room for."""
    return lambda value: value if isinstance(value, str) and len(value) <= length else None


def _number(value: object) -> object:
    """A number that JSON can show."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return float(value) if abs(Decimal(value)) < 10**15 else None


def _boolean(value: object) -> object:
    """True or false."""
    return value if isinstance(value, bool) else None


def _guid(value: object) -> object:
    """An identifier."""
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        return None


def _word(*known: str) -> Rule:
    """One of some words."""
    return lambda value: value if value in known else None


def _object(rules: Mapping[str, Rule]) -> Rule:
    """An object of known fields, their names as Xero spells them."""

    def show(value: object) -> object:
        if not isinstance(value, Mapping):
            return None
        sent = {str(key).lower(): each for key, each in value.items()}
        shown = {name: rule(sent[name.lower()]) for name, rule in rules.items() if name.lower() in sent}
        return {name: each for name, each in shown.items() if each is not None}

    return show


def _list(rules: Mapping[str, Rule]) -> Rule:
    """A list of such objects."""
    one = _object(rules)
    return lambda value: [one(each) for each in value if isinstance(each, Mapping)] if isinstance(value, list) else None


_TRACKING = _list({"Name": _up_to(100), "Option": _up_to(100), "TrackingCategoryID": _guid, "TrackingOptionID": _guid})
_AMOUNT_TYPES = _word("Exclusive", "Inclusive", "NoTax")
_LINE = {
    **dict.fromkeys(("Description", "AccountCode", "TaxType"), _text),
    "LineAmount": _number,
    "AccountID": _guid,
    "Tracking": _TRACKING,
}
_LINE_ITEM = {
    **_LINE,
    "LineItemID": _guid,
    "ItemCode": _up_to(30),
    **dict.fromkeys(("Quantity", "UnitAmount", "TaxAmount", "DiscountRate", "DiscountAmount"), _number),
}
_CONTACT = {"ContactID": _guid, "Name": _up_to(255)}
_JOURNAL: Mapping[str, Rule] = {
    "ManualJournalID": _guid,
    "Narration": _text,
    "Date": _text,
    "Url": _text,
    "LineAmountTypes": _AMOUNT_TYPES,
    "Status": _word("DRAFT", "POSTED", "DELETED", "VOIDED", "ARCHIVED"),
    "ShowOnCashBasisReports": _boolean,
    "JournalLines": _list(_LINE),
}
_SIDE = _object({"UnitPrice": _number, "AccountCode": _text, "TaxType": _text, "COGSAccountCode": _text})
_ECHOES: Mapping[str, Rule] = {
    "ManualJournals": _object(_JOURNAL),
    "Contacts": _object({**_CONTACT, "ContactNumber": _up_to(50), "EmailAddress": _up_to(255)}),
    "Items": _object(
        {
            "ItemID": _guid,
            "Code": _up_to(30),
            "Name": _up_to(50),
            "Description": _up_to(4000),
            "PurchaseDetails": _SIDE,
            "SalesDetails": _SIDE,
        }
    ),
    "Payments": _object(
        {
            "PaymentID": _guid,
            "Date": _text,
            "Amount": _number,
            "Reference": _text,
            "CurrencyRate": _number,
            "Invoice": _object({"InvoiceID": _guid, "InvoiceNumber": _up_to(255)}),
        }
    ),
    "Allocations": _object({"Invoice": _object({"InvoiceID": _guid}), "Amount": _number, "Date": _text}),
    "Accounts": _object({"AccountID": _guid, "Code": _text, "Name": _up_to(150)}),
    "TaxRates": _object({"Name": _text, "TaxType": _text}),
    "Currencies": _object({"Code": _text}),
    "TrackingCategories": _object({"Name": _up_to(100)}),
    "Options": _object({"Name": _up_to(100)}),
    "HistoryRecords": _object({"Details": _text}),
    **{
        kind.collection: _object(
            {
                kind.id_field: _guid,
                "Date": _text,
                "LineAmountTypes": _AMOUNT_TYPES,
                "Type": _word(*kind.types),
                "Status": _word(*kind.statuses),
                "Reference": _text,
                **({kind.number_field: _up_to(255)} if kind.number_field else {}),
                **({kind.due_field: _text} if kind.due_field else {}),
                "Contact": _object(_CONTACT),
                "LineItems": _list(_LINE_ITEM),
                "CurrencyRate": _number,
            }
        )
        for kind in DOCUMENTS
    },
}


def echo(collection: str, element: Mapping[str, object]) -> dict[str, object]:
    """What is shown of a refused element.

    Args:
        collection: name of the array that it came in.
        element: the element as it was sent, with the identifier that it has.
    """
    shown = _ECHOES[collection](element)
    return shown if isinstance(shown, dict) else {}
