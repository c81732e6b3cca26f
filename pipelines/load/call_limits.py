"""Xero's limits, kept before Xero has to refuse: calls a minute and a day, led by what its answers say is left."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from pyrate_limiter import Duration, InMemoryBucket, Limiter, Rate, RateItem

from pipelines.load.xero_answers import LimitReached, day_used_up, limit_reached

CONCURRENT = 5
PER_MINUTE = 60
PER_DAY = 5_000
"""xero.md section 10; 1,000 a day on the Starter tier."""

LONGEST_WAIT = 65.0
"""Seconds that a call waits for its turn; a minute's limit is over after 60."""


@dataclass
class CallsLeft:
    """What Xero's last answer says is left; None before the first one."""

    minute: int | None = None
    day: int | None = None


class CallLimits:
    """Counts the calls of this process, and learns from each answer what other processes have used.

    Args:
        per_minute: calls a minute.
        per_day: calls in 24 hours.
        is_paced: whether a call waits for its turn within the minute; at a server on this machine none does, its
            limits are its own.
    """

    def __init__(self, per_minute: int = PER_MINUTE, per_day: int = PER_DAY, *, is_paced: bool = True) -> None:
        self.left = CallsLeft()
        self._per_minute = per_minute
        self._per_day = per_day
        self._minute = InMemoryBucket([Rate(per_minute, Duration.MINUTE)])
        self._day = InMemoryBucket([Rate(per_day, Duration.DAY)])
        self._pace = Limiter(self._minute) if is_paced else None
        self._resumes_at: datetime | None = None
        self._lock = threading.Lock()

    @property
    def day_left(self) -> int:
        """Calls that are left today, by our own count and by Xero's."""
        counted = self._per_day - self._day.count()
        return max(0, counted if self.left.day is None else min(counted, self.left.day))

    def take_turn(self, request: httpx.Request) -> None:
        """Wait until the call may go out.

        Raises:
            LimitReached: the day is used up; nothing is waited for, it can mean hours (exit 7).
        """
        self._stop_for_today(request)
        with self._lock:
            is_free = self._day.put(RateItem("xero", _now(self._day)))
        if not is_free:
            raise day_used_up(request, _milliseconds_until_free(self._day) / 1000)
        if self._pace is not None:
            self._pace.try_acquire("xero")

    def learn(self, response: httpx.Response) -> None:
        """Take in the headers of an answer.

        Raises:
            LimitReached: a 429 that ends later than is worth waiting for.
        """
        self.left.day = _count(response, "X-DayLimit-Remaining", self.left.day)
        per_app = _count(response, "X-AppMinLimit-Remaining", None)
        minute = _count(response, "X-MinLimit-Remaining", None)
        counts = [one for one in (minute, per_app) if one is not None]
        if counts:
            self.left.minute = min(counts)
            self._count_others(self.left.minute)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            self._stop_where_long(limit_reached(response))

    def _count_others(self, left: int) -> None:
        """Where Xero counts more calls than we did, others made them: they use up our minute too."""
        with self._lock:
            now = _now(self._minute)
            self._minute.leak(now)
            unseen = self._per_minute - self._minute.count() - left
            if unseen > 0:
                self._minute.put(RateItem("others", now, weight=unseen))

    def _stop_where_long(self, limit: LimitReached) -> None:
        if limit.is_day:
            self._resumes_at = datetime.now(UTC) + timedelta(seconds=limit.wait_seconds)
        if limit.is_day or limit.wait_seconds > LONGEST_WAIT:
            raise limit

    def _stop_for_today(self, request: httpx.Request) -> None:
        """After a day's limit no further call leaves until it is over."""
        if self._resumes_at is not None:
            wait = (self._resumes_at - datetime.now(UTC)).total_seconds()
            if wait > 0:
                raise day_used_up(request, wait)
            self._resumes_at = None


def _now(bucket: InMemoryBucket) -> int:
    """The bucket's clock."""
    return int(bucket.now())  # type: ignore[no-untyped-call]


def _milliseconds_until_free(bucket: InMemoryBucket) -> int:
    wait = bucket.waiting(RateItem("xero", _now(bucket)))
    return wait if isinstance(wait, int) else 0


def _count(response: httpx.Response, header: str, otherwise: int | None) -> int | None:
    text = response.headers.get(header, "")
    return int(text) if text.isdecimal() else otherwise
