"""The calls of one connection: each waits for its turn, and a day's calls are counted across runs."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic, sleep

from pyrate_limiter import Duration, Limiter, Rate

from pipelines.errors import Incomplete

DAY = timedelta(days=1)


@dataclass(frozen=True)
class CallLimits:
    """Calls that a server allows; 0 is without limit."""

    per_second: int = 0
    per_minute: int = 0
    per_day: int = 0


def _now() -> datetime:
    return datetime.now(UTC)


class Calls:
    """Counts calls by the minute, over the last 24 hours: right for a server's day wherever that begins."""

    def __init__(
        self,
        server: str,
        connection: str,
        limits: CallLimits,
        *,
        waits: bool = True,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """Start with no call made.

        Args:
            server: in words, such as Cin7 Omni.
            connection: what the day's calls are counted for; no secret, it is written down.
            limits: of the server.
            waits: whether a call waits for its turn from the start. A server on this machine may have no limits, so
                there the first refusal makes calls wait.
            clock: the time.
        """
        self.server = server
        self.connection = connection
        self._limits = limits
        self._waits = waits
        self._clock = clock
        self._lock = Lock()
        self._pause_until = 0.0
        self.made = 0
        """Calls of this process."""
        self.notes: dict[str, str] = {}
        """What had to be assumed because of an answer, a sentence each: the run report says it."""
        self._made: Counter[datetime] = Counter()
        self._unwritten: Counter[datetime] = Counter()
        rates = [
            Rate(limit, unit)
            for limit, unit in ((limits.per_second, Duration.SECOND), (limits.per_minute, Duration.MINUTE))
            if limit
        ]
        self._limiter = Limiter(rates) if rates else None

    def remember(self, made: Iterable[tuple[datetime, int]]) -> None:
        """Count calls of earlier runs: minute and number."""
        with self._lock:
            for minute, count in made:
                self._made[minute] += count

    def take(self) -> None:
        """Wait for the turn of one call and count it.

        Raises:
            Incomplete: the day's calls are used up; says when there will be one again (exit 7).
        """
        with self._lock:
            if self._left() == 0:
                raise self.used_up((min(self._made) + DAY - self._clock()).total_seconds())
            minute = self._clock().replace(second=0, microsecond=0)
            self._made[minute] += 1
            self.made += 1
            self._unwritten[minute] += 1
        pause = self._pause_until - monotonic()
        if pause > 0:
            sleep(pause)
        if self._waits and self._limiter is not None:
            self._limiter.try_acquire(self.connection)

    def slow_down(self, seconds: float = 0) -> None:
        """The server refused a call: from now on each waits for its turn, and all of them for so many seconds."""
        self._waits = True
        self._pause_until = max(self._pause_until, monotonic() + seconds)

    def used_up(self, seconds: float | None) -> Incomplete:
        """The error for a day whose calls are used up; `seconds` until there is one again, where that is known."""
        if seconds is None:
            when = "Run the same command again tomorrow"
        else:
            moment = self._clock() + timedelta(seconds=max(seconds, 0) + 60)
            when = f"Run the same command again after {moment:%Y-%m-%d %H:%M} UTC (in {_in_words(max(seconds, 0))})"
        limit = f" ({self._limits.per_day:,} a day)" if self._limits.per_day else ""
        return Incomplete(
            f"{self.server} takes no more calls today{limit}.\n"
            f"    {when}: it goes on at the page where it stopped; no table was changed."
        )

    @property
    def left(self) -> int | None:
        """Calls left today; None where the server has no limit of a day."""
        with self._lock:
            return self._left()

    def take_unwritten(self) -> list[tuple[datetime, int]]:
        """Minute and number of the calls since the last time: for control.api_calls."""
        with self._lock:
            found = sorted(self._unwritten.items())
            self._unwritten.clear()
            return found

    def close(self) -> None:
        """Stop the limiter's thread."""
        if self._limiter is not None:
            self._limiter.close()

    def _left(self) -> int | None:
        for minute in [minute for minute in self._made if minute <= self._clock() - DAY]:
            del self._made[minute]
        return max(0, self._limits.per_day - self._made.total()) if self._limits.per_day else None


def _in_words(seconds: float) -> str:
    """`3 h 20 min`, `45 s`."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds:.0f} s"
