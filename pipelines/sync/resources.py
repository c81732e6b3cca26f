"""How the sender brings contacts, items, documents, payments and allocations to Xero, and finds them again there.

What got no answer is looked for among all that changed since it was sent, by what makes it ours: the number of a
contact, the code of an item, the number of a document (with its contact for purchases), the document, reference, day
and amount of a payment; credit, invoice and amount of an allocation. So no filter of Xero's that lags behind matters.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipelines.load.batches import batch_body, cut_batches
from pipelines.load.json_text import decode_json
from pipelines.load.outbox import Action, OutboxDocument, State
from pipelines.load.verdicts import Element, Verdict, has_word, id_of, joined
from pipelines.load.xero_answers import messages_of
from pipelines.load.xero_client import XeroClient
from pipelines.load.xero_values import read_amount, read_date
from pipelines.sync.books import identity
from pipelines.sync.kinds import DOCUMENT_RESOURCES, ENDED
from pipelines.sync.mirror_rows import allocation_rows
from pipelines.sync.shown import shown_hash

_OVERLAP = timedelta(hours=1)
"""How far before the first sending changes are read: the sending is told by this machine's clock, the change by Xero's,
and what is missed would be sent twice."""

_ID_FIELDS = {
    "Contacts": "ContactID",
    "Items": "ItemID",
    "Invoices": "InvoiceID",
    "PurchaseOrders": "PurchaseOrderID",
    "CreditNotes": "CreditNoteID",
    "Payments": "PaymentID",
    "Allocations": "AllocationID",
}


@dataclass(frozen=True)
class SyncResource:
    """One endpoint of the sync; see pipelines/load/resources.py."""

    name: str

    def batches(self, action: Action, documents: Sequence[OutboxDocument]) -> list[list[OutboxDocument]]:
        """At most 50 and 3.5 MB a request; allocations by credit note, and ends of settlements one by one."""
        if self.name == "Payments" and action == "end":
            return [[one] for one in documents]
        if self.name != "Allocations":
            return cut_batches(documents)
        by_credit: dict[str, list[OutboxDocument]] = defaultdict(list)
        for one in documents:
            by_credit[_credit_of(one) if action == "create" else one.tag].append(one)
        return [batch for each in by_credit.values() for batch in cut_batches(each)]

    def path(self, documents: Sequence[OutboxDocument]) -> str:
        """Path of a request: the collection; of what ends alone, its own."""
        first = documents[0]
        if self.name == "Allocations":
            credit, _, allocation = str(first.manual_journal_id or "").partition("/")
            if first.action == "create":
                return f"/CreditNotes/{_credit_of(first)}/Allocations"
            return f"/CreditNotes/{credit}/Allocations/{allocation}"
        if self.name == "Payments" and first.action == "end":
            return f"/Payments/{first.manual_journal_id}"
        return f"/{self.name}"

    def body(self, documents: Sequence[OutboxDocument]) -> str:
        """The exact text of a request; an allocation ends without any."""
        if documents[0].action == "end" and self.name == "Allocations":
            return ""
        if documents[0].action == "end" and self.name == "Payments":
            return documents[0].body
        return batch_body(documents, self.name)

    def match(self, documents: Sequence[OutboxDocument], elements: Sequence[Element]) -> list[Element | None]:
        """By id or by what makes it ours; the place counts for an element that shows neither.

        That answers come in the order of the request is not documented (xero.md section 1).
        """
        is_complete = len(elements) == len(documents)
        by_name: dict[str, Element] = {}
        for shown in elements:
            by_name |= dict.fromkeys(self._names(shown), shown)
        found: list[Element | None] = []
        for place, document in enumerate(documents):
            wanted = [str(document.manual_journal_id or ""), document.narration, document.narration.partition(" ")[2]]
            element: Element | None = next((by_name[name] for name in wanted if name in by_name), None)
            if element is None and is_complete and elements[place] not in found:
                element = elements[place]
            found.append(element)
        return found

    def judge(self, document: OutboxDocument, element: Element | None, now: datetime) -> Verdict:
        """Saved, refused, saved otherwise than it was sent, or ended (xero.md section 1.2)."""
        return Verdict(self._judged(document, element, now), element=element)

    def find(self, client: XeroClient, documents: Sequence[OutboxDocument]) -> Mapping[str, list[Element]]:
        """What Xero has of documents: what is created by its name, what is changed or ended by its id."""
        sent = [one.first_sent_at for one in documents if one.first_sent_at is not None]
        since = min(sent) - _OVERLAP if sent else None
        found: dict[str, list[Element]] = defaultdict(list)
        by_name: dict[str, list[Element]] = defaultdict(list)
        for element in self._shown(client, documents, since):
            for name in self._names(element):
                by_name[name].append(element)
        for one in documents:
            name = one.narration if one.action == "create" else str(one.manual_journal_id)
            found[one.tag] = by_name.get(name, [])
        return found

    def judge_found(self, document: OutboxDocument, elements: Sequence[Element], now: datetime) -> Verdict | None:
        """A document that was looked up: standing, changed as sent, or ended; None: it is sent again.

        Of several the one with the smallest id counts, whoever looks; others are found when everything is read back.
        """
        if document.action == "end":
            is_ended = self._is_gone(document, elements)
            return Verdict(replace(document, state="confirmed", answered_at=now, reason=None)) if is_ended else None
        if document.action == "update":  # the same again does nothing more
            return None
        standing = [one for one in elements if one.get("Status") not in ENDED]
        for element in sorted(standing, key=lambda one: str(self._id(one))):
            judged = self.judge(document, element, now)
            if judged.document.state == "refused":  # saved as it is by somebody else, so it is not ours to undo
                return Verdict(replace(judged.document, manual_journal_id=None, reason=_NOT_AS_SENT), element=element)
            return judged
        return None

    def _shown(
        self, client: XeroClient, documents: Sequence[OutboxDocument], since: datetime | None
    ) -> Iterable[Element]:
        if self.name == "Items":
            return client.items()
        if self.name == "Contacts":
            return client.documents("Contacts", modified_since=since, filters={"includeArchived": "true"})
        if self.name == "Allocations":
            return _read_allocations(client, {_credit_of(one) for one in documents})
        return client.documents(self.name, modified_since=since)

    def _names(self, element: Element) -> list[str]:
        """What an element may be known by here: its id, and what makes it ours."""
        known = self._id(element)
        return [*([known] if known else []), *([name] if (name := self.name_of(element)) else [])]

    def _id(self, element: Element) -> str | None:
        found = id_of(element, _ID_FIELDS[self.name])
        if self.name != "Allocations":
            return found
        return f"{element['CreditNoteID']}/{found}" if element.get("CreditNoteID") and found else None

    def name_of(self, element: Element) -> str | None:
        """What makes an element ours, as the outbox keeps it; None where it does not show enough of it."""
        if self.name in {"Contacts", "Items"}:
            name = element.get("ContactNumber") if self.name == "Contacts" else element.get("Code")
            return str(name) if name else None
        if self.name == "Payments":
            paid = element.get("Invoice") or element.get("CreditNote") or {}
            document_id = paid.get("InvoiceID") or paid.get("CreditNoteID")
            day, amount = read_date(element.get("Date")), read_amount(element.get("Amount"))
            return f"{document_id} {element.get('Reference') or ''} {day} {amount}" if document_id else None
        if self.name == "Allocations":
            invoice = (element.get("Invoice") or {}).get("InvoiceID")
            name = f"{invoice} {read_amount(element.get('Amount'))}" if invoice else None
            return f"{element['CreditNoteID']} {name}" if name and element.get("CreditNoteID") else name
        number = element.get(_NUMBER_FIELDS[self.name])
        contact = (element.get("Contact") or {}).get("ContactID")
        type_ = str(element.get("Type") or "PURCHASEORDER")
        return " ".join(identity(type_, str(number), contact)) if number else None

    def _judged(self, document: OutboxDocument, element: Element | None, now: datetime) -> OutboxDocument:
        if element is None:
            return replace(document, state="unknown", reason="Xero's answer does not mention it")
        errors = messages_of(dict(element), "ValidationErrors")
        if errors or has_word(element, "ERROR"):
            reason = joined(errors) or "refused without a reason"
            return replace(document, state="refused", answered_at=now, reason=reason)
        if document.action == "end":
            return _judged_end(document, element, now)
        known = self._id(element) or (document.manual_journal_id if document.action == "update" else None)
        if self.name == "Allocations":
            part = element.get("AllocationID") or document.narration.split()[1]
            known = f"{_credit_of(document)}/{part}"
        flaw = self._flaw(document, element)
        if known is None:
            return replace(document, state="unknown", reason="Xero's answer has no id for it")
        state: State = "confirmed" if flaw is None else "refused"
        return replace(document, state=state, answered_at=now, manual_journal_id=known, reason=flaw)

    def _flaw(self, document: OutboxDocument, element: Element) -> str | None:
        """What Xero saved otherwise than it was sent; None: nothing.

        A warning counts when the document is not shown exactly as it was sent: one about an odd currency rate leaves
        the document as it is (xero.md section 3), one about an unknown account takes the account away.
        """
        if self.name not in DOCUMENT_RESOURCES:
            return None
        warnings = messages_of(dict(element), "Warnings")
        shows_lines = bool(element.get("LineItems")) and element.get("Date") is not None
        if shows_lines and shown_hash(decode_json(document.body)) == shown_hash(element):
            is_about_rate = all("rate" in words.lower() for words in warnings)
            if is_about_rate:
                return None
        elif not shows_lines and not warnings:
            return None
        what = joined(warnings) or "Xero shows other accounts, amounts or tax than were sent"
        return (
            f"saved with a warning, and undone: {what}" if document.action == "create" else f"saved otherwise: {what}"
        )

    def _is_gone(self, document: OutboxDocument, elements: Sequence[Element]) -> bool:
        if self.name == "Allocations":
            return not elements
        return bool(elements) and elements[0].get("Status") in ENDED


def _judged_end(document: OutboxDocument, element: Element, now: datetime) -> OutboxDocument:
    """What was to be voided, deleted or taken back."""
    if element.get("Status") in ENDED or element.get("IsDeleted") is True:
        return replace(document, state="confirmed", answered_at=now, reason=None)
    return replace(document, state="unknown", reason=f"Xero shows it as {element.get('Status')}")


_NUMBER_FIELDS = {
    "Invoices": "InvoiceNumber",
    "CreditNotes": "CreditNoteNumber",
    "PurchaseOrders": "PurchaseOrderNumber",
}


_NOT_AS_SENT = "Xero has a document with this number that is not as it was sent: see it there"


def _credit_of(document: OutboxDocument) -> str:
    """The credit note of an allocation: it stands first in what the allocation is found again by."""
    return document.narration.split()[0]


def _read_allocations(client: XeroClient, credits_: Iterable[str]) -> Iterable[Element]:
    """Allocations of some credit notes, each with the id of its note, as far as they stand."""
    for credit_id in sorted(credits_):
        credit = client.one("CreditNotes", credit_id)
        for row in allocation_rows(credit) if credit else ():
            yield {
                "AllocationID": row["allocation_id"],
                "CreditNoteID": credit_id,
                "Amount": row["amount"],
                "Invoice": {"InvoiceID": row["invoice_id"]},
            }
