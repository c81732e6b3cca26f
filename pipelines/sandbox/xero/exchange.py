"""One request and its answer: what is logged of both, and the connection they go over."""

import asyncio
import hashlib
import json
import uuid
from time import perf_counter
from typing import Protocol, cast

from starlette.types import Message, Receive, Scope, Send

from pipelines.sandbox.xero.faults import Fault
from pipelines.sandbox.xero.sandbox import Sandbox

LARGEST_PARSED_BODY = 10_000_000


class Exchange:
    """Stands between uvicorn and the application for one request."""

    def __init__(self, sandbox: Sandbox, scope: Scope, receive: Receive, send: Send, fault: Fault | None) -> None:
        self._sandbox = sandbox
        self._scope = scope
        self._receive = receive
        self._send = send
        self._fault = fault
        self._started = perf_counter()
        self._body = bytearray()
        self._correlation_id = str(uuid.uuid4())
        self._is_dropped = False
        self._is_counted = False

    async def receive(self) -> Message:
        """Pass a part of the request on, and remember it for the log."""
        message = await self._receive()
        self._body += message.get("body", b"")
        return message

    async def receive_all(self) -> bytes:
        """Take the whole request off the connection, so that its end comes after it for every client."""
        while (await self.receive()).get("more_body", False):
            pass
        return bytes(self._body)

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on; before the first one, log the request, or drop the connection."""
        if self._is_dropped:
            return
        if message["type"] == "http.response.start":
            if self._fault is not None and self._fault.name == "drop_after_commit":
                await self.drop()
                return
            added = {"xero-correlation-id": self._correlation_id}
            if self._scope["path"].lower().startswith("/api.xro"):
                added |= self._sandbox.limits.headers()
            lower = [(name.lower().encode(), value.encode()) for name, value in added.items()]
            message = {**message, "headers": [*message.get("headers", []), *lower]}
            self._log(message["status"], message["headers"])
        elif not message.get("more_body", False):
            self.leave()  # before the client can have the answer, and send the next request
            if self._fault is not None and self._fault.name == "truncated_body":
                await self._truncate(message)
                return
        await self._send(message)

    def enter(self) -> int:
        """Count this request among those in flight, and say how many these are."""
        self._is_counted = True
        self._sandbox.limits.in_flight += 1
        return self._sandbox.limits.in_flight

    def leave(self) -> None:
        """It is in flight no longer."""
        if self._is_counted:
            self._is_counted = False
            self._sandbox.limits.in_flight -= 1

    async def drop(self) -> None:
        """Close the connection without any answer."""
        self._log(None, [])
        await self._close()

    async def _truncate(self, message: Message) -> None:
        """Send half of the body, then close: the Content-Length says that there is more."""
        body = message.get("body", b"")
        await self._send({**message, "body": body[: len(body) // 2], "more_body": True})
        await self._close()

    async def _close(self) -> None:
        """End the connection under the request."""
        self._is_dropped = True
        # ASGI has no word for this; `receive` is a method of uvicorn's record of the request, which has the transport.
        cycle = cast(_Cycle, getattr(self._receive, "__self__", None))
        cycle.transport.close() if self._body_has_left() else cycle.transport.abort()
        while not cycle.disconnected:  # else uvicorn would answer 500 to a request that got no answer
            await asyncio.sleep(0)

    def _body_has_left(self) -> bool:
        """A part of an answer was sent, and has to reach the client."""
        return self._fault is not None and self._fault.name == "truncated_body"

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
                "fault": self._fault.name if self._fault else None,
                "correlation_id": self._correlation_id,
                "narrations": self._narrations(),
                "body_size": len(self._body),
                "body_sha256": hashlib.sha256(self._body).hexdigest(),
                "seconds": round(perf_counter() - self._started, 4),
            }
        )

    def _narrations(self) -> list[str]:
        """The narration of each manual journal in the request, empty for one without: all that is logged of a body."""
        if b"arration" not in self._body or len(self._body) > LARGEST_PARSED_BODY:
            return []
        try:
            content = json.loads(self._body)
            elements = content.get("ManualJournals", [content])
            return [str(each.get("Narration") or "") for each in elements]
        except (ValueError, RecursionError, AttributeError, TypeError):
            return []


class _Transport(Protocol):
    """The socket of a connection, as asyncio has it."""

    def abort(self) -> None:
        """Close at once."""

    def close(self) -> None:
        """Close when what was written has been sent."""


class _Cycle(Protocol):
    """uvicorn's record of one request."""

    transport: _Transport
    disconnected: bool
