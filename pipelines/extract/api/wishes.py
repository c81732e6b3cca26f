"""What an extract asks of each input: what changed, everything, or the days of a backfill."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.extract.api.fields import write_stamp
from pipelines.extract.api.reads import Read
from pipelines.extract.api.shapes import Resource

RE_READ = timedelta(days=62)
"""Days that are read again of a list that can be asked by day and by nothing else: the month and the one before."""

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Where a field is followed from in which no row had a stamp yet. Our own clock would be later than a stamp that the
server gives for work that it did some hours ago; rows without one are not asked for, so this costs no call more."""

SMALL = 0.9
"""A list that fills less than this of one page is read whole: one call finds changes and deletions."""


@dataclass(frozen=True)
class Wish:
    """What an extract was asked to do."""

    is_full: bool = False
    """Read everything again, whatever is known."""
    first_day: date | None = None
    """Backfill: read what was created or changed from this day on, in the account's time zone."""
    last_day: date | None = None
    sweeps: bool = False
    """Look for deleted rows now, whenever that was done last."""
    overlap: timedelta = timedelta(minutes=10)
    """How far before a watermark is asked again: a server may show a change later than its stamp says."""
    sweep_every: timedelta = timedelta(days=1)
    drops_personal: bool = False
    """Whether personal fields are dropped before raw."""
    zone: str = "UTC"


@dataclass(frozen=True)
class Plan:
    """The questions of an input."""

    name: str
    """whole, changes, or days with the first and the last one."""
    reads: tuple[Read, ...]


def plan_reads(
    resource: Resource,
    last: Mapping[str, Any] | None,
    watermarks: Mapping[str, datetime],
    wish: Wish,
    now: datetime,
) -> Plan:
    """What to ask for.

    Args:
        resource: what is read.
        last: row of control.api_inputs; None where it was never read to the end.
        watermarks: by followed field.
        wish: what was asked for.
        now: the time.
    """
    if wish.first_day is not None and not wish.is_full and (resource.follows or resource.dated):
        return _plan_days(resource, wish.first_day, wish.last_day or now.date(), wish.zone)
    if last is None or wish.is_full:
        return _plan_whole(resource)
    if resource.dated:
        return _plan_days(
            resource, min(last["read_at"], now).date() - RE_READ, now.date() + timedelta(days=1), wish.zone
        )
    if not resource.follows or last["row_count"] < SMALL * resource.page_rows:
        return _plan_whole(resource)
    reads = [
        Read("changes", follow=name, since=write_stamp(watermarks.get(name, BEGINNING) - wish.overlap))
        for name in resource.follows
    ]
    swept_at = last["swept_at"]
    # a moment that is still to come was written by a clock that was ahead: nobody knows when it really was
    is_due = wish.sweeps or swept_at is None or not timedelta() <= now - swept_at < wish.sweep_every
    if resource.is_swept and is_due:
        reads.append(Read("sweep", follow=_sorted_by(resource)))
    return Plan("changes", tuple(reads))


def _plan_whole(resource: Resource) -> Plan:
    return Plan("whole", (Read("whole", follow=_sorted_by(resource)),))


def _sorted_by(resource: Resource) -> str | None:
    """The field that pages are sorted by."""
    return resource.follows[0] if resource.paging == "stamp" and resource.follows else None


def _plan_days(resource: Resource, first: date, last: date, zone: str) -> Plan:
    """The days of a backfill, both included."""
    name = f"days {first} {last}"
    if resource.dated:
        return Plan(name, (Read("days", first_day=f"{first}", last_day=f"{last}"),))
    since = write_stamp(datetime.combine(first, time(), ZoneInfo(zone)).astimezone(UTC))
    until = write_stamp(datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC))
    created = (resource.created,) if resource.created else ()
    return Plan(
        name, tuple(Read("changes", follow=one, since=since, until=until) for one in (*created, *resource.follows))
    )
