"""How requests to Xero travel: a limiter, retries for reads only, and no waiting for another day."""

import httpx
from httpx_retries import Retry, RetryTransport
from pyrate_limiter import Duration, Limiter, Rate

from pipelines.hosts import is_loopback
from pipelines.load.xero_answers import limit_reached

READ_RETRIES = 3
_RETRIED_STATUSES = [429, 502, 503, 504]
_LONGEST_WAIT = 65.0
"""Seconds; a minute's limit is over after 60."""


class LimitedTransport(httpx.BaseTransport):
    """Takes its turn with the limiter before each request; a used-up day ends the call instead of being slept on."""

    def __init__(self, transport: httpx.BaseTransport, limiter: Limiter | None) -> None:
        self._transport = transport
        self._limiter = limiter

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on when it is its turn.

        Raises:
            LimitReached: the day's limit is used up (xero.md section 10: it can mean hours).
        """
        if self._limiter is not None:
            self._limiter.try_acquire("xero")
        response = self._transport.handle_request(request)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            response.request = request
            limit = limit_reached(response)
            if limit.is_day:
                response.close()
                raise limit
        return response

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


def build_transport(
    base_url: str, per_minute: int, backoff: float, transport: httpx.BaseTransport | None = None
) -> httpx.BaseTransport:
    """The transport of the Xero client: reads are tried again, writes never are.

    A write that got no answer may have been done, and only the outbox knows its key and its age; so no transport may
    send one twice (xero.md section 13.2, "Silent resend").

    Args:
        base_url: address of the API. Xero's limits are Xero's: a server on this machine has none, so nothing waits.
        per_minute: requests a minute (xero.md section 10: 60).
        backoff: seconds before the second retry of a read, doubled with each further one.
        transport: what really sends; a test gives its own.
    """
    limiter = None if is_loopback(base_url) else Limiter(Rate(per_minute, Duration.MINUTE))
    limited = LimitedTransport(transport or httpx.HTTPTransport(), limiter)
    retry = Retry(
        total=READ_RETRIES,
        allowed_methods=["GET"],
        status_forcelist=_RETRIED_STATUSES,
        backoff_factor=backoff,
        max_backoff_wait=_LONGEST_WAIT,
    )
    return RetryTransport(transport=limited, retry=retry)
