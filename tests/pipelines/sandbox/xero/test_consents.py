"""A person's consent: authorization code with PKCE, rotating refresh tokens, and their end."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from pipelines.sandbox.xero import running_sandbox
from tests.pipelines.sandbox.xero.local_xero import API

REDIRECT = "http://localhost:51234/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
SCOPE = "openid offline_access accounting.settings.read accounting.manualjournals"


@dataclass
class Client:
    """A client without a secret, and the server's clock."""

    http: httpx.Client
    now: datetime

    def authorize(self, path: str = "/identity/connect/authorize", **change: str) -> httpx.Response:
        query = {
            "response_type": "code",
            "client_id": "sandbox",
            "redirect_uri": REDIRECT,
            "scope": SCOPE,
            "state": "s1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return self.http.get(path, params={**query, **change})

    def code(self, **change: str) -> str:
        return parse_qs(urlsplit(self.authorize(**change).headers["location"]).query)["code"][0]

    def token(self, **form: str) -> httpx.Response:
        return self.http.post("/connect/token", data={"client_id": "sandbox", **form})

    def exchange(self, code: str, **change: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
        return self.token(**{**form, **change})

    def refresh(self, token: str) -> httpx.Response:
        return self.token(grant_type="refresh_token", refresh_token=token)

    def get(self, path: str, access_token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        return self.http.get(path, headers=headers)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A server of its own: its clock can be moved."""
    held: list[Client] = []

    def clock() -> datetime:
        return held[0].now if held else datetime(2026, 10, 1, 8, tzinfo=UTC)

    with running_sandbox(tmp_path / "books.sqlite", clock=clock) as url, closing(httpx.Client(base_url=url)) as http:
        held.append(Client(http, datetime(2026, 10, 1, 8, tzinfo=UTC)))
        yield held[0]


@pytest.mark.parametrize("path", ["/identity/connect/authorize", "/connect/authorize"])
def test_the_page_redirects_at_once_with_code_and_state(client: Client, path: str) -> None:
    answer = client.authorize(path)
    assert answer.status_code == 302
    address, _, query = answer.headers["location"].partition("?")
    assert address == REDIRECT
    assert parse_qs(query)["state"] == ["s1"]
    assert parse_qs(query)["code"]


def test_a_code_becomes_tokens_that_open_the_organisation(client: Client) -> None:
    content = client.exchange(client.code()).raise_for_status().json()
    assert (content["expires_in"], content["token_type"], content["scope"]) == (1800, "Bearer", SCOPE)
    assert content.keys() >= {"access_token", "refresh_token", "id_token"}
    (connection,) = client.get("/connections", content["access_token"]).json()
    assert client.get(f"/connections?authEventId={connection['authEventId']}", content["access_token"]).json()
    assert client.get("/connections?authEventId=other", content["access_token"]).json() == []
    assert client.get(f"{API}/Organisation", content["access_token"]).status_code == 200


def test_without_offline_access_there_is_no_refresh_token(client: Client) -> None:
    content = client.exchange(client.code(scope="accounting.settings.read")).raise_for_status().json()
    assert content.keys() == {"access_token", "expires_in", "token_type", "scope"}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "accounting.transactions"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_request_is_sent_back_with_its_error(client: Client, change: dict[str, str], error: str) -> None:
    query = parse_qs(urlsplit(client.authorize(**change).headers["location"]).query)
    assert query == {"error": [error], "state": ["s1"]}


@pytest.mark.parametrize(
    "change",
    [{"client_id": "other"}, {"redirect_uri": "http://127.0.0.1:1/x"}, {"redirect_uri": "http://example.com/"}],
)
def test_nobody_is_redirected_where_it_is_not_safe(client: Client, change: dict[str, str]) -> None:
    assert client.authorize(**change).status_code == 400


@pytest.mark.parametrize(
    "change", [{"code_verifier": "w" * 64}, {"redirect_uri": "http://localhost:1/other"}, {"code": "guess"}]
)
def test_a_code_needs_its_verifier_and_its_address(client: Client, change: dict[str, str]) -> None:
    answer = client.exchange(**{"code": client.code(), **change})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


def test_a_code_is_good_once_and_for_five_minutes(client: Client) -> None:
    code, late = client.code(), client.code()
    assert [client.exchange(code).status_code for _ in range(2)] == [200, 400]
    client.now += timedelta(minutes=5)
    assert client.exchange(late).status_code == 400


def test_a_code_without_a_challenge_needs_the_secret(client: Client) -> None:
    bare, right, wrong = {"code_challenge": ""}, {"client_secret": "sandbox"}, {"client_secret": "guess"}
    assert client.exchange(client.code(**bare), code_verifier="").status_code == 400
    assert client.exchange(client.code(**bare), code_verifier="", **right).status_code == 200
    assert client.exchange(client.code(), **wrong).json() == {"error": "invalid_client"}


def test_a_refresh_token_is_replaced_at_every_use(client: Client) -> None:
    first = _refresh_token(client)
    answer = client.refresh(first).raise_for_status().json()
    assert answer["refresh_token"] != first
    assert client.get(f"{API}/Organisation", answer["access_token"]).status_code == 200


def test_a_lost_answer_leaves_the_old_refresh_token_30_minutes(client: Client) -> None:
    first = _refresh_token(client)
    client.refresh(first)
    client.now += timedelta(minutes=29)
    assert client.refresh(first).status_code == 200
    client.now += timedelta(minutes=1)
    assert client.refresh(first).json() == {"error": "invalid_grant"}


def test_the_old_refresh_token_ends_when_the_new_one_is_used(client: Client) -> None:
    first = _refresh_token(client)
    client.refresh(client.refresh(first).json()["refresh_token"])
    assert client.refresh(first).json() == {"error": "invalid_grant"}


def test_a_refresh_token_lives_60_days(client: Client) -> None:
    first = _refresh_token(client)
    client.now += timedelta(days=60)
    assert client.refresh(first).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize("by", ["revocation", "connection"])
def test_the_end_of_a_consent_ends_its_tokens(client: Client, by: str) -> None:
    tokens, other = (client.exchange(client.code()).json() for _ in range(2))
    if by == "revocation":
        client.http.post("/connect/revocation", data={"token": tokens["refresh_token"]}).raise_for_status()
    else:
        (connection,) = client.get("/connections", tokens["access_token"]).json()
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert client.http.delete(f"/connections/{connection['id']}", headers=headers).status_code == 204
        assert client.http.delete(f"/connections/{connection['id']}", headers=headers).status_code == 404
    assert client.get("/connections", tokens["access_token"]).json() == []
    assert client.get(f"{API}/Organisation", tokens["access_token"]).status_code == 403
    assert client.refresh(tokens["refresh_token"]).json() == {"error": "invalid_grant"}
    assert client.get(f"{API}/Organisation", other["access_token"]).status_code == 200


def test_an_id_token_opens_nothing(client: Client) -> None:
    assert client.get("/connections", client.exchange(client.code()).json()["id_token"]).status_code == 401


def _refresh_token(client: Client) -> str:
    content: dict[str, Any] = client.exchange(client.code()).raise_for_status().json()
    return str(content["refresh_token"])
