"""Posts a plan of documents to Xero: exactly that, once, in stages; nothing when anything changed since it was made."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.errors import ApprovalNeeded, XeroRefusal
from pipelines.load.apply import Progress
from pipelines.load.approve import require_approval
from pipelines.load.courier import Pause
from pipelines.load.mirror import Clock, utc_now
from pipelines.load.outbox import Outbox
from pipelines.load.plan_store import StoredPlan, read_plan, set_status
from pipelines.load.post_log import export_plan
from pipelines.load.sender import QUIET_SECONDS, Sender
from pipelines.load.terms import PlanTerms
from pipelines.load.xero_client import XeroClient
from pipelines.sync.books import Books, read_books
from pipelines.sync.filling import STAGES, Ids, actions_of, ending_of, fill_stage
from pipelines.sync.mirror import mirror_state, refresh_settings
from pipelines.sync.plan import ComputedSync, compute_sync_plan, scope_of
from pipelines.sync.problems import keep_problems, planned_problems, refused_problems
from pipelines.sync.read_back import read_back_state
from pipelines.sync.recording import SyncRecorder, record_adopted
from pipelines.sync.resources import SyncResource
from pipelines.sync.steps import OWN_CODES, Step
from pipelines.sync.twins import find_twins
from pipelines.warehouse import Warehouse
from schemas.problems import Problem


@dataclass(frozen=True)
class SyncMeans:
    """What an `apply` of documents works with; a test gives its own clock and pause."""

    client: XeroClient
    warehouse: Warehouse
    creates_contacts: bool = True
    owners: Mapping[str, str] = field(default_factory=dict)
    """Person by error code, kind or `default`."""
    progress: Progress | None = None
    clock: Clock = utc_now
    pause: Pause = time.sleep
    quiet_seconds: float = QUIET_SECONDS
    post_log: Path | None = None
    notify: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class SyncResult:
    """What one `apply` of documents did."""

    plan_hash: str
    created: tuple[str, ...] = ()
    """Keys of what this run created, or found created."""
    updated: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    adopted: int = 0
    """Contacts and documents that stood in Xero already and were linked."""
    refused: tuple[Problem, ...] = ()
    waiting: tuple[str, ...] = ()
    """Keys that were not sent, because something that they need was refused."""
    blocked: int = 0
    twins: tuple[str, ...] = ()
    request_count: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether Xero holds everything that the plan sends."""
        return not self.refused and not self.waiting

    @property
    def sent_count(self) -> int:
        """Contacts, items, documents, payments and allocations that were created, changed or ended."""
        return len(self.created) + len(self.updated) + len(self.ended)

    def raise_for_refusals(self) -> None:
        """Pass when nothing was refused.

        Raises:
            XeroRefusal: with every refused document and Xero's reason (exit 5); the others are posted.
        """
        if self.refused:
            more = f" {len(self.waiting)} wait for them." if self.waiting else ""
            raise XeroRefusal(
                f"Xero refused {len(self.refused)} of plan {self.plan_hash[:12]}; the others stand.{more}\n"
                "    Put right what Xero names, then sync again: only what is missing is sent. See tieout errors.",
                list(self.refused),
            )


def apply_sync_plan(means: SyncMeans, plan_hash: str, terms: PlanTerms) -> SyncResult:
    """Post a plan of documents: what ends first, then contacts, items, documents, credits, payments, allocations.

    Run again after a kill or a failure, it finds out what became of open requests and sends only what is missing.

    Args:
        means: where to, and with what.
        plan_hash: the whole hash, see `find_plan`.
        terms: as they are now; they must be those that the plan was made with.

    Raises:
        ApprovalNeeded: nobody approved it, or anything changed since it was made (exit 4); nothing was sent.
        Incomplete: Xero cannot be reached, failed, or is used up for today (exit 7); apply it again.
    """
    plan = read_plan(means.warehouse, plan_hash)
    if terms.needs_approval:
        require_approval(means.warehouse, plan, terms.approval)
    try:
        return _apply(means, plan, terms)
    finally:
        if means.post_log is not None:
            export_plan(means.warehouse, plan, means.post_log, means.clock())


def _apply(means: SyncMeans, plan: StoredPlan, terms: PlanTerms) -> SyncResult:
    warehouse, outbox = means.warehouse, Outbox(means.warehouse, plan.plan_hash)
    before = frozenset[tuple[str, str]](
        (one.action, one.tag) for one in outbox.everything() if one.state == "confirmed"
    )
    scope = scope_of(plan, means.creates_contacts)
    refresh_settings(means.client, warehouse, means.clock)
    mirror_state(means.client, warehouse, scope.first_date)
    computed = _verify(warehouse, plan, terms, means.creates_contacts)
    adopted = [one for one in computed.steps if one.action == "adopted"]
    record_adopted(warehouse, adopted, computed.books, plan.plan_hash, means.clock())
    count = _send(means, outbox, computed)
    twins: tuple[Step, ...] = ()
    if count:
        mirror_state(means.client, warehouse, scope.first_date)
        twins = tuple(find_twins(warehouse, read_books(warehouse, scope, OWN_CODES)))
        count += _end_again(means, outbox, computed, twins)
    read_back_state(warehouse, means.clock())
    steps = {one.key: one for one in computed.steps}
    refused = refused_problems(outbox, steps)
    keep_problems(warehouse, [*planned_problems(computed.steps), *refused], means.owners, means.clock())
    result = _result(plan, outbox, computed, before, twins, count)
    set_status(warehouse, plan.plan_hash, "applied" if result.is_complete else "partly_applied")
    return result


