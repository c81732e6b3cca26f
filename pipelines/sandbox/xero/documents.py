"""Saves documents with line items, new or changed, unless a rule of Xero refuses it (xero.md section 3)."""

import json
import uuid
from dataclasses import replace
from sqlite3 import Row

from pipelines.sandbox.xero import document_words as words
from pipelines.sandbox.xero import refusal_words
from pipelines.sandbox.xero.answers import not_found
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Chart
from pipelines.sandbox.xero.document_drafts import Draft, day_of_books, draft_document
from pipelines.sandbox.xero.document_kinds import Kind
from pipelines.sandbox.xero.document_lines import LineRules, PricedLine, price_lines
from pipelines.sandbox.xero.document_numbers import find_by_number, next_number
from pipelines.sandbox.xero.document_requests import DocumentRequest
from pipelines.sandbox.xero.document_store import (
    delete_lines,
    insert_document_lines,
    is_settled,
    read_lines_as_sent,
    show_documents,
)
from pipelines.sandbox.xero.history import record
from pipelines.sandbox.xero.items import read_line_items
from pipelines.sandbox.xero.journal_rules import check_lock_dates
from pipelines.sandbox.xero.manual_journals import HISTORY_WORDS
from pipelines.sandbox.xero.wire import ZERO_ID
from pipelines.sandbox.xero.writing import Findings, Outcome

APPROVED = ("AUTHORISED", "PAID", "BILLED")
ENDED = ("VOIDED", "DELETED")


def save_document(
    books: Books,
    chart: Chart,
    kind: Kind,
    request: DocumentRequest,
    document_id: str | None,
    *,
    may_update: bool,
    unit_places: int,
) -> Outcome:
    """Save a document, new or known by identifier or number.

    Args:
        books: the books, inside a transaction.
        chart: what the document is checked against.
        kind: which of the four it is.
        request: the document as sent; a field that was left out keeps its value.
        document_id: the document of the path.
        may_update: POST: a known identifier or sales number changes that document. PUT: it makes a new one, or is
            refused for its number; only a purchase order is updated then too (xero.md section 7).
        unit_places: decimals of UnitAmount, 2 or 4.

    Raises:
        Refusal: 404, an unknown identifier.
    """
    try:
        with books.attempt():
            return _save(books, chart, kind, request, document_id, may_update=may_update, unit_places=unit_places)
    except _NotSavedError as refused:
        return refused.outcome


