"""Xero's limits as the client keeps them: five at once, a minute, a day, and what headers say is left."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from pipelines.load.xero_answers import LimitReached, ServerFailed
from pipelines.load.xero_client import XeroClient, client_for
from pipelines.settings import Settings

ANSWER = b'{"Organisations":[{"Name":"Acme"}]}'
FIVE = 5


class OneToken:
    """A token that is there."""

    def token(self, refused: SecretStr | None = None) -> SecretStr:
        assert refused is None
        return SecretStr("token")


class Answers:
    """Answers one after the other, the last one for ever; counts what arrives."""

    def __init__(self, *answers: httpx.Response) -> None:
        self._answers = list(answers)
        self.count = 0

    def __call__(self, _: httpx.Request) -> httpx.Response:
        self.count += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def _ok(**headers: str) -> httpx.Response:
    return httpx.Response(200, content=ANSWER, headers={name.replace("_", "-"): text for name, text in headers.items()})


def _client(answers: Answers, *, url: str = "https://api.example", day_limit: int = 5000) -> XeroClient:
    where = Settings(home=Path.cwd(), xero_url=url, xero_day_limit=day_limit)
    return client_for(where, OneToken(), None, backoff=0.0, transport=httpx.MockTransport(answers))


class WaitsError(Exception):
    """Ends a wait; carries its seconds."""


@pytest.fixture
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait for the minute's turn ends the test's call instead."""

    def wait(seconds: float) -> None:
        raise WaitsError(seconds)

    monkeypatch.setattr("pyrate_limiter.limiter.sleep", wait)


@pytest.mark.usefixtures("no_sleep")
@pytest.mark.parametrize("header", ["X-MinLimit-Remaining", "X-AppMinLimit-Remaining"])
def test_calls_of_others_use_up_our_minute(header: str) -> None:
    answers = Answers(_ok(**{header: "2"}), _ok())
    client = _client(answers)

    for _ in range(3):
        client.organisation()
    with pytest.raises(WaitsError) as caught:
        client.organisation()

    assert answers.count == 3
    assert 55 < caught.value.args[0] <= 61


@pytest.mark.usefixtures("no_sleep")
def test_a_header_that_shows_more_than_we_counted_leaves_our_count_as_it_is() -> None:
    answers = Answers(_ok(**{"X-MinLimit-Remaining": "59"}))
    client = _client(answers)

    for _ in range(60):
        client.organisation()
    with pytest.raises(WaitsError):
        client.organisation()


@pytest.mark.usefixtures("no_sleep")
def test_at_a_server_on_this_machine_no_minute_is_kept() -> None:
    answers = Answers(_ok(**{"X-MinLimit-Remaining": "0"}))
    client = _client(answers, url="http://127.0.0.1:8080")

    for _ in range(70):
        client.organisation()

    assert answers.count == 70


def test_calls_left_today_are_the_smaller_of_our_count_and_xeros() -> None:
    client = _client(Answers(_ok(), _ok(**{"X-DayLimit-Remaining": "744"})), day_limit=1000)

    assert client.calls_left_today == 1000
    client.organisation()
    assert client.calls_left_today == 999
    client.organisation()
    assert client.calls_left_today == 744


def test_our_own_limit_of_a_day_stops_before_the_call_and_says_when_to_go_on() -> None:
    answers = Answers(_ok())
    client = _client(answers, day_limit=2)
    client.organisation()
    client.organisation()

    with pytest.raises(LimitReached) as caught:
        client.organisation()

    told = re.search(r"after (\S+ \S+) UTC", str(caught.value))
    assert told is not None
    wait = datetime.strptime(told[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC) - datetime.now(UTC)
    assert answers.count == 2
    assert caught.value.exit_code == 7
    assert caught.value.is_day
    assert timedelta(hours=23, minutes=58) < wait < timedelta(hours=24, minutes=1)


def test_after_a_days_limit_no_other_call_leaves() -> None:
    answers = Answers(httpx.Response(429, headers={"X-Rate-Limit-Problem": "day", "Retry-After": "40000"}))
    client = _client(answers)

    for _ in range(2):
        with pytest.raises(LimitReached, match=r"\n    Run the same command again in 11 h 06 min, after "):
            client.organisation()

    assert answers.count == 1


def test_a_days_limit_that_is_over_lets_calls_leave_again() -> None:
    over = httpx.Response(429, headers={"X-Rate-Limit-Problem": "day", "Retry-After": "0"})
    client = _client(Answers(over, _ok()))

    with pytest.raises(LimitReached):
        client.organisation()

    assert client.organisation() == {"Name": "Acme"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(429, headers={"X-Rate-Limit-Problem": "minute", "Retry-After": "100"}), LimitReached),
        (httpx.Response(503, headers={"Retry-After": "3600"}), ServerFailed),
    ],
)
def test_what_ends_later_than_in_a_minute_is_not_slept_on(
    answer: httpx.Response, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("httpx_retries.retry.time.sleep", pytest.fail)
    answers = Answers(answer)

    with pytest.raises(error):
        _client(answers).organisation()

    assert answers.count == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_read_waits_as_long_as_it_is_told(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("httpx_retries.retry.time.sleep", slept.append)

    _client(Answers(httpx.Response(status, headers={"Retry-After": "26"}), _ok())).organisation()

    assert slept == [26.0]


def test_a_429_with_an_empty_body_says_what_to_do() -> None:
    limit = httpx.Response(429, headers={"X-Rate-Limit-Problem": "concurrent"})

    with pytest.raises(LimitReached) as caught:
        _client(Answers(limit)).create_manual_journals("{}", "key")

    assert str(caught.value) == (
        "PUT https://api.example/api.xro/2.0/ManualJournals: too many requests (concurrent).\n"
        "    Run the same command again in 5 s; it goes on where it stopped."
    )


@contextmanager
def _serving(handle: Callable[[], None]) -> Iterator[str]:
    """A real server on loopback that calls this for each request before it answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            handle()
            self.send_response(200)
            self.send_header("Content-Length", str(len(ANSWER)))
            self.end_headers()
            self.wfile.write(ANSWER)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_five_calls_travel_at_once_and_the_sixth_waits() -> None:
    meeting, lock, inside, most = threading.Barrier(FIVE, timeout=20), threading.Lock(), [0], [0]

    def meet() -> None:
        """Nobody leaves before five are inside."""
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        meeting.wait()
        with lock:
            inside[0] -= 1

    with _serving(meet) as url:
        where = Settings(home=Path.cwd(), xero_url=url)
        with client_for(where, OneToken(), None) as client, ThreadPoolExecutor(4 * FIVE) as pool:
            assert len(list(pool.map(lambda _: client.organisation(), range(8 * FIVE)))) == 8 * FIVE

    assert most == [FIVE]
