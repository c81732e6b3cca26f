"""History of a document: what was done to it, and notes that a client adds (xero.md section 2, History)."""

from datetime import timedelta
from sqlite3 import Row

from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.wire import EPOCH, xero_instant

LONGEST_NOTE = 2500
API_USER = "System Generated"
PERSON = "Pat Keeper"


def record(books: Books, document_id: str, changes: str, details: str = "", user: str = API_USER) -> None:
    """Add a line to the history of a document; nobody can change or delete one.

    Args:
        books: the books, inside a transaction.
        document_id: identifier of any document.
        changes: one word or two: Created, Updated, Voided, Note.
        details: the text of a note, at most 2500 characters.
        user: who; a client of the API has no name.
    """
    row = {
        "document_id": document_id,
        "changes": changes,
        "details": details,
        "user_name": user,
        "recorded_at": books.now_ms(),
    }
    books.insert("history_records", [row])


def show_history(books: Books, document_id: str) -> list[dict[str, object]]:
    """The history of a document as Xero shows it, the last first."""
    rows = books.rows("SELECT * FROM history_records WHERE document_id = ? ORDER BY record_id DESC", [document_id])
    return [_show(row) for row in rows]


def _show(row: Row) -> dict[str, object]:
    """One record in Xero's names."""
    at = EPOCH + timedelta(milliseconds=row["recorded_at"])
    return {
        "Changes": row["changes"],
        "DateUTCString": f"{at:%Y-%m-%dT%H:%M:%S}",
        "DateUTC": xero_instant(row["recorded_at"]),
        "User": row["user_name"],
        "Details": row["details"],
    }
