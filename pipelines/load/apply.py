"""Posts a plan to Xero: exactly that, once, and nothing when anything changed since it was made."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.errors import ApprovalNeeded
from pipelines.load.apply_result import ApplyResult, summarise
from pipelines.load.approve import require_approval
from pipelines.load.courier import Pause
from pipelines.load.locks import read_locks, refuse_locked
from pipelines.load.mirror import Clock, refresh_posted, utc_now
from pipelines.load.outbox import Outbox
from pipelines.load.outbox_filling import add_undos, ends_to_send, fill_outbox, missing_of
from pipelines.load.plan import ComputedPlan, compute_plan
from pipelines.load.plan_hashes import differences
from pipelines.load.plan_store import StoredPlan, read_plan, set_status
from pipelines.load.recording import Recorder, adopt_found
from pipelines.load.sender import Sender
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


def apply_plan(
    client: XeroClient,
    warehouse: Warehouse,
    plan_hash: str,
    terms: PlanTerms,
    progress: Progress | None = None,
    *,
    clock: Clock = utc_now,
    pause: Pause = time.sleep,
) -> ApplyResult:
    """Post a plan: new versions first, then the voids of what they replace, so that the ledger never lacks both.

    Run again after a kill or a failure, it finds out what became of open requests and sends only what is missing. When
    nothing is missing it makes no request at all.

    Args:
        client: where to.
        warehouse: post.plans and the tables that the plan was made from; post.outbox, post.requests, post.documents,
            xero.organisation and xero.manual_journals are written.
        plan_hash: the whole hash, see `find_plan`.
        terms: as they are now; they must be those that the plan was made with.
        progress: told after each answer.
        clock: gives the present moment.
        pause: waits some seconds.

    Returns:
        What was done; documents that Xero refused are in it with Xero's reason, the others are posted.

    Raises:
        ApprovalNeeded: nobody approved it, or anything changed since it was made (exit 4); nothing was sent.
        XeroRefusal: a lock date stands in the way, and nothing was sent; or the client may not post (exit 5).
        Incomplete: Xero cannot be reached, failed, or is used up for today (exit 7); apply it again.
    """
    means = Means(client, warehouse, progress, clock, pause)
    plan = read_plan(warehouse, plan_hash)
    if terms.needs_approval:
        require_approval(warehouse, plan)
    computed = _verify(warehouse, plan, terms)
    outbox = Outbox(warehouse, plan_hash)
    _refuse_failed(outbox, plan)
    before = frozenset((one.action, one.tag) for one in outbox.all_documents() if one.state == "confirmed")
    requests = 0
    if missing := missing_of(outbox, plan):
        refresh_posted(client, warehouse, clock)
        refuse_locked(missing, read_locks(warehouse))
        computed = _verify(warehouse, plan, terms)
        adopt_found(warehouse, computed.posted, clock())
        requests = _send(means, plan, computed, outbox, terms)
    result = summarise(plan, outbox, before, requests)
    set_status(warehouse, plan_hash, _status_of(outbox, result))
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


def _send(means: Means, plan: StoredPlan, computed: ComputedPlan, outbox: Outbox, terms: PlanTerms) -> int:
    """Create, then end; returns the number of requests."""
    fill_outbox(outbox, plan, computed)
    mirrored = means.warehouse.query("select tag from xero.manual_journals")["tag"].to_list()
    sender = Sender(
        client=means.client,
        outbox=outbox,
        tenant=means.client.tenant_id or means.warehouse.read("xero.organisation").item(0, "organisation_id"),
        clock=means.clock,
        pause=means.pause,
        record=Recorder(means.warehouse, plan.period, computed, means.clock),
        seen_tags=frozenset(mirrored),
        notify=lambda: _tell(outbox, means.progress),
    )
    sender.run("create", frozenset(one.tag for one in plan.changes if one.tag))
    flawed = add_undos(outbox, terms.journal_status)
    sender.run("end", ends_to_send(outbox, plan) | flawed)
    return sender.request_count


def _tell(outbox: Outbox, progress: Progress | None) -> None:
    if progress is not None:
        documents = outbox.all_documents()
        progress(sum(one.state in {"confirmed", "refused"} for one in documents), len(documents))


def _status_of(outbox: Outbox, result: ApplyResult) -> str:
    if any(one.is_flawed for one in outbox.documents("create")):
        return "failed"
    return "applied" if result.is_complete else "partly_applied"
