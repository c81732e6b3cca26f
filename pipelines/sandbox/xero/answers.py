"""What a request is answered with, and the refusals that Xero knows, each in Xero's own shape (xero.md section 12)."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"
NOT_FOUND_PAGE = (
    "<!DOCTYPE html><html><head><title>404 - Page not found</title></head>"
    "<body><h1>The resource you're looking for cannot be found</h1></body></html>"
)
OUTAGE_PAGE = (
    "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>"
    "<body><h1>502 Bad Gateway</h1><p>The server is being looked after. Please try again later.</p></body></html>"
)


@dataclass(frozen=True)
class Answer:
    """Status, body and headers of one response, as kept for a repeated Idempotency-Key."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """Ends a request with an answer that is not the wanted one."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(f"{answer.status} {answer.body.decode(errors='replace')}")


def json_answer(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Content as a JSON answer; an echoed Decimal becomes a JSON number, and an echoed half of a character a `?`."""
    body = json.dumps(content, ensure_ascii=False, default=_number).encode(errors="replace")
    return Answer(status, body, JSON_TYPE, headers or {})


def problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> Refusal:
    """401, 403 and 500: an object with Title, Status and Detail, and nothing else that a client could read."""
    content: dict[str, object] = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": str(uuid.uuid4()),
        "Extensions": {},
    }
    return Refusal(json_answer(content, status, headers))


def not_found() -> Refusal:
    """404: an HTML page without any JSON, as recorded."""
    return Refusal(Answer(404, NOT_FOUND_PAGE.encode(), HTML_TYPE))


def post_data_invalid(message: str) -> Refusal:
    """400 for a body that cannot be read, ErrorNumber 14: no Elements."""
    return Refusal(json_answer({"ErrorNumber": 14, "Type": "PostDataInvalidException", "Message": message}, 400))


def query_invalid(message: str) -> Refusal:
    """400 for a `where`, `order` or page that cannot be read, ErrorNumber 16 (known from a simulator only)."""
    return Refusal(json_answer({"ErrorNumber": 16, "Type": "QueryParseException", "Message": message}, 400))


def validation_failed(elements: Sequence[Mapping[str, object]]) -> Refusal:
    """400 for elements that break a rule, ErrorNumber 10: each element echoed with its ValidationErrors."""
    content = {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
        "Elements": list(elements),
    }
    return Refusal(json_answer(content, 400))


def unhandled_error() -> Answer:
    """500, in the words that Xero gives for everything it did not expect."""
    return problem(
        500,
        "An error occurred",
        "An error occurred in Xero. Check the API Status page http://status.developer.xero.com for current service"
        " status.",
    ).answer


def too_many_requests(limit: str, retry_after: int | None) -> Refusal:
    """429: empty body and no content type, as recorded (xero.md section 10).

    Args:
        limit: minute, day, appminute or concurrent; the last two are not known from a recording.
        retry_after: seconds; None leaves the header out, as may happen for concurrent.
    """
    waiting = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Refusal(Answer(429, headers={"X-Rate-Limit-Problem": limit, **waiting}))


def _number(value: object) -> float:
    """JSON number of a Decimal: only what the client sent itself is echoed this way."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
