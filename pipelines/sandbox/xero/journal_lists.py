"""Lists manual journals: by `where`, by time of change, in pages (xero.md section 1.1)."""

from collections.abc import Mapping
from datetime import date
from sqlite3 import Row

from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.journal_store import show_journals
from pipelines.sandbox.xero.listing import Candidate, ListRequest, choose, cut_page, day_of, since_ms
from pipelines.sandbox.xero.where_filters import only_value, parse_where

FIELDS: Mapping[str, type] = {
    "narration": str,
    "status": str,
    "date": date,
    "manualjournalid": str,
    "updateddateutc": date,
}


def list_journals(books: Books, request: ListRequest) -> dict[str, object]:
    """The ManualJournals collection, with `pagination` and lines where a page was asked for.

    Without a page every journal is listed, its lines left out, as Xero does.

    Raises:
        Refusal: 400 for a query that cannot be read, 412 for an If-Modified-Since that cannot.
    """
    where = parse_where(request.where, FIELDS)
    rows = books.rows(
        "SELECT journal_id, narration, journal_date, status, updated_at FROM manual_journals"
        " WHERE (:narration IS NULL OR narration = :narration) AND updated_at >= :since",
        {"narration": only_value(where, "narration"), "since": since_ms(request.modified_since)},
    )
    candidates = [Candidate(row["journal_id"], row["updated_at"], _values(row)) for row in rows]
    page, pagination = cut_page(choose(candidates, request, FIELDS, where), request)
    return {**pagination, "ManualJournals": show_journals(books, page, with_lines=request.is_paged)}


def _values(row: Row) -> dict[str, object]:
    """What `where` compares."""
    return {
        "narration": row["narration"],
        "status": row["status"],
        "date": date.fromisoformat(row["journal_date"]),
        "manualjournalid": row["journal_id"],
        "updateddateutc": day_of(row["updated_at"]),
    }
