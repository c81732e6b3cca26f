"""How long a server may take, or ask to wait: an answer that trickles is ended.

A time-out counts from one byte to the next, so a byte now and then keeps an answer alive.
"""

from collections.abc import Iterator
from time import monotonic

import httpx

LONGEST_ANSWER = 300.0
"""Seconds for the whole of one answer; the largest page takes some."""

LONGEST_ASKED = 31 * 86_400.0
"""Seconds of a Retry-After; who asks for more names no moment that a calendar has."""


def limit_answer(response: httpx.Response, seconds: float = LONGEST_ANSWER) -> None:
    """Let the reading of an answer raise httpx.ReadTimeout where it is not here after so many seconds."""
    if isinstance(response.stream, httpx.SyncByteStream):
        response.stream = _Limited(response.stream, seconds)


class _Limited(httpx.SyncByteStream):
    """The stream of an answer, which ends in time."""

    def __init__(self, stream: httpx.SyncByteStream, seconds: float) -> None:
        self._stream = stream
        self._seconds = seconds
        self._ends_at = monotonic() + seconds

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            if monotonic() > self._ends_at:
                self.close()
                raise httpx.ReadTimeout(f"the answer was not here after {self._seconds:.0f} s")
            yield part

    def close(self) -> None:
        """Give the connection back."""
        self._stream.close()
