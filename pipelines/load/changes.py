"""What is done with one journal: nothing, post it, replace it, take it back, or post the difference.

Locks are judged per document date (xero.md section 2, Lock dates): what is replaced is voided, and a void is refused
like an edit where the old document's own date is locked. So a journal of which any date is locked is never replaced:
the difference to all that stands is posted on the earliest day that is open, and sums decide that nothing is left.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipelines.load.change_rules import ChangeRules, kind_of
from pipelines.load.effects import (
    NOTHING,
    Effect,
    debits_of,
    difference_journal,
    effect_of,
    gap_between,
    reversal_of,
)
from pipelines.load.manual_journals import ManualJournal
from pipelines.load.planned import Action, PlannedDocument, Step
from pipelines.load.posted import Standing
from pipelines.load.sameness import is_same, why_replaced, why_unchanged
from pipelines.load.wanted import WantedJournal


@dataclass(frozen=True)
class Case:
    """One journal: what is wanted, what stands, and what is known about both."""

    journal_key: str
    wanted: WantedJournal | None
    live: Sequence[Standing]
    """Versions, differences and reversals that stand, oldest first."""
    tags: Iterator[str]
    """The next tags of the journal."""
    rules: ChangeRules
    contents: Mapping[str, ManualJournal]
    """Lines of what stands, by tag."""
    edits: Mapping[str, str]
    """What somebody changed in Xero, by tag."""

    @property
    def kind(self) -> str | None:
        """Kind of journal."""
        return self.wanted.journal_kind if self.wanted else kind_of(self.journal_key)

    @property
    def policy(self) -> str:
        """How it is changed where nothing is locked."""
        return self.rules.policy(self.kind)

    @property
    def is_locked(self) -> bool:
        """Whether any document that a replacement would create or void has a locked date."""
        days = [*(one.journal_date for one in self.live), *([self.wanted.journal.journal_date] if self.wanted else [])]
        return self.rules.locks.blocking(days) is not None

    @property
    def counted(self) -> list[Standing]:
        """What stands in the ledger; with drafts, where drafts are what is wanted."""
        wants_drafts = self.wanted is not None and (
            self.wanted.journal.status == "DRAFT" or (self.rules.when_locked == "draft" and self.is_locked)
        )
        return [one for one in self.live if wants_drafts or not one.is_draft]

    @property
    def effect(self) -> Effect:
        """What all that stands does together."""
        return effect_of(self.contents[one.tag] for one in self.counted)

    @property
    def wanted_effect(self) -> Effect:
        """What it should do."""
        return effect_of([self.wanted.journal] if self.wanted else [])


def needs_contents(wanted: WantedJournal | None, live: Sequence[Standing], rules: ChangeRules) -> bool:
    """Whether the lines of what stands have to be known, because more than a look at hashes is needed."""
    if not live:
        return False
    return wanted is None or len(live) > 1 or not is_same(wanted, live[0], rules)


def plan_changes(case: Case) -> list[Step]:
    """What is done with a journal, in the order of sending."""
    wanted, live = case.wanted, case.live
    if not live:
        return [_new(case, wanted)] if wanted else []
    if wanted and len(live) == 1 and is_same(wanted, live[0], case.rules):
        return [_unchanged(case, live[0], why_unchanged(wanted, live[0]))]
    if len(case.counted) > 1 and case.effect == case.wanted_effect:
        return [_unchanged(case, live[-1], _in_parts(case)), *_stray_drafts(case)]
    if case.policy == "reverse":
        return [*_reverse(case), *_stray_drafts(case)]
    if case.policy == "delta" or case.is_locked:
        return [*_correct(case), *_stray_drafts(case)]
    return _replace(case)


def _in_parts(case: Case) -> str:
    count = len(case.counted)
    if case.wanted is None:
        return f"not wanted any more, and taken back: {count} documents sum to nothing"
    return f"stands as it should, in {count} documents"


def _new(case: Case, wanted: WantedJournal | None, after: Standing | None = None) -> Step:
    """The wanted journal as a new document; on a locked day as the setting says.

    A draft does not keep a locked day either: Xero refuses a document for its date, whatever its status (xero.md
    section 2, Lock dates), so it is drafted on the first open day for whoever unlocks the month to move.
    """
    if wanted is None:
        raise ValueError("nothing is wanted")
    tag = next(case.tags)
    journal, notes = wanted.journal, []
    version = tag.rpartition("-v")[2]
    before = "not in Xero yet" if version == "1" else f"version {int(version) - 1} does not stand in Xero"
    if after is not None:
        before = f"in the place of {after.tag}"
    lock = case.rules.locks.blocking([journal.journal_date])
    if lock and (after is not None or case.rules.when_locked != "refuse"):
        day = case.rules.locks.open_day
        journal = replace(journal, journal_date=day)
        notes.append(f"dated {day.isoformat()}: {lock}")
        if case.rules.when_locked == "draft" and after is None:
            journal = replace(journal, status="DRAFT")
            notes.append("as a draft")
    document = PlannedDocument(
        journal_key=wanted.journal_key,
        journal_kind=wanted.journal_kind,
        action="new",
        tag=tag,
        old_tag=None,
        journal_date=journal.journal_date,
        old_journal_date=None,
        debit_amount=journal.debit_amount,
        old_debit_amount=None,
        reason="; ".join([before, *notes]),
    )
    return Step(document, journal)


def _replace(case: Case) -> list[Step]:
    """The new version, and the void of all that stands; what is right already stays."""
    wanted, live = case.wanted, list(case.live)
    if wanted is None:
        return [_void(one, case.edits.get(one.tag, "not wanted any more")) for one in live]
    same = [one for one in live if is_same(wanted, one, case.rules)]
    if same:
        # Of two under one tag the smaller id counts, as in read_back.py: two warehouses never void both.
        right = max(same, key=lambda one: (one.version, [-ord(letter) for letter in one.manual_journal_id]))
        others = [one for one in live if one is not right]
        return [
            _unchanged(case, right, why_unchanged(wanted, right)),
            *(_void(one, _why_left(one, right)) for one in others),
        ]
    current = live.pop()
    document = PlannedDocument(
        journal_key=wanted.journal_key,
        journal_kind=wanted.journal_kind,
        action="replaced",
        tag=next(case.tags),
        old_tag=current.tag,
        journal_date=wanted.journal.journal_date,
        old_journal_date=current.journal_date,
        debit_amount=wanted.journal.debit_amount,
        old_debit_amount=current.debit_amount,
        reason=case.edits.get(current.tag) or why_replaced(wanted, current),
    )
    return [Step(document, wanted.journal), *(_void(one, _why_left(one, current)) for one in live)]


def _why_left(standing: Standing, right: Standing) -> str:
    if standing.version == right.version:
        return "posted twice: a request came late, or another warehouse posted it"
    return "an older version that still stands"


def _void(standing: Standing, reason: str) -> Step:
    return Step(
        PlannedDocument(
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
    )


def _stray_drafts(case: Case) -> list[Step]:
    """Drafts that nobody should post any more."""
    return [_void(one, "a draft that is not wanted any more") for one in case.live if one not in case.counted]


def _unchanged(case: Case, standing: Standing, reason: str) -> Step:
    amount = standing.debit_amount if len(case.live) == 1 else debits_of(case.effect)
    wanted = case.wanted.journal.debit_amount if case.wanted else NOTHING
    document = PlannedDocument(
        journal_key=case.wanted.journal_key if case.wanted else standing.journal_key,
        journal_kind=case.kind,
        action="unchanged",
        tag=standing.tag,
        old_tag=None,
        journal_date=standing.journal_date,
        old_journal_date=None,
        debit_amount=wanted,
        old_debit_amount=amount,
        reason=reason,
    )
    return Step(document)


def _correct(case: Case) -> list[Step]:
    """The difference between what is wanted and all that stands; nothing where the amounts are right."""
    if not case.counted:
        return [_new(case, case.wanted)] if case.wanted else []
    last, gap = case.counted[-1], gap_between(case.wanted_effect, case.effect)
    if gap.is_nothing:
        return [_unchanged(case, last, "same amounts; only words, dates or tax types differ")]
    day, lock = _day(case, case.wanted.journal.journal_date if case.wanted else last.journal_date)
    status = case.wanted.journal.status if case.wanted else "POSTED"
    words = f"difference to {_versions(case.counted)}"
    posted = [case.contents[one.tag] for one in case.counted]
    journal = difference_journal(gap, case.wanted.journal if case.wanted else None, posted, day, status, words)
    why = _why(case, last, case.edits.get(last.tag))
    return [_change(case, "corrected", journal, last, f"difference of {gap.debit_amount:,.2f}{lock}: {why}")]


def _reverse(case: Case) -> list[Step]:
    """A reversal of all that stands, and the wanted journal as a new document."""
    if not case.counted:
        return [_new(case, case.wanted)] if case.wanted else []
    last, effect = case.counted[-1], case.effect
    if case.wanted is not None and effect == case.wanted_effect and not _has_moved(case, last):
        return [_unchanged(case, last, "same amounts; only words or tax types differ")]
    steps = []
    if effect:
        day, lock = _day(case, last.journal_date)
        words = f"reversal of {_versions(case.counted)}"
        posted = [case.contents[one.tag] for one in case.counted]
        status = "DRAFT" if last.is_draft else "POSTED"
        journal = (
            reversal_of(posted[-1], day, status, words)
            if effect == effect_of(posted[-1:])
            else difference_journal(gap_between({}, effect), None, posted[::-1], day, status, words)
        )
        why = _why(case, last, case.edits.get(last.tag))
        steps.append(_change(case, "reversed", journal, last, f"taken back{lock}: {why}"))
    return [*steps, _new(case, case.wanted, last)] if case.wanted else steps


def _has_moved(case: Case, last: Standing) -> bool:
    """Whether the journal belongs on another day, which is open."""
    day = case.wanted.journal.journal_date if case.wanted else last.journal_date
    return len(case.counted) == 1 and day != last.journal_date and not case.rules.locks.is_locked(day)


def _change(case: Case, action: Action, journal: ManualJournal, last: Standing, reason: str) -> Step:
    is_whole = action == "corrected" and case.wanted is not None
    document = PlannedDocument(
        journal_key=case.wanted.journal_key if case.wanted else last.journal_key,
        journal_kind=case.kind,
        action=action,
        tag=next(case.tags),
        old_tag=last.tag,
        journal_date=journal.journal_date,
        old_journal_date=last.journal_date,
        debit_amount=case.wanted.journal.debit_amount if is_whole and case.wanted else NOTHING,
        old_debit_amount=debits_of(case.effect),
        reason=reason,
    )
    return Step(document, journal)


def _day(case: Case, day: date) -> tuple[date, str]:
    """The day of a change: its own while that is open, else day 1 of the earliest open month; and why, in words."""
    lock = case.rules.locks.blocking([day])
    if lock is None:
        return day, ""
    moved = case.rules.locks.open_day
    return moved, f" dated {moved.isoformat()}, {lock}"


def _why(case: Case, last: Standing, edit: str | None) -> str:
    if edit is not None:
        return edit
    if case.wanted is None:
        return "not wanted any more"
    before, after = debits_of(case.effect), case.wanted.journal.debit_amount
    return f"total {before:,.2f} -> {after:,.2f}" if before != after else why_replaced(case.wanted, last)


def _versions(standings: Sequence[Standing]) -> str:
    """v1; v1 to v3."""
    first, last = (f"v{one.tag.rpartition('-v')[2]}" for one in (standings[0], standings[-1]))
    return first if first == last else f"{first} to {last}"
