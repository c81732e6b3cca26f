"""Access tokens by client credentials: a signed token needs no store, so it outlives a restart (xero.md section 11)."""

import base64
import binascii
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from pipelines.sandbox.xero.answers import Answer, Refusal, json_answer, problem

CLIENT_ID = "sandbox"
CLIENT_SECRET = "sandbox"  # noqa: S105 -- a made-up secret for a made-up organisation on loopback
LIFETIME_SECONDS = 1800
SCOPES = frozenset(
    [
        *(
            f"accounting.{name}{suffix}"
            for name in (
                "attachments",
                "banktransactions",
                "contacts",
                "invoices",
                "manualjournals",
                "payments",
                "settings",
            )
            for suffix in ("", ".read")
        ),
        "accounting.budgets.read",
        "accounting.journals.read",
        *(
            f"accounting.reports.{name}.read"
            for name in (
                "aged",
                "balancesheet",
                "banksummary",
                "budgetsummary",
                "executivesummary",
                "profitandloss",
                "taxreports",
                "tenninetynine",
                "trialbalance",
            )
        ),
        *("email", "offline_access", "openid", "profile"),
    ]
)
"""Granular scopes only: an app registered today cannot ask for accounting.transactions or accounting.reports.read."""


def issue_token(key: str, now: datetime, authorization: str | None, body: bytes) -> Answer:
    """Answer a token request.

    Args:
        key: signs the token.
        now: starts its 1800 seconds.
        authorization: header with Basic credentials, where the client sends them there.
        body: the form: grant_type, scope, and the credentials of a client that sends them here.

    Raises:
        Refusal: 400 with OAuth's own error.
    """
    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    client_id, secret = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
    if (client_id, secret) != (CLIENT_ID, CLIENT_SECRET):
        raise _oauth_error("invalid_client")
    if form.get("grant_type") != "client_credentials":
        raise _oauth_error("unsupported_grant_type")
    scopes = form["scope"].split() if form.get("scope") else sorted(SCOPES)
    if not SCOPES.issuperset(scopes):
        raise _oauth_error("invalid_scope")
    expires = int(now.timestamp()) + LIFETIME_SECONDS
    token = _sign(key, {"client_id": client_id, "exp": expires, "scope": scopes, "jti": uuid.uuid4().hex})
    content = {
        "access_token": token,
        "expires_in": LIFETIME_SECONDS,
        "token_type": "Bearer",
        "scope": " ".join(scopes),
    }
    return json_answer(content, headers={"Cache-Control": "no-store"})


def check_token(key: str, now: datetime, authorization: str | None) -> frozenset[str]:
    """The scopes of a bearer token.

    Raises:
        Refusal: 401, no token, one that we did not sign, or one that is too old.
    """
    scheme, _, token = (authorization or "").partition(" ")
    claims = _verify(key, token.strip()) if scheme.lower() == "bearer" else None
    if claims is None:
        raise problem(401, "Unauthorized", "AuthenticationUnsuccessful")
    expires = claims["exp"]
    if not isinstance(expires, int) or now.timestamp() >= expires:
        raise expired_token(now)
    scopes = claims["scope"]
    return frozenset(str(scope) for scope in scopes) if isinstance(scopes, list) else frozenset()


def expired_token(now: datetime) -> Refusal:
    """401 for a token that is too old."""
    at = (now - timedelta(seconds=1)).astimezone(UTC)
    return problem(401, "Unauthorized", f"TokenExpired: token expired at {at:%m/%d/%Y %H:%M:%S}")


def check_scope(held: frozenset[str], needed: str) -> None:
    """Require a scope; for reading, the one that ends in `.read` or the one that may write.

    Raises:
        Refusal: 401 that names insufficient_scope.
    """
    if needed not in held and needed.removesuffix(".read") not in held:
        headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{needed}"'}
        raise problem(401, "Unauthorized", "AuthorizationUnsuccessful", headers)


def _oauth_error(code: str) -> Refusal:
    """400 as the token endpoint gives it."""
    return Refusal(json_answer({"error": code}, 400))


def _basic(authorization: str | None) -> tuple[str, str] | None:
    """Client id and secret of a Basic header."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    return client_id, secret


def _sign(key: str, claims: Mapping[str, object]) -> str:
    """A JSON Web Token (HS256)."""
    content = ".".join(_encode(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{content}.{_signature(key, content)}"


def _verify(key: str, token: str) -> dict[str, object] | None:
    """Claims of a token that we signed."""
    content, _, signature = token.rpartition(".")
    if not content or not hmac.compare_digest(_signature(key, content).encode(), signature.encode()):
        return None
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(content.partition(".")[2] + "=="))
    return claims


def _signature(key: str, content: str) -> str:
    """HMAC of the first two parts."""
    return _encode(hmac.digest(key.encode(), content.encode(), hashlib.sha256))


def _encode(part: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(part).decode().rstrip("=")
