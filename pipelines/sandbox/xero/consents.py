"""The consent of a person: the page that asks for it, codes, refresh tokens, and its end (xero.md section 11).

The page asks nobody: it redirects at once. A code can be exchanged once, for five minutes. A refresh token lives for
60 days and is replaced at every use; the one before still works for 30 minutes, unless its successor was used, which
shows that it was not lost.
"""

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from pipelines.sandbox.xero.answers import Answer, Refusal
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.tokens import CLIENT_ID, SCOPES

CODE_MS = timedelta(minutes=5) // timedelta(milliseconds=1)
REFRESH_MS = timedelta(days=60) // timedelta(milliseconds=1)
GRACE_MS = timedelta(minutes=30) // timedelta(milliseconds=1)


def redirect_with_code(books: Books, query: Mapping[str, str]) -> Answer:
    """Answer the page that asks a person: a redirect with code and state, or with an error that the client can read.

    Args:
        books: the books, inside a transaction.
        query: response_type, client_id, redirect_uri, scope, state, code_challenge, code_challenge_method.

    Raises:
        Refusal: 400 as a page for the person, where it is not safe to redirect: unknown client, or an address that
            Xero does not take (https, or http://localhost).
    """
    redirect_uri = query.get("redirect_uri", "")
    if query.get("client_id") != CLIENT_ID or not _is_allowed(redirect_uri):
        raise Refusal(Answer(400, b"unauthorized_client: unknown client or redirect_uri", "text/plain; charset=utf-8"))
    error = _error_of(query)
    if error is not None:
        return _redirect(redirect_uri, {"error": error, "state": query.get("state", "")})
    code = secrets.token_urlsafe(32)
    row = {
        "code": code,
        "auth_event": str(uuid.uuid4()),
        "redirect_uri": redirect_uri,
        "scope": query["scope"],
        "code_challenge": query.get("code_challenge", ""),
        "issued_at": books.now_ms(),
    }
    books.insert("authorization_codes", [row])
    answer = {"code": code, "scope": query["scope"], "state": query.get("state", "")}
    return _redirect(redirect_uri, {name: value for name, value in answer.items() if value})


def take_code(books: Books, form: Mapping[str, str], *, has_secret: bool) -> tuple[str, str] | None:
    """Scope and auth event of a code, which is spent; None where it cannot be exchanged.

    Args:
        books: the books, inside a transaction.
        form: code, redirect_uri, and the code_verifier of a client without a secret.
        has_secret: the client proved itself by its secret.
    """
    row = books.row("SELECT * FROM authorization_codes WHERE code = ?", [form.get("code", "")])
    books.execute("DELETE FROM authorization_codes WHERE code = ?", [form.get("code", "")])
    if row is None or books.now_ms() - row["issued_at"] >= CODE_MS or row["redirect_uri"] != form.get("redirect_uri"):
        return None
    challenge = str(row["code_challenge"])
    is_proved = _fits(challenge, form.get("code_verifier", "")) if challenge else has_secret
    return (str(row["scope"]), str(row["auth_event"])) if is_proved else None


def issue_refresh_token(books: Books, scope: str, auth_event: str, parent: str | None = None) -> str:
    """A new refresh token."""
    token = secrets.token_urlsafe(32)
    row = {
        "token": token,
        "auth_event": auth_event,
        "scope": scope,
        "parent": parent,
        "issued_at": books.now_ms(),
        "used_at": None,
    }
    books.insert("refresh_tokens", [row])
    return token


def use_refresh_token(books: Books, token: str) -> tuple[str, str] | None:
    """Scope and auth event of a refresh token, which is spent but for its grace; None where it is of no use."""
    row = books.row("SELECT * FROM refresh_tokens WHERE token = ?", [token])
    now = books.now_ms()
    if row is None or now - row["issued_at"] >= REFRESH_MS:
        return None
    if row["used_at"] is not None:
        arrived = books.row("SELECT 1 FROM refresh_tokens WHERE parent = ? AND used_at IS NOT NULL", [token])
        if arrived is not None or now - row["used_at"] >= GRACE_MS:
            return None
    books.execute("UPDATE refresh_tokens SET used_at = coalesce(used_at, ?) WHERE token = ?", [now, token])
    return str(row["scope"]), str(row["auth_event"])


def revoke(books: Books, token: str) -> None:
    """End the consent that a refresh token comes from; an unknown token is no error, as OAuth has it."""
    row = books.row("SELECT auth_event FROM refresh_tokens WHERE token = ?", [token])
    if row is not None:
        remove_connection(books, str(row["auth_event"]))


def remove_connection(books: Books, auth_event: str) -> None:
    """Disconnect the organisation from a consent: its refresh tokens go, its access tokens get 403."""
    books.execute("DELETE FROM refresh_tokens WHERE auth_event = ?", [auth_event])
    books.execute("INSERT OR IGNORE INTO removed_connections VALUES (?)", [auth_event])


def is_connected(books: Books, auth_event: str) -> bool:
    """Whether the organisation is still connected to a consent."""
    return books.row("SELECT 1 FROM removed_connections WHERE auth_event = ?", [auth_event]) is None


def _error_of(query: Mapping[str, str]) -> str | None:
    """What is wrong with a request that the client may hear of."""
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    scopes = query.get("scope", "").split()
    if not scopes or not SCOPES.issuperset(scopes):
        return "invalid_scope"
    if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
        return "invalid_request"
    return None


def _is_allowed(redirect_uri: str) -> bool:
    """https, or http://localhost; http://127.0.0.1 is refused."""
    parts = urlsplit(redirect_uri)
    return (parts.scheme == "https" and bool(parts.hostname)) or (
        parts.scheme == "http" and parts.hostname == "localhost"
    )


def _fits(challenge: str, verifier: str) -> bool:
    """Whether a verifier hashes to a challenge (S256)."""
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return hmac.compare_digest(hashed.encode(), challenge.encode())


def _redirect(redirect_uri: str, added: Mapping[str, str]) -> Answer:
    """302 to the client's address with these parameters."""
    joint = "&" if urlsplit(redirect_uri).query else "?"
    return Answer(302, headers={"Location": f"{redirect_uri}{joint}{urlencode(added)}"})
