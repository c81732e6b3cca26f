"""Bills of the source and documents of Xero, out of their tables: each with its lines."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from transforms.tie_out.bill_differences import BillLine, SourceBill, XeroDocument

BILL = ["bill_number", "supplier", "bill_date"]
"""What tells one bill of the source from another."""


def read_bills(expected: pl.DataFrame) -> list[SourceBill]:
    """Bills of the source, each with its lines."""
    grouped: dict[tuple[str, str | None, date], list[dict[str, object]]] = defaultdict(list)
    for row in expected.sort(BILL, nulls_last=True).iter_rows(named=True):
        grouped[(row["bill_number"], row["supplier"], row["bill_date"])].append(row)
    return [
        SourceBill(
            number=number,
            party=party,
            bill_date=day,
            currency=str(rows[0]["currency_code"]),
            purchase_number=str(rows[0]["purchase_number"]),
            lines=tuple(_line(row, "amount") for row in rows),
        )
        for (number, party, day), rows in grouped.items()
    ]


def read_documents(documents: pl.DataFrame, base_currency: str) -> list[XeroDocument]:
    """Documents of Xero, each with its lines, in order of date."""
    grouped: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in documents.sort("document_date", "document_id", "line_number").iter_rows(named=True):
        grouped[row["document_id"]].append(row)
    return [_document(rows, base_currency) for rows in grouped.values()]


def _document(rows: Sequence[dict[str, object]], base_currency: str) -> XeroDocument:
    head = rows[0]
    day = head["document_date"]
    if not isinstance(day, date):
        raise TypeError("a document has a date")
    return XeroDocument(
        xero_id=str(head["document_id"]),
        kind=_kind(str(head["document_type"])),
        number=str(head["document_number"] or ""),
        reference=str(head["reference"] or ""),
        party=None if head["contact_name"] is None else str(head["contact_name"]),
        day=day,
        status=str(head["document_status"]),
        currency=str(head["currency_code"] or base_currency),
        rate=Decimal(str(head["currency_rate"] or 1)),
        lines=tuple(_line(row, "line_amount") for row in rows),
    )


def _kind(document_type: str) -> str:
    """What people call a type of document (xero.md sections 3 and 4)."""
    if document_type.startswith(("SPEND", "RECEIVE")):
        return "bank transaction"
    if document_type.endswith("PAYMENT"):
        return "payment"
    words = {"ACCPAY": "bill", "ACCREC": "invoice", "ACCPAYCREDIT": "supplier credit", "ACCRECCREDIT": "credit note"}
    return words.get(document_type, document_type.lower())


def _line(row: dict[str, object], amount: str) -> BillLine:
    return BillLine(
        account_code=str(row["account_code"] or ""),
        foreign_amount=Decimal(str(row["foreign_amount"])),
        amount=Decimal(str(row[amount])),
        description=str(row.get("description") or ""),
        number=int(str(row.get("line_number") or 0)),
    )
