"""What a company decides about posting, as plain values: how journals change, and what journals of others count as."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

ChangePolicy = Literal["replace", "reverse", "delta"]
WhenLocked = Literal["refuse", "next_open", "draft"]
EvidenceScope = Literal["monthly", "all", "none"]
ForeignDecision = Literal["foreign", "adopted"]


@dataclass(frozen=True)
class ForeignJournal:
    """One journal of Cin7's own sync, of a person or of another app, and what it counts as."""

    journal: str
    """Xero's id of the journal, or its whole narration."""
    decision: ForeignDecision
    """foreign: it stays beside ours. adopted: it counts as our first version of a journal, and is replaced by ours."""
    reason: str
    owner: str
    adopted_as: str | None = None
    """Key of the journal that it stands for, such as COGS-2026-10."""
    defined_at: str = "?"
    """file:line:column."""


@dataclass(frozen=True)
class ApprovalLimit:
    """An amount from which certain people have to approve."""

    above: Decimal
    """Base currency: what a plan moves on these accounts, without signs."""
    approvers: tuple[str, ...]
    """Names or logins; one of them suffices."""
    accounts: tuple[str, ...] = ()
    """Account codes; none: all of the plan, one side of its journals."""

    @property
    def where(self) -> str:
        """What is looked at, in words."""
        return f"account {', '.join(self.accounts)}" if self.accounts else "the whole plan"


@dataclass(frozen=True)
class ApprovalRules:
    """`approval` of close.yaml."""

    differs: bool = False
    """Whether the preparer's own approval does not count."""
    trust_names: bool = False
    """Whether two people are told apart by the names they give, because they share a login."""
    limits: tuple[ApprovalLimit, ...] = ()
