"""Decides what a plan does with contacts, items and documents (xero.md sections 3 to 7)."""

from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.load.json_text import canonical_json, sha256_of
from pipelines.sync.books import Books, Row, SyncScope
from pipelines.sync.elements import Wanted
from pipelines.sync.kinds import ENDED, UNIQUE_TYPES, XERO_KINDS
from pipelines.sync.steps import Obstacle, Step, locked, paid


def blocked(step: Step, obstacle: Obstacle) -> Step:
    """The step with what stands in its way."""
    return replace(step, action="blocked", reason=obstacle.reason, obstacle=obstacle)


def step_of(
    wanted: Wanted,
    action: str,
    reason: str,
    *,
    xero_id: str | None = None,
    before_hash: str | None = None,
    old_total: Decimal | None = None,
) -> Step:
    """A step for something that is wanted."""
    return Step(
        wanted.key,
        wanted.kind,
        action,
        reason,
        number=wanted.number,
        day=wanted.day,
        currency=wanted.currency,
        total=wanted.total,
        old_total=old_total,
        content_hash=wanted.content_hash,
        before_hash=before_hash,
        wanted=wanted,
        xero_id=xero_id,
    )


def before_hash(posted: Row, shown: str | None = None) -> str:
    """sha256 over what was sent and how Xero shows it: what a change was decided by."""
    return sha256_of(canonical_json([posted["xero_id"], posted["content_hash"], shown or ""]))


