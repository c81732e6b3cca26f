"""Lists documents with line items: by `where`, by the explicit filters, by time of change (xero.md section 1.1)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from sqlite3 import Row

from pipelines.sandbox.xero.answers import query_invalid
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.document_kinds import Kind
from pipelines.sandbox.xero.document_store import show_documents
from pipelines.sandbox.xero.listing import Candidate, ListRequest, choose, cut_page, day_of
from pipelines.sandbox.xero.settlements import open_cents
from pipelines.sandbox.xero.wire import is_true, parse_date

_FIELDS: Mapping[str, type] = {
    **dict.fromkeys(("id", "type", "status", "reference", "currencycode"), str),
    **dict.fromkeys(("number", "contact.contactid", "contact.name", "contact.contactnumber"), str),
    **dict.fromkeys(("date", "duedate", "updateddateutc"), date),
    **dict.fromkeys(("total", "amountdue", "amountpaid"), Decimal),
}
_ROWS = (
    "SELECT d.*, c.name AS contact_name, c.contact_number FROM documents d LEFT JOIN contacts c USING (contact_id)"
    " WHERE d.kind = ?"
)


def list_documents(books: Books, kind: Kind, request: ListRequest, query: Mapping[str, str]) -> dict[str, object]:
    """The collection of a kind, with `pagination` and lines where a page was asked for.

    Args:
        books: the books.
        kind: which of the four kinds.
        request: where, order, page and time of change.
        query: the explicit filters, names in lower case: ids, statuses, contactids, searchterm ...

    Raises:
        Refusal: 400 for a query that cannot be read, 412 for an If-Modified-Since that cannot.
    """
    fields = _fields(kind)
    rows = [row for row in books.rows(_ROWS, [kind.name]) if _is_wanted(row, query)]
    candidates = [Candidate(row["document_id"], row["updated_at"], _values(books, kind, row)) for row in rows]
    page, pagination = cut_page(choose(candidates, request, fields), request)
    with_lines = request.is_paged and not is_true(query.get("summaryonly", ""))
    return {**pagination, kind.collection: show_documents(books, kind, page, with_lines=with_lines)}


def _fields(kind: Kind) -> dict[str, type]:
    """What `where` may compare, under the names that the kind has for it."""
    names = {"id": kind.id_field.lower(), "number": (kind.number_field or "number").lower()}
    return {names.get(name, name): type_ for name, type_ in _FIELDS.items()}


def _values(books: Books, kind: Kind, row: Row) -> dict[str, object]:
    """What `where` compares; texts that are not there compare as null."""
    due = Decimal(open_cents(books, row)).scaleb(-2)
    total = Decimal(row["total_cents"]).scaleb(-2)
    return {
        kind.id_field.lower(): row["document_id"],
        (kind.number_field or "number").lower(): row["number"],
        "type": row["type"],
        "status": row["status"],
        "reference": row["reference"],
        "currencycode": row["currency_code"],
        "contact.contactid": row["contact_id"],
        "contact.name": row["contact_name"],
        "contact.contactnumber": row["contact_number"],
        "date": date.fromisoformat(row["document_date"]),
        "duedate": date.fromisoformat(row["due_date"]) if row["due_date"] else None,
        "updateddateutc": day_of(row["updated_at"]),
        "total": total,
        "amountdue": due,
        "amountpaid": total - due,
    }


def _is_wanted(row: Row, query: Mapping[str, str]) -> bool:
    """Whether the explicit filters let a document through; several values are joined by commas."""
    listed = (
        ("ids", row["document_id"]),
        ("statuses", row["status"]),
        ("status", row["status"]),
        ("contactids", row["contact_id"]),
        ("invoicenumbers", row["number"]),
    )
    for name, value in listed:
        wanted = query.get(name)
        if wanted and str(value).lower() not in [each.strip().lower() for each in wanted.split(",")]:
            return False
    term = query.get("searchterm", "").lower()
    texts = (row["number"], row["reference"], row["contact_name"])
    if term and not any(term in str(text or "").lower() for text in texts):
        return False
    return _in_days(row["document_date"], query)


def _in_days(day: str, query: Mapping[str, str]) -> bool:
    """Whether a purchase order lies between DateFrom and DateTo."""
    try:
        first, last = (
            parse_date(query[name]).isoformat() if query.get(name) else day for name in ("datefrom", "dateto")
        )
    except (ValueError, OverflowError) as error:
        raise query_invalid("DateFrom and DateTo are dates: YYYY-MM-DD") from error
    return first <= day <= last
