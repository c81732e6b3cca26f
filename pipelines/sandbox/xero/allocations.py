"""Allocations of credit notes to invoices: a second call after the note is authorised (xero.md section 4)."""

import uuid
from decimal import Decimal
from sqlite3 import Row

from pipelines.sandbox.xero import document_words as words
from pipelines.sandbox.xero.answers import not_found
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Chart
from pipelines.sandbox.xero.history import record
from pipelines.sandbox.xero.journal_rules import check_lock_dates
from pipelines.sandbox.xero.request_fields import Fields
from pipelines.sandbox.xero.settlements import base_share, later, open_cents, refresh_status, show_allocation
from pipelines.sandbox.xero.wire import to_cents
from pipelines.sandbox.xero.writing import Element, Findings, Outcome

_ROW = (
    "SELECT a.*, d.number FROM allocations a JOIN documents d ON d.document_id = a.invoice_id WHERE allocation_id = ?"
)


def allocate(books: Books, chart: Chart, note: Row, fields: Fields) -> Outcome:
    """Set a part of a credit note against an invoice; its date is the later of the two documents' dates.

    Args:
        books: the books, inside a transaction.
        chart: the lock dates.
        note: the credit note, as a row.
        fields: the allocation as sent: Invoice and Amount.
    """
    findings = Findings()
    invoice = _invoice(books, fields, note, findings)
    amount = fields.number("Amount") or Decimal(0)
    cents = int(amount.scaleb(2)) if amount == round(amount, 2) else 0
    if invoice is not None and not 0 < cents <= min(open_cents(books, note), open_cents(books, invoice)):
        findings.refuse(words.ALLOCATION_AMOUNT)
    if invoice is not None:
        check_lock_dates(later(note["document_date"], invoice["document_date"]), chart, findings)
    if findings.errors or invoice is None:
        return Outcome(fields.sent, findings)
    allocation_id = str(uuid.uuid4())
    row = {
        "allocation_id": allocation_id,
        "note_id": note["document_id"],
        "invoice_id": invoice["document_id"],
        "allocation_date": later(note["document_date"], invoice["document_date"]).isoformat(),
        "cents": to_cents(amount),
        "note_base_cents": base_share(books, note, cents),
        "invoice_base_cents": base_share(books, invoice, cents),
        "is_deleted": False,
    }
    books.insert("allocations", [row])
    for document in (note, invoice):
        refresh_status(books, document["document_id"])
        record(books, document["document_id"], "Credit Applied")
    return Outcome(_shown(books, allocation_id), findings)


def undo_allocation(books: Books, note_id: str, allocation_id: str) -> Element:
    """Take an allocation back, and show it with IsDeleted.

    Raises:
        Refusal: 404, no such allocation of this note.
    """
    row = books.row(_ROW, [allocation_id])
    if row is None or row["note_id"] != note_id or row["is_deleted"]:
        raise not_found()
    books.execute("UPDATE allocations SET is_deleted = 1 WHERE allocation_id = ?", [allocation_id])
    for document_id in (row["note_id"], row["invoice_id"]):
        refresh_status(books, document_id)
    return _shown(books, allocation_id)


def _invoice(books: Books, fields: Fields, note: Row, findings: Findings) -> Row | None:
    """The invoice of the same contact, side and currency that the note may go to."""
    if note["status"] != "AUTHORISED":
        findings.refuse(words.ALLOCATION_NOTE)
    sent = fields.child("Invoice")
    row = books.row(
        "SELECT * FROM documents WHERE kind = 'Invoice' AND status = 'AUTHORISED' AND contact_id = ? AND type = ?"
        " AND currency_code = ? AND (document_id = ? OR number = ?)",
        [
            *(note["contact_id"], str(note["type"]).removesuffix("CREDIT"), note["currency_code"]),
            *(sent.guid("InvoiceID") if sent else None, sent.text("InvoiceNumber") if sent else None),
        ],
    )
    if row is None:
        findings.refuse(words.ALLOCATION_INVOICE)
    return row


def _shown(books: Books, allocation_id: str) -> Element:
    """One allocation in Xero's names."""
    row = books.row(_ROW, [allocation_id])
    return show_allocation(row) if row is not None else {}
