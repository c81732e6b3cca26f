"""An answer that comes a byte at a time ends; one that is only long does not."""

from collections.abc import Iterator

import httpx
import pytest

from pipelines import slow_answers
from pipelines.slow_answers import limit_answer


class Trickle(httpx.SyncByteStream):
    """A byte at a time, and a clock that goes on by so many seconds with each."""

    def __init__(self, clock: list[float], seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds
        self.sent = 0
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(1000):
            self.clock[0] += self.seconds
            self.sent += 1
            yield b"x"

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(slow_answers, "monotonic", lambda: now[0])
    return now


def test_a_byte_a_second_is_given_up_after_five_minutes_and_its_connection_closed(clock: list[float]) -> None:
    trickle = Trickle(clock, 1.0)
    response = httpx.Response(200, stream=trickle)
    limit_answer(response)
    with pytest.raises(httpx.ReadTimeout, match="not here after 300 s"):
        response.read()
    assert (trickle.sent, trickle.is_closed) == (301, True)


def test_a_long_answer_that_comes_in_time_is_read_whole(clock: list[float]) -> None:
    response = httpx.Response(200, stream=Trickle(clock, 0.25))
    limit_answer(response)
    assert response.read() == b"x" * 1000
