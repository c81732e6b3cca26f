"""The endpoints of history and attachments, the same under every kind of document (xero.md section 2)."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from pipelines.sandbox.xero import refusal_words as words
from pipelines.sandbox.xero.answers import Answer, json_answer, not_found
from pipelines.sandbox.xero.attachments import read_attachment, save_attachment, show_attachments
from pipelines.sandbox.xero.history import LONGEST_NOTE, record, show_history
from pipelines.sandbox.xero.idempotency import answer_write
from pipelines.sandbox.xero.request_fields import Fields, read_elements
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.traffic import to_response
from pipelines.sandbox.xero.wire import envelope, is_true
from pipelines.sandbox.xero.writing import Findings, Outcome, answer_outcomes, query_of, write_request

FindDocument = Callable[[str], str | None]
"""Identifier of the document that a path names by identifier or number; None where there is none."""


def evidence_router(
    sandbox: Sandbox, find: FindDocument, *, with_history: bool = True, with_attachments: bool = True
) -> APIRouter:
    """GET and PUT of …/{id}/History; GET of …/{id}/Attachments, GET, PUT and POST of one file."""
    router = APIRouter()
    if with_history:
        _add_history(router, sandbox, find)
    if with_attachments:
        _add_attachments(router, sandbox, find)
    return router


def _add_history(router: APIRouter, sandbox: Sandbox, find: FindDocument) -> None:
    """Notes and what was done."""
    books = sandbox.books

    @router.get("/{document}/history")
    async def get_history(document: str) -> Response:
        content = {"HistoryRecords": show_history(books, _found(find, document))}
        return to_response(json_answer(envelope(books.clock(), content)))

    @router.put("/{document}/history")
    async def put_history(document: str, request: Request) -> Response:
        write = await write_request(request)

        def work() -> Answer:
            document_id = _found(find, document)
            notes = read_elements(write.body, "HistoryRecords", "HistoryRecord")
            outcomes = [_add_note(sandbox, document_id, note) for note in notes]
            return answer_outcomes(books, "HistoryRecords", outcomes, each=False)

        return to_response(answer_write(books, write, work))


def _add_note(sandbox: Sandbox, document_id: str, note: Fields) -> Outcome:
    """One note of a client."""
    details, findings = note.text("Details") or "", Findings()
    if not details.strip():
        findings.refuse(words.HISTORY_DETAILS_MISSING)
    if len(details) > LONGEST_NOTE:
        findings.refuse(words.HISTORY_DETAILS_TOO_LONG)
    if findings.errors:
        return Outcome(note.sent, findings)
    record(sandbox.books, document_id, "Note", details)
    return Outcome(show_history(sandbox.books, document_id)[0], findings)


def _add_attachments(router: APIRouter, sandbox: Sandbox, find: FindDocument) -> None:
    """Files."""
    books = sandbox.books

    @router.get("/{document}/attachments")
    async def get_attachments(document: str, request: Request) -> Response:
        return to_response(_show_files(sandbox, _found(find, document), str(request.url)))

    @router.get("/{document}/attachments/{name}")
    async def get_attachment(document: str, request: Request) -> Response:
        mime_type, content = read_attachment(books, _found(find, document), _name_as_sent(request))
        return to_response(Answer(200, content, mime_type))

    @router.api_route("/{document}/attachments/{name}", methods=["PUT", "POST"])
    async def put_attachment(document: str, request: Request) -> Response:
        write, name = await write_request(request), _name_as_sent(request)

        def work() -> Answer:
            document_id = _found(find, document)
            save_attachment(
                books,
                document_id,
                name,
                request.headers.get("content-type"),
                write.body,
                include_online=is_true(query_of(request).get("includeonline", "")),
            )
            return _show_files(sandbox, document_id, str(request.url).rpartition("/")[0], name)

        return to_response(answer_write(books, write, work))


def _show_files(sandbox: Sandbox, document_id: str, address: str, name: str | None = None) -> Answer:
    """The files of a document, or the one of a name."""
    shown = show_attachments(sandbox.books, document_id, address.partition("?")[0])
    chosen = [each for each in shown if name in (None, each["FileName"])]
    return json_answer(envelope(sandbox.books.clock(), {"Attachments": chosen}))


def _name_as_sent(request: Request) -> str:
    """The last part of the path, in the case in which it was sent."""
    return str(request.state.path_as_sent).rstrip("/").rpartition("/")[2]


def _found(find: FindDocument, document: str) -> str:
    """The identifier of a document that is there."""
    document_id = find(document)
    if document_id is None:
        raise not_found()
    return document_id
