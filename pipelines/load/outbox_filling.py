"""Puts the documents of a plan into its outbox: journals to create, then journals to void or delete."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.load.json_text import encode_json
from pipelines.load.manual_journals import narration, read_tag
from pipelines.load.outbox import Action, Outbox, OutboxDocument
from pipelines.load.plan import ComputedPlan
from pipelines.load.plan_store import StoredPlan
from pipelines.load.planned import PlannedDocument
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
    creates = [
        _create(plan.plan_hash, position, one.created_tag, computed)
        for position, one in enumerate(plan.documents, 1)
        if one.created_tag
    ]
    offset = len(plan.documents)
    ends = [
        _end(plan.plan_hash, offset + position, _as_ended(standings[one.ended_tag]))
        for position, one in enumerate(plan.documents, 1)
        if one.ended_tag
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


def add_twin_ends(outbox: Outbox, twins: Sequence[Standing]) -> frozenset[str]:
    """Add the end of every second journal under a tag of ours; returns what they are called here.

    Args:
        outbox: the plan's outbox.
        twins: journals that stand beside the ones that count.
    """
    last = max((one.position for one in outbox.all_documents()), default=0)
    ends = [
        _end(outbox.plan_hash, last + number, _as_ended(one))
        for number, one in enumerate(twins, 1)
        if outbox.get("end", one.tag) is None
    ]
    outbox.save(ends)
    return frozenset(one.tag for one in outbox.documents("end") if "+" in one.tag)


def ends_to_send(outbox: Outbox, plan: StoredPlan) -> frozenset[str]:
    """Tags that may be ended now: never one whose next version does not stand yet."""
    return frozenset(
        one.ended_tag
        for one in plan.changes
        if one.ended_tag and (one.created_tag is None or _is_confirmed(outbox, one.created_tag))
    )


def missing_of(outbox: Outbox, plan: StoredPlan) -> list[PlannedDocument]:
    """The documents of a plan of which Xero has not confirmed everything."""
    return [one for one in plan.changes if not _is_done(outbox, one)]


def _create(plan_hash: str, position: int, new_tag: str, computed: ComputedPlan) -> OutboxDocument:
    journal = computed.journals[new_tag].journal
    tag = read_tag(new_tag)
    if tag is None:
        raise ValueError(f"{new_tag} is not a tag")
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
    is_created = planned.created_tag is None or _is_confirmed(outbox, planned.created_tag)
    return is_created and (planned.ended_tag is None or _is_confirmed(outbox, planned.ended_tag, "end"))


def _is_confirmed(outbox: Outbox, tag: str, action: Action = "create") -> bool:
    document = outbox.get(action, tag)
    return document is not None and document.state == "confirmed"
