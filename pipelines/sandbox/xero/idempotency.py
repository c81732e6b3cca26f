"""Repeated writes: the answer to an Idempotency-Key is kept for six minutes, errors too (xero.md section 9)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.sandbox.xero import refusal_words as words
from pipelines.sandbox.xero.answers import Answer, Refusal, post_data_invalid, unhandled_error
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.faults import FaultName

KEPT_MS = 6 * 60 * 1000
LONGEST_KEY = 128


@dataclass(frozen=True)
class WriteRequest:
    """What makes a request the same as another: method, URL and body under one key."""

    method: str
    url: str
    body: bytes
    key: str | None
    fault: FaultName | None = None

    def content_hash(self) -> str:
        """sha256 over method, URL and body."""
        return hashlib.sha256(b"\0".join((self.method.encode(), self.url.encode(), self.body))).hexdigest()


def answer_write(books: Books, request: WriteRequest, work: Callable[[], Answer]) -> Answer:
    """Do the work once: in one transaction with the answer that is kept under the request's key.

    Args:
        books: the books; they are committed before this returns.
        request: the request, and the fault that strikes it.
        work: writes into the books and gives the answer, or raises a Refusal; what it wrote is then undone.

    Returns:
        The answer of the work, or the one that the same key got within the last six minutes. A key that came with
        another method, URL or body then is refused with 400.
    """
    with books.writing():
        if request.key is None:
            return _do(books, request, work)
        if len(request.key) > LONGEST_KEY:
            return post_data_invalid(f"The Idempotency-Key has more than {LONGEST_KEY} characters.").answer
        books.execute("DELETE FROM answered_requests WHERE answered_at <= ?", [books.now_ms() - KEPT_MS])
        kept = books.row("SELECT * FROM answered_requests WHERE idempotency_key = ?", [request.key])
        if kept is None:
            return _keep(books, request, _do(books, request, work))
        if kept["request_hash"] != request.content_hash():
            return post_data_invalid(words.key_reused(request.key)).answer
        return Answer(kept["status"], kept["body"], kept["content_type"], {"X-Sandbox-Replayed": "true"})


def _do(books: Books, request: WriteRequest, work: Callable[[], Answer]) -> Answer:
    """The answer of the work; a fault may turn it into an error before or after the work is done."""
    if request.fault == "error_before_commit":
        return unhandled_error()
    try:
        with books.attempt():
            answer = work()
    except Refusal as refusal:
        answer = refusal.answer
    return unhandled_error() if request.fault == "error_after_commit" else answer


def _keep(books: Books, request: WriteRequest, answer: Answer) -> Answer:
    """Remember an answer under its key."""
    row = {
        "idempotency_key": request.key,
        "request_hash": request.content_hash(),
        "answered_at": books.now_ms(),
        "status": answer.status,
        "content_type": answer.content_type,
        "body": answer.body,
    }
    books.insert("answered_requests", [row])
    return answer
