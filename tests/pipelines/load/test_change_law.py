"""The law of changes: whatever is wanted, locked, edited or voided, a plan brings the ledger there and ends."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.load.change_rules import ChangeRules
from pipelines.load.effects import effect_of
from pipelines.load.locks import LockDates
from pipelines.load.manual_journals import Line, ManualJournal, read_tag
from pipelines.load.plan_documents import plan_documents
from pipelines.load.planned import Step
from pipelines.load.posted import PostedState, Standing
from pipelines.load.wanted import WantedJournal
from schemas.posting_choices import ChangePolicy, WhenLocked

KEY = "COGS-2026-10"
FIRST = date(2026, 10, 1)
AMOUNTS = st.sampled_from(["0.01", "7.00", "7.01", "120.00"])
DAYS = st.integers(0, 60).map(lambda days: FIRST + timedelta(days=days))


@dataclass
class Books:
    """A ledger that keeps Xero's rules about locks: documents with a locked date are neither made nor ended."""

    standings: list[Standing] = field(default_factory=list)
    shown: dict[str, ManualJournal] = field(default_factory=dict)
    first: dict[str, ManualJournal] = field(default_factory=dict)

    def plan(self, wanted: WantedJournal | None, rules: ChangeRules) -> list[Step]:
        state = PostedState(tuple(self.standings), frozenset())
        return plan_documents(
            [wanted] if wanted else [],
            state,
            "ACME",
            rules,
            lambda ones: {one.tag: self.shown[one.tag] for one in ones},
            lambda ones: {one.tag: self.first[one.tag] for one in ones},
        )

    def apply(self, steps: list[Step], locks: LockDates, later: LockDates | None = None) -> None:
        """Create, then end; `later` are lock dates that somebody sets between the two, and voids are refused."""
        for step in steps:
            if step.document.blocked_by is None:
                self.create(step, locks)
        for step in steps:
            if step.document.blocked_by is None and step.document.ended_tag:
                self.end(step.document.ended_tag, locks, later or locks)

    def create(self, step: Step, locks: LockDates) -> None:
        if step.journal is None:
            return
        assert not locks.is_locked(step.journal.journal_date), "a document on a locked day would be refused"
        assert sum((line.line_amount for line in step.journal.lines), Decimal(0)) == 0
        assert all(line.line_amount for line in step.journal.lines)
        tag = str(step.document.created_tag)
        assert tag not in self.shown, "a tag is never used again"
        read = read_tag(tag)
        assert read is not None
        self.shown[tag] = self.first[tag] = step.journal
        self.standings.append(
            Standing(
                tag=tag,
                journal_key=KEY,
                version=read.version,
                period=FIRST,
                journal_date=step.journal.journal_date,
                status=step.journal.status,
                content_hash=step.journal.content_hash(),
                debit_amount=step.journal.debit_amount,
                narration=f"{tag} {step.journal.text}",
                manual_journal_id=tag,
                material_hash=step.journal.material_hash(),
                shown_hash=step.journal.material_hash(),
            )
        )

    def end(self, tag: str, locks: LockDates, later: LockDates) -> None:
        for number, one in enumerate(self.standings):
            if one.tag == tag:
                assert not locks.is_locked(one.journal_date), "a void on a locked day would be refused"
            if one.tag == tag and not later.is_locked(one.journal_date):
                self.standings[number] = replace(one, status="DELETED" if one.is_draft else "VOIDED")

    def edit(self, amount: str) -> None:
        """A person changes the lines of the last journal that stands."""
        live = [number for number, one in enumerate(self.standings) if one.is_live]
        if live:
            one = self.standings[live[-1]]
            changed = replace(self.shown[one.tag], lines=lines_of(amount, "311"))
            self.shown[one.tag] = changed
            self.standings[live[-1]] = replace(one, shown_hash=changed.material_hash())

    def void_by_hand(self) -> None:
        live = [number for number, one in enumerate(self.standings) if one.is_live]
        if live:
            one = self.standings[live[0]]
            self.standings[live[0]] = replace(one, status="DELETED" if one.is_draft else "VOIDED")

    def approve(self) -> None:
        self.standings = [replace(one, status="POSTED") if one.is_draft else one for one in self.standings]

    def effect(self) -> object:
        return effect_of(self.shown[one.tag] for one in self.standings if one.is_live)


def lines_of(amount: str, account: str = "310") -> tuple[Line, ...]:
    return (Line(account, Decimal(amount), "sold"), Line("630", -Decimal(amount), "sold"))


def wanted_journal(amount: str, day: date, status: str, account: str) -> WantedJournal:
    return WantedJournal(KEY, "cogs", ManualJournal(day, status, "October 2026", lines_of(amount, account)))


@st.composite
def rounds(draw: st.DrawFn) -> tuple[str | None, date, str, date | None, date | None, str]:
    amount = draw(st.none() | AMOUNTS)
    account = draw(st.sampled_from(["310", "311"]))
    lock = draw(st.none() | DAYS)
    what = draw(st.sampled_from(["nothing", "nothing", "edit", "void", "approve"]))
    return amount, draw(DAYS), account, lock, draw(st.none() | st.none() | DAYS), what


@given(
    policy=st.sampled_from(["replace", "reverse", "delta"]),
    when_locked=st.sampled_from(["refuse", "next_open", "draft"]),
    status=st.sampled_from(["POSTED", "DRAFT"]),
    history=st.lists(rounds(), min_size=1, max_size=5),
)
@settings(max_examples=200, deadline=None)
def test_a_plan_brings_the_ledger_there_and_the_next_one_plans_nothing(
    policy: ChangePolicy,
    when_locked: WhenLocked,
    status: str,
    history: list[tuple[str | None, date, str, date | None, date | None, str]],
) -> None:
    books = Books()
    for amount, day, account, lock, later, what in history:
        if what == "edit":
            books.edit("5.00")
        elif what == "void":
            books.void_by_hand()
        elif what == "approve":
            books.approve()
        wanted = wanted_journal(amount, day, status, account) if amount else None
        rules = ChangeRules(LockDates(lock), {"cogs": policy}, when_locked)

        if later is not None:  # set while a plan is applied: voids are refused, and the next plan makes up for it
            books.apply(books.plan(wanted, rules), rules.locks, LockDates(later))
            rules = replace(rules, locks=LockDates(later))
        books.apply(books.plan(wanted, rules), rules.locks)

        again = books.plan(wanted, rules)
        blocked = [step for step in again if step.document.blocked_by]
        assert [step.document for step in again if step.document.is_change and step not in blocked] == []
        if not blocked:
            expected = effect_of([wanted.journal] if wanted else [])
            assert books.effect() == expected
