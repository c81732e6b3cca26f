"""One document of a plan: what is done with a journal, and why."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pipelines.load.manual_journals import ManualJournal

Action = Literal["new", "replaced", "reversed", "corrected", "voided", "unchanged"]

_ENDING = frozenset({"replaced", "voided"})


@dataclass(frozen=True)
class PlannedDocument:
    """One journal of a plan: what stands afterwards (tag), and what is voided or taken back (old_tag)."""

    journal_key: str
    journal_kind: str | None
    action: Action
    tag: str | None
    old_tag: str | None
    journal_date: date
    old_journal_date: date | None
    debit_amount: Decimal | None
    """Base currency, as all amounts here. After a difference or reversal: of all that stands together."""
    old_debit_amount: Decimal | None
    reason: str
    blocked_by: str | None = None

    @property
    def is_change(self) -> bool:
        """Whether anything is sent for it."""
        return self.action != "unchanged"

    @property
    def created_tag(self) -> str | None:
        """Tag of the journal that is posted for it; None: none is."""
        return self.tag if self.is_change else None

    @property
    def ended_tag(self) -> str | None:
        """Tag of the journal that is voided, or deleted as a draft; None: none is."""
        return self.old_tag if self.action in _ENDING else None

    @property
    def label(self) -> str:
        """Tag that people look for."""
        return self.tag or self.old_tag or self.journal_key

    @property
    def dates(self) -> tuple[date, ...]:
        """Dates of the documents that are created or voided for it."""
        created = (self.journal_date,) if self.created_tag else ()
        ended = (self.old_journal_date or self.journal_date,) if self.ended_tag else ()
        return (*created, *ended)


@dataclass(frozen=True)
class Step:
    """A document of a plan, with the journal that is posted for it."""

    document: PlannedDocument
    journal: ManualJournal | None = None
