"""How a journal that Xero holds is changed: by kind of journal, and where a lock date stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.load.locks import LockDates
from schemas.posting_choices import ChangePolicy, WhenLocked

_KINDS = {
    "COGS": "cogs",
    "LANDED": "landed_cost",
    "ADJUSTMENT": "adjustment",
    "PRODUCTION": "production",
    "VALUATION": "valuation",
    "CUTOFF": "cut_off",
}


def kind_of(journal_key: str) -> str | None:
    """Kind of a journal by the first word of its key, for one that is not wanted any more."""
    return _KINDS.get(journal_key.partition("-")[0])


@dataclass(frozen=True)
class ChangeRules:
    """The settings `journals.changes` and `journals.when_locked` of close.yaml, and the lock dates of now."""

    locks: LockDates = field(default_factory=LockDates)
    changes: Mapping[str, ChangePolicy] = field(default_factory=dict)
    """Policy by kind of journal; a kind that is not here is replaced."""
    when_locked: WhenLocked = "refuse"

    def policy(self, journal_kind: str | None) -> ChangePolicy:
        """What is done when a journal of this kind changes and no lock date stands in the way."""
        return self.changes.get(journal_kind or "", "replace")