class _NotSavedError(Exception):
    """Undoes what was written on the way to a refusal: a contact that was made for the document."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__()


def _save(
    books: Books,
    chart: Chart,
    kind: Kind,
    request: DocumentRequest,
    document_id: str | None,
    *,
    may_update: bool,
    unit_places: int,
) -> Outcome:
    """Find, check and write one document."""
    findings = Findings()
    before = _find(books, kind, request, document_id, findings, may_update=may_update)
    draft = draft_document(books, chart, kind, request, before, findings)
    lines = _lines(books, chart, kind, request, draft, before, unit_places, findings)
    _check(books, chart, kind, request, draft, before, lines, findings)
    if findings.errors:
        known = before["document_id"] if before else ZERO_ID
        raise _NotSavedError(Outcome({**request.sent.sent, kind.id_field: known}, findings))
    saved = _write(books, kind, request, draft, before, lines)
    return Outcome(show_documents(books, kind, [saved])[0], findings)


def _find(
    books: Books, kind: Kind, request: DocumentRequest, document_id: str | None, findings: Findings, *, may_update: bool
) -> Row | None:
    """The document that is to change; none for a new one."""
    wanted = document_id or (request.document_id if may_update else None)
    if wanted is not None:
        row = books.row("SELECT * FROM documents WHERE document_id = ? AND kind = ?", [wanted, kind.name])
        if row is None:
            raise not_found()
        return row
    found = find_by_number(books, kind, request.type, request.number)
    if found is None or found["status"] in ENDED:
        if found is not None and kind.name == "PurchaseOrder":
            findings.refuse(words.ORDER_DELETED)
        return None
    if may_update or kind.name == "PurchaseOrder":
        return found
    findings.refuse(words.NUMBER_NOT_UNIQUE)
    return None


def _lines(
    books: Books,
    chart: Chart,
    kind: Kind,
    request: DocumentRequest,
    draft: Draft,
    before: Row | None,
    unit_places: int,
    findings: Findings,
) -> list[PricedLine] | None:
    """The new lines of a document; none where it keeps the ones it has.

    Lines that were not sent are priced again when status, tax or currency change. A line keeps its LineItemID where
    that was its own; one that is not sent is gone.
    """
    if draft.status in ENDED:
        return None
    sent = request.lines
    if not sent and before is not None:
        changed = (draft.status, draft.line_amount_types, draft.currency_code, str(draft.currency_rate))
        known = (before["status"], before["line_amount_types"], before["currency_code"], before["currency_rate"])
        if changed == known or "PAID" in (draft.status, before["status"]):
            return None
        keeps_tax = draft.line_amount_types == before["line_amount_types"]
        sent, unit_places = read_lines_as_sent(books, before["document_id"], keeps_tax=keeps_tax), 4
    if not sent:
        findings.refuse(words.NO_LINES)
        return []
    rules = LineRules(
        chart=chart,
        items=read_line_items(books, is_sale=draft.type in ("ACCREC", "ACCRECCREDIT", "RECEIVE")),
        line_amount_types=draft.line_amount_types,
        currency_rate=draft.currency_rate,
        unit_places=unit_places if kind.has_unit_decimals else 4,
        is_approved=draft.status in APPROVED and kind.name != "PurchaseOrder",
        may_discount=draft.type in ("ACCREC", "PURCHASEORDER"),
    )
    return price_lines(sent, rules, findings)


def _check(
    books: Books,
    chart: Chart,
    kind: Kind,
    request: DocumentRequest,
    draft: Draft,
    before: Row | None,
    lines: list[PricedLine] | None,
    findings: Findings,
) -> None:
    """Status, lock dates, lengths, totals, and what a payment keeps from being changed."""
    was = before["status"] if before else None
    is_approved = was in ("AUTHORISED", "PAID") and kind.name in ("Invoice", "CreditNote")
    if was in ENDED or (is_approved and draft.status == "DELETED"):
        findings.refuse(words.ORDER_DELETED if kind.name == "PurchaseOrder" else words.INVOICE_CLOSED)
    elif draft.status not in kind.transitions.get(was, ()):
        findings.refuse(refusal_words.status_not_applicable(draft.status))
    if kind.name != "PurchaseOrder":
        days = [draft.document_date, day_of_books(before["document_date"]) if before else None]
        check_lock_dates(min(day for day in days if day), chart, findings)
    if before is not None and is_settled(books, before["document_id"]):
        if draft.status == "VOIDED":
            findings.refuse(words.VOID_HAS_PAYMENTS)
        elif lines is not None or draft.document_date != day_of_books(before["document_date"]):
            findings.refuse(words.HAS_PAYMENTS)
    if draft.type == "ACCREC" and draft.status == "AUTHORISED" and draft.due_date is None:
        findings.refuse(words.DUE_DATE_MISSING)
    if lines is not None and sum(line.line_cents + line.tax_cents for line in lines) < 0:
        findings.refuse(words.TOTAL_NEGATIVE)
    texts = {**request.texts, "Reference": request.reference or "", kind.number_field or "Number": request.number or ""}
    for name, text in texts.items():
        longest = kind.extra_texts.get(name, 255)
        if len(text) > longest:
            findings.refuse(words.too_long(name, longest))


def _write(
    books: Books,
    kind: Kind,
    request: DocumentRequest,
    draft: Draft,
    before: Row | None,
    lines: list[PricedLine] | None,
) -> str:
    """Write header and lines, and give the identifier."""
    document_id = str(before["document_id"]) if before else str(uuid.uuid4())
    number = request.number or (before["number"] if before else next_number(books, kind, draft.type))
    status = (
        before["status"] if before and before["status"] == "PAID" and draft.status == "AUTHORISED" else draft.status
    )
    details = {**(json.loads(before["details"]) if before else {}), **request.texts}
    values = {
        "document_id": document_id,
        "kind": kind.name,
        "type": draft.type,
        "number": number,
        "reference": request.reference if request.reference is not None else (before["reference"] if before else None),
        "contact_id": draft.contact_id,
        "document_date": draft.document_date.isoformat(),
        "due_date": draft.due_date.isoformat() if draft.due_date else None,
        "status": status,
        "line_amount_types": draft.line_amount_types,
        "currency_code": draft.currency_code,
        "currency_rate": str(draft.currency_rate),
        "bank_account_id": draft.bank_account_id,
        "details": json.dumps(details),
        "updated_at": books.now_ms(),
        **(_totals(lines, draft.line_amount_types) if lines is not None else _kept_totals(before)),
    }
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    changes = ", ".join(f"{name} = :{name}" for name in values)
    books.execute(
        f"INSERT INTO documents ({names}) VALUES ({marks}) ON CONFLICT (document_id) DO UPDATE SET {changes}", values
    )
    if lines is not None:
        kept = delete_lines(books, document_id)
        insert_document_lines(
            books, document_id, [line if line.line_id in kept else replace(line, line_id=None) for line in lines]
        )
    is_changed = before is not None and before["status"] != status
    word = "Created" if before is None else HISTORY_WORDS.get(status, status.title()) if is_changed else "Edited"
    record(books, document_id, word)
    return document_id


def _totals(lines: list[PricedLine], line_amount_types: str) -> dict[str, int]:
    """What the lines sum to, in the document's currency and in base currency."""
    tax = sum(line.tax_cents for line in lines)
    total = sum(line.line_cents for line in lines) + (0 if line_amount_types == "Inclusive" else tax)
    base = sum(line.base_net_cents + line.base_tax_cents for line in lines)
    return {"total_cents": total, "tax_cents": tax, "base_total_cents": base}


def _kept_totals(before: Row | None) -> dict[str, int]:
    """The totals that stay with the lines."""
    return {name: before[name] if before else 0 for name in ("total_cents", "tax_cents", "base_total_cents")}
