"""Omni's call limits: so many a second, a minute and a day (cin7.md section 1.1)."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, fields
from math import ceil
from time import monotonic

SECONDS = {"per_second": 1, "per_minute": 60, "per_day": 86_400}


@dataclass(frozen=True)
class CallLimits:
    """Calls that a connection may make; 0 is without limit."""

    per_second: int = 3
    per_minute: int = 60
    per_day: int = 5_000


OMNI_LIMITS = CallLimits()
NO_LIMITS = CallLimits(0, 0, 0)


class CallCounter:
    """Counts calls in sliding windows."""

    def __init__(self, limits: CallLimits, clock: Callable[[], float] = monotonic) -> None:
        self._windows = [
            (getattr(limits, field.name), SECONDS[field.name])
            for field in fields(limits)
            if getattr(limits, field.name)
        ]
        self._longest = max((seconds for _, seconds in self._windows), default=0)
        self._clock = clock
        self._calls: deque[float] = deque()

    def seconds_to_wait(self) -> int:
        """0 and the call is counted, or the whole seconds until there is room for it."""
        now = self._clock()
        while self._calls and self._calls[0] <= now - self._longest:
            self._calls.popleft()
        waits = [self._calls[-limit] + seconds - now for limit, seconds in self._windows if len(self._calls) >= limit]
        wait = max(0, ceil(max(waits, default=0)))
        if wait == 0 and self._windows:
            self._calls.append(now)
        return wait
