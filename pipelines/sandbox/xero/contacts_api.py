"""The endpoints of contacts (xero.md section 5)."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter, Request, Response

from pipelines.sandbox.xero.answers import Answer, json_answer
from pipelines.sandbox.xero.contacts import save_contact, show_contact
from pipelines.sandbox.xero.element_endpoints import found_or_404, identifier_of, save_elements, show_content
from pipelines.sandbox.xero.evidence_api import evidence_router
from pipelines.sandbox.xero.listing import Candidate, choose, cut_page, day_of, read_list_request
from pipelines.sandbox.xero.request_fields import Fields
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.traffic import to_response
from pipelines.sandbox.xero.wire import envelope, is_true
from pipelines.sandbox.xero.writing import Element, Outcome, query_of

TEXTS = ("ContactID", "Name", "EmailAddress", "AccountNumber", "ContactNumber", "ContactStatus")
FIELDS: Mapping[str, type] = {**dict.fromkeys((name.lower() for name in TEXTS), str), "updateddateutc": date}
_FIND = (
    "SELECT contact_id FROM contacts WHERE contact_id = :sent OR lower(contact_number) = :sent"
    " ORDER BY contact_id = :sent DESC"
)


def contacts_router(sandbox: Sandbox) -> APIRouter:
    """GET, PUT and POST of /Contacts, GET and POST of one, history and attachments."""
    router, books = APIRouter(prefix="/contacts"), sandbox.books

    def find(sent: str) -> str | None:
        return identifier_of(sandbox, _FIND, sent)

    @router.get("")
    async def get_contacts(request: Request) -> Response:
        return to_response(_list_contacts(sandbox, request))

    @router.get("/{contact}")
    async def get_contact(contact: str) -> Response:
        return show_content(sandbox, {"Contacts": [show_contact(books, found_or_404(find(contact)))]})

    @router.put("")
    async def put_contacts(request: Request) -> Response:
        def save(sent: Fields) -> Outcome:
            return save_contact(books, sent, None, may_update=False)

        return await save_elements(sandbox, request, "Contacts", save)

    @router.post("")
    async def post_contacts(request: Request) -> Response:
        def save(sent: Fields) -> Outcome:
            return save_contact(books, sent, None, may_update=True)

        return await save_elements(sandbox, request, "Contacts", save)

    @router.post("/{contact}")
    async def post_contact(contact: str, request: Request) -> Response:
        contact_id = found_or_404(find(contact))

        def save(sent: Fields) -> Outcome:
            return save_contact(books, sent, contact_id, may_update=True)

        return await save_elements(sandbox, request, "Contacts", save, most=1)

    router.include_router(evidence_router(sandbox, find))
    return router


def _list_contacts(sandbox: Sandbox, request: Request) -> Answer:
    """Contacts; archived ones only on demand, balances only in pages."""
    wanted, query, books = read_list_request(request), query_of(request), sandbox.books
    ids = [each.strip().lower() for each in query.get("ids", "").split(",") if each.strip()]
    term, with_archived = query.get("searchterm", "").lower(), is_true(query.get("includearchived", ""))
    rows = [
        row
        for row in books.rows("SELECT * FROM contacts")
        if (row["status"] == "ACTIVE" or with_archived)
        and (not ids or row["contact_id"] in ids)
        and term in f"{row['name']} {row['contact_number'] or ''}".lower()
    ]
    balances = wanted.is_paged and not is_true(query.get("summaryonly", ""))
    shown = {row["contact_id"]: show_contact(books, row["contact_id"], with_balances=balances) for row in rows}
    candidates = [
        Candidate(row["contact_id"], row["updated_at"], _values(shown[row["contact_id"]], row["updated_at"]))
        for row in rows
    ]
    page, pagination = cut_page(choose(candidates, wanted, FIELDS), wanted)
    return json_answer(envelope(books.clock(), {**pagination, "Contacts": [shown[key] for key in page]}))


def _values(contact: Element, updated_at: int) -> dict[str, object]:
    """What `where` compares."""
    return {**{name.lower(): contact.get(name) for name in TEXTS}, "updateddateutc": day_of(updated_at)}