@dataclass
class DocumentSteps:
    """Decides one after the other, in the order of sending."""

    books: Books
    scope: SyncScope

    def contact(self, wanted: Wanted) -> Step:
        """Created, linked to the one that was matched, or changed."""
        books, posted, found = self.books, self.books.posted.get(wanted.key), self.books.contact_of(wanted.key)
        if found is not None and found["contact_status"] != "ACTIVE":
            step = step_of(wanted, "blocked", "", xero_id=found["contact_id"])
            return blocked(
                step,
                Obstacle(
                    "contact_archived",
                    f"{found['contact_name']} is archived in Xero, and an archived contact takes no documents",
                    "Restore it in Xero, or choose another contact under contacts.decisions in documents.yaml",
                ),
            )
        if found is not None:
            return self._known_contact(wanted, posted, found["contact_id"])
        match = books.matches[wanted.key]
        if match["matched_by"] != "new" and match["xero_contact_id"] is None:
            why = f"{match['candidate_count']} contacts in Xero fit {wanted.number}"
            fix = f'Decide under contacts.decisions in documents.yaml: "{wanted.key}": the id in Xero, or new'
            return blocked(step_of(wanted, "blocked", ""), Obstacle("waiting_for_contact", why, fix))
        if match["xero_contact_id"] is not None or posted is not None:
            why = f"the contact that {wanted.number} was linked to is not in Xero any more"
            fix = f'Decide under contacts.decisions in documents.yaml: "{wanted.key}": the id in Xero, or new'
            return blocked(step_of(wanted, "blocked", ""), Obstacle("ended_in_xero", why, fix))
        if not self.scope.creates_contacts:
            why = f"{wanted.number} is not in Xero, and documents.yaml does not send contacts"
            fix = "Switch contacts on under kinds in documents.yaml, or enter the contact in Xero"
            return blocked(step_of(wanted, "blocked", ""), Obstacle("waiting_for_contact", why, fix))
        return step_of(wanted, "new", "Xero has no such contact")

    def _known_contact(self, wanted: Wanted, posted: Row | None, contact_id: str) -> Step:
        if posted is None:
            match = str(self.books.matches[wanted.key]["matched_by"] or "").replace("_", " ")
            return step_of(wanted, "adopted", f"linked by {match}", xero_id=contact_id)
        if posted["xero_id"] != contact_id:
            return step_of(wanted, "adopted", "merged or decided anew: another contact in Xero", xero_id=contact_id)
        if posted["content_hash"] == wanted.content_hash:
            return step_of(wanted, "unchanged", "as sent", xero_id=contact_id)
        return step_of(wanted, "changed", "its details changed", xero_id=contact_id, before_hash=before_hash(posted))

    def item(self, wanted: Wanted) -> Step:
        """Created, taken over by its code, or changed; one whose stock Xero counts is left alone."""
        posted, found = self.books.posted.get(wanted.key), self.books.items.get(wanted.number)
        if found is None:
            return step_of(wanted, "new", "Xero has no such item")
        if found["is_tracked"]:
            why = f"Xero counts the stock of {wanted.number} itself: it would be counted twice"
            fix = "Make it an untracked item in Xero, or take the product out of the items that are sent"
            return blocked(step_of(wanted, "blocked", "", xero_id=found["item_id"]), Obstacle("tracked_item", why, fix))
        if posted is None or posted["xero_id"] != found["item_id"]:
            return step_of(wanted, "adopted", "found by its code", xero_id=found["item_id"])
        if posted["content_hash"] == wanted.content_hash:
            return step_of(wanted, "unchanged", "as sent", xero_id=found["item_id"])
        return step_of(
            wanted, "changed", "its details changed", xero_id=found["item_id"], before_hash=before_hash(posted)
        )

    def document(self, wanted: Wanted) -> Step | None:
        """What is done with a document; None where there is nothing to do and nothing to show."""
        posted = self.books.posted.get(wanted.key)
        is_posted = posted is not None and posted["ended_at"] is None
        if wanted.status in ENDED:
            return self.unwanted(posted, wanted) if posted is not None and is_posted else None
        if posted is None or not is_posted:
            return self._new(wanted)
        return self._known(wanted, posted)

    def _new(self, wanted: Wanted) -> Step:
        step = step_of(wanted, "new", "Xero does not hold it yet")
        contact = self.books.contact_of(wanted.needs[0])
        type_, contact_id = XERO_KINDS[wanted.kind].type, contact["contact_id"] if contact else None
        standing = self.books.standing_as(type_, wanted.number, contact_id)
        free = [row for row in standing if row["document_id"] not in self.books.owners]
        for row in free:
            if row["shown_hash"] == wanted.shown_hash or _is_same_sum(row, wanted):
                return replace(step, action="adopted", reason="it stands in Xero already", xero_id=row["document_id"])
        if taken := free or (standing if type_ in UNIQUE_TYPES else []):
            shown = f"{taken[0]['document_number']}: {taken[0]['total_amount']:,.2f} of {taken[0]['document_date']}"
            why = f"Xero has another document with the number {shown}"
            fix = "Void that one in Xero or give it another number; or set a number_prefix in documents.yaml"
            return blocked(step, Obstacle("number_taken", why, fix))
        if lock := self.books.locks.blocking([wanted.day] if wanted.day and self._has_entries(wanted) else []):
            return blocked(step, locked(lock, f"it is dated {wanted.day}"))
        if (wanted.key, wanted.content_hash) in self.books.flawed:
            why = "Xero saved it with a warning, so that it was undone; nothing about it has changed since"
            fix = "Put right its account, tax type or rate in the mappings, or the document in the source"
            return blocked(step, Obstacle("refused", why, fix))
        return step

    def _known(self, wanted: Wanted, posted: Row) -> Step:
        shown = self.books.documents.get(posted["xero_id"])
        step = step_of(wanted, "unchanged", "as sent", xero_id=posted["xero_id"], old_total=posted["total_amount"])
        if shown is None or shown["document_status"] in ENDED:
            return blocked(step, _ended(wanted.number, shown))
        if posted["shown_hash"] not in {None, shown["shown_hash"]}:
            if shown["shown_hash"] == wanted.shown_hash:
                return replace(step, action="adopted", reason="somebody made the same change in Xero")
            return blocked(step, _edited(wanted.number, posted, shown))
        needs_approval = wanted.status == "AUTHORISED" and shown["document_status"] in {"DRAFT", "SUBMITTED"}
        if posted["content_hash"] != wanted.content_hash:
            return self._changed(wanted, posted, shown, replace(step, reason="it changed in the source"))
        if needs_approval:
            return self._changed(wanted, posted, shown, replace(step, reason="it is to be authorised"))
        return step

    def _changed(self, wanted: Wanted, posted: Row, shown: Row, step: Step) -> Step:
        """A change, where payments and lock dates let it through."""
        changed = replace(step, action="changed", before_hash=before_hash(posted, shown["shown_hash"]))
        if _is_settled(shown):
            settled = shown["paid_amount"], shown["credited_amount"]
            return blocked(changed, paid(wanted.number, *settled, shown["total_amount"], wanted.total))
        days = [day for day in (wanted.day, shown["document_date"]) if day]
        if self._has_entries(wanted) and (lock := self.books.locks.blocking(days)):
            return blocked(changed, locked(lock, f"{step.reason} and is dated {shown['document_date']}"))
        return changed

    def unwanted(self, posted: Row, wanted: Wanted | None = None) -> Step:
        """A document that is void in the source, or gone from it: voided in Xero where that is possible."""
        shown = self.books.documents.get(posted["xero_id"])
        step = Step(
            posted["document_key"],
            posted["kind"],
            "voided",
            "it is void in the source" if wanted else "the source does not have it any more",
            posted["xero_number"],
            posted["document_date"],
            posted["currency_code"],
            None,
            posted["total_amount"],
            before_hash=before_hash(posted, shown["shown_hash"] if shown else None),
            xero_id=posted["xero_id"],
        )
        if shown is None or shown["document_status"] in ENDED:
            return replace(step, action="unchanged", reason="it is void in Xero, too", before_hash=None)
        number = str(posted["xero_number"])
        if _is_settled(shown):
            settled = shown["paid_amount"], shown["credited_amount"]
            return blocked(step, paid(number, *settled, shown["total_amount"], None))
        has_entries = posted["kind"] != "purchase_order"
        if has_entries and (lock := self.books.locks.blocking([shown["document_date"]])):
            return blocked(step, locked(lock, f"{step.reason} and is dated {shown['document_date']}"))
        return step

    def _has_entries(self, wanted: Wanted) -> bool:
        """Whether a lock date is about it: a purchase order is no ledger document (xero.md section 7)."""
        return wanted.kind != "purchase_order"


def _is_same_sum(shown: Row, wanted: Wanted) -> bool:
    """Whether a document of the same number is surely ours: another program may have merged or described its lines
    differently. Sent again, it would count twice."""
    is_sum = wanted.total == shown["total_amount"] or wanted.net == shown["net_amount"]
    return is_sum and bool(shown["currency_code"] == wanted.currency)


def _is_settled(shown: Row) -> bool:
    return bool(shown["paid_amount"] + shown["credited_amount"] > Decimal(0))


def _ended(number: str, shown: Row | None) -> Obstacle:
    what = str(shown["document_status"]).lower() if shown else "gone"
    return Obstacle(
        "ended_in_xero",
        f"somebody made {number} {what} in Xero, and the source still has it",
        "Void it in the source, too; or give it a new number there, and it is sent again",
    )


def _edited(number: str, posted: Row, shown: Row) -> Obstacle:
    was, now = posted["total_amount"], shown["total_amount"]
    what = f"from {was:,.2f} to {now:,.2f}" if was != now else "in its date, accounts, tax or lines"
    return Obstacle(
        "edited_in_xero",
        f"somebody changed {number} in Xero {what}",
        "Make the same change in the source, or take it back in Xero: nothing is overwritten meanwhile",
    )
