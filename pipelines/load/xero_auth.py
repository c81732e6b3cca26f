"""Which token a call carries: by client credentials or by a person's sign-in, as an httpx auth (xero.md section 11)."""

import threading
from collections.abc import Generator
from dataclasses import replace
from typing import Protocol

import httpx
from pydantic import SecretStr

from pipelines.load.token_store import Connection, TokenStore
from pipelines.load.xero_scopes import OPTIONAL_SCOPES, SCOPES
from pipelines.load.xero_tokens import ScopesRefused, SignInNeeded, Token, TokenServer, utc_now

EVERY_SCOPE = f"{SCOPES} {OPTIONAL_SCOPES}"


class TokenSource(Protocol):
    """Gives access tokens."""

    def token(self, refused: SecretStr | None = None) -> SecretStr:
        """An access token that lasts for a call.

        Args:
            refused: the one that Xero has just refused: another one is asked for, once for all threads that were.

        Raises:
            UsageProblem, Incomplete: as `TokenServer`.
        """


class XeroAuth(httpx.Auth):
    """Sends each call with a token, and after a 401 once more with a new one.

    A 401 comes before Xero looks at the request, so sending a write again after it cannot double anything.
    """

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    def __repr__(self) -> str:
        return f"XeroAuth({self._source!r})"

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token; renew it once.

        Raises:
            UsageProblem, Incomplete: there is no token; the request did not leave, or was refused with 401.
        """
        token = self._source.token()
        response = yield _bearing(request, token)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            response.read()  # httpx reads it too, and cannot read what is closed
            yield _bearing(request, self._source.token(refused=token))


class ClientCredentials:
    """Tokens of a custom connection, for this process: another one asks for its own."""

    def __init__(self, server: TokenServer, secret: SecretStr, scopes: str | None = None) -> None:
        self._server = server
        self._secret = secret
        self._scopes = scopes
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._is_narrow = False

    def __repr__(self) -> str:
        return f"ClientCredentials({self._server!r})"

    def token(self, refused: SecretStr | None = None) -> SecretStr:
        """See `TokenSource`."""
        with self._lock:
            if self._token is None or self._token.access == refused or not self._token.is_usable(utc_now()):
                self._token = None
                self._token = self._ask()
            return self._token.access

    def _ask(self) -> Token:
        """A token for every scope, or where the app lacks one that can be done without, for the others; for the
        scopes that were asked for, exactly these."""
        if self._scopes is not None:
            return self._server.ask_as_client(self._secret, self._scopes)
        if not self._is_narrow:
            try:
                return self._server.ask_as_client(self._secret, EVERY_SCOPE)
            except ScopesRefused:
                self._is_narrow = True
        return self._server.ask_as_client(self._secret)


class SignedInPerson:
    """Tokens of a person who signed in with `tieout connect`, shared by all processes of this user.

    A refresh token is used up by its use (xero.md section 11), so only one process at a time renews; whoever waited
    reads what the other one kept. It is kept before it is used: a kill in between leaves the former refresh token,
    which Xero takes for 30 minutes more.
    """

    def __init__(self, server: TokenServer, store: TokenStore) -> None:
        self._server = server
        self._store = store
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    def __repr__(self) -> str:
        return f"SignedInPerson({self._server!r}, {self._store!r})"

    def token(self, refused: SecretStr | None = None) -> SecretStr:
        """See `TokenSource`."""
        with self._lock:
            if self._connection is None or not _serves(self._connection, refused):
                with self._store.locked():
                    self._connection = self._renewed(refused)
            return self._connection.token.access

    def _renewed(self, refused: SecretStr | None) -> Connection:
        """What another process kept meanwhile, or else a new pair; the caller holds the store's lock."""
        kept = self._store.load()
        if kept is None or kept.token.refresh is None:
            raise SignInNeeded("Nobody is signed in to Xero.\n    Sign in: tieout connect")
        if _serves(kept, refused):
            return kept
        renewed = replace(kept, token=self._server.renew(kept.token.refresh))
        self._store.save(renewed)
        return renewed


def _serves(connection: Connection, refused: SecretStr | None) -> bool:
    token = connection.token
    return token.access != refused and token.is_usable(utc_now())


def _bearing(request: httpx.Request, token: SecretStr) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {token.get_secret_value()}"
    return request
