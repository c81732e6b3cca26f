"""Puts the documents of a plan into its outbox: journals to create, then journals to void or delete."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.load.json_text import encode_json
from pipelines.load.manual_journals import narration, read_tag
from pipelines.load.outbox import Outbox, OutboxDocument
from pipelines.load.plan import ComputedPlan
from pipelines.load.plan_documents import PlannedDocument
from pipelines.load.plan_store import StoredPlan
from pipelines.load.posted import Standing
from pipelines.load.xero_client import ending


@dataclass(frozen=True)
class Ended:
    """What has to be known about a journal to end it."""

    tag: str
    manual_journal_id: str
    narration: str
    content_hash: str
    status: str


def fill_outbox(outbox: Outbox, plan: StoredPlan, computed: ComputedPlan) -> None:
    """Add what is not there yet; what an earlier run left keeps its state.

    Args:
        outbox: the plan's outbox.
        plan: what is to be done.
        computed: the journals themselves, and what stands in Xero.
    """
    standings = {one.tag: one for one in computed.posted.standings}
    creates = [_create(plan.plan_hash, position, one, computed) for position, one in _with_new_version(plan)]
    offset = len(plan.documents)
    ends = [
        _end(plan.plan_hash, offset + position, _as_ended(standings[one.old_tag]))
        for position, one in enumerate(plan.documents, 1)
        if one.old_tag
    ]
    outbox.save([one for one in [*creates, *ends] if outbox.get(one.action, one.tag) is None])


def add_undos(outbox: Outbox, status: str) -> frozenset[str]:
    """Add the end of every journal that Xero saved with a warning; returns the tags of these journals.

    Args:
        outbox: the plan's outbox.
        status: the status that such a journal was created with.
    """
    flawed = [one for one in outbox.documents("create") if one.is_flawed]
    undos = [
        _end(
            outbox.plan_hash,
            one.position,
            Ended(one.tag, str(one.manual_journal_id), one.narration, one.content_hash, status),
        )
        for one in flawed
        if outbox.get("end", one.tag) is None
    ]
    outbox.save(undos)
    return frozenset(one.tag for one in flawed)


def ends_to_send(outbox: Outbox, plan: StoredPlan) -> frozenset[str]:
    """Tags that may be ended now: never one whose next version does not stand yet."""
    return frozenset(
        one.old_tag for one in plan.changes if one.old_tag and (one.tag is None or _is_confirmed(outbox, one.tag))
    )


def missing_of(outbox: Outbox, plan: StoredPlan) -> list[PlannedDocument]:
    """The documents of a plan of which Xero has not confirmed everything."""
    return [one for one in plan.changes if not _is_done(outbox, one)]


def _with_new_version(plan: StoredPlan) -> Sequence[tuple[int, PlannedDocument]]:
    return [(position, one) for position, one in enumerate(plan.documents, 1) if one.is_change and one.tag]


def _create(plan_hash: str, position: int, planned: PlannedDocument, computed: ComputedPlan) -> OutboxDocument:
    journal = computed.journals[str(planned.tag)].journal
    tag = read_tag(str(planned.tag))
    if tag is None:
        raise ValueError(f"{planned.tag} is not a tag")
    return OutboxDocument(
        plan_hash=plan_hash,
        action="create",
        tag=str(tag),
        position=position,
        manual_journal_id=None,
        narration=narration(tag, journal.text),
        content_hash=journal.content_hash(),
        body=journal.element(tag),
    )


def _end(plan_hash: str, position: int, ended: Ended) -> OutboxDocument:
    status = "DELETED" if ended.status == "DRAFT" else "VOIDED"
    return OutboxDocument(
        plan_hash=plan_hash,
        action="end",
        tag=ended.tag,
        position=position,
        manual_journal_id=ended.manual_journal_id,
        narration=ended.narration,
        content_hash=ended.content_hash,
        body=encode_json(ending(ended.manual_journal_id, ended.narration, status)),
    )


def _as_ended(standing: Standing) -> Ended:
    return Ended(standing.tag, standing.manual_journal_id, standing.narration, standing.content_hash, standing.status)


def _is_done(outbox: Outbox, planned: PlannedDocument) -> bool:
    is_created = planned.tag is None or _is_confirmed(outbox, planned.tag)
    return is_created and (planned.old_tag is None or _is_confirmed(outbox, planned.old_tag, "end"))


def _is_confirmed(outbox: Outbox, tag: str, action: str = "create") -> bool:
    document = outbox.get("end" if action == "end" else "create", tag)
    return document is not None and document.state == "confirmed"
