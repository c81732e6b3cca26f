"""Decides what a plan does with payments and allocations (xero.md section 4): made or taken back, never changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from pipelines.load.json_text import decode_json
from pipelines.sync.books import Books, Row
from pipelines.sync.decide_documents import before_hash, blocked, step_of
from pipelines.sync.elements import Wanted, needed_keys
from pipelines.sync.kinds import ENDED
from pipelines.sync.steps import Obstacle, Step, locked

_OPEN = frozenset({"AUTHORISED", "PAID"})


@dataclass
class SettlementSteps:
    """Decides one after the other, with what earlier ones of the same plan leave open."""

    books: Books
    steps: Mapping[str, Step]
    """The steps of documents, by key."""
    _pending: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: Decimal("0.00")))
    """What earlier settlements of the plan will take of a document."""

    def payment(self, wanted: Wanted) -> Step:
        """Sent once its document stands; over-payments are shown, not sent."""
        posted = self.books.posted.get(wanted.key)
        if posted is not None and posted["ended_at"] is None:
            return self._known_payment(wanted, posted)
        step = step_of(wanted, "new", "Xero does not hold it yet")
        if obstacle := self._not_ready(wanted):
            return blocked(step, obstacle)
        if twin := self._same_payment(wanted):
            return replace(step, action="adopted", reason="it stands in Xero already", xero_id=twin["payment_id"])
        return self._settling(wanted, step)

    def _known_payment(self, wanted: Wanted, posted: Row) -> Step:
        shown = self.books.payments.get(posted["xero_id"])
        step = step_of(wanted, "unchanged", "as sent", xero_id=posted["xero_id"], old_total=posted["total_amount"])
        if shown is None or shown["payment_status"] == "DELETED":
            return blocked(step, _taken_back(f"payment {wanted.number}"))
        if posted["content_hash"] == wanted.content_hash:
            return step
        changed = replace(step, action="changed", reason="it changed in the source", before_hash=before_hash(posted))
        if shown["is_reconciled"]:
            return blocked(changed, _reconciled(wanted.number))
        if lock := self.books.locks.blocking([day for day in (wanted.day, shown["paid_on"]) if day]):
            return blocked(changed, locked(lock, f"it is dated {shown['paid_on']}"))
        return changed

    def allocation(self, wanted: Wanted) -> Step:
        """Made once both documents stand and have enough left."""
        posted = self.books.posted.get(wanted.key)
        if posted is not None and posted["ended_at"] is None:
            return self._known_allocation(wanted, posted)
        step = step_of(wanted, "new", "the credit is not set against it yet")
        if obstacle := self._not_ready(wanted):
            return blocked(step, obstacle)
        pair = self._ids(wanted)
        if pair and (twin := self._same_allocation(pair, wanted.total)):
            return replace(step, action="adopted", reason="it stands in Xero already", xero_id=allocation_id(twin))
        return self._settling(wanted, step)

    def _known_allocation(self, wanted: Wanted, posted: Row) -> Step:
        step = step_of(wanted, "unchanged", "as sent", xero_id=posted["xero_id"], old_total=posted["total_amount"])
        if posted["xero_id"] not in {allocation_id(row) for row in self.books.allocations}:
            return blocked(step, _taken_back(f"the allocation {wanted.key}"))
        if posted["total_amount"] == wanted.total:
            return step
        return replace(step, action="changed", reason="its amount changed", before_hash=before_hash(posted))

    def unwanted(self, posted: Row) -> Step | None:
        """One that the source does not have any more, while it still has its documents; None: left as it is."""
        documents = needed_keys(decode_json(posted["content_json"]))
        if any(key in self.books.errors or key not in self.books.wanted for key in documents):
            return None
        step = Step(
            posted["document_key"],
            posted["kind"],
            "voided",
            "the source does not have it any more",
            number=posted["xero_number"],
            day=posted["document_date"],
            currency=posted["currency_code"],
            old_total=posted["total_amount"],
            before_hash=before_hash(posted),
            xero_id=posted["xero_id"],
        )
        if posted["kind"] == "allocation":
            is_there = posted["xero_id"] in {allocation_id(row) for row in self.books.allocations}
            return step if is_there else None
        shown = self.books.payments.get(posted["xero_id"])
        if shown is None or shown["payment_status"] == "DELETED":
            return None
        if shown["is_reconciled"]:
            return blocked(step, _reconciled(str(posted["xero_number"])))
        if lock := self.books.locks.blocking([shown["paid_on"]]):
            return blocked(step, locked(lock, f"it is dated {shown['paid_on']}"))
        return step

    def _not_ready(self, wanted: Wanted) -> Obstacle | None:
        """Why its documents do not stand, or cannot be settled yet."""
        for key in wanted.needs:
            step, document = self.steps.get(key), self._document(key)
            if document is not None and document["document_status"] not in _OPEN and not _gets_authorised(step):
                why = f"{document['document_number']} is {str(document['document_status']).lower()} in Xero"
                code = "ended_in_xero" if document["document_status"] in ENDED else "draft"
                fix = "Approve it in Xero, then sync again" if code == "draft" else "See that document"
                return Obstacle(code, why, fix)
            if document is None and (step is None or step.action != "new"):
                why = "the document that it belongs to is not in Xero" + (f": {step.reason}" if step else "")
                return Obstacle("waiting_for_document", why, "Put right what stands in the way of that document")
            if document is None and step is not None and not _gets_authorised(step):
                return Obstacle("draft", f"{step.number} is sent as a draft", "Approve it in Xero, then sync again")
        if wanted.day and (lock := self.books.locks.blocking([wanted.day])):
            return locked(lock, f"it is dated {wanted.day}")
        return None

    def _settling(self, wanted: Wanted, step: Step) -> Step:
        """The step, as long as every document has that much left."""
        amount = wanted.total or Decimal(0)
        for key in wanted.needs:
            left = self._left(key)
            if amount > left:
                document = self.steps.get(key)
                number = document.number if document else key
                why = f"{amount:,.2f} is more than the {max(left, Decimal(0)):,.2f} that are left of {number} in Xero"
                fix = "Enter what is too much as an overpayment in Xero, or correct the payment in the source"
                return blocked(step, Obstacle("overpaid", why, fix))
        for key in wanted.needs:
            self._pending[key] += amount
        return step

    def _left(self, key: str) -> Decimal:
        """What is left of a document once the plan has brought it to Xero."""
        shown, step = self._document(key), self.steps.get(key)
        settled = (shown["paid_amount"] + shown["credited_amount"]) if shown else Decimal(0)
        has_change = step is not None and step.action in {"new", "changed"}
        total = step.total if step is not None and has_change else shown["total_amount"] if shown else Decimal(0)
        return (total or Decimal(0)) - settled - self._pending[key]

    def _document(self, key: str) -> Row | None:
        """The document as Xero shows it; None: it is not there yet."""
        posted, step = self.books.posted.get(key), self.steps.get(key)
        if posted is not None and posted["ended_at"] is None:
            return self.books.documents.get(posted["xero_id"])
        return self.books.documents.get(step.xero_id) if step is not None and step.xero_id else None

    def _ids(self, wanted: Wanted) -> tuple[str, str] | None:
        """Xero's ids of credit and invoice, where both are there."""
        credit, invoice = (self._document(wanted.content[name]["key"]) for name in ("CreditNote", "Invoice"))
        return (credit["document_id"], invoice["document_id"]) if credit and invoice else None

    def _same_payment(self, wanted: Wanted) -> Row | None:
        """A payment in Xero that is surely ours: same document, reference, day and amount."""
        document = self._document(wanted.needs[0])
        if document is None:
            return None
        return next(_equal_payments(self.books, document["document_id"], wanted), None)

    def _same_allocation(self, pair: tuple[str, str], amount: Decimal | None) -> Row | None:
        sought = (*pair, amount)
        free = (row for row in self.books.allocations if allocation_id(row) not in self.books.owners)
        return next((row for row in free if (row["credit_id"], row["invoice_id"], row["amount"]) == sought), None)


