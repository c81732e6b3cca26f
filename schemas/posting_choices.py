"""What a company decides about posting, as plain values: how journals change, and what journals of others count as."""

from dataclasses import dataclass
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
