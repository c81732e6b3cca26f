"""Keeps post.documents: what Xero holds from us, as Xero confirmed it or shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.load.change_rules import kind_of
from pipelines.load.contents import read_contents
from pipelines.load.manual_journals import ManualJournal, read_tag
from pipelines.load.mirror import Clock
from pipelines.load.mirror_rows import frame_of
from pipelines.load.outbox import OutboxDocument
from pipelines.load.plan import ComputedPlan
from pipelines.load.posted import PostedState, Standing
from pipelines.load.verdicts import Verdict
from pipelines.warehouse import Warehouse
from schemas.tables import TABLES

FOUND = "found in Xero"
"""Stands for the plan of a journal that no plan of this warehouse posted."""


@dataclass(frozen=True)
class Recorder:
    """Writes rows of post.documents for documents that Xero has judged."""

    warehouse: Warehouse
    period: date
    computed: ComputedPlan
    clock: Clock

    def __call__(self, judged: Sequence[Verdict]) -> None:
        """Keep what was created, with what Xero showed of it, and what was voided or deleted."""
        now = self.clock()
        created = [
            one for one in judged if one.document.action == "create" and one.document.manual_journal_id is not None
        ]
        if created:
            write_documents(self.warehouse, [self._row(one, now) for one in created])
        for one in judged:
            if one.document.action == "end" and one.document.state == "confirmed":
                self._end(one.document, now)

    def _row(self, verdict: Verdict, now: datetime) -> dict[str, object]:
        document = verdict.document
        tag = read_tag(document.tag)
        if tag is None:
            raise ValueError(f"{document.tag} is not a tag")
        wanted = self.computed.journals[document.tag]
        shown = verdict.shown or wanted.journal
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
            "journal_kind": wanted.journal_kind,
            "material_hash": shown.material_hash(),
            "content_json": shown.content_json(),
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
    contents = read_contents(warehouse, found)
    with warehouse.transaction():
        write_documents(warehouse, [_found_row(one, contents[one.tag], now) for one in found])
        for one in found:
            if one.is_live:
                warehouse.execute(
                    "update post.outbox set state = 'confirmed', manual_journal_id = ?, answered_at = ? "
                    "where tag = ? and action = 'create' and state in ('sending', 'unknown')",
                    [one.manual_journal_id, now, one.tag],
                )


def _found_row(standing: Standing, content: ManualJournal, now: datetime) -> dict[str, object]:
    columns = set(TABLES["post.documents"].to_schema().columns)
    row = {name: getattr(standing, name) for name in Standing.__dataclass_fields__ if name in columns}
    return {
        **row,
        "status": "POSTED" if standing.status == "ARCHIVED" else standing.status,
        "plan_hash": FOUND,
        "posted_at": now,
        "journal_kind": standing.journal_kind or kind_of(standing.journal_key),
        "material_hash": content.material_hash(),
        "content_json": content.content_json(),
    }


def write_documents(warehouse: Warehouse, rows: Sequence[dict[str, object]]) -> None:
    """Put rows into post.documents; a tag that is known gets its new row."""
    frame = frame_of("post.documents", [{"ended_by_plan": None, "ended_at": None, **row} for row in rows])
    warehouse.replace("post.documents", frame, "list_contains(?, tag)", [frame["tag"].to_list()])
