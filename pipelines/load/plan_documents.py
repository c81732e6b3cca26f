"""What a plan does with each journal: wanted against posted, journal by journal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from pipelines.load.locks import LockDates
from pipelines.load.manual_journals import tag_key, tag_of
from pipelines.load.posted import PostedState, Standing
from pipelines.load.wanted import WantedJournal

Action = Literal["new", "replaced", "voided", "unchanged"]


@dataclass(frozen=True)
class PlannedDocument:
    """One journal of a plan: what stands afterwards (tag), and what is voided (old_tag)."""

    journal_key: str
    journal_kind: str | None
    action: Action
    tag: str | None
    old_tag: str | None
    journal_date: date
    old_journal_date: date | None
    debit_amount: Decimal | None
    """Base currency, as all amounts here."""
    old_debit_amount: Decimal | None
    reason: str
    blocked_by: str | None = None

    @property
    def is_change(self) -> bool:
        """Whether anything is sent for it."""
        return self.action != "unchanged"

    @property
    def label(self) -> str:
        """Tag that people look for."""
        return self.tag or self.old_tag or self.journal_key

    @property
    def dates(self) -> tuple[date, ...]:
        """Dates of the documents that are created or voided for it."""
        if not self.is_change:
            return ()
        return (self.journal_date,) if self.old_journal_date is None else (self.journal_date, self.old_journal_date)


def plan_documents(
    wanted: Sequence[WantedJournal], posted: PostedState, organisation: str, locks: LockDates
) -> list[PlannedDocument]:
    """The difference between what a period should hold and what it holds.

    Equal content stays; other content gets a new version, and the old one is voided; what is not wanted is voided.

    Args:
        wanted: the period's journals, in the order of sending.
        posted: what Xero holds for the period.
        organisation: prefix of the tags.
        locks: lock dates; they mark a document, and change nothing else.

    Returns:
        Wanted journals in their order, then what is only voided, by tag.
    """
    keys = {tag_key(one.journal_key) for one in wanted}
    found = [_plan_one(one, posted, organisation) for one in wanted]
    leftovers = [standing for one in wanted for standing in posted.live(one.journal_key)[:-1]]
    unwanted = [one for one in posted.standings if one.is_live and one.tag_key not in keys]
    found += [_void(one, "an older version that still stands") for one in sorted(leftovers, key=_place)]
    found += [_void(one, "not wanted any more") for one in sorted(unwanted, key=_place)]
    return [replace(one, blocked_by=locks.blocking(one.dates)) for one in found]


def _place(standing: Standing) -> tuple[int, str]:
    """PO-9 before PO-10."""
    return len(standing.tag), standing.tag


def _plan_one(wanted: WantedJournal, posted: PostedState, organisation: str) -> PlannedDocument:
    live = posted.live(wanted.journal_key)
    if not live:
        return _new(wanted, posted, organisation)
    current = live[-1]
    is_same = current.content_hash == wanted.journal.content_hash()
    tag = (
        current.tag
        if is_same
        else str(tag_of(organisation, wanted.journal_key, posted.next_version(wanted.journal_key)))
    )
    return PlannedDocument(
        journal_key=wanted.journal_key,
        journal_kind=wanted.journal_kind,
        action="unchanged" if is_same else "replaced",
        tag=tag,
        old_tag=None if is_same else current.tag,
        journal_date=wanted.journal.journal_date,
        old_journal_date=None if is_same else current.journal_date,
        debit_amount=wanted.journal.debit_amount,
        old_debit_amount=current.debit_amount,
        reason="stands as it should" if is_same else _why_replaced(wanted, current),
    )


def _new(wanted: WantedJournal, posted: PostedState, organisation: str) -> PlannedDocument:
    version = posted.next_version(wanted.journal_key)
    return PlannedDocument(
        journal_key=wanted.journal_key,
        journal_kind=wanted.journal_kind,
        action="new",
        tag=str(tag_of(organisation, wanted.journal_key, version)),
        old_tag=None,
        journal_date=wanted.journal.journal_date,
        old_journal_date=None,
        debit_amount=wanted.journal.debit_amount,
        old_debit_amount=None,
        reason="not in Xero yet" if version == 1 else f"version {version - 1} does not stand in Xero",
    )


def _void(standing: Standing, reason: str) -> PlannedDocument:
    return PlannedDocument(
        journal_key=standing.journal_key,
        journal_kind=None,
        action="voided",
        tag=None,
        old_tag=standing.tag,
        journal_date=standing.journal_date,
        old_journal_date=standing.journal_date,
        debit_amount=None,
        old_debit_amount=standing.debit_amount,
        reason=reason,
    )


def _why_replaced(wanted: WantedJournal, current: Standing) -> str:
    """What is different, as far as totals and dates tell."""
    found = []
    if wanted.journal.journal_date != current.journal_date:
        found.append(f"date {current.journal_date.isoformat()} -> {wanted.journal.journal_date.isoformat()}")
    if wanted.journal.debit_amount != current.debit_amount:
        found.append(f"total {current.debit_amount:,.2f} -> {wanted.journal.debit_amount:,.2f}")
    return "; ".join(found) or "same total, other lines or words"
