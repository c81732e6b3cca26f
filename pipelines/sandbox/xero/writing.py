"""What every endpoint that writes does the same way: read the query and key, answer with each element or refuse all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import Request

from pipelines.sandbox.xero.answers import Answer, json_answer, validation_failed
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.echoes import echo
from pipelines.sandbox.xero.idempotency import WriteRequest
from pipelines.sandbox.xero.wire import envelope, is_true

Element = dict[str, object]


@dataclass
class Findings:
    """Errors refuse an element; warnings let it be saved without what they name."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse(self, message: str) -> None:
        """Add an error, once."""
        if message not in self.errors:
            self.errors.append(message)

    def warn(self, message: str) -> None:
        """Add a warning, once."""
        if message not in self.warnings:
            self.warnings.append(message)


@dataclass(frozen=True)
class Outcome:
    """What became of one element of a request."""

    element: Mapping[str, object]
    """The element as saved, or as sent where it was refused."""
    findings: Findings

    @property
    def is_refused(self) -> bool:
        """Nothing was saved."""
        return bool(self.findings.errors)

    def with_result(self) -> Element:
        """The element with StatusAttributeString, ValidationErrors and Warnings (xero.md section 1.2)."""
        word = "ERROR" if self.findings.errors else "WARNING" if self.findings.warnings else "OK"
        result: Element = {**self.element, "StatusAttributeString": word}
        if self.findings.warnings:
            result["Warnings"] = [{"Message": message} for message in self.findings.warnings]
        if self.findings.errors:
            result["HasValidationErrors"] = True
            result["ValidationErrors"] = [{"Message": message} for message in self.findings.errors]
        return result


async def write_request(request: Request) -> WriteRequest:
    """What the store of answers has to know of a request."""
    url = f"{request.url.path}?{request.url.query}"
    key = request.headers.get("idempotency-key")
    return WriteRequest(request.method, url, await request.body(), key, request.state.fault)


def query_of(request: Request) -> dict[str, str]:
    """Query parameters with lower-case names: the official SDK and other clients spell them differently."""
    return {name.lower(): value for name, value in request.query_params.items()}


def wants_each_result(request: Request) -> bool:
    """summarizeErrors=false. Left out it counts as true, whatever the specification says (xero.md section 1.2)."""
    return not is_true(query_of(request).get("summarizeerrors", "true"))


def answer_outcomes(books: Books, collection: str, outcomes: Sequence[Outcome], *, each: bool) -> Answer:
    """200 with the result of each, or 400 where errors are summarised and there is one.

    Then nothing of the request is kept. Xero's own behaviour here is not known; a client should not depend on it.

    Args:
        books: their clock dates the answer.
        collection: name of the array in the answer.
        outcomes: in the order of the request.
        each: whether every element gets its own result.
    """
    results = [
        Outcome(echo(collection, outcome.element), outcome.findings) if outcome.is_refused else outcome
        for outcome in outcomes
    ]
    refused = [result.with_result() for result in results if result.is_refused]
    if refused and not each:
        raise validation_failed(refused)
    elements = [result.with_result() if each or result.findings.warnings else result.element for result in results]
    return json_answer(envelope(books.clock(), {collection: elements}))


def unit_places(request: Request) -> int:
    """Decimals of UnitAmount and UnitPrice: 2, and with unitdp=4 four (xero.md section 3)."""
    return 4 if query_of(request).get("unitdp") == "4" else 2
