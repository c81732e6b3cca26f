"""The endpoints of manual journals (xero.md section 2): list, read, create many, change one."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from pipelines.sandbox.xero.answers import Answer, json_answer, not_found, validation_failed
from pipelines.sandbox.xero.chart import read_chart
from pipelines.sandbox.xero.idempotency import WriteRequest, answer_write
from pipelines.sandbox.xero.journal_lists import ListRequest, list_journals
from pipelines.sandbox.xero.journal_requests import JournalRequest, read_journals
from pipelines.sandbox.xero.journal_store import show_journals
from pipelines.sandbox.xero.manual_journals import Outcome, create_journal, update_journal
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.settings_api import query_of
from pipelines.sandbox.xero.traffic import to_response
from pipelines.sandbox.xero.wire import envelope, is_true


def journals_router(sandbox: Sandbox) -> APIRouter:
    """GET, PUT and POST of /ManualJournals, GET and POST of one."""
    router = APIRouter(prefix="/manualjournals")
    books = sandbox.books

    @router.get("")
    async def get_journals(request: Request) -> Response:
        query = query_of(request)
        wanted = ListRequest(
            where=query.get("where"),
            order=query.get("order"),
            page=query.get("page"),
            page_size=query.get("pagesize"),
            modified_since=request.headers.get("if-modified-since"),
        )
        return to_response(json_answer(envelope(books.clock(), list_journals(books, wanted))))

    @router.get("/{journal_id}")
    async def get_journal(journal_id: str) -> Response:
        if books.row("SELECT 1 FROM manual_journals WHERE journal_id = ?", [journal_id]) is None:
            raise not_found()
        content = {"ManualJournals": show_journals(books, [journal_id])}
        return to_response(json_answer(envelope(books.clock(), content)))

    @router.put("")
    async def put_journals(request: Request) -> Response:
        write, each = await _write_request(request), _wants_each_result(request)
        return to_response(answer_write(books, write, lambda: _create(sandbox, read_journals(write.body), each=each)))

    @router.post("")
    async def post_journals(request: Request) -> Response:
        write, each = await _write_request(request), _wants_each_result(request)
        return to_response(answer_write(books, write, lambda: _save_first(sandbox, None, write.body, each=each)))

    @router.post("/{journal_id}")
    async def post_journal(journal_id: str, request: Request) -> Response:
        write, each = await _write_request(request), _wants_each_result(request)
        return to_response(answer_write(books, write, lambda: _save_first(sandbox, journal_id, write.body, each=each)))

    return router


async def _write_request(request: Request) -> WriteRequest:
    """What the store of answers has to know of a request."""
    url = f"{request.url.path}?{request.url.query}"
    key = request.headers.get("idempotency-key")
    return WriteRequest(request.method, url, await request.body(), key, request.state.fault)


def _wants_each_result(request: Request) -> bool:
    """summarizeErrors=false. Left out it counts as true, whatever the specification says (xero.md section 1.2)."""
    return not is_true(query_of(request).get("summarizeerrors", "true"))


def _create(sandbox: Sandbox, requests: Sequence[JournalRequest], *, each: bool) -> Answer:
    """Create every journal of a request."""
    chart = read_chart(sandbox.books)
    return _answer(sandbox, [create_journal(sandbox.books, chart, request) for request in requests], each=each)


def _save_first(sandbox: Sandbox, journal_id: str | None, body: bytes, *, each: bool) -> Answer:
    """Change the journal of the path or of the body, or create one. POST reads the first element and no other."""
    requests = read_journals(body)
    if not requests:
        return _answer(sandbox, [], each=each)
    request, chart = requests[0], read_chart(sandbox.books)
    target = journal_id or request.journal_id
    outcome = (
        create_journal(sandbox.books, chart, request)
        if target is None
        else update_journal(sandbox.books, chart, target, request)
    )
    return _answer(sandbox, [outcome], each=each)


def _answer(sandbox: Sandbox, outcomes: Sequence[Outcome], *, each: bool) -> Answer:
    """200 with the result of each, or 400 where errors are summarised and there is one.

    Then nothing of the request is kept. Xero's own behaviour here is not known; a client should not depend on it.
    """
    refused = [outcome.with_result() for outcome in outcomes if outcome.is_refused]
    if refused and not each:
        raise validation_failed(refused)
    elements = [outcome.with_result() if each or outcome.findings.warnings else outcome.element for outcome in outcomes]
    return json_answer(envelope(sandbox.books.clock(), {"ManualJournals": elements}))
