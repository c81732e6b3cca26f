"""What the endpoints of contacts, items and payments share: saving the elements of a request, showing what is found."""

from collections.abc import Callable

from fastapi import Request, Response

from pipelines.sandbox.xero.answers import Answer, json_answer, not_found
from pipelines.sandbox.xero.idempotency import answer_write
from pipelines.sandbox.xero.request_fields import Fields, read_elements
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.traffic import to_response
from pipelines.sandbox.xero.wire import envelope
from pipelines.sandbox.xero.writing import (
    Outcome,
    answer_outcomes,
    wants_each_result,
    write_request,
)

Save = Callable[[Fields], Outcome]


async def save_elements(
    sandbox: Sandbox, request: Request, collection: str, save: Save, *, most: int | None = None
) -> Response:
    """Save the elements of a request, each on its own.

    Args:
        sandbox: the server.
        request: PUT or POST.
        collection: key of the envelope.
        save: saves one element.
        most: how many elements are read; all, unless the path names one.
    """
    write, each, books = await write_request(request), wants_each_result(request), sandbox.books

    def work() -> Answer:
        elements = read_elements(write.body, collection, collection.removesuffix("s"))
        return answer_outcomes(books, collection, [save(fields) for fields in elements[:most]], each=each)

    return to_response(answer_write(books, write, work))


def show_content(sandbox: Sandbox, content: dict[str, object]) -> Response:
    """Content in the envelope."""
    return to_response(json_answer(envelope(sandbox.books.clock(), content)))


def identifier_of(sandbox: Sandbox, sql: str, sent: str) -> str | None:
    """The identifier that a query for `:sent` finds, or none."""
    row = sandbox.books.row(sql, {"sent": sent.lower()})
    return str(row[0]) if row else None


def found_or_404(identifier: str | None) -> str:
    """An identifier that is there.

    Raises:
        Refusal: 404, it is not.
    """
    if identifier is None:
        raise not_found()
    return identifier
