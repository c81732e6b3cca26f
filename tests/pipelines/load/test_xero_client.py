"""The client against every answer that Xero is known to give, without a network."""

import logging
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from pipelines.errors import Incomplete, TieoutError, UsageProblem, XeroRefusal
from pipelines.hosts import is_loopback
from pipelines.load.call_limits import CallLimits
from pipelines.load.xero_answers import (
    CredentialsRefused,
    LimitReached,
    NoAnswer,
    NotSent,
    RequestRefused,
    ServerFailed,
)
from pipelines.load.xero_client import XeroClient, connect
from pipelines.load.xero_transport import build_transport
from pipelines.settings import Settings

SECRET, TOKEN = "secret-of-the-client", "token-of-the-client"
TOKEN_URL = "https://identity.example/connect/token"  # noqa: S105 - an address
Answers = Callable[[httpx.Request], httpx.Response]


class Server:
    """Answers API requests one after the other and remembers them; a token is always there."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.authorizations: list[str] = []
        self.tokens = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == TOKEN_URL:
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"{TOKEN}-{self.tokens}", "expires_in": 1800})
        self.requests.append(request)
        self.authorizations.append(request.headers["authorization"])
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def _client(server: Answers, tenant_id: str | None = None) -> XeroClient:
    settings = Settings(
        home=Path.cwd(),
        xero_url="https://api.example",
        xero_token_url=TOKEN_URL,
        xero_client_id="id",
        xero_client_secret=SecretStr(SECRET),
        xero_tenant_id=tenant_id,
    )
    return connect(settings, backoff=0.0, transport=httpx.MockTransport(server))


def _ok(**content: object) -> httpx.Response:
    return httpx.Response(200, json={"Status": "OK", **content})


ORGANISATION = _ok(Organisations=[{"Name": "Acme"}])
HTML = {"content-type": "text/html; charset=utf-8"}


def test_a_call_carries_token_tenant_and_asks_for_json() -> None:
    server = Server(ORGANISATION)

    found = _client(server, "t-1").organisation()

    request = server.requests[0]
    assert found == {"Name": "Acme"}
    assert str(request.url) == "https://api.example/api.xro/2.0/Organisation"
    assert request.headers["authorization"] == f"Bearer {TOKEN}-1"
    assert request.headers["xero-tenant-id"] == "t-1"
    assert request.headers["accept"] == "application/json"


def test_one_token_serves_many_calls() -> None:
    server = Server(ORGANISATION)
    client = _client(server)

    client.organisation()
    client.organisation()

    assert server.tokens == 1


def test_a_401_renews_the_token_once_and_sends_again() -> None:
    server = Server(httpx.Response(401, json={"Detail": "TokenExpired"}), ORGANISATION)

    _client(server).organisation()

    assert server.authorizations == [f"Bearer {TOKEN}-1", f"Bearer {TOKEN}-2"]


def test_a_401_with_a_fresh_token_is_about_the_credentials() -> None:
    server = Server(httpx.Response(401, json={"Detail": "x"}))

    with pytest.raises(CredentialsRefused) as caught:
        _client(server).organisation()

    assert len(server.requests) == 2
    assert caught.value.exit_code == 2
    assert str(caught.value) == (
        "GET https://api.example/api.xro/2.0/Organisation: HTTP 401, also with a fresh token.\n"
        "    Check TIEOUT_XERO_CLIENT_ID, TIEOUT_XERO_CLIENT_SECRET and TIEOUT_XERO_TENANT_ID."
    )


def test_a_missing_scope_is_named() -> None:
    server = Server(httpx.Response(401, json={"Detail": "AuthorizationUnsuccessful"}))

    with pytest.raises(CredentialsRefused, match=r"The app lacks a scope: accounting\.manualjournals"):
        _client(server).organisation()


def test_a_403_asks_to_reconnect() -> None:
    server = Server(httpx.Response(403, json={"Detail": "AuthenticationUnsuccessful"}))

    with pytest.raises(XeroRefusal, match="Reconnect it in Xero") as caught:
        _client(server).organisation()

    assert caught.value.exit_code == 5


def test_a_404_is_a_web_page_that_is_never_read_as_json() -> None:
    page = httpx.Response(404, text="<html>The resource cannot be found</html>", headers=HTML)

    with pytest.raises(XeroRefusal, match=r"HTTP 404, no such address\.\n    Check TIEOUT_XERO_URL"):
        _client(Server(page)).organisation()


def test_a_minute_limit_is_waited_for_by_reads() -> None:
    limit = httpx.Response(429, headers={"X-Rate-Limit-Problem": "minute", "Retry-After": "0"})
    server = Server(limit, ORGANISATION)

    assert _client(server).organisation() == {"Name": "Acme"}


def test_a_day_limit_is_not_slept_on() -> None:
    limit = httpx.Response(429, headers={"X-Rate-Limit-Problem": "Day", "Retry-After": "40000"})
    server = Server(limit)

    with pytest.raises(
        LimitReached, match=r"a day is used up\.\n    Run the same command again in 11 h 06 min"
    ) as caught:
        _client(server).organisation()

    assert len(server.requests) == 1
    assert caught.value.exit_code == 7


def test_an_outage_is_waited_for_by_reads_and_then_told() -> None:
    server = Server(httpx.Response(503, text="offline", headers={"xero-correlation-id": "c-9"}))

    with pytest.raises(ServerFailed, match=r"HTTP 503.*\(xero-correlation-id c-9\)") as caught:
        _client(server).organisation()

    assert len(server.requests) == 4
    assert caught.value.exit_code == 7


def test_a_web_page_in_place_of_an_answer_is_incomplete() -> None:
    page = httpx.Response(200, text="<!doctype html><p>Sign in to the network", headers=HTML)

    with pytest.raises(NoAnswer, match="answered with a web page instead of JSON") as caught:
        _client(Server(page)).organisation()

    assert caught.value.exit_code == 7


def test_a_truncated_answer_is_no_answer() -> None:
    with pytest.raises(NoAnswer, match="something that is not JSON"):
        _client(Server(httpx.Response(200, text='{"Organisations":[{"Na'))).organisation()


def test_a_server_that_is_not_there_was_not_sent_anything() -> None:
    with pytest.raises(NotSent) as caught:
        _client(Server(httpx.ConnectError("refused"))).organisation()

    assert caught.value.exit_code == 7
    assert str(caught.value) == (
        "Xero cannot be reached at https://api.example (ConnectError).\n"
        "    Check TIEOUT_XERO_URL and the network, then run the same command again."
    )


def test_without_a_token_server_the_call_was_not_sent() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    with pytest.raises(NotSent, match=r"(?s)Xero's token server cannot be reached at .*TIEOUT_XERO_TOKEN_URL"):
        _client(refuse).organisation()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.ReadTimeout("slow"), NoAnswer),
        (httpx.RemoteProtocolError("dropped"), NoAnswer),
        (httpx.DecodingError("incorrect header check"), NoAnswer),
        (httpx.ConnectError("refused"), NotSent),
        (httpx.Response(503), ServerFailed),
        (httpx.Response(500, text="unhandled error"), ServerFailed),
        (httpx.Response(429, headers={"X-Rate-Limit-Problem": "minute", "Retry-After": "7"}), LimitReached),
        (httpx.Response(429, headers={"X-Rate-Limit-Problem": "minute", "Retry-After": "inf"}), LimitReached),
        (httpx.Response(429, headers={"X-Rate-Limit-Problem": "day", "Retry-After": "9" * 20}), LimitReached),
        (httpx.Response(400, json={"Message": "bad"}), RequestRefused),
        (httpx.Response(403, json={}), XeroRefusal),
        (_ok(), NoAnswer),
    ],
)
def test_a_write_is_sent_exactly_once_whatever_comes_back(
    answer: httpx.Response | Exception, error: type[TieoutError]
) -> None:
    server = Server(answer)

    with pytest.raises(error):
        _client(server).create_manual_journals('{"ManualJournals":[]}', "key-1")

    assert len(server.requests) == 1


def test_a_write_carries_its_key_and_its_exact_bytes() -> None:
    server = Server(_ok(ManualJournals=[{"Narration": "x"}]))
    body = '{"ManualJournals":[{"LineAmount":12.30}]}'

    found = _client(server).create_manual_journals(body, "key-1")

    request = server.requests[0]
    assert found == [{"Narration": "x"}]
    assert (request.method, request.content.decode()) == ("PUT", body)
    assert request.url.params["summarizeErrors"] == "false"
    assert request.headers["idempotency-key"] == "key-1"


def test_a_void_sends_id_narration_and_status() -> None:
    server = Server(_ok(ManualJournals=[{}]))

    _client(server).void_manual_journal("j-1", "ACME-COGS-2026-10-v1 October", "key-2")

    request = server.requests[0]
    assert request.method == "POST"
    assert request.url.path == "/api.xro/2.0/ManualJournals/j-1"
    assert request.content.decode() == (
        '{"ManualJournals":[{"ManualJournalID":"j-1","Narration":"ACME-COGS-2026-10-v1 October","Status":"VOIDED"}]}'
    )


def test_validation_messages_come_in_xeros_words_with_both_spellings() -> None:
    elements = [
        {"ValidationErrors": [{"Message": "unbalanced"}, {"Message": "unbalanced"}]},
        {"JournalLines": [{"ValidationErrors": [{"Description": "no such account"}]}]},
    ]
    server = Server(httpx.Response(400, json={"Message": "A validation exception occurred", "Elements": elements}))

    with pytest.raises(RequestRefused, match=r"HTTP 400, unbalanced; no such account$"):
        _client(server).create_manual_journals("{}", "key")


def test_pages_are_read_until_the_last() -> None:
    pages = [
        _ok(pagination={"page": page, "pageCount": 3}, ManualJournals=[{"Narration": str(page)}]) for page in (1, 2, 3)
    ]
    server = Server(*pages)

    found = [journal["Narration"] for journal in _client(server).manual_journals()]

    assert found == ["1", "2", "3"]
    assert [request.url.params["page"] for request in server.requests] == ["1", "2", "3"]


def test_a_narration_is_matched_whole() -> None:
    journals = [{"Narration": "ACME-A-v1 October"}, {"Narration": "ACME-A-v1 October, edited"}]
    server = Server(_ok(ManualJournals=journals))

    found = _client(server).find_by_narration("ACME-A-v1 October")

    assert found == journals[:1]
    assert server.requests[0].url.params["where"] == 'Narration=="ACME-A-v1 October"'


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (httpx.Response(400, json={"error": "invalid_client"}), UsageProblem, "refuses the client .400 invalid_client"),
        (httpx.Response(400, json={"error": "invalid_scope"}), UsageProblem, "Enable these on the app: accounting"),
        (httpx.Response(200, text="<html>", headers=HTML), Incomplete, "gave no token .HTTP 200"),
        (httpx.Response(503, text="offline"), Incomplete, "gave no token .HTTP 503"),
    ],
)
def test_a_token_that_is_not_given_says_why(answer: httpx.Response, error: type[TieoutError], words: str) -> None:
    with pytest.raises(error, match=words):
        _client(lambda _: httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)).accounts()


def test_an_app_without_a_scope_that_can_be_done_without_gets_its_token_all_the_same() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) != TOKEN_URL:
            return _ok(Accounts=[])
        asked.append(parse_qs(request.content.decode())["scope"][0])
        if "payments" in asked[-1]:
            return httpx.Response(400, json={"error": "invalid_scope"})
        return httpx.Response(200, json={"access_token": TOKEN, "expires_in": 1})

    client = _client(answer)
    assert [client.accounts(), client.accounts()] == [[], []]  # the token ends at once, so each call asks for one
    assert ["payments" in scopes for scopes in asked] == [True, False, False]


def test_missing_credentials_are_named_together() -> None:
    settings = Settings(home=Path.cwd(), xero_client_id=None, xero_client_secret=None)

    with pytest.raises(UsageProblem, match=r"(?s)TIEOUT_XERO_CLIENT_ID: is not set.*TIEOUT_XERO_CLIENT_SECRET: is not"):
        connect(settings)


def test_no_secret_shows_in_any_text(caplog: pytest.LogCaptureFixture) -> None:
    failures: list[httpx.Response | Exception] = [
        httpx.Response(401, json={}),
        httpx.Response(403, json={}),
        httpx.Response(500),
        httpx.ReadTimeout("slow"),
    ]
    texts = []
    with caplog.at_level(logging.DEBUG):
        for failure in failures:
            client = _client(Server(failure))
            with pytest.raises(TieoutError) as caught:
                client.create_manual_journals("{}", "key")
            texts += [repr(client), repr(client.__dict__), repr(caught.value), str(caught.value), str(caught.getrepr())]

    found = "\n".join([*texts, caplog.text])
    assert SECRET not in found
    assert TOKEN not in found


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080", True),
        ("http://[::1]:80", True),
        ("https://api.xero.com", False),
        ("http://10.0.0.1", False),
    ],
)
def test_only_a_server_on_this_machine_is_without_limit(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_the_limiter_lets_a_minute_of_requests_through_and_then_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    class SleptError(Exception):
        """Ends the wait."""

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        raise SleptError

    monkeypatch.setattr("pyrate_limiter.limiter.sleep", sleep)
    transport = build_transport(CallLimits(3), 0.0, httpx.MockTransport(lambda _: httpx.Response(200)))
    request = httpx.Request("GET", "https://api.example/")
    for _ in range(3):
        transport.handle_request(request)

    with pytest.raises(SleptError):
        transport.handle_request(request)

    assert 55 < slept[0] <= 61
