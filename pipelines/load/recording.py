"""Keeps post.documents: what Xero holds from us, as Xero confirmed it or shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.load.manual_journals import read_tag
from pipelines.load.mirror import Clock
from pipelines.load.mirror_rows import frame_of
from pipelines.load.outbox import OutboxDocument
from pipelines.load.plan import ComputedPlan
from pipelines.load.posted import PostedState, Standing
from pipelines.warehouse import Warehouse

FOUND = "found in Xero"
"""Stands for the plan of a journal that no plan of this warehouse posted."""


@dataclass(frozen=True)
class Recorder:
    """Writes rows of post.documents for documents that Xero has judged."""

    warehouse: Warehouse
    period: date
    computed: ComputedPlan
    clock: Clock

    def __call__(self, judged: Sequence[OutboxDocument]) -> None:
        """Keep what was created, and what was voided or deleted."""
        now = self.clock()
        created = [one for one in judged if one.action == "create" and one.manual_journal_id is not None]
        if created:
            _write(self.warehouse, [self._row(one, now) for one in created])
        for one in judged:
            if one.action == "end" and one.state == "confirmed":
                self._end(one, now)

    def _row(self, document: OutboxDocument, now: datetime) -> dict[str, object]:
        tag = read_tag(document.tag)
        if tag is None:
            raise ValueError(f"{document.tag} is not a tag")
        wanted = self.computed.journals[document.tag]
        return {
            "tag": document.tag,
            "journal_key": wanted.journal_key,
            "version": tag.version,
            "period": self.period,
            "journal_date": wanted.journal.journal_date,
            "manual_journal_id": document.manual_journal_id,
            "status": wanted.journal.status,
            "narration": document.narration,
            "content_hash": document.content_hash,
            "debit_amount": wanted.journal.debit_amount,
            "plan_hash": document.plan_hash,
            "posted_at": now,
        }

    def _end(self, document: OutboxDocument, now: datetime) -> None:
        self.warehouse.execute(
            "update post.documents set status = if(status = 'DRAFT', 'DELETED', 'VOIDED'), ended_by_plan = ?, "
            "ended_at = ? where tag = ?",
            [document.plan_hash, now, document.tag],
        )


def adopt_found(warehouse: Warehouse, posted: PostedState, now: datetime) -> None:
    """Take over journals of ours that stand in Xero and that this warehouse did not know.

    They come from a warehouse that was lost, or from a request whose answer never came; the row of post.outbox of the
    latter is confirmed with it.
    """
    known = set(warehouse.query("select tag from post.documents")["tag"].to_list())
    found = [one for one in posted.standings if one.tag not in known]
    if not found:
        return
    with warehouse.transaction():
        _write(warehouse, [_found_row(one, now) for one in found])
        for one in found:
            warehouse.execute(
                "update post.outbox set state = 'confirmed', manual_journal_id = ?, answered_at = ? "
                "where tag = ? and action = 'create' and state in ('sending', 'unknown')",
                [one.manual_journal_id, now, one.tag],
            )


def _found_row(standing: Standing, now: datetime) -> dict[str, object]:
    row = {name: getattr(standing, name) for name in Standing.__dataclass_fields__}
    status = "POSTED" if standing.status == "ARCHIVED" else standing.status
    return {**row, "status": status, "plan_hash": FOUND, "posted_at": now}


def _write(warehouse: Warehouse, rows: Sequence[dict[str, object]]) -> None:
    """Put rows into post.documents; a tag that is known gets its new row."""
    frame = frame_of("post.documents", [{"ended_by_plan": None, "ended_at": None, **row} for row in rows])
    warehouse.replace("post.documents", frame, "list_contains(?, tag)", [frame["tag"].to_list()])
