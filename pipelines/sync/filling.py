"""Puts the steps of a plan into its outbox, stage by stage: exact bytes, with Xero's ids where our keys stood."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.load.json_text import encode_json, sha256_of
from pipelines.load.outbox import Action, Outbox, OutboxDocument
from pipelines.sync.books import Books
from pipelines.sync.kinds import ENDED, RESOURCES, XERO_KINDS
from pipelines.sync.resources import SyncResource
from pipelines.sync.steps import Step

Content = dict[str, Any]

STAGES: Sequence[tuple[Action, str]] = (
    *(("end", resource) for resource in reversed(RESOURCES)),
    *((action, resource) for resource in RESOURCES for action in ("create", "update")),
)
"""What is sent when: ends first and backwards, so that an invoice ends after what settles it; then what is created."""

_REFERENCES = {"Contact": "ContactID", "Invoice": "InvoiceID", "CreditNote": "CreditNoteID"}


@dataclass(frozen=True)
class Ids:
    """Xero's ids as they are known now."""

    books: Books
    found: Callable[[str], str | None]
    """Id of a document, payment or allocation of ours, by key; None: it is not in Xero."""

    def of(self, field: str, key: str) -> str | None:
        """The id that stands for a key."""
        known = self.found(key)
        if field != "Contact":
            return known
        contact = self.books.followed(known)
        if contact is not None:
            return str(contact["contact_id"])
        matched = self.books.contact_of(key)
        return known or (str(matched["contact_id"]) if matched else None)


def actions_of(step: Step) -> tuple[Action, ...]:
    """What the outbox does for a step; a payment that changes ends and is made anew (xero.md section 4)."""
    if step.action == "new":
        return ("create",)
    if step.action == "voided":
        return ("end",)
    if step.action == "changed":
        return ("end", "create") if step.kind in {"payment", "allocation"} else ("update",)
    return ()


def fill_stage(outbox: Outbox, action: Action, resource: str, steps: Sequence[Step], ids: Ids) -> frozenset[str]:
    """Add the documents of a stage that are not in the outbox yet; those whose references have no id wait.

    Args:
        outbox: the plan's outbox.
        action: create, update or end.
        resource: endpoint.
        steps: the plan's steps.
        ids: of what earlier stages sent.

    Returns:
        Keys that may be sent now.
    """
    chosen = [one for one in steps if action in actions_of(one) and XERO_KINDS[one.kind].resource == resource]
    first = len(outbox.everything())
    added: list[OutboxDocument] = []
    ready: set[str] = set()
    for step in chosen:
        if outbox.get(action, step.key) is not None:
            ready.add(step.key)
        elif (document := _document(outbox.plan_hash, action, step, ids, first + len(added) + 1)) is not None:
            added.append(document)
            ready.add(step.key)
    outbox.save(added)
    return frozenset(ready)


def ending_of(plan_hash: str, step: Step, xero_id: str, status: str | None, position: int) -> OutboxDocument:
    """A row of the outbox that voids or deletes something.

    Args:
        plan_hash: the plan.
        step: what it is about; its kind says where.
        xero_id: what ends.
        status: its status in Xero now, where it has one.
        position: order of sending.
    """
    kind = XERO_KINDS[step.kind]
    if kind.resource == "Allocations":
        body = ""
    elif kind.resource == "Payments":
        body = encode_json({"Status": "DELETED"})
    else:
        is_booked = status in {"AUTHORISED", "PAID"} and kind.resource != "PurchaseOrders"
        body = encode_json({kind.id_field: xero_id, "Status": "VOIDED" if is_booked else "DELETED"})
    return OutboxDocument(
        plan_hash,
        "end",
        step.key,
        position,
        xero_id,
        xero_id.replace("/", " "),
        step.before_hash or sha256_of(xero_id),
        body,
        resource=kind.resource,
    )


def _document(plan_hash: str, action: Action, step: Step, ids: Ids, position: int) -> OutboxDocument | None:
    """A row of the outbox; None where something that it needs is not in Xero."""
    kind, xero_id = XERO_KINDS[step.kind], step.xero_id or _posted_id(step, ids)
    if action == "end":
        shown = ids.books.documents.get(xero_id or "")
        if xero_id is None or (shown and shown["document_status"] in ENDED):
            return None
        return ending_of(plan_hash, step, xero_id, shown["document_status"] if shown else None, position)
    if step.wanted is None:
        return None
    content = _with_ids(step.wanted.content, ids)
    if content is None:
        return None
    name = _name_of(kind.resource, content)
    if action == "update":
        content = _updating(step, kind.id_field, str(xero_id), content, ids)
    if kind.is_document and not _keeps_status(step, ids):
        content["Status"] = step.wanted.status
    body = encode_json(_without_path(kind.resource, content))
    return OutboxDocument(
        plan_hash,
        action,
        step.key,
        position,
        str(xero_id) if action == "update" else None,
        name,
        step.wanted.content_hash,
        body,
        resource=kind.resource,
    )


def _posted_id(step: Step, ids: Ids) -> str | None:
    posted = ids.books.posted.get(step.key)
    return str(posted["xero_id"]) if posted else None


def _with_ids(content: Content, ids: Ids) -> Content | None:
    """The content with ids in place of keys; None where one is not known."""
    filled: Content = {}
    for name, value in content.items():
        if isinstance(value, dict) and "key" in value:
            found = ids.of(name, value["key"])
            if found is None:
                return None
            filled[name] = {_REFERENCES[name]: found}
        else:
            filled[name] = value
    return filled


def _updating(step: Step, id_field: str, xero_id: str, content: Content, ids: Ids) -> Content:
    """A content for what is in Xero already.

    The whole set of lines goes, each with the LineItemID of the line in its place: a line whose id is not sent is
    deleted, one without id is added (xero.md section 3). A contact keeps a number that somebody else gave it.
    """
    changed: Content = {id_field: xero_id, **content}
    if step.kind == "contact":
        known = ids.books.contacts.get(xero_id)
        if known is not None and known["contact_number"] not in {None, content.get("ContactNumber")}:
            changed.pop("ContactNumber", None)
        return changed
    shown = ids.books.documents.get(xero_id)
    line_ids = str(shown["line_ids"]).split() if shown else []
    if "LineItems" in changed:
        lines = [dict(line) for line in changed["LineItems"]]
        for line, line_id in zip(lines, line_ids, strict=False):
            line["LineItemID"] = line_id
        changed["LineItems"] = lines
    return changed


def _keeps_status(step: Step, ids: Ids) -> bool:
    """Whether a person approved our draft: it is not made a draft again."""
    shown = ids.books.documents.get(step.xero_id or "")
    return shown is not None and step.wanted is not None and step.wanted.status == "DRAFT"


def _name_of(resource: str, content: Content) -> str:
    """What an object is found again by; see `SyncResource.name_of`."""
    if resource == "Allocations":
        return f"{content['CreditNote']['CreditNoteID']} {SyncResource(resource).name_of(content)}"
    return str(SyncResource(resource).name_of(content))


def _without_path(resource: str, content: Content) -> Mapping[str, Any]:
    """The credit note of an allocation stands in the path."""
    return {name: value for name, value in content.items() if not (resource == "Allocations" and name == "CreditNote")}
