"""What settles an invoice or credit note: payments and allocations, in its own currency and in base currency.

A part of a document is worth, in base currency, its share of the document's base total: rounded on the running total of
what was settled and then differenced, so that the last part takes the document's own balance to zero, to the cent.
"""

from datetime import date
from sqlite3 import Row

from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.wire import json_amount, xero_date
from pipelines.sandbox.xero.writing import Element

_SETTLED = (
    "SELECT coalesce(sum(cents), 0) AS cents, coalesce(sum(base_cents), 0) AS base_cents FROM ("
    " SELECT cents, base_cents FROM payments WHERE document_id = :id AND status = 'AUTHORISED' UNION ALL"
    " SELECT cents, note_base_cents FROM allocations WHERE note_id = :id AND NOT is_deleted UNION ALL"
    " SELECT cents, invoice_base_cents FROM allocations WHERE invoice_id = :id AND NOT is_deleted)"
)


def open_cents(books: Books, document: Row) -> int:
    """What is left of a document, in cents of its currency."""
    return int(document["total_cents"]) - _settled(books, document["document_id"])[0]


def base_share(books: Books, document: Row, cents: int) -> int:
    """Cents of base currency, at the document's own rate, of a further part of it."""
    before, base_before = _settled(books, document["document_id"])
    total, base_total = int(document["total_cents"]), int(document["base_total_cents"])
    if not total:
        return 0
    # half up; both are positive, as a document's total and its parts are
    return (2 * base_total * (before + cents) + total) // (2 * total) - base_before


def refresh_status(books: Books, document_id: str) -> None:
    """PAID where nothing is left of an authorised document, AUTHORISED where something is again."""
    document = books.row("SELECT * FROM documents WHERE document_id = ?", [document_id])
    if document is None or document["status"] not in ("AUTHORISED", "PAID"):
        return
    status = "PAID" if open_cents(books, document) == 0 else "AUTHORISED"
    books.execute(
        "UPDATE documents SET status = ?, updated_at = ? WHERE document_id = ?", [status, books.now_ms(), document_id]
    )


def show_settlements(books: Books, document: Row) -> Element:
    """Payments, credit notes or allocations of a document, and what is left of it."""
    key = [document["document_id"]]
    payments = books.rows("SELECT * FROM payments WHERE document_id = ? AND status = 'AUTHORISED' ORDER BY rowid", key)
    is_invoice = document["kind"] == "Invoice"
    side, other = ("invoice_id", "note_id") if is_invoice else ("note_id", "invoice_id")
    allocations = books.rows(
        f"SELECT a.*, d.number, d.total_cents, d.document_date, d.document_id FROM allocations a JOIN documents d"
        f" ON d.document_id = a.{other} WHERE a.{side} = ? AND NOT a.is_deleted ORDER BY a.rowid",
        key,
    )
    paid, credited = sum(each["cents"] for each in payments), sum(each["cents"] for each in allocations)
    left = document["total_cents"] - paid - credited
    shown: Element = {"Payments": [_show_payment(each) for each in payments]}
    if is_invoice:
        shown |= {
            "CreditNotes": [_show_note(each) for each in allocations],
            "Prepayments": [],
            "Overpayments": [],
            "AmountDue": json_amount(left),
            "AmountPaid": json_amount(paid),
            "AmountCredited": json_amount(credited),
        }
    else:
        shown |= {
            "Allocations": [show_allocation(each) for each in allocations],
            "RemainingCredit": json_amount(left),
            "AppliedAmount": json_amount(credited),
        }
    if document["status"] == "PAID":
        days = [each["payment_date"] for each in payments] + [each["allocation_date"] for each in allocations]
        shown["FullyPaidOnDate"] = xero_date(max(days, default=document["document_date"]))
    return shown


def show_allocation(row: Row) -> Element:
    """An allocation with the invoice that it goes to; the row carries that invoice's number."""
    return {
        "AllocationID": row["allocation_id"],
        "Amount": json_amount(row["cents"]),
        "Date": xero_date(row["allocation_date"]),
        "Invoice": {"InvoiceID": row["invoice_id"], "InvoiceNumber": row["number"] or "", "HasErrors": False},
        "IsDeleted": bool(row["is_deleted"]),
    }


def later(first: str, second: str) -> date:
    """The later of two dates of the books."""
    return date.fromisoformat(max(first, second))


def _settled(books: Books, document_id: str) -> tuple[int, int]:
    """What payments and allocations took of a document: cents of its currency, and of base currency at its rate."""
    row = books.row(_SETTLED, {"id": document_id})
    return (int(row["cents"]), int(row["base_cents"])) if row else (0, 0)


def _show_payment(row: Row) -> Element:
    """A payment inside its document."""
    return {
        "PaymentID": row["payment_id"],
        "Date": xero_date(row["payment_date"]),
        "Amount": json_amount(row["cents"]),
        "Reference": row["reference"] or "",
        "CurrencyRate": float(row["currency_rate"]),
        "HasAccount": True,
        "HasValidationErrors": False,
    }


def _show_note(row: Row) -> Element:
    """A credit note inside the invoice that it was allocated to."""
    return {
        "CreditNoteID": row["note_id"],
        "CreditNoteNumber": row["number"] or "",
        "AppliedAmount": json_amount(row["cents"]),
        "Date": xero_date(row["allocation_date"]),
        "Total": json_amount(row["total_cents"]),
    }
