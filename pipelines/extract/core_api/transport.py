"""Calls to Cin7 Core take turns, and one that is turned away waits as long as it is told to (cin7.md section 2.1)."""

import httpx
from httpx_retries import Retry, RetryTransport

from pipelines.extract.api.calls import Calls
from pipelines.extract.api.waits import LONGEST_WAIT, seconds_asked, settle_wait
from pipelines.extract.core_api.answers import BUSY, too_many_calls
from pipelines.slow_answers import limit_answer

RETRIES = 5
_RETRIED_STATUSES = [429, 500, 502, 503, 504]


def turn_taking(
    transport: httpx.BaseTransport, calls: Calls, backoff: float, silent_wait: float | None
) -> httpx.BaseTransport:
    """A transport that keeps to the limit and tries again after a hiccup.

    Args:
        transport: what really sends.
        calls: whose turn it is.
        backoff: seconds before the second retry, doubled with each further one, where nothing says how long to wait.
        silent_wait: seconds to wait after a 429 or 503 without Retry-After; None: as after any hiccup. The minute's
            calls are shared by all apps of an account, so a short wait would only use up the retries.
    """
    retry = Retry(
        total=RETRIES,
        allowed_methods=["GET"],
        status_forcelist=_RETRIED_STATUSES,
        backoff_factor=backoff,
        max_backoff_wait=LONGEST_WAIT,
    )
    return RetryTransport(transport=_CoreTransport(transport, calls, silent_wait), retry=retry)


class _CoreTransport(httpx.BaseTransport):
    """Waits for its turn; writes Core's `Retry-After: 60 Seconds` as the number that it means."""

    def __init__(self, transport: httpx.BaseTransport, calls: Calls, silent_wait: float | None) -> None:
        self._transport = transport
        self._calls = calls
        self._silent_wait = silent_wait

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on when it is its turn; the answer is read here, so that one that stalls is tried again.

        A wait that is too long ends the call instead of being slept on.
        """
        self._calls.take()
        response = self._transport.handle_request(request)
        limit_answer(response)
        response.read()
        if response.status_code in BUSY:
            response.request = request
            self._settle_wait(response)
        settle_wait(response)
        return response

    def _settle_wait(self, response: httpx.Response) -> None:
        """Let this call and the others wait as long as Core asks for, or as it is known to take."""
        wait = seconds_asked(response)
        if wait is not None and wait > LONGEST_WAIT:
            response.close()
            raise too_many_calls(response)
        wait = self._silent_wait if wait is None else wait
        if wait is None:
            response.headers.pop("Retry-After", None)
            return
        response.headers["Retry-After"] = f"{wait:.0f}"
        self._calls.slow_down(wait)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
        self._calls.close()
