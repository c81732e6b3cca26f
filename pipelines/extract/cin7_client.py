"""Reads Cin7 Omni: pages of 250 until a short one, within its call limits, reads tried again after a hiccup."""

from collections.abc import Iterator
from typing import Self

import httpx
from httpx_retries import Retry, RetryTransport
from pyrate_limiter import Duration, Limiter, Rate

from pipelines.errors import UsageProblem
from pipelines.extract.cin7_answers import LONGEST_WAIT, read_rows, retry_after, too_many_calls, unreachable
from pipelines.extract.cin7_tables import RESOURCES, spell_fields
from pipelines.hosts import is_loopback
from pipelines.settings import Settings

PAGE_ROWS = 250
"""Omni's largest page (cin7.md section 1.2)."""

CALLS_PER_SECOND = 3
CALLS_PER_MINUTE = 60
RETRIES = 4
_RETRIED_STATUSES = [429, 502, 503, 504]


class OmniClient:
    """The lists of Omni's API v1; reads only."""

    def __init__(self, http: httpx.Client) -> None:
        """Take an HTTP client whose base URL, credentials and transport are set up: `connect_omni` builds one."""
        self._http = http

    def __repr__(self) -> str:
        return f"OmniClient({self._http.base_url})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def rows(self, resource: str) -> Iterator[dict[str, object]]:
        """Every row of a resource, such as SalesOrders, as received but for the spelling of field names.

        Raises:
            UsageProblem: user name, key, permission, address or resource are wrong (exit 2).
            Incomplete: Omni cannot be reached, answers HTML, or takes no more calls (exit 7).
        """
        order = RESOURCES.get(resource)
        page = 1
        while True:
            asked = {"page": str(page), "rows": str(PAGE_ROWS)} | ({"order": order} if order else {})
            try:
                response = self._http.get(resource, params=asked)
            except httpx.TransportError as error:
                raise unreachable(str(self._http.base_url), error) from None
            rows = read_rows(response, resource)
            yield from map(spell_fields, rows)
            if len(rows) < PAGE_ROWS:
                return
            page += 1


def connect_omni(
    settings: Settings,
    *,
    transport: httpx.BaseTransport | None = None,
    per_second: int = CALLS_PER_SECOND,
    per_minute: int = CALLS_PER_MINUTE,
    backoff: float = 0.5,
) -> OmniClient:
    """A client of the Omni account that the settings name; use it in a `with` block.

    Args:
        settings: omni_url (with or without /api/v1), omni_username and omni_key.
        transport: what really sends; a test gives its own.
        per_second: calls a second. Omni's limits are Omni's: for a server on this machine nothing waits.
        per_minute: calls a minute.
        backoff: seconds before the second retry, doubled with each further one; Retry-After goes first.

    Raises:
        UsageProblem: user name or key are not set (exit 2).
    """
    if not settings.omni_username or settings.omni_key is None:
        raise UsageProblem(
            "There is no connection to Cin7 Omni.\n"
            "    Set TIEOUT_OMNI_USERNAME and TIEOUT_OMNI_KEY (in Omni: Settings > Integrations > API v1)."
        )
    rates = [Rate(per_second, Duration.SECOND), Rate(per_minute, Duration.MINUTE)]
    limiter = None if is_loopback(settings.omni_url) else Limiter(rates)
    retry = Retry(
        total=RETRIES,
        allowed_methods=["GET"],
        status_forcelist=_RETRIED_STATUSES,
        backoff_factor=backoff,
        max_backoff_wait=LONGEST_WAIT,
    )
    limited = _LimitedTransport(transport or httpx.HTTPTransport(), limiter)
    return OmniClient(
        httpx.Client(
            base_url=_api_url(settings.omni_url),
            auth=httpx.BasicAuth(settings.omni_username, settings.omni_key.get_secret_value()),
            transport=RetryTransport(transport=limited, retry=retry),
            headers={"Accept": "application/json"},
            timeout=httpx.Timeout(60.0, connect=10.0),
        )
    )


class _LimitedTransport(httpx.BaseTransport):
    """Takes its turn with the limiter before each request; a used-up day ends the call instead of being slept on."""

    def __init__(self, transport: httpx.BaseTransport, limiter: Limiter | None) -> None:
        self._transport = transport
        self._limiter = limiter

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on when it is its turn."""
        if self._limiter is not None:
            self._limiter.try_acquire("omni")
        response = self._transport.handle_request(request)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS and (retry_after(response) or 0) > LONGEST_WAIT:
            response.request = request
            response.close()
            raise too_many_calls(response)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
        if self._limiter is not None:
            self._limiter.close()


def _api_url(url: str) -> httpx.URL:
    """The address of API v1, also where only the server is given."""
    base = httpx.URL(url)
    return base if base.path.strip("/") else base.copy_with(path="/api/v1")
