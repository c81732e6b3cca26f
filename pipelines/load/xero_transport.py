"""How requests to Xero travel: a limiter, retries for reads only, no waiting for tomorrow, a log of each call."""

import logging
from time import perf_counter

import httpx
from httpx_retries import Retry, RetryTransport

from pipelines.load.call_limits import CONCURRENT, LONGEST_WAIT, CallLimits
from pipelines.load.xero_answers import describe_failure, retry_after
from pipelines.slow_answers import limit_answer

READ_RETRIES = 3
_RETRIED_STATUSES = [429, 502, 503, 504]

logger = logging.getLogger(__name__)


class XeroTransport(httpx.BaseTransport):
    """One call as it goes out: it takes its turn, is logged with Xero's own id of it, and its headers are learned from.

    The log has method and path, never a header, a query or a body: a narration is business, a token is secret.
    """

    def __init__(self, transport: httpx.BaseTransport, limits: CallLimits) -> None:
        self._transport = transport
        self._limits = limits

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on when it is its turn.

        Raises:
            LimitReached: the day's limit is used up, or a limit ends later than is worth waiting for.
            ServerFailed: Xero is offline, and says for how long; it is longer than is worth waiting for.
        """
        self._limits.take_turn(request)
        started = perf_counter()
        try:
            response = self._transport.handle_request(request)
        except httpx.TransportError as error:
            _log(request, started, outcome=type(error).__name__)
            raise
        response.request = request
        limit_answer(response)
        _log(request, started, response=response)
        try:
            self._limits.learn(response)
            _stop_where_long(response)
        except Exception:
            response.close()
            raise
        return response

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


def build_transport(
    limits: CallLimits, backoff: float, transport: httpx.BaseTransport | None = None
) -> httpx.BaseTransport:
    """The transport of the Xero client: reads are tried again after what Retry-After says, writes never are.

    A write that got no answer may have been done, and only the outbox knows its key and its age; so no transport may
    send one twice (xero.md section 13.2, "Silent resend").

    Args:
        limits: of this client.
        backoff: seconds before the second retry of a read, doubled with each further one.
        transport: what really sends; a test gives its own.
    """
    # httpx's own pool keeps the limit of five at a time: the sixth waits until an answer is read to its end.
    pool = httpx.Limits(max_connections=CONCURRENT, max_keepalive_connections=CONCURRENT)
    travelling = XeroTransport(transport or httpx.HTTPTransport(limits=pool), limits)
    retry = Retry(
        total=READ_RETRIES,
        allowed_methods=["GET"],
        status_forcelist=_RETRIED_STATUSES,
        backoff_factor=backoff,
        max_backoff_wait=LONGEST_WAIT,
    )
    return RetryTransport(transport=travelling, retry=retry)


def _stop_where_long(response: httpx.Response) -> None:
    error = describe_failure(response) if response.status_code == httpx.codes.SERVICE_UNAVAILABLE else None
    if error is not None and (retry_after(response) or 0) > LONGEST_WAIT:
        raise error


def _log(
    request: httpx.Request, started: float, *, response: httpx.Response | None = None, outcome: str | None = None
) -> None:
    headers = response.headers if response is not None else {}
    logger.info(
        "%s %s: %s",
        request.method,
        request.url.path,
        outcome if response is None else response.status_code,
        extra={
            "method": request.method,
            "path": request.url.path,
            "status": response.status_code if response is not None else None,
            "outcome": outcome,
            "correlation_id": headers.get("xero-correlation-id"),
            "milliseconds": round((perf_counter() - started) * 1000),
            "day_left": headers.get("X-DayLimit-Remaining"),
            "minute_left": headers.get("X-MinLimit-Remaining"),
        },
    )
