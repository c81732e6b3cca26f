"""What a person does to a manual journal in Xero's own pages, past every rule of the API.

A person edits, approves, voids, deletes, archives and restores; an adviser does so in a locked period too. The journal
changes as Xero shows it changed: other lines, another status, a later UpdatedDateUTC, a line of history with a name.
"""

import uuid

from pipelines.errors import DataProblem
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Chart
from pipelines.sandbox.xero.history import PERSON, record
from pipelines.sandbox.xero.journal_rules import BookedLine
from pipelines.sandbox.xero.journal_store import insert_lines, replace_lines
from pipelines.sandbox.xero.shapes import PersonEditShape, PersonJournalShape, PersonLineShape
from pipelines.sandbox.xero.wire import to_cents
from schemas.problems import Problem

STATUSES = {
    "approve": ("POSTED", "Approved"),
    "void": ("VOIDED", "Voided"),
    "delete": ("DELETED", "Deleted"),
    "archive": ("ARCHIVED", "Archived"),
    "unapprove": ("DRAFT", "Changed to draft"),
}
"""What a person does -> the status that the journal gets, and the word in its history."""


def change_status(books: Books, journal: str, action: str) -> str:
    """Give a journal the status of an action, and return its identifier.

    Raises:
        DataProblem: no such journal, or several.
    """
    journal_id = find_journal(books, journal)
    status, word = STATUSES[action]
    books.execute(
        "UPDATE manual_journals SET status = ?, updated_at = ? WHERE journal_id = ?",
        [status, books.now_ms(), journal_id],
    )
    record(books, journal_id, word, user=PERSON)
    return journal_id


def edit_journal(books: Books, chart: Chart, change: PersonEditShape) -> str:
    """Change what is given of a journal, and return its identifier.

    Raises:
        DataProblem: no such journal, or several; an unknown account.
    """
    journal_id = find_journal(books, change.journal)
    columns = {"narration": change.narration, "journal_date": change.date and change.date.isoformat()}
    for column, value in {**columns, "updated_at": books.now_ms()}.items():
        if value is not None:
            books.execute(f"UPDATE manual_journals SET {column} = ? WHERE journal_id = ?", [value, journal_id])
    if change.lines is not None:
        replace_lines(books, journal_id, [_line(line, chart) for line in change.lines])
    record(books, journal_id, "Edited", user=PERSON)
    return journal_id


def enter_journal(books: Books, chart: Chart, entered: PersonJournalShape) -> str:
    """Enter a journal by hand, as a person or another integration does, and return its identifier.

    Raises:
        DataProblem: an unknown account.
    """
    journal_id = str(uuid.uuid4())
    values = {
        "journal_id": journal_id,
        "narration": entered.narration,
        "journal_date": entered.date.isoformat(),
        "status": entered.status,
        "line_amount_types": "NoTax",
        "url": None,
        "show_on_cash_basis": True,
        "updated_at": books.now_ms(),
    }
    books.insert("manual_journals", [values])
    insert_lines(books, journal_id, [_line(line, chart) for line in entered.lines])
    record(books, journal_id, "Created", user=PERSON)
    return journal_id


def find_journal(books: Books, journal: str) -> str:
    """Identifier of a journal by identifier, by whole narration, or by the first word of its narration (its tag).

    Raises:
        DataProblem: none, or several.
    """
    rows = books.rows(
        "SELECT journal_id FROM manual_journals WHERE journal_id = :sent OR narration = :sent"
        " OR substr(narration, 1, length(:sent) + 1) = :sent || ' '",
        {"sent": journal},
    )
    if len(rows) != 1:
        found = f"is {len(rows)} journals of the books"
        fix = "Name a ManualJournalID, a whole narration, or the first word of one."
        raise DataProblem("The journal was not changed.", [Problem(f"journal {journal}", found, fix)])
    return str(rows[0]["journal_id"])


def _line(line: PersonLineShape, chart: Chart) -> BookedLine:
    """A line without tax and tracking."""
    account = chart.accounts.get(line.account_code)
    if account is None:
        raise DataProblem("The journal was not changed.", [Problem(f"account {line.account_code}", "does not exist")])
    cents = to_cents(line.amount)
    return BookedLine(account, cents, 0, cents, "NONE", line.description, ())
