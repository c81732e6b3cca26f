"""Xero's token server: asks for an access token in each of the three ways (xero.md section 11).

What is sent and what an answer means is oauthlib's work; httpx carries it. Authlib was looked at first: its client for
httpx is deprecated, and the one that follows would bring a second HTTP library for one request.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from oauthlib.oauth2 import (  # type: ignore[import-untyped]
    BackendApplicationClient,
    Client,
    MissingTokenError,
    OAuth2Error,
    WebApplicationClient,
)
from pydantic import SecretStr

from pipelines.errors import Incomplete, UsageProblem
from pipelines.load.xero_answers import NotSent
from pipelines.load.xero_scopes import SCOPES
from pipelines.masking import remember, remember_login

Clock = Callable[[], datetime]

MARGIN = timedelta(seconds=60)
"""Before its end a token counts as used up, so that it does not end on the way."""


_OF_CONNECTION = "Check TIEOUT_XERO_CLIENT_ID and TIEOUT_XERO_CLIENT_SECRET, and that the app is a custom connection."
_OF_PERSON = "Check TIEOUT_XERO_CLIENT_ID, and that the app is one for mobile or desktop (PKCE)."


class SignInNeeded(UsageProblem):
    """Nobody is signed in, or Xero has forgotten who was."""


class ScopesRefused(UsageProblem):
    """The app has not all of the scopes that were asked for."""


@dataclass(frozen=True)
class Token:
    """An access token, and for a person who signed in the token that renews it; neither shows in a repr."""

    access: SecretStr
    ends_at: datetime
    refresh: SecretStr | None = None

    def is_usable(self, now: datetime) -> bool:
        """Whether it lasts for another request."""
        return now < self.ends_at - MARGIN


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class TokenServer:
    """Asks for tokens. Every method raises

    `UsageProblem` when the client, its scopes or the grant are refused (exit 2), and `NotSent` or `Incomplete` when the
    server cannot be reached or is not well (exit 7): in all cases the call that needed the token did not leave.
    """

    def __init__(
        self,
        url: str,
        client_id: str,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Clock = utc_now,
        timeout: float = 60.0,
    ) -> None:
        self.url = url
        self.client_id = client_id
        self._transport = transport
        self._clock = clock
        self._asked = SCOPES
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"TokenServer({self.url!r}, client_id={self.client_id!r})"

    def ask_as_client(self, secret: SecretStr, scopes: str = SCOPES) -> Token:
        """For a custom connection: client and secret are enough."""
        remember_login(self.client_id, secret)
        self._asked = scopes
        body = BackendApplicationClient(self.client_id).prepare_request_body(scope=scopes, include_client_id=False)
        return self._ask(body, httpx.BasicAuth(self.client_id, secret.get_secret_value()), _OF_CONNECTION)

    def ask_with_code(self, code: str, redirect_url: str, verifier: str) -> Token:
        """For a person who just signed in; the verifier stands for the secret that a program cannot keep (PKCE)."""
        client = WebApplicationClient(self.client_id)
        return self._ask(client.prepare_request_body(code=code, redirect_uri=redirect_url, code_verifier=verifier))

    def renew(self, refresh: SecretStr) -> Token:
        """A new pair for a refresh token, which is used up by this.

        Raises:
            SignInNeeded: Xero does not take it any more; it ends after 60 days (exit 2).
        """
        client = WebApplicationClient(self.client_id)
        body = client.prepare_refresh_body(refresh_token=refresh.get_secret_value(), client_id=self.client_id)
        token = self._ask(body)
        return token if token.refresh else Token(token.access, token.ends_at, refresh)

    def _ask(self, body: str, auth: httpx.Auth | None = None, fix: str = "") -> Token:
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            with httpx.Client(transport=self._transport, timeout=self._timeout) as http:
                response = http.post(self.url, content=body, headers=headers, auth=auth or httpx.USE_CLIENT_DEFAULT)
        except httpx.RequestError as error:
            raise NotSent(
                f"Xero's token server cannot be reached at {self.url} ({type(error).__name__}).\n"
                "    Check TIEOUT_XERO_TOKEN_URL and the network, then run the same command again."
            ) from None
        return self._read(response, fix or _OF_PERSON)

    def _read(self, response: httpx.Response, fix: str) -> Token:
        try:
            answer = Client(self.client_id).parse_request_body_response(response.text)
        except MissingTokenError:
            raise self._refusal(response.status_code, "", fix) from None
        except OAuth2Error as error:
            raise self._refusal(response.status_code, str(error.error), fix) from None
        except (ValueError, TypeError, AttributeError):  # JSON, but no object
            raise self._refusal(response.status_code, "", fix) from None
        ends_at = self._clock() + timedelta(seconds=int(answer.get("expires_in") or 1800))
        token = Token(SecretStr(answer["access_token"]), ends_at, _secret(answer.get("refresh_token")))
        remember(token.access)
        remember(token.refresh)
        return token

    def _refusal(self, status: int, error: str, fix: str) -> UsageProblem | Incomplete:
        """What a token server's refusal means (xero.md section 12, token endpoint)."""
        start = f"Xero's token server {self.url}"
        if error == "invalid_scope":
            return ScopesRefused(
                f"{start} refuses the scopes ({status} invalid_scope).\n    Enable these on the app: {self._asked}."
            )
        if error == "invalid_grant":
            return SignInNeeded(
                f"{start} does not take this sign-in any more ({status} invalid_grant).\n"
                "    Sign in again: tieout connect"
            )
        if error and status in {httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            return UsageProblem(f"{start} refuses the client ({status} {error}).\n    {fix}")
        return Incomplete(
            f"{start} gave no token (HTTP {status}, no OAuth answer).\n"
            "    Check TIEOUT_XERO_TOKEN_URL; if it is right, the server is not well: run the same command again later."
        )


def _secret(value: object) -> SecretStr | None:
    return SecretStr(value) if isinstance(value, str) and value else None
