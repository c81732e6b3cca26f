"""The endpoints of manual journals (xero.md section 2): list, read, create many, change one."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from pipelines.sandbox.xero.answers import Answer, json_answer, not_found
from pipelines.sandbox.xero.chart import read_chart
from pipelines.sandbox.xero.evidence_api import evidence_router
from pipelines.sandbox.xero.idempotency import answer_write
from pipelines.sandbox.xero.journal_lists import list_journals
from pipelines.sandbox.xero.journal_requests import JournalRequest, read_journals
from pipelines.sandbox.xero.journal_store import show_journals
from pipelines.sandbox.xero.listing import read_list_request
from pipelines.sandbox.xero.manual_journals import create_journal, update_journal
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.traffic import to_response
from pipelines.sandbox.xero.wire import envelope
from pipelines.sandbox.xero.writing import answer_outcomes, wants_each_result, write_request


def journals_router(sandbox: Sandbox) -> APIRouter:
    """GET, PUT and POST of /ManualJournals, GET and POST of one."""
    router = APIRouter(prefix="/manualjournals")
    books = sandbox.books

    @router.get("")
    async def get_journals(request: Request) -> Response:
        return to_response(json_answer(envelope(books.clock(), list_journals(books, read_list_request(request)))))

    @router.get("/{journal_id}")
    async def get_journal(journal_id: str) -> Response:
        if books.row("SELECT 1 FROM manual_journals WHERE journal_id = ?", [journal_id]) is None:
            raise not_found()
        content = {"ManualJournals": show_journals(books, [journal_id])}
        return to_response(json_answer(envelope(books.clock(), content)))

    @router.put("")
    async def put_journals(request: Request) -> Response:
        write, each = await write_request(request), wants_each_result(request)
        return to_response(answer_write(books, write, lambda: _create(sandbox, read_journals(write.body), each=each)))

    @router.post("")
    async def post_journals(request: Request) -> Response:
        write, each = await write_request(request), wants_each_result(request)
        return to_response(answer_write(books, write, lambda: _save_first(sandbox, None, write.body, each=each)))

    @router.post("/{journal_id}")
    async def post_journal(journal_id: str, request: Request) -> Response:
        write, each = await write_request(request), wants_each_result(request)
        return to_response(answer_write(books, write, lambda: _save_first(sandbox, journal_id, write.body, each=each)))

    router.include_router(evidence_router(sandbox, lambda sent: _find(sandbox, sent)))
    return router


def _find(sandbox: Sandbox, sent: str) -> str | None:
    """The identifier of a journal that is there."""
    row = sandbox.books.row("SELECT journal_id FROM manual_journals WHERE journal_id = ?", [sent.lower()])
    return str(row["journal_id"]) if row else None


def _create(sandbox: Sandbox, requests: Sequence[JournalRequest], *, each: bool) -> Answer:
    """Create every journal of a request."""
    chart = read_chart(sandbox.books)
    return answer_outcomes(
        sandbox.books,
        "ManualJournals",
        [create_journal(sandbox.books, chart, request) for request in requests],
        each=each,
    )


def _save_first(sandbox: Sandbox, journal_id: str | None, body: bytes, *, each: bool) -> Answer:
    """Change the journal of the path or of the body, or create one. POST reads the first element and no other."""
    requests = read_journals(body)
    if not requests:
        return answer_outcomes(sandbox.books, "ManualJournals", [], each=each)
    request, chart = requests[0], read_chart(sandbox.books)
    target = journal_id or request.journal_id
    outcome = (
        create_journal(sandbox.books, chart, request)
        if target is None
        else update_journal(sandbox.books, chart, target, request)
    )
    return answer_outcomes(sandbox.books, "ManualJournals", [outcome], each=each)
