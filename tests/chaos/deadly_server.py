"""A local Xero at whose n-th write the client dies: before the work is done, or after it, before the answer is sent."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.sandbox.xero import create_app, serving


class Trap:
    """Kills a process once."""

    def __init__(self) -> None:
        self.process_id: int | None = None
        self._step, self._count, self._seen = "", 0, 0

    def arm(self, step: str, count: int) -> None:
        """Spring at the count-th write."""
        self._step, self._count, self._seen = step, count, 0

    def come_by(self, step: str) -> None:
        """Count a write, and kill when it is the one."""
        if step != self._step:
            return
        self._seen += 1
        if self._seen == self._count and self.process_id is not None:
            os.kill(self.process_id, signal.SIGKILL)


class DeadlyTraffic:
    """ASGI middleware around the whole server."""

    def __init__(self, app: ASGIApp, trap: Trap) -> None:
        self._app = app
        self._trap = trap

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and come by the trap before and after it."""
        is_write = scope["type"] == "http" and scope["method"] != "GET" and scope["path"].startswith("/api.xro")
        if not is_write:
            await self._app(scope, receive, send)
            return
        self._trap.come_by("request arrived")

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._trap.come_by("answer ready")
            await send(message)

        await self._app(scope, receive, answer)


@contextmanager
def deadly(trap: Trap) -> Iterator[None]:
    """Servers that start inside the block have the trap."""

    def create(*given: Any, **named: Any) -> ASGIApp:  # noqa: ANN401
        return DeadlyTraffic(create_app(*given, **named), trap)

    with patch.object(serving, "create_app", create):
        yield
