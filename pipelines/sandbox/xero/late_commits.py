"""Writes that are committed after their client has given up: it saw its connection end, and the server went on.

No clock is involved: such a write is committed once a number of later requests has been answered, or when a test says
so at /_sandbox/late-commits. Until then nothing of it can be seen. This is why a client that got no answer has to look,
wait, and look again before it sends under another key (xero.md section 9).
"""

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Scope


@dataclass
class _Waiting:
    """A write that the server has, and has not done yet."""

    scope: Scope
    body: bytes
    requests_left: int


class LateCommits:
    """The writes that wait, in the order in which they came."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None
        self._waiting: list[_Waiting] = []

    @property
    def count(self) -> int:
        """How many writes wait."""
        return len(self._waiting)

    def deliver_to(self, app: ASGIApp) -> None:
        """Name the application that does the writes."""
        self._app = app

    def keep(self, scope: Scope, body: bytes, requests: int) -> None:
        """Keep a write until this many later requests have been answered."""
        self._waiting.append(_Waiting(scope, body, requests))

    async def pass_request(self) -> None:
        """A request came: commit what is due before it is looked at, and count it for the others."""
        due = [write for write in self._waiting if write.requests_left == 0]
        self._waiting = [write for write in self._waiting if write.requests_left]
        for write in self._waiting:
            write.requests_left -= 1
        for write in due:
            await self._commit(write)

    async def commit_all(self) -> int:
        """Commit every write that waits, and say how many there were."""
        due, self._waiting = self._waiting, []
        for write in due:
            await self._commit(write)
        return len(due)

    def forget(self) -> int:
        """Lose every write that waits, as when a server dies, and say how many there were."""
        lost, self._waiting = len(self._waiting), []
        return lost

    async def _commit(self, write: _Waiting) -> None:
        """Hand the request to its endpoint; nobody reads the answer, but its key keeps it."""

        async def receive() -> Message:
            return {"type": "http.request", "body": write.body, "more_body": False}

        async def send(_message: Message) -> None:
            return None

        if self._app is not None:
            await self._app(write.scope, receive, send)
