"""Copies bills, invoices, credit notes, bank transactions that touch the tie-out's accounts to xero.document_lines.

It takes a page of a thousand documents for each of three endpoints the first time, later only what changed since.
Payments are read only where something is left to explain: hardly anybody pays into a stock account.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from pipelines.errors import XeroRefusal
from pipelines.load.mirror_document_rows import COLLECTIONS, document_id, document_line_rows
from pipelines.load.mirror_rows import frame_of
from pipelines.load.xero_answers import CredentialsRefused
from pipelines.load.xero_client import Element, XeroClient
from pipelines.load.xero_values import read_instant
from pipelines.warehouse import Warehouse

LOOK_BACK = timedelta(days=183)
"""How far before the first month documents are read: a bill may be dated there in Xero and after it in the source."""

DOCUMENTS = ("Invoices", "CreditNotes", "BankTransactions")
PAYMENTS = ("Payments",)

_OVERLAP = timedelta(seconds=5)
"""A change may show a little late; both instants are of Xero's own clock."""


def mirror_documents(
    client: XeroClient,
    warehouse: Warehouse,
    opening_day: date,
    accounts: frozenset[str],
    collections: tuple[str, ...] = DOCUMENTS,
) -> dict[str, str]:
    """Fill xero.document_lines: a request for each collection, or a page more for each thousand documents.

    Everything is read again where the organisation, the accounts or the first month are others than before.

    Args:
        client: of the organisation; scopes accounting.invoices.read and accounting.banktransactions.read, for payments
            accounting.payments.read.
        warehouse: xero.organisation, xero.reads.
        opening_day: last day before the first month.
        accounts: codes of the accounts of the tie-out.
        collections: which endpoints.

    Returns:
        Why Xero did not let an endpoint be read, by endpoint: a missing scope leaves differences unexplained and does
        not stop the close.

    Raises:
        the errors of `XeroClient`, but for refusals.
    """
    organisation = warehouse.query("select organisation_id from xero.organisation").item()
    terms = {
        "organisation_id": str(organisation),
        "from_date": opening_day - LOOK_BACK,
        "account_codes": " ".join(sorted(accounts)),
    }
    refusals: dict[str, str] = {}
    notes: dict[str, dict[str, object]] = {}
    try:
        for collection in collections:
            since, asked_at = _read_until(warehouse, collection, terms), client.server_time
            try:
                elements = list(client.documents(collection, _where(since, opening_day), since))
            except (CredentialsRefused, XeroRefusal) as error:
                refusals[collection] = error.summary
                notes[collection] = {"changed_until": None, "refusal": error.summary}
                continue
            if elements or since is None:
                _keep(warehouse, collection, elements, terms, is_whole=since is None, accounts=accounts)
            until = asked_at or _latest(elements) or (since and since + _OVERLAP)
            notes[collection] = {"changed_until": until, "refusal": None}
    finally:
        _write_notes(warehouse, {collection: terms | note for collection, note in notes.items()})
    return refusals


def _where(since: datetime | None, opening_day: date) -> str | None:
    """The first read leaves out old documents; a later one must see those that were given an old date, too."""
    first = opening_day - LOOK_BACK
    return None if since else f"Date >= DateTime({first.year}, {first.month:02}, {first.day:02})"


def _read_until(warehouse: Warehouse, collection: str, terms: dict[str, object]) -> datetime | None:
    """Latest change that is mirrored, less the overlap; None: read all."""
    found = warehouse.read("xero.reads", "resource = ? and refusal is null", [collection]).to_dicts()
    if not found or any(found[0][name] != value for name, value in terms.items()):
        return None
    until = found[0]["changed_until"]
    return until - _OVERLAP if isinstance(until, datetime) else None


def _keep(
    warehouse: Warehouse,
    collection: str,
    elements: list[Element],
    terms: dict[str, object],
    *,
    is_whole: bool,
    accounts: frozenset[str],
) -> None:
    """Replace the lines of every document that was read; all of the endpoint where all was read."""
    first = terms["from_date"]
    rows = [row for one in elements for row in document_line_rows(collection, one, accounts)]
    lines = frame_of("xero.document_lines", [row for row in rows if _is_since(row["document_date"], first)])
    kind = COLLECTIONS[collection][0]
    if is_whole:
        warehouse.replace("xero.document_lines", lines, "document_kind = ?", [kind])
    else:
        changed = [document_id(collection, one) for one in elements]
        warehouse.replace("xero.document_lines", lines, "list_contains(?, document_id)", [changed])


def _is_since(day: object, first: object) -> bool:
    return isinstance(day, date) and isinstance(first, date) and day >= first


def _latest(elements: Iterable[Element]) -> datetime | None:
    return max((at for one in elements if (at := read_instant(one.get("UpdatedDateUTC")))), default=None)


def _write_notes(warehouse: Warehouse, notes: Mapping[str, dict[str, object]]) -> None:
    """How far each endpoint was read, also where a later one failed; lines without a note are read again."""
    if notes:
        rows = [{"resource": collection, **note} for collection, note in notes.items()]
        warehouse.replace("xero.reads", frame_of("xero.reads", rows), "list_contains(?, resource)", [list(notes)])