def allocation_id(row: Row) -> str:
    """What an allocation is known by: the credit note and Xero's id of the allocation, or the invoice without one."""
    return f"{row['credit_id']}/{row['allocation_id'] or row['invoice_id']}"


def _equal_payments(books: Books, document_id: str, wanted: Wanted) -> Iterator[Row]:
    sought = (document_id, wanted.number, wanted.day, wanted.total)
    return iter(
        row
        for row in books.payments.values()
        if row["payment_status"] == "AUTHORISED"
        and row["payment_id"] not in books.owners
        and (row["document_id"], row["reference"], row["paid_on"], row["amount"]) == sought
    )


def _gets_authorised(step: Step | None) -> bool:
    """Whether the plan leaves the document authorised."""
    is_sent = step is not None and step.action in {"new", "changed"}
    return is_sent and step is not None and step.wanted is not None and step.wanted.status == "AUTHORISED"


def _taken_back(what: str) -> Obstacle:
    return Obstacle(
        "ended_in_xero",
        f"somebody took {what} back in Xero, and the source still has it",
        "Take it back in the source, too, or enter it there as a new one",
    )


def _reconciled(number: str) -> Obstacle:
    return Obstacle(
        "reconciled",
        f"payment {number} is reconciled with the bank in Xero and cannot be taken back",
        "Undo the reconciliation in Xero and sync again, or correct it in the source by a payment of its own",
    )
