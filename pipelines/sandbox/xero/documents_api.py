"""The endpoints of invoices, credit notes, purchase orders and bank transactions (xero.md sections 3, 4, 7)."""

from fastapi import APIRouter, Request, Response

from pipelines.sandbox.xero.allocations import allocate, undo_allocation
from pipelines.sandbox.xero.answers import Answer, json_answer, not_found
from pipelines.sandbox.xero.chart import read_chart
from pipelines.sandbox.xero.document_kinds import KINDS, Kind
from pipelines.sandbox.xero.document_lists import list_documents
from pipelines.sandbox.xero.document_requests import read_document
from pipelines.sandbox.xero.document_store import show_documents
from pipelines.sandbox.xero.documents import save_document
from pipelines.sandbox.xero.evidence_api import evidence_router
from pipelines.sandbox.xero.idempotency import answer_write
from pipelines.sandbox.xero.listing import read_list_request
from pipelines.sandbox.xero.request_fields import read_elements
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.traffic import to_response
from pipelines.sandbox.xero.wire import envelope
from pipelines.sandbox.xero.writing import answer_outcomes, query_of, unit_places, wants_each_result, write_request


def documents_router(sandbox: Sandbox) -> APIRouter:
    """Every endpoint of the four kinds, and the allocations of credit notes."""
    router = APIRouter()
    for kind in KINDS:
        router.include_router(_kind_router(sandbox, kind))
    router.include_router(_allocations_router(sandbox))
    return router


def _kind_router(sandbox: Sandbox, kind: Kind) -> APIRouter:
    """GET, PUT and POST of a collection, GET and POST of one, history and attachments."""
    router = APIRouter(prefix=f"/{kind.collection.lower()}")
    books = sandbox.books

    @router.get("")
    async def get_documents(request: Request) -> Response:
        content = list_documents(books, kind, read_list_request(request), query_of(request))
        return to_response(json_answer(envelope(books.clock(), content)))

    @router.get("/{document}")
    async def get_document(document: str) -> Response:
        document_id = _find(sandbox, kind, document)
        if document_id is None:
            raise not_found()
        content = {kind.collection: show_documents(books, kind, [document_id])}
        return to_response(json_answer(envelope(books.clock(), content)))

    @router.put("")
    async def put_documents(request: Request) -> Response:
        return await _save(sandbox, kind, request, None, may_update=False)

    @router.post("")
    async def post_documents(request: Request) -> Response:
        return await _save(sandbox, kind, request, None, may_update=True)

    @router.post("/{document}")
    async def post_document(document: str, request: Request) -> Response:
        return await _save(sandbox, kind, request, document, may_update=True)

    router.include_router(evidence_router(sandbox, lambda sent: _find(sandbox, kind, sent)))
    return router


async def _save(sandbox: Sandbox, kind: Kind, request: Request, document: str | None, *, may_update: bool) -> Response:
    """Save every document of a request; with an identifier in the path only the first."""
    write, each, books = await write_request(request), wants_each_result(request), sandbox.books
    places = unit_places(request)

    def work() -> Answer:
        document_id = _find(sandbox, kind, document) if document else None
        if document and document_id is None:
            raise not_found()
        chart, elements = read_chart(books), read_elements(write.body, kind.collection, kind.name)
        requests = [read_document(fields, kind) for fields in (elements[:1] if document else elements)]
        outcomes = [
            save_document(books, chart, kind, sent, document_id, may_update=may_update, unit_places=places)
            for sent in requests
        ]
        return answer_outcomes(books, kind.collection, outcomes, each=each)

    return to_response(answer_write(books, write, work))


def _allocations_router(sandbox: Sandbox) -> APIRouter:
    """PUT …/CreditNotes/{id}/Allocations, DELETE of one."""
    router, books, note_kind = APIRouter(prefix="/creditnotes"), sandbox.books, KINDS[1]

    @router.put("/{document}/allocations")
    async def put_allocations(document: str, request: Request) -> Response:
        write, each = await write_request(request), wants_each_result(request)

        def work() -> Answer:
            document_id = _find(sandbox, note_kind, document)
            if document_id is None:
                raise not_found()
            chart, outcomes = read_chart(books), []
            for fields in read_elements(write.body, "Allocations", "Allocation"):
                note = books.row("SELECT * FROM documents WHERE document_id = ?", [document_id])
                if note is not None:
                    outcomes.append(allocate(books, chart, note, fields))
            return answer_outcomes(books, "Allocations", outcomes, each=each)

        return to_response(answer_write(books, write, work))

    @router.delete("/{document}/allocations/{allocation_id}")
    async def delete_allocation(document: str, allocation_id: str, request: Request) -> Response:
        write = await write_request(request)

        def work() -> Answer:
            document_id = _find(sandbox, note_kind, document)
            if document_id is None:
                raise not_found()
            return json_answer(envelope(books.clock(), undo_allocation(books, document_id, allocation_id)))

        return to_response(answer_write(books, write, work))

    return router


def _find(sandbox: Sandbox, kind: Kind, document: str) -> str | None:
    """The identifier of a document by identifier, or by number where it has one."""
    row = sandbox.books.row(
        "SELECT document_id FROM documents WHERE kind = :kind AND (document_id = :sent OR lower(number) = :sent)"
        " ORDER BY document_id = :sent DESC, status IN ('DELETED', 'VOIDED'), updated_at DESC",
        {"kind": kind.name, "sent": document.lower()},
    )
    return str(row["document_id"]) if row else None
