"""Saves manual journals: a new one, or a change to one, unless a rule of Xero refuses it."""

import uuid
from datetime import date
from sqlite3 import Row

from pipelines.sandbox.xero import refusal_words as words
from pipelines.sandbox.xero.answers import not_found
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Chart
from pipelines.sandbox.xero.history import record
from pipelines.sandbox.xero.journal_requests import JournalRequest
from pipelines.sandbox.xero.journal_rules import BookedLine, check_lines, check_lock_dates, check_status
from pipelines.sandbox.xero.journal_store import insert_lines, read_lines_as_sent, replace_lines, show_journals
from pipelines.sandbox.xero.wire import ZERO_ID
from pipelines.sandbox.xero.writing import Findings, Outcome

HISTORY_WORDS = {"POSTED": "Approved", "VOIDED": "Voided", "DELETED": "Deleted"}
"""A status that a document got -> what its history says of that."""


def create_journal(books: Books, chart: Chart, request: JournalRequest) -> Outcome:
    """Save a new journal. An identifier that was sent is not used: Xero makes its own.

    Args:
        books: the books, inside a transaction.
        chart: what the journal is checked against.
        request: the journal as sent; without a date it is of today, without a status a draft, without tax.
    """
    findings = Findings()
    status, amount_types = request.status or "DRAFT", request.line_amount_types or "NoTax"
    journal_date = request.journal_date or chart.today
    check_status(None, status, findings)
    check_lock_dates(journal_date, chart, findings)
    _check_narration(request.narration or "", findings)
    lines = check_lines(request.lines or (), amount_types, status, chart, findings)
    if findings.errors:
        return _refused(request, ZERO_ID, findings)
    journal_id = str(uuid.uuid4())
    values = {
        "journal_id": journal_id,
        "narration": request.narration,
        "journal_date": journal_date.isoformat(),
        "status": status,
        "line_amount_types": amount_types,
        "url": request.url,
        "show_on_cash_basis": request.show_on_cash_basis is not False,
        "updated_at": books.now_ms(),
    }
    books.insert("manual_journals", [values])
    insert_lines(books, journal_id, lines)
    record(books, journal_id, "Created", f"Created with the status {status}")
    return Outcome(show_journals(books, [journal_id])[0], findings)


def update_journal(books: Books, chart: Chart, journal_id: str, request: JournalRequest) -> Outcome:
    """Change a draft or posted journal; a field that was left out keeps its value, and so do the lines.

    A void or a deletion changes no lines, so it needs none, and an account archived since does not stand in its way.

    Raises:
        Refusal: 404, no such journal.
    """
    before = books.row("SELECT * FROM manual_journals WHERE journal_id = ?", [journal_id])
    if before is None:
        raise not_found()
    findings = Findings()
    status = request.status or before["status"]
    amount_types = request.line_amount_types or before["line_amount_types"]
    narration = before["narration"] if request.narration is None else request.narration
    date_before = date.fromisoformat(before["journal_date"])
    journal_date = request.journal_date or date_before
    check_status(before["status"], status, findings)
    check_lock_dates(min(date_before, journal_date), chart, findings)
    _check_narration(narration, findings)
    lines = _changed_lines(books, chart, before, request, findings)
    if findings.errors:
        return _refused(request, journal_id, findings, narration)
    books.execute(
        "UPDATE manual_journals SET narration = ?, journal_date = ?, status = ?, line_amount_types = ?,"
        " url = coalesce(?, url), show_on_cash_basis = coalesce(?, show_on_cash_basis), updated_at = ?"
        " WHERE journal_id = ?",
        (
            *(narration, journal_date.isoformat(), status, amount_types, request.url),
            *(request.show_on_cash_basis, books.now_ms(), journal_id),
        ),
    )
    if lines is not None:
        replace_lines(books, journal_id, lines)
    record(books, journal_id, HISTORY_WORDS.get(status, "Updated") if status != before["status"] else "Updated")
    return Outcome(show_journals(books, [journal_id])[0], findings)


def _changed_lines(
    books: Books, chart: Chart, before: Row, request: JournalRequest, findings: Findings
) -> list[BookedLine] | None:
    """The new lines of a journal, or none where they stay as they are.

    Lines that were not sent are checked again when a draft is posted, or when the meaning of their amounts changes.
    An empty list counts as not sent.
    """
    status = request.status or before["status"]
    amount_types = request.line_amount_types or before["line_amount_types"]
    if status in ("VOIDED", "DELETED"):
        return None
    lines = request.lines
    if not lines and (status, amount_types) != (before["status"], before["line_amount_types"]):
        lines = read_lines_as_sent(books, before["journal_id"])
    return check_lines(lines, amount_types, status, chart, findings) if lines else None


def _check_narration(narration: str, findings: Findings) -> None:
    """Every journal has a narration."""
    if not narration.strip():
        findings.refuse(words.NARRATION_MISSING)


def _refused(request: JournalRequest, journal_id: str, findings: Findings, narration: str = "") -> Outcome:
    """The element as it was sent; one that was to be new carries the zero identifier."""
    return Outcome({"Narration": narration, **request.sent, "ManualJournalID": journal_id}, findings)
