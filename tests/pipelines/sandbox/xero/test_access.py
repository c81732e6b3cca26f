"""Who may ask: token, scopes, connection, tenant, Accept header and limits."""

import base64
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from pipelines.sandbox.xero import running_sandbox
from pipelines.sandbox.xero.answers import Refusal
from pipelines.sandbox.xero.rate_limits import RateLimits
from tests.pipelines.sandbox.xero.local_xero import API, LocalXero, connect, journal

FORM = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}


def _token(xero: LocalXero, form: dict[str, str], **headers: str) -> httpx.Response:
    return xero.http.post("/connect/token", data=form, headers={"Authorization": "", **headers})


def _get(xero: LocalXero, path: str = f"{API}/Organisation", **headers: str) -> httpx.Response:
    return xero.http.get(path, headers=headers)


def test_credentials_may_come_in_the_form_or_in_the_header(xero: LocalXero) -> None:
    basic = "Basic " + base64.b64encode(b"sandbox:sandbox").decode()
    for answer in (_token(xero, FORM), _token(xero, {"grant_type": "client_credentials"}, Authorization=basic)):
        assert answer.status_code == 200
        content = answer.json()
        assert (content["expires_in"], content["token_type"]) == (1800, "Bearer")
        assert _get(xero, Authorization=f"Bearer {content['access_token']}").status_code == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_secret": "guess"}, "invalid_client"),
        ({"client_id": ""}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"scope": "accounting.transactions"}, "invalid_scope"),
    ],
)
def test_a_token_request_is_refused_in_the_words_of_oauth(xero: LocalXero, change: dict[str, str], error: str) -> None:
    answer = _token(xero, {**FORM, **change})
    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.mark.parametrize("header", ["Basic !", "Basic " + base64.b64encode(b"\xff").decode(), "Basic c2FuZGJveDpub25l"])
def test_a_basic_header_that_is_wrong_is_an_invalid_client(xero: LocalXero, header: str) -> None:
    answer = _token(xero, {"grant_type": "client_credentials"}, Authorization=header)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer x.y.z", "Basic c2FuZGJveDpzYW5kYm94"])
@pytest.mark.parametrize("path", [f"{API}/Organisation", f"{API}/Nothing", "/connections"])
def test_without_a_token_of_ours_nothing_is_answered(xero: LocalXero, header: str, path: str) -> None:
    answer = _get(xero, path, Authorization=header)
    assert answer.status_code == 401
    content = answer.json()
    assert (content["Title"], content["Status"], content["Detail"]) == (
        "Unauthorized",
        401,
        "AuthenticationUnsuccessful",
    )


def test_a_token_is_good_for_half_an_hour(tmp_path: Path) -> None:
    now = datetime(2026, 10, 1, 8, tzinfo=UTC)
    with running_sandbox(tmp_path / "books.sqlite", clock=lambda: now) as url, closing(connect(url)) as xero:
        now += timedelta(seconds=1799)
        assert _get(xero).status_code == 200
        now += timedelta(seconds=1)
        answer = _get(xero)
    assert answer.status_code == 401
    assert answer.json()["Detail"].startswith("TokenExpired: token expired at 10/01/2026 08:")


def test_a_scope_that_was_not_asked_for_is_missing(xero: LocalXero) -> None:
    token = _token(xero, {**FORM, "scope": "accounting.settings.read accounting.manualjournals"}).json()["access_token"]
    authorization = {"Authorization": f"Bearer {token}"}
    assert _get(xero, f"{API}/Accounts", **authorization).status_code == 200
    assert _get(xero, f"{API}/ManualJournals", **authorization).status_code == 200
    answer = _get(xero, f"{API}/Reports/TrialBalance", **authorization)
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")
    assert (
        answer.headers["www-authenticate"]
        == 'Bearer error="insufficient_scope", scope="accounting.reports.trialbalance.read"'
    )


def test_the_scope_to_read_does_not_write(xero: LocalXero) -> None:
    token = _token(xero, {**FORM, "scope": "accounting.manualjournals.read"}).json()["access_token"]
    assert xero.put(journal(), headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert xero.narrations() == []


def test_a_client_learns_its_tenant_from_the_connections(xero: LocalXero) -> None:
    for path in ("/connections", "/Connections"):
        (connection,) = _get(xero, path).raise_for_status().json()
        assert (connection["tenantType"], connection["tenantName"]) == ("ORGANISATION", "Demo Company (NZ)")
    organisation = _get(xero).json()["Organisations"][0]
    assert connection["tenantId"] == organisation["OrganisationID"]
    assert _get(xero, **{"xero-tenant-id": connection["tenantId"].upper()}).status_code == 200
    assert _get(xero, **{"xero-tenant-id": ""}).status_code == 200


def test_another_tenant_is_forbidden(xero: LocalXero) -> None:
    answer = _get(xero, **{"xero-tenant-id": "11111111-1111-1111-1111-111111111111"})
    assert answer.status_code == 403
    assert (answer.json()["Title"], answer.json()["Detail"]) == ("Forbidden", "AuthenticationUnsuccessful")


@pytest.mark.parametrize("accept", ["*/*", "application/xml", ""])
def test_a_client_that_does_not_ask_for_json_is_told_so(xero: LocalXero, accept: str) -> None:
    answer = _get(xero, Accept=accept)
    assert answer.status_code == 406
    assert answer.text == (
        "Xero answers in XML unless Accept names application/json. This local server has JSON only: send that header."
    )


def test_every_answer_says_how_many_calls_are_left(tmp_path: Path) -> None:
    now = datetime(2026, 10, 1, 8, tzinfo=UTC)
    books = tmp_path / "books.sqlite"
    with (
        running_sandbox(books, minute_limit=2, day_limit=3, clock=lambda: now) as url,
        closing(connect(url)) as xero,
    ):
        left = [
            (answer.headers["x-minlimit-remaining"], answer.headers["x-daylimit-remaining"])
            for answer in (_get(xero), _get(xero))
        ]
        minute = _get(xero)
        now += timedelta(seconds=60)
        third, day = _get(xero), _get(xero)
    assert left == [("1", "2"), ("0", "1")]
    assert (third.status_code, third.headers["x-daylimit-remaining"]) == (200, "0")
    for answer, limit, seconds in ((minute, "minute", "60"), (day, "day", str(24 * 3600 - 60))):
        assert (answer.status_code, answer.content) == (429, b"")
        assert "content-type" not in answer.headers
        assert (answer.headers["x-rate-limit-problem"], answer.headers["retry-after"]) == (limit, seconds)


def test_every_answer_has_a_correlation_id(xero: LocalXero) -> None:
    answers = (_get(xero), _get(xero, "/connections"), _get(xero, f"{API}/Nothing"))
    assert len({answer.headers["xero-correlation-id"] for answer in answers}) == 3


def test_the_token_looks_like_one(xero: LocalXero) -> None:
    token = _token(xero, FORM).json()["access_token"]
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["client_id"] == "sandbox"
    assert "accounting.manualjournals" in claims["scope"]


def test_all_tenants_of_an_app_share_a_limit() -> None:
    now = datetime(2026, 10, 1, 8, tzinfo=UTC)
    limits = RateLimits(60, 5000, lambda: now, app_minute_limit=2)
    for _ in range(2):
        limits.count_call()
    with pytest.raises(Refusal) as raised:
        limits.count_call()
    assert raised.value.answer.headers == {"X-Rate-Limit-Problem": "appminute", "Retry-After": "60"}
    assert limits.headers()["X-AppMinLimit-Remaining"] == "0"