def _verify(warehouse: Warehouse, plan: StoredPlan, terms: PlanTerms, creates_contacts: bool) -> ComputedSync:
    """The plan computed anew, against the state before it began to change anything: it must be the same."""
    computed = compute_sync_plan(warehouse, scope_of(plan, creates_contacts), terms, before_plan=plan.plan_hash)
    if computed.plan_hash == plan.plan_hash:
        return computed
    was = set(_words(warehouse, plan.plan_hash))
    now = {f"{one.kind} {one.number or one.key}: {one.action}" for one in computed.steps}
    changed = [f"    now {words}" for words in sorted(now - was)] + [f"    was {words}" for words in sorted(was - now)]
    shown = "\n".join(changed[:6] or ["    changed: the content of a document, a setting or the version of tieout"])
    raise ApprovalNeeded(
        f"Plan {plan.short_hash} of documents is not what would be posted now: nothing was sent.\n{shown}\n"
        "    Make a new plan with `tieout plan --documents` and have it approved."
    )


def _words(warehouse: Warehouse, plan_hash: str) -> list[str]:
    rows = warehouse.query(
        "select kind || ' ' || coalesce(xero_number, document_key) || ': ' || action from post.planned_sync "
        "where plan_hash = ?",
        [plan_hash],
    )
    return [str(words) for (words,) in rows.rows()]


def _send(means: SyncMeans, outbox: Outbox, computed: ComputedSync) -> int:
    """Every stage, one after the other; returns the number of requests that were to change something."""
    steps, count = {one.key: one for one in computed.steps}, 0
    changes = [one for one in computed.steps if one.is_change]
    for action, resource in STAGES:
        tags = fill_stage(outbox, action, resource, changes, _ids(means.warehouse, computed.books))
        if tags or outbox.documents(action, resource):
            sender = _sender(means, outbox, resource, steps)
            sender.run(action, tags)
            count += sender.request_count
    return count


def _end_again(means: SyncMeans, outbox: Outbox, computed: ComputedSync, twins: tuple[Step, ...]) -> int:
    """End what Xero saved with a warning, and second copies."""
    steps = {one.key: one for one in [*computed.steps, *twins]}
    documents = computed.books.documents
    flawed = [one for one in outbox.everything() if one.is_flawed and outbox.get("end", one.tag) is None]
    endings = [(steps[one.tag], str(one.manual_journal_id)) for one in flawed if one.tag in steps]
    endings += [(one, str(one.xero_id)) for one in twins if outbox.get("end", one.key) is None]
    first = len(outbox.everything())
    rows = [
        ending_of(outbox.plan_hash, step, xero_id, _status(step, documents.get(xero_id)), first + place)
        for place, (step, xero_id) in enumerate(endings, 1)
    ]
    outbox.save(rows)
    flaws = {one.tag for one in flawed}
    count = 0
    for action, resource in STAGES:
        tags = frozenset(one.tag for one in rows if one.resource == resource and action == "end")
        if tags:
            recorded = {key: one for key, one in steps.items() if key not in flaws}
            sender = _sender(means, outbox, resource, recorded)
            sender.run("end", tags)
            count += sender.request_count
    return count


def _status(step: Step, shown: Mapping[str, object] | None) -> str:
    """Status of what has to end: as Xero shows it, or as it was sent."""
    return str(shown["document_status"]) if shown else (step.wanted.status if step.wanted else "AUTHORISED")


def _sender(means: SyncMeans, outbox: Outbox, resource: str, steps: Mapping[str, Step]) -> Sender:
    organisation = means.warehouse.read("xero.organisation").item(0, "organisation_id")
    return Sender(
        client=means.client,
        outbox=outbox,
        tenant=means.client.tenant_id or str(organisation),
        clock=means.client.in_server_time(means.clock),
        pause=means.pause,
        record=SyncRecorder(means.warehouse, steps, means.clock),
        resource=SyncResource(resource),
        notify=lambda: _tell(means, outbox, steps),
        quiet_seconds=means.quiet_seconds,
    )


def _ids(warehouse: Warehouse, books: Books) -> Ids:
    """Ids as they are known now, from what was posted so far."""
    rows = warehouse.query("select document_key, xero_id from post.synced_documents where ended_at is null")
    known = {str(key): str(xero_id) for key, xero_id in rows.rows()}
    return Ids(books, known.get)


def _tell(means: SyncMeans, outbox: Outbox, steps: Mapping[str, Step]) -> None:
    if means.progress is not None:
        total = sum(len(actions_of(one)) for one in steps.values())
        means.progress(sum(one.state in {"confirmed", "refused"} for one in outbox.everything()), total)


def _result(
    plan: StoredPlan,
    outbox: Outbox,
    computed: ComputedSync,
    before: frozenset[tuple[str, str]],
    twins: tuple[Step, ...],
    request_count: int,
) -> SyncResult:
    everything = outbox.everything()
    done = [one for one in everything if one.state == "confirmed" and (one.action, one.tag) not in before]
    refused = [one for one in everything if one.state == "refused"]
    steps = {one.key: one for one in computed.steps}
    there = {(one.action, one.tag) for one in everything}
    missing = [one.key for one in computed.changes if any((action, one.key) not in there for action in actions_of(one))]
    numbers = {key: one.number or key for key, one in steps.items()}
    return SyncResult(
        plan_hash=plan.plan_hash,
        created=tuple(one.tag for one in done if one.action == "create"),
        updated=tuple(one.tag for one in done if one.action == "update"),
        ended=tuple(one.tag for one in done if one.action == "end"),
        adopted=sum(one.action == "adopted" for one in computed.steps),
        refused=tuple(Problem(f"{numbers.get(one.tag, one.tag)}", str(one.reason)) for one in refused),
        waiting=tuple(missing),
        blocked=sum(one.action == "blocked" for one in computed.steps),
        twins=tuple(one.key for one in twins),
        request_count=request_count,
    )
