"""A day's calls are counted across runs, and where they are used up the error says when to go on (cin7.md 1.1)."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.errors import Incomplete
from pipelines.extract.api.calls import CallLimits, Calls


class Clock:
    """A time that a test turns on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 10, 1, 9, 30, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_calls_of_earlier_runs_count_until_a_day_has_passed() -> None:
    clock = Clock()
    calls = Calls("Cin7 Omni", "omni", CallLimits(per_day=5), clock=clock)
    calls.remember([(clock.now - timedelta(hours=25), 3), (clock.now - timedelta(hours=20), 3)])
    assert calls.left == 2
    calls.take()
    calls.take()
    with pytest.raises(Incomplete, match=r"5 a day(.|\n)*after 2026-10-01 13:31 UTC \(in 4 h 0 min\)") as stopped:
        calls.take()
    assert stopped.value.exit_code == 7
    clock.now += timedelta(hours=4, minutes=1)
    calls.take()


def test_calls_are_written_down_once_each_by_the_minute() -> None:
    clock = Clock()
    calls = Calls("Cin7 Omni", "omni", CallLimits(), clock=clock)
    calls.take()
    calls.take()
    assert calls.take_unwritten() == [(datetime(2026, 10, 1, 9, 30, tzinfo=UTC), 2)]
    assert calls.take_unwritten() == []
    assert calls.left is None
