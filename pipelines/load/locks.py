"""Xero's lock dates: which documents of a plan they stand in the way of (xero.md section 2, Lock dates)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from pipelines.errors import XeroRefusal
from pipelines.warehouse import Warehouse
from schemas.problems import Problem


@dataclass(frozen=True)
class LockDates:
    """The two lock dates of an organisation; None where it has none."""

    period: date | None = None
    end_of_year: date | None = None

    def blocking(self, dates: Sequence[date]) -> str | None:
        """The lock that refuses a document with one of these dates, in words; None: nothing does.

        A document on the lock date itself is refused too.
        """
        for name, lock in (("period lock date", self.period), ("end of year lock date", self.end_of_year)):
            if lock is not None and any(day <= lock for day in dates):
                return f"{name} {lock.isoformat()}"
        return None

    def is_locked(self, day: date) -> bool:
        """Whether Xero refuses a document with this date."""
        return self.blocking([day]) is not None

    @property
    def open_day(self) -> date:
        """Day 1 of the earliest month that is open as a whole: where changes to a locked month are dated."""
        locks = [lock for lock in (self.period, self.end_of_year) if lock is not None]
        if not locks:
            return date.min
        after = max(locks) + timedelta(days=1)
        return after if after.day == 1 else (after.replace(day=1) + timedelta(days=31)).replace(day=1)


class Blockable(Protocol):
    """What a lock can stand in the way of."""

    @property
    def label(self) -> str:
        """Tag that people look for."""

    @property
    def dates(self) -> Sequence[date]:
        """Dates of the documents that are created or ended."""


def read_locks(warehouse: Warehouse) -> LockDates:
    """The lock dates of xero.organisation, as they were mirrored last."""
    rows = warehouse.read("xero.organisation").to_dicts()
    if not rows:
        return LockDates()
    return LockDates(rows[0]["period_lock_date"], rows[0]["end_of_year_lock_date"])


def refuse_locked(documents: Sequence[Blockable], locks: LockDates) -> None:
    """Let a plan pass, or stop it before anything of it is sent.

    Raises:
        XeroRefusal: with each lock date, the documents it stands in the way of, and the next step (exit 5).
    """
    blocked: dict[str, list[Blockable]] = {}
    for document in documents:
        if found := locks.blocking(document.dates):
            blocked.setdefault(found, []).append(document)
    if blocked:
        problems = [_problem(lock, found) for lock, found in blocked.items()]
        raise XeroRefusal("A lock date in Xero stands in the way: nothing was sent.", problems)


def _problem(lock: str, documents: Sequence[Blockable]) -> Problem:
    days = sorted(day for document in documents for day in document.dates)
    return Problem(
        where=f"Xero {lock}",
        found=f"refuses {len(documents)} document{'s' if len(documents) != 1 else ''} dated {_span(days)}",
        fix="Ask whoever closed the books to move the lock date back in Xero (Accounting, Advanced, Lock dates), apply "
        "this plan again, and lock the month afterwards.",
        examples=tuple(document.label for document in documents),
    )


def _span(days: Sequence[date]) -> str:
    first, last = days[0].isoformat(), days[-1].isoformat()
    return first if first == last else f"{first} to {last}"
