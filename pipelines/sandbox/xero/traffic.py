"""What happens to every request around its endpoint: path in lower case, headers, faults, request log."""

import asyncio
import hashlib
import uuid
from time import perf_counter
from typing import Protocol, cast

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.sandbox.xero.answers import HTML_TYPE, OUTAGE_PAGE, Answer, too_many_requests
from pipelines.sandbox.xero.faults import FaultName
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.tokens import expired_token


class Traffic:
    """ASGI middleware, the outermost of the application."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, unless a fault takes its place."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Xero reads a path in any case: the specification spells /Connections, everybody else /connections.
        path = scope["path"].lower().rstrip("/") or "/"
        fault = self._sandbox.faults.strike(scope["method"], path)
        exchange = _Exchange(self._sandbox, scope, receive, send, fault)
        inner = {**scope, "path": path, "state": {**scope.get("state", {}), "fault": fault}}
        if fault == "drop_before_commit":
            await exchange.receive_all()
            await exchange.drop()
        elif (instead := self._answer_of(fault)) is not None:
            await to_response(instead)(inner, receive, exchange.send)
        else:
            await self._app(inner, exchange.receive, exchange.send)

    def _answer_of(self, fault: FaultName | None) -> Answer | None:
        """The answer of a fault that keeps the request from its endpoint."""
        match fault:
            case "unavailable":
                return Answer(503, b"The organisation is currently offline", "text/plain")
            case "html":
                return Answer(502, OUTAGE_PAGE.encode(), HTML_TYPE)
            case "rate_limit_minute":
                return too_many_requests("minute", 26).answer
            case "rate_limit_day":
                return too_many_requests("day", 40_000).answer
            case "expired_token":
                return expired_token(self._sandbox.books.clock()).answer
        return None


class _Exchange:
    """One request and its answer: what is logged of both, and the connection they go over."""

    def __init__(self, sandbox: Sandbox, scope: Scope, receive: Receive, send: Send, fault: FaultName | None) -> None:
        self._sandbox = sandbox
        self._scope = scope
        self._receive = receive
        self._send = send
        self._fault = fault
        self._started = perf_counter()
        self._body = hashlib.sha256()
        self._body_size = 0
        self._correlation_id = str(uuid.uuid4())
        self._is_dropped = False

    async def receive(self) -> Message:
        """Pass a part of the request on, and remember its size and hash."""
        message = await self._receive()
        part = message.get("body", b"")
        self._body.update(part)
        self._body_size += len(part)
        return message

    async def receive_all(self) -> None:
        """Take the whole request off the connection, so that its end comes after it for every client."""
        while (await self.receive()).get("more_body", False):
            pass

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on; before the first one, log the request, or drop the connection."""
        if self._is_dropped:
            return
        if message["type"] == "http.response.start":
            if self._fault == "drop_after_commit":
                await self.drop()
                return
            added = {"xero-correlation-id": self._correlation_id}
            if self._scope["path"].lower().startswith("/api.xro"):
                added |= self._sandbox.limits.headers()
            lower = [(name.lower().encode(), value.encode()) for name, value in added.items()]
            message = {**message, "headers": [*message.get("headers", []), *lower]}
            self._log(message["status"], message["headers"])
        await self._send(message)

    async def drop(self) -> None:
        """Close the connection without any answer."""
        self._is_dropped = True
        self._log(None, [])
        # ASGI has no word for this; `receive` is a method of uvicorn's record of the request, which has the transport.
        cycle = cast(_Cycle, getattr(self._receive, "__self__", None))
        cycle.transport.abort()
        while not cycle.disconnected:  # else uvicorn would answer 500 to a request that got no answer
            await asyncio.sleep(0)

    def _log(self, status: int | None, headers: list[tuple[bytes, bytes]]) -> None:
        """One line about the request and what it got; status null where the connection was dropped."""
        sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._scope["headers"]}
        self._sandbox.log.write(
            {
                "at": self._sandbox.books.clock().isoformat(),
                "method": self._scope["method"],
                "path": self._scope["path"],
                "query": self._scope["query_string"].decode("latin-1"),
                "status": status,
                "idempotency_key": sent.get("idempotency-key"),
                "is_replayed": (b"x-sandbox-replayed", b"true") in headers,
                "fault": self._fault,
                "correlation_id": self._correlation_id,
                "body_size": self._body_size,
                "body_sha256": self._body.hexdigest(),
                "milliseconds": round((perf_counter() - self._started) * 1000, 1),
            }
        )


class _Transport(Protocol):
    """The socket of a connection, as asyncio has it."""

    def abort(self) -> None:
        """Close at once."""


class _Cycle(Protocol):
    """uvicorn's record of one request."""

    transport: _Transport
    disconnected: bool


def to_response(answer: Answer) -> Response:
    """An answer as Starlette sends it; without a content type the header is left out."""
    response = Response(answer.body, answer.status, dict(answer.headers))
    if answer.content_type is not None:
        response.headers["content-type"] = answer.content_type
    return response
