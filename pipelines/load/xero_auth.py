"""Access tokens by client credentials, as an httpx auth flow (xero.md section 11, Custom Connection)."""

import base64
from collections.abc import Callable, Generator
from time import monotonic

import httpx

from pipelines.errors import Incomplete, UsageProblem, XeroRefusal
from pipelines.load.json_text import decode_json

SCOPES = "accounting.manualjournals accounting.settings.read accounting.reports.trialbalance.read"
"""What the close needs; the granular scopes of xero.md section 11."""

_MARGIN = 60.0
"""Seconds before its end at which a token counts as used up, so that it does not end on the way."""


class ClientCredentials(httpx.Auth):
    """Fetches a token when there is none, renews it before it ends, and once more after a 401.

    The token and the secret live in this object only; they stand in no message, no repr and no table.
    """

    requires_response_body = True

    def __init__(
        self, token_url: str, client_id: str, secret: str, scopes: str = SCOPES, clock: Callable[[], float] = monotonic
    ) -> None:
        self._token_url = token_url
        self._client_id = client_id
        self._basic = "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        self._scopes = scopes
        self._clock = clock
        self._token: str | None = None
        self._ends_at = 0.0

    def __repr__(self) -> str:
        return f"ClientCredentials(client_id={self._client_id!r})"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token; after a 401 once more with a new one.

        A 401 comes before Xero looks at the request, so sending a write again after it cannot double anything.

        Raises:
            UsageProblem: the client or its secret is refused (exit 2).
            Incomplete: the token server gives no token for another reason (exit 7).
        """
        if self._token is None or self._clock() >= self._ends_at:
            self._keep((yield self._token_request()))
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._keep((yield self._token_request()))
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _token_request(self) -> httpx.Request:
        form = {"grant_type": "client_credentials", "scope": self._scopes}
        headers = {"Authorization": self._basic, "Accept": "application/json"}
        return httpx.Request("POST", self._token_url, data=form, headers=headers)

    def _keep(self, response: httpx.Response) -> None:
        """Remember the token of an answer, or say why there is none."""
        answer = _read_token_answer(response)
        if response.status_code == httpx.codes.OK and isinstance(answer.get("access_token"), str):
            self._token = str(answer["access_token"])
            self._ends_at = self._clock() + float(str(answer.get("expires_in", 1800))) - _MARGIN
            return
        self._token = None
        raise _no_token(self._token_url, response.status_code, str(answer.get("error", "")))


def _read_token_answer(response: httpx.Response) -> dict[str, object]:
    try:
        answer = decode_json(response.content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _no_token(url: str, status: int, error: str) -> UsageProblem | Incomplete | XeroRefusal:
    """What a token server's refusal means (xero.md section 12, token endpoint)."""
    if error == "invalid_scope":
        return UsageProblem(
            f"Xero's token server {url} refuses the scopes ({status} invalid_scope).\n"
            f"    Enable these on the app: {SCOPES}."
        )
    if status in {httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN} and error:
        return UsageProblem(
            f"Xero's token server {url} refuses the client ({status} {error}).\n"
            "    Check TIEOUT_XERO_CLIENT_ID and TIEOUT_XERO_CLIENT_SECRET, and that the app is a custom connection."
        )
    return Incomplete(
        f"Xero's token server {url} gave no token (HTTP {status}, no OAuth answer).\n"
        "    Check TIEOUT_XERO_TOKEN_URL; if it is right, the server is not well: run the same command again later."
    )
