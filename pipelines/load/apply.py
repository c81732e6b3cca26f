"""Posts a plan to Xero: exactly that, once, and nothing when anything changed since it was made."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.errors import ApprovalNeeded
from pipelines.load.apply_result import ApplyResult, summarise
from pipelines.load.approve import require_approval
from pipelines.load.courier import Pause
from pipelines.load.evidence import EvidenceSender, EvidenceTerms, add_evidence
from pipelines.load.foreign_journals import stop_on_foreign_journals
from pipelines.load.locks import read_locks, refuse_locked
from pipelines.load.mirror import Clock, refresh_posted, utc_now
from pipelines.load.outbox import Outbox
from pipelines.load.outbox_filling import add_twin_ends, add_undos, ends_to_send, fill_outbox, missing_of
from pipelines.load.plan import ComputedPlan, compute_plan
from pipelines.load.plan_hashes import differences
from pipelines.load.plan_store import StoredPlan, read_plan, set_status
from pipelines.load.post_log import export_plan
from pipelines.load.posted_sources import keep_inputs
from pipelines.load.read_back import ReadBack, mirrored_ids, read_back
from pipelines.load.recording import Recorder, adopt_found
from pipelines.load.sender import QUIET_SECONDS, Sender
from pipelines.load.terms import PlanTerms
from pipelines.load.xero_client import XeroClient
from pipelines.warehouse import Warehouse

Progress = Callable[[int, int], None]
"""Told how many documents Xero has judged, and how many there are."""


@dataclass(frozen=True)
class Means:
    """What an `apply` works with; a test gives its own clock and pause."""

    client: XeroClient
    warehouse: Warehouse
    progress: Progress | None
    clock: Clock
    pause: Pause
    quiet_seconds: float
    run_id: str | None


@dataclass(frozen=True)
class Sent:
    """What a run sent, and what it found when it read that back."""

    request_count: int = 0
    found: ReadBack = field(default_factory=ReadBack)


def apply_plan(
    client: XeroClient,
    warehouse: Warehouse,
    plan_hash: str,
    terms: PlanTerms,
    progress: Progress | None = None,
    *,
    clock: Clock = utc_now,
    pause: Pause = time.sleep,
    quiet_seconds: float = QUIET_SECONDS,
    run_id: str | None = None,
    post_log: Path | None = None,
) -> ApplyResult:
    """Post a plan: new versions first, then the voids of what they replace, so that the ledger never lacks both.

    Run again after a kill or a failure, it finds out what became of open requests and sends only what is missing. When
    nothing is missing it makes no request at all. Evidence follows the journals, and never holds them up.

    Args:
        client: where to.
        warehouse: post.plans and the tables that the plan was made from; post.outbox, post.requests, post.documents,
            xero.organisation and xero.manual_journals are written.
        plan_hash: the whole hash, see `find_plan`.
        terms: as they are now; they must be those that the plan was made with.
        progress: told after each answer.
        clock: gives the present moment.
        pause: waits some seconds.
        quiet_seconds: how long after its last sending a request may still do its work.
        run_id: told in the history notes.
        post_log: folder that gets what was posted, outside the warehouse; None: nothing is written there.

    Returns:
        What was done; documents that Xero refused are in it with Xero's reason, the others are posted.

    Raises:
        ApprovalNeeded: nobody approved it, anything changed since it was made, or somebody else posted the month
            before tieout did (exit 4); nothing was sent.
        XeroRefusal: a lock date stands in the way, and nothing was sent; or the client may not post (exit 5).
        Incomplete: Xero cannot be reached, failed, or is used up for today (exit 7); apply it again.
    """
    means = Means(client, warehouse, progress, clock, pause, quiet_seconds, run_id)
    plan = read_plan(warehouse, plan_hash)
    if terms.needs_approval:
        require_approval(warehouse, plan, terms.approval)
    try:
        return _apply(means, plan, terms)
    finally:
        if post_log is not None:
            export_plan(warehouse, plan, post_log, clock())


def _apply(means: Means, plan: StoredPlan, terms: PlanTerms) -> ApplyResult:
    """Check that the plan still holds, send what is missing of it, and say what was done."""
    warehouse, outbox = means.warehouse, Outbox(means.warehouse, plan.plan_hash)
    _refuse_failed(outbox, plan)
    everything = [*outbox.all_documents(), *outbox.documents("attach"), *outbox.documents("note")]
    before = frozenset((one.action, one.tag) for one in everything if one.state == "confirmed")
    missing, sent = missing_of(outbox, plan), Sent()
    if missing:
        refresh_posted(means.client, warehouse, means.clock)
        refuse_locked(missing, read_locks(warehouse))
    computed = _verify(warehouse, plan, terms)
    if missing:
        stop_on_foreign_journals(warehouse, plan.period, terms.guarded_accounts, terms.foreign_journals)
        adopt_found(warehouse, computed.posted, means.clock())
        sent = _send(means, plan, computed, outbox, terms)
    count = sent.request_count + _send_evidence(means, plan, outbox, terms)
    result = summarise(plan, outbox, before, count, sent.found)
    set_status(warehouse, plan.plan_hash, _status_of(outbox, result))
    return result


def _verify(warehouse: Warehouse, plan: StoredPlan, terms: PlanTerms) -> ComputedPlan:
    """The plan computed anew, against the state before it began to change anything: it must be the same."""
    computed = compute_plan(warehouse, terms, plan.period, plan.to_date, before_plan=plan.plan_hash)
    if computed.plan_hash == plan.plan_hash:
        return computed
    changed = "\n".join(f"    changed: {words}" for words in differences(plan.canonical_json, computed.canonical_json))
    raise ApprovalNeeded(
        f"Plan {plan.short_hash} of {plan.period:%Y-%m} is not what would be posted now: nothing was sent.\n{changed}\n"
        f"    Make a new plan with `tieout plan {plan.period:%Y-%m}` and have it approved."
    )


def _refuse_failed(outbox: Outbox, plan: StoredPlan) -> None:
    """A plan of which a journal was saved with a warning and undone has used up a tag: it has to be made again."""
    flawed = [one for one in outbox.documents("create") if one.is_flawed]
    undone = [end for one in flawed if (end := outbox.get("end", one.tag)) and end.state == "confirmed"]
    if flawed and len(flawed) == len(undone):
        raise ApprovalNeeded(
            f"Plan {plan.short_hash} failed: Xero saved {len(flawed)} journals with a warning, and they were undone.\n"
            f"    {flawed[0].tag}: {flawed[0].reason}\n"
            f"    Put that right, then make a new plan with `tieout plan {plan.period:%Y-%m}`."
        )


def _send(means: Means, plan: StoredPlan, computed: ComputedPlan, outbox: Outbox, terms: PlanTerms) -> Sent:
    """Create, read back, then end."""
    fill_outbox(outbox, plan, computed)
    keep_inputs(means.warehouse, plan, terms, means.clock())
    seen = means.warehouse.query("select tag from xero.manual_journals")["tag"].to_list()
    before = mirrored_ids(means.warehouse)
    sender = Sender(
        client=means.client,
        outbox=outbox,
        tenant=_tenant(means),
        clock=means.client.in_server_time(means.clock),
        pause=means.pause,
        record=Recorder(means.warehouse, plan.period, computed, means.clock),
        seen_tags=frozenset(seen),
        notify=lambda: _tell(outbox, means.progress),
        quiet_seconds=means.quiet_seconds,
    )
    sender.run("create", frozenset(one.created_tag for one in plan.changes if one.created_tag))
    found = ReadBack()
    if sender.request_count:
        refresh_posted(means.client, means.warehouse, means.clock)
        found = read_back(means.warehouse, outbox, terms.organisation, before, means.clock())
    undone = add_undos(outbox, terms.journal_status) | add_twin_ends(outbox, found.twins)
    sender.run("end", ends_to_send(outbox, plan) | undone)
    return Sent(sender.request_count, found)


def _send_evidence(means: Means, plan: StoredPlan, outbox: Outbox, terms: PlanTerms) -> int:
    """Attach evidence and write notes; returns the number of requests that were to change something."""
    if terms.evidence == "none" or not outbox.documents("create"):
        return 0
    add_evidence(outbox, means.warehouse, plan, EvidenceTerms(terms.evidence, means.run_id))
    clock = means.client.in_server_time(means.clock)
    return EvidenceSender(means.client, outbox, _tenant(means), clock, means.pause).run()


def _tenant(means: Means) -> str:
    """The organisation, for keys: Xero scopes them to the app."""
    return means.client.tenant_id or str(means.warehouse.read("xero.organisation").item(0, "organisation_id"))


def _tell(outbox: Outbox, progress: Progress | None) -> None:
    if progress is not None:
        documents = outbox.all_documents()
        progress(sum(one.state in {"confirmed", "refused"} for one in documents), len(documents))


def _status_of(outbox: Outbox, result: ApplyResult) -> str:
    if any(one.is_flawed for one in outbox.documents("create")):
        return "failed"
    return "applied" if result.is_complete else "partly_applied"
