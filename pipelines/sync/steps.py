"""One step of a plan of documents, and the words for what stands in its way."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.sync.elements import Wanted
from pipelines.sync.kinds import STAGE_OF
from schemas.sync import SYNC_ACTIONS

OWN_CODES = frozenset(
    {
        "locked",
        "paid",
        "reconciled",
        "ended_in_xero",
        "edited_in_xero",
        "number_taken",
        "waiting_for_contact",
        "waiting_for_document",
        "overpaid",
        "refused",
        "draft",
        "contact_archived",
        "tracked_item",
    }
)
"""Codes of sync.errors that plans and their posting write; the others come from what is wanted."""


@dataclass(frozen=True)
class Obstacle:
    """What keeps a document from being sent."""

    code: str
    reason: str
    next_step: str


@dataclass(frozen=True)
class Step:
    """What a plan does with one contact, item, document, payment or allocation."""

    key: str
    kind: str
    action: str
    reason: str
    number: str | None = None
    day: date | None = None
    currency: str | None = None
    total: Decimal | None = None
    old_total: Decimal | None = None
    content_hash: str | None = None
    before_hash: str | None = None
    obstacle: Obstacle | None = None
    wanted: Wanted | None = None
    xero_id: str | None = None
    """What it is in Xero now, where it is there."""

    @property
    def is_change(self) -> bool:
        """Whether something is sent for it."""
        return self.action in {"new", "changed", "voided"}

    @property
    def shown_order(self) -> tuple[int, int]:
        """Changes before what stays, then in the order of sending."""
        return SYNC_ACTIONS.index(self.action), STAGE_OF[self.kind]


def locked(lock: str, what: str) -> Obstacle:
    """A lock date stands in the way."""
    return Obstacle(
        "locked",
        f"{what}, and Xero's {lock} refuses that date",
        "Have the lock date moved back and sync again; or date the document after it in the source; for a change, "
        "enter a credit note or a further document in an open month instead",
    )


def paid(number: str, paid_amount: Decimal, credited_amount: Decimal, old: Decimal, new: Decimal | None) -> Obstacle:
    """A document that is paid or credited cannot change: the difference is proposed as a document of its own."""
    settled = f"{paid_amount:,.2f} paid and {credited_amount:,.2f} credited"
    wish = f"change from {old:,.2f} to {new:,.2f}" if new is not None else f"end ({old:,.2f})"
    difference = old - (new or Decimal(0))
    proposal = (
        f"Proposed: a credit note of {difference:,.2f} against it in the source"
        if difference > 0
        else f"Proposed: a further document of {-difference:,.2f} in the source"
        if difference < 0
        else "The total is the same: change accounts in Xero by hand where they matter"
    )
    return Obstacle(
        "paid",
        f"{number} has {settled} in Xero, so that it cannot {wish}",
        f"{proposal}; or take the payment and credit back in Xero and sync again",
    )
