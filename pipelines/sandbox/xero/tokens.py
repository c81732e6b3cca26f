"""Access tokens: signed ones need no store, so they outlive a restart (xero.md section 11)."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipelines.sandbox.xero.answers import Refusal, problem

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


@dataclass(frozen=True)
class HeldToken:
    """What a bearer token says."""

    scopes: frozenset[str]
    auth_event: str


def sign_access_token(key: str, now: datetime, scopes: Sequence[str], auth_event: str) -> str:
    """A bearer token that is good for 1800 seconds.

    Args:
        key: signs it.
        now: starts its time.
        scopes: what it may be used for.
        auth_event: the consent that it comes from; a connection that is removed takes its tokens with it.
    """
    expires = int(now.timestamp()) + LIFETIME_SECONDS
    claims = {
        "client_id": CLIENT_ID,
        "exp": expires,
        "scope": list(scopes),
        "jti": uuid.uuid4().hex,
        "authentication_event_id": auth_event,
    }
    return _sign(key, claims)


def sign_id_token(key: str, now: datetime) -> str:
    """Who signed in: a made-up person; good for five minutes."""
    claims = {
        "aud": CLIENT_ID,
        "exp": int(now.timestamp()) + 300,
        "iat": int(now.timestamp()),
        "sub": "sandbox-person",
        "email": "person@example.com",
        "given_name": "Pat",
        "family_name": "Keeper",
    }
    return _sign(key, claims)


def check_token(key: str, now: datetime, authorization: str | None) -> HeldToken:
    """The scopes and the consent of a bearer token.

    Raises:
        Refusal: 401, no token, one that we did not sign, or one that is too old.
    """
    scheme, _, token = (authorization or "").partition(" ")
    claims = _verify(key, token.strip()) if scheme.lower() == "bearer" else None
    if claims is None or "scope" not in claims:
        raise problem(401, "Unauthorized", "AuthenticationUnsuccessful")
    expires = claims["exp"]
    if not isinstance(expires, int) or now.timestamp() >= expires:
        raise expired_token(now)
    scopes = claims["scope"]
    held = frozenset(str(scope) for scope in scopes) if isinstance(scopes, list) else frozenset()
    return HeldToken(held, str(claims.get("authentication_event_id", "")))


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
