"""Calls a minute, a day and at once, with the headers that tell a client what is left (xero.md section 10)."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from pipelines.sandbox.xero.answers import too_many_requests

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
APP_MINUTE_LIMIT = 10_000


class RateLimits:
    """Sliding windows over the calls since the server started; a limit of 0 is switched off."""

    def __init__(
        self,
        minute_limit: int,
        day_limit: int,
        clock: Callable[[], datetime],
        *,
        concurrent_limit: int = 0,
        app_minute_limit: int = APP_MINUTE_LIMIT,
    ) -> None:
        self.minute_limit = minute_limit
        self.day_limit = day_limit
        self.concurrent_limit = concurrent_limit
        self.app_minute_limit = app_minute_limit
        self.in_flight = 0
        self._clock = clock
        self._calls: deque[datetime] = deque()
        self._minute: deque[datetime] = deque()

    def count_call(self) -> None:
        """Count one call.

        Raises:
            Refusal: 429 with Retry-After where no call is left; that call is not counted.
        """
        now = self._clock()
        self._forget(now)
        for name, calls, limit, window in (
            ("day", self._calls, self.day_limit, DAY),
            ("minute", self._minute, self.minute_limit, MINUTE),
            ("appminute", self._minute, self.app_minute_limit if self.minute_limit else 0, MINUTE),
        ):
            if limit and len(calls) >= limit:
                raise too_many_requests(name, max(1, -int((now - calls[0] - window) // timedelta(seconds=1))))
        self._calls.append(now)
        self._minute.append(now)

    def headers(self) -> dict[str, str]:
        """What is left, as every answer shows it."""
        self._forget(self._clock())
        minute = (self.minute_limit or self.app_minute_limit) - len(self._minute)
        return {
            "X-DayLimit-Remaining": str(max(0, (self.day_limit or 1_000_000) - len(self._calls))),
            "X-MinLimit-Remaining": str(max(0, minute)),
            "X-AppMinLimit-Remaining": str(max(0, self.app_minute_limit - len(self._minute))),
        }

    def _forget(self, now: datetime) -> None:
        """Drop the calls that a window has left behind."""
        for calls, window in ((self._calls, DAY), (self._minute, MINUTE)):
            while calls and calls[0] <= now - window:
                calls.popleft()
