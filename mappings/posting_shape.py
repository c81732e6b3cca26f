"""The keys of mappings/close.yaml about posting: how a posted journal changes, and what others posted."""

# ruff: noqa: RUF009 - `key` declares a field, as dataclasses.field does

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from mappings.containers import ListOf, ShapeOf, Written, key
from mappings.kinds import Choice, Flag, PlacedText, Text, Whole, words_of
from schemas.posting_choices import (
    ApprovalLimit,
    ApprovalRules,
    ChangePolicy,
    EvidenceScope,
    ForeignDecision,
    ForeignJournal,
    WhenLocked,
)

CHANGE_POLICY = Choice[ChangePolicy](words_of(ChangePolicy))
WHEN_LOCKED = Choice[WhenLocked](words_of(WhenLocked))
EVIDENCE_SCOPE = Choice[EvidenceScope](words_of(EvidenceScope))
FOREIGN_DECISION = Choice[ForeignDecision](words_of(ForeignDecision))
_TEXT = Text()


@dataclass(frozen=True, kw_only=True)
class JournalChanges(Written):
    """What is posted when a journal changes that Xero holds: a new version, a reversal with it, or the difference.

    Where a date of the journal is locked, replace and delta post the difference on day 1 of the earliest open month.
    """

    cogs: ChangePolicy = key(CHANGE_POLICY, "Cost of goods sold of a month", default="replace")
    landed_cost: ChangePolicy = key(CHANGE_POLICY, "Landed cost of a purchase order", default="replace")
    adjustment: ChangePolicy = key(CHANGE_POLICY, "A stock adjustment", default="replace")
    production: ChangePolicy = key(CHANGE_POLICY, "Production of a month", default="replace")
    valuation: ChangePolicy = key(CHANGE_POLICY, "Revaluations and variances of a month", default="replace")
    cut_off: ChangePolicy = key(CHANGE_POLICY, "Journals at the cut-off and their reversals", default="replace")

    @property
    def policies(self) -> Mapping[str, ChangePolicy]:
        """Policy by kind of journal."""
        return {
            "cogs": self.cogs,
            "landed_cost": self.landed_cost,
            "adjustment": self.adjustment,
            "production": self.production,
            "valuation": self.valuation,
            "cut_off": self.cut_off,
        }


@dataclass(frozen=True, kw_only=True)
class ForeignJournalEntry(Written):
    """A manual journal on our accounts that Cin7's own sync, a person or another app posted, and what it counts as."""

    journal: PlacedText = key(_TEXT, "Xero's id of the journal, or its whole narration")
    decision: ForeignDecision = key(
        FOREIGN_DECISION,
        "foreign: it stays beside ours; adopted: it counts as our first version, and ours takes its place",
    )
    journal_key: PlacedText | None = key(
        _TEXT, "adopted: the journal that it stands for, such as COGS-2026-10", name="as", default=None
    )
    reason: PlacedText = key(_TEXT, "Why it is there")
    owner: PlacedText = key(_TEXT, "Who answers for it")

    def decided(self) -> ForeignJournal:
        """The decision as a plain value."""
        return ForeignJournal(
            journal=str(self.journal),
            decision=self.decision,
            reason=str(self.reason),
            owner=str(self.owner),
            adopted_as=None if self.journal_key is None else str(self.journal_key),
            defined_at=self.journal.defined_at,
        )


@dataclass(frozen=True, kw_only=True)
class ApprovalLimitEntry(Written):
    """An amount from which one of these people has to approve."""

    above: int = key(Whole(0, 10**12), "Base currency: a plan that moves more needs one of the approvers")
    accounts: tuple[PlacedText, ...] = key(
        ListOf(_TEXT), "Accounts whose lines count; left out: the whole plan, one side of its journals", default=()
    )
    approvers: tuple[PlacedText, ...] = key(ListOf(_TEXT), "Names, or logins of the operating system")


@dataclass(frozen=True, kw_only=True)
class Approval(Written):
    """Whether another person has to agree before anything is posted."""

    required: bool = key(Flag(), "Whether a plan waits for tieout approve", default=False)
    another_person: bool = key(
        Flag(), "Whether the login that made a plan cannot approve it; trust_names compares names", default=False
    )
    trust_names: bool = key(
        Flag(), "People share a login: who approves is told by the name given, not by the login", default=False
    )
    limits: tuple[ApprovalLimitEntry, ...] = key(
        ListOf(ShapeOf(ApprovalLimitEntry)), "Amounts from which certain people have to approve", default=()
    )

    @property
    def rules(self) -> ApprovalRules:
        """The same as plain values."""
        limits = (
            ApprovalLimit(Decimal(one.above), tuple(map(str, one.approvers)), tuple(map(str, one.accounts)))
            for one in self.limits
        )
        return ApprovalRules(self.another_person, self.trust_names, tuple(limits))
