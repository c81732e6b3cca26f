"""The token endpoint: client credentials, authorization code with PKCE, and refresh (xero.md section 11)."""

import base64
import binascii
import uuid
from collections.abc import Mapping
from urllib.parse import parse_qs

from pipelines.sandbox.xero.answers import Answer, Refusal, json_answer
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.consents import issue_refresh_token, take_code, use_refresh_token
from pipelines.sandbox.xero.tokens import (
    CLIENT_ID,
    CLIENT_SECRET,
    LIFETIME_SECONDS,
    SCOPES,
    sign_access_token,
    sign_id_token,
)


def issue_token(books: Books, key: str, authorization: str | None, body: bytes) -> Answer:
    """Answer a token request.

    A client that can keep a secret proves itself by it, in the form or in a Basic header; one that cannot sends its
    client_id alone, and then a code_verifier or a refresh token is its proof.

    Args:
        books: the books, inside a transaction; their clock starts the 1800 seconds.
        key: signs the tokens.
        authorization: header with Basic credentials, where the client sends them there.
        body: the form.

    Raises:
        Refusal: 400 with OAuth's own error.
    """
    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    client_id, secret = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
    grant = form.get("grant_type")
    if client_id != CLIENT_ID or ((secret or grant == "client_credentials") and secret != CLIENT_SECRET):
        raise _oauth_error("invalid_client")
    if grant == "client_credentials":
        return _answer(books, key, _wanted_scope(form), str(uuid.uuid4()), is_person=False)
    if grant == "authorization_code":
        found = take_code(books, form, has_secret=bool(secret))
    elif grant == "refresh_token":
        found = use_refresh_token(books, form.get("refresh_token", ""))
    else:
        raise _oauth_error("unsupported_grant_type")
    if found is None:
        raise _oauth_error("invalid_grant")
    return _answer(books, key, *found, parent=form.get("refresh_token"), is_person=True)


def _answer(
    books: Books, key: str, scope: str, auth_event: str, *, parent: str | None = None, is_person: bool
) -> Answer:
    """An access token; with offline_access a refresh token, with openid an id_token, where a person consented."""
    scopes, now = scope.split(), books.clock()
    content: dict[str, object] = {
        "access_token": sign_access_token(key, now, scopes, auth_event),
        "expires_in": LIFETIME_SECONDS,
        "token_type": "Bearer",
        "scope": scope,
    }
    if is_person and "openid" in scopes:
        content["id_token"] = sign_id_token(key, now)
    if is_person and "offline_access" in scopes:
        content["refresh_token"] = issue_refresh_token(books, scope, auth_event, parent)
    return json_answer(content, headers={"Cache-Control": "no-store"})


def _wanted_scope(form: Mapping[str, str]) -> str:
    """The scope of a custom connection; left out, everything."""
    scopes = form["scope"].split() if form.get("scope") else sorted(SCOPES)
    if not SCOPES.issuperset(scopes):
        raise _oauth_error("invalid_scope")
    return " ".join(scopes)


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
