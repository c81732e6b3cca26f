"""What a document books, whoever wrote it down: the same hash for what we send and for what Xero shows of it.

Words, numbers, contact and due date are left out: a person may change them, and a merge changes the contact, without
another amount on any account.
"""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipelines.load.json_text import canonical_json, sha256_of
from pipelines.load.xero_values import read_amount, read_date

Element = Mapping[str, Any]

RATE = Decimal("0.000001")
CENT = Decimal("0.01")


def shown_hash(element: Element) -> str:
    """sha256 over date, currency, rate, tax mode and lines in any order.

    Args:
        element: an invoice, bill, credit note or purchase order in Xero's words, sent or shown.
    """
    mode = str(element.get("LineAmountTypes") or "Exclusive")
    head = [read_date(element.get("Date")), element.get("CurrencyCode"), currency_rate(element), mode]
    lines = sorted(canonical_json(line) for line in _lines(element, mode))
    return sha256_of(canonical_json([*head, lines]))


def currency_rate(element: Element) -> Decimal:
    """Units of the document's currency for one of base currency; 1 where none is told."""
    return Decimal(str(element.get("CurrencyRate") or 1)).quantize(RATE, ROUND_HALF_UP) or Decimal(1)


def _lines(element: Element, mode: str) -> Iterator[list[object]]:
    for line in element.get("LineItems") or []:
        has_tax = mode != "NoTax"
        tracking = sorted([str(one.get("Name")), str(one.get("Option"))] for one in line.get("Tracking") or [])
        yield [
            str(line.get("AccountCode") or ""),
            read_amount(line.get("LineAmount")),
            str(line.get("TaxType") or "NONE") if has_tax else "NONE",
            read_amount(line.get("TaxAmount")) if has_tax else Decimal("0.00"),
            tracking,
        ]
