"""Lists manual journals: by `where`, by time of change, in pages (xero.md section 1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from sqlite3 import Row

from pipelines.sandbox.xero.answers import Answer, Refusal, query_invalid
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.journal_store import Element, show_journals
from pipelines.sandbox.xero.where_filters import is_selected, only_value, parse_order, parse_where
from pipelines.sandbox.xero.wire import EPOCH, parse_instant

FIELDS: Mapping[str, type] = {
    "narration": str,
    "status": str,
    "date": date,
    "manualjournalid": str,
    "updateddateutc": date,
}
DEFAULT_PAGE_SIZE = 100
LARGEST_PAGE = 1000


@dataclass(frozen=True)
class ListRequest:
    """The query of a list; text as it came, None where it was left out."""

    where: str | None = None
    order: str | None = None
    page: str | None = None
    page_size: str | None = None
    modified_since: str | None = None


def list_journals(books: Books, request: ListRequest) -> dict[str, object]:
    """The ManualJournals collection, with `pagination` and lines where a page was asked for.

    Without a page every journal is listed, its lines left out, as Xero does.

    Raises:
        Refusal: 400 for a query that cannot be read, 412 for an If-Modified-Since that cannot.
    """
    found = _find(books, request)
    if request.page is None and request.page_size is None:
        return {"ManualJournals": show_journals(books, found, with_lines=False)}
    page = max(1, _whole_number(request.page, 1))
    size = min(LARGEST_PAGE, max(1, _whole_number(request.page_size, DEFAULT_PAGE_SIZE)))
    shown: list[Element] = show_journals(books, found[(page - 1) * size : page * size])
    pages = {"page": page, "pageSize": size, "pageCount": -(-len(found) // size), "itemCount": len(found)}
    return {"pagination": pages, "ManualJournals": shown}


def _find(books: Books, request: ListRequest) -> list[str]:
    """Identifiers in the order asked for; ties by identifier."""
    where = parse_where(request.where, FIELDS)
    field, descending = parse_order(request.order, FIELDS)
    narration = only_value(where, "narration")
    rows = books.rows(
        "SELECT journal_id, narration, journal_date, status, updated_at FROM manual_journals"
        " WHERE (:narration IS NULL OR narration = :narration) AND updated_at >= :since",
        {"narration": narration, "since": _since_ms(request.modified_since)},
    )
    candidates = [(row["journal_id"], row["updated_at"], _values(row)) for row in rows]
    chosen = [candidate for candidate in candidates if is_selected(where, candidate[2])]
    chosen.sort(key=lambda candidate: candidate[0])
    chosen.sort(
        key=lambda candidate: candidate[1] if field == "updateddateutc" else candidate[2][field], reverse=descending
    )
    return [candidate[0] for candidate in chosen]


def _values(row: Row) -> dict[str, str | date]:
    """What `where` compares."""
    return {
        "narration": row["narration"],
        "status": row["status"],
        "date": date.fromisoformat(row["journal_date"]),
        "manualjournalid": row["journal_id"],
        "updateddateutc": (EPOCH + timedelta(milliseconds=row["updated_at"])).date(),
    }


def _since_ms(text: str | None) -> int:
    """Milliseconds of an If-Modified-Since, cut to the second; changes in that second are listed again."""
    if text is None:
        return 0
    try:
        since = parse_instant(text)
    except ValueError as error:
        raise Refusal(Answer(412, b"The If-Modified-Since header cannot be read", "text/plain")) from error
    return (since.astimezone(UTC).replace(microsecond=0) - EPOCH) // timedelta(milliseconds=1)


def _whole_number(text: str | None, default: int) -> int:
    """A page or page size."""
    try:
        return default if text is None else int(text)
    except ValueError as error:
        raise query_invalid(f"page and pageSize are whole numbers, not {text}") from error
