"""Keeps post.synced_documents: what we put into Xero, as Xero confirmed it, and what became of it there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.load.mirror import Clock
from pipelines.load.mirror_rows import frame_of
from pipelines.load.verdicts import Verdict
from pipelines.sync.books import Books
from pipelines.sync.kinds import DOCUMENT_RESOURCES, XERO_KINDS
from pipelines.sync.mirror import keep_elements
from pipelines.sync.shown import shown_hash
from pipelines.sync.steps import Step
from pipelines.warehouse import Warehouse

Row = dict[str, object]


@dataclass(frozen=True)
class SyncRecorder:
    """Writes rows of post.synced_documents for what Xero has judged, in the transaction that keeps the verdict."""

    warehouse: Warehouse
    steps: Mapping[str, Step]
    clock: Clock

    def __call__(self, judged: Sequence[Verdict]) -> None:
        """Keep what was created or changed, with what Xero showed of it, and what ended."""
        now = self.clock()
        done = [one for one in judged if one.document.state == "confirmed" and one.document.tag in self.steps]
        write_synced(self.warehouse, [self._row(one, now) for one in done if one.document.action != "end"])
        for resource in DOCUMENT_RESOURCES:
            shown = [one.element for one in done if one.document.resource == resource and one.element]
            keep_elements(self.warehouse, resource, [dict(one) for one in shown if one.get("LineItems")])
        for one in done:
            if one.document.action == "end":
                self._end(one.document.tag, now)

    def _row(self, verdict: Verdict, now: datetime) -> Row:
        step, element = self.steps[verdict.document.tag], verdict.element or {}
        shows_lines = bool(element.get("LineItems"))
        is_document = XERO_KINDS[step.kind].is_document
        row = synced_row(step, str(verdict.document.manual_journal_id), verdict.document.plan_hash, now)
        return row | {
            "xero_status": str(element.get("Status") or row["xero_status"]),
            "shown_hash": shown_hash(element) if shows_lines and is_document else row["shown_hash"],
        }

    def _end(self, key: str, now: datetime) -> None:
        """A second copy has no row of its own, so nothing changes with it; nor with a payment that is made anew."""
        step = self.steps[key]
        if step.action == "voided":
            self.warehouse.execute(
                "update post.synced_documents set xero_status = if(xero_status in ('DRAFT', 'SUBMITTED'), 'DELETED', "
                "'VOIDED'), ended_at = ? where document_key = ?",
                [now, key],
            )


def synced_row(step: Step, xero_id: str, plan_hash: str, now: datetime) -> Row:
    """A row of post.synced_documents for a step whose object is in Xero."""
    if step.wanted is None:
        raise ValueError(f"{step.key} is not wanted")
    return {
        "document_key": step.key,
        "kind": step.kind,
        "xero_id": xero_id,
        "xero_number": step.number,
        "xero_status": step.wanted.status or "ACTIVE",
        "content_hash": step.wanted.content_hash,
        "shown_hash": step.wanted.shown_hash,
        "content_json": step.wanted.content_json,
        "document_date": step.day,
        "currency_code": step.currency,
        "total_amount": step.total,
        "paid_amount": None,
        "credited_amount": None,
        "due_amount": step.total if XERO_KINDS[step.kind].is_document else None,
        "plan_hash": plan_hash,
        "posted_at": now,
        "seen_at": now,
        "ended_at": None,
    }


def write_synced(warehouse: Warehouse, rows: Iterable[Row]) -> None:
    """Put rows into post.synced_documents; a key that is known gets its new row."""
    frame = frame_of("post.synced_documents", rows)
    if frame.height:
        keys = frame["document_key"].to_list()
        warehouse.replace("post.synced_documents", frame, "list_contains(?, document_key)", [keys])


def record_adopted(warehouse: Warehouse, steps: Iterable[Step], books: Books, plan_hash: str, now: datetime) -> None:
    """Take over what stands in Xero already: contacts that were matched, documents of the same number and content."""
    rows: list[Row] = []
    for step in steps:
        if step.action != "adopted" or step.xero_id is None:
            continue
        row = synced_row(step, step.xero_id, plan_hash, now)
        shown = books.documents.get(step.xero_id)
        if shown is not None:
            row |= {"xero_status": shown["document_status"], "shown_hash": shown["shown_hash"]}
        rows.append(row)
    write_synced(warehouse, rows)
