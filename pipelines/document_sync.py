"""The document sync, step by step: contacts, items, invoices, bills, credits, orders, deposits, payments, allocations.

The same steps serve the command line, Prefect and tests; what a step does stands in `pipelines/sync`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial

from mappings.documents_shape import DocumentsFile
from pipelines import month_end
from pipelines.errors import UsageProblem
from pipelines.load.plan_store import StoredPlan
from pipelines.load.sender import quiet_seconds
from pipelines.load.terms import PlanTerms, plan_terms
from pipelines.load.xero_client import connect
from pipelines.load.xero_scopes import sync_scopes
from pipelines.settings import Settings
from pipelines.steps.run import CloseRun
from pipelines.sync.apply import SyncMeans, SyncResult, apply_sync_plan
from pipelines.sync.books import Row, SyncScope
from pipelines.sync.mirror import mirror_settings, mirror_state
from pipelines.sync.plan import make_sync_plan
from pipelines.sync.problems import keep_problems
from pipelines.sync.read_back import read_back_state
from pipelines.sync.steps import Obstacle, Step
from pipelines.sync.tie_out import tie_out_documents
from pipelines.sync.wanted import WantedCounts, build_wanted, load_documents
from schemas.sync_policy import KINDS_SENT
from transforms.periods import today_in


@dataclass
class DocumentRun:
    """What the steps of one run of the sync share."""

    run: CloseRun
    documents: DocumentsFile
    kinds: frozenset[str]
    """Kinds of rows of `sync` that this run is about."""
    to: date | None = None
    wanted: WantedCounts | None = None
    plan: StoredPlan | None = None
    applied: SyncResult | None = None
    totals: tuple[Row, ...] = ()

    @property
    def scope(self) -> SyncScope:
        """Which documents a plan of this run is about."""
        creates = "contact" in self.documents.kinds_on
        return SyncScope(self.kinds, self.documents.from_date, self.to, creates)

    @property
    def terms(self) -> PlanTerms:
        """Organisation, code, and who has to approve, as for months."""
        return plan_terms(self.run.close.settings, self.run.close.mappings)

    @property
    def owners(self) -> Mapping[str, str]:
        """Person by error code, kind, or `default`."""
        return {
            KINDS_SENT.get(str(name), str(name)): str(owner) for name, owner in (self.documents.owners or {}).items()
        }


def plan_documents(sync: DocumentRun) -> None:
    """What would change in Xero. Nothing is posted."""
    sync.run.step("Extract documents", month_end.extract, is_safe_to_retry=True)
    sync.run.step("Read Xero's documents", lambda _: mirror(sync), is_safe_to_retry=True)
    sync.run.step("Work out the documents", lambda _: want(sync))
    sync.run.step("Plan the documents in Xero", lambda _: plan(sync))


def apply_documents(sync: DocumentRun) -> None:
    """Post a plan that is made, exactly that, and compare the totals."""
    sync.run.step("Post documents to Xero", lambda _: post(sync))
    sync.run.step("Compare documents with Xero", lambda _: prove(sync), is_safe_to_retry=True)


def sync_documents(sync: DocumentRun) -> None:
    """Plan, post and compare."""
    plan_documents(sync)
    apply_documents(sync)


def mirror(sync: DocumentRun) -> None:
    """Xero's settings, contacts, items and documents to xero.*; what became of ours to post.synced_documents."""
    month_end.mirror(sync.run)
    mirror_settings(sync.run.client, sync.run.warehouse)
    mirror_state(sync.run.client, sync.run.warehouse, sync.documents.from_date)
    read_back_state(sync.run.warehouse, datetime.now(UTC))


def want(sync: DocumentRun) -> None:
    """core.*, xero.* and documents.yaml to sync.*."""
    sync.wanted = build_wanted(sync.run.close, sync.run.warehouse, sync.to)


def plan(sync: DocumentRun) -> None:
    """sync.* against post.synced_documents and Xero to post.plans and post.planned_sync; obstacles to sync.errors."""
    warehouse = sync.run.warehouse
    sync.plan = make_sync_plan(warehouse, sync.scope, sync.terms, preparer_name=sync.run.preparer)
    rows = warehouse.read("post.planned_sync", "plan_hash = ?", [sync.plan.plan_hash]).to_dicts()
    found = [_problem(row) for row in rows if row["error_code"] is not None]
    keep_problems(warehouse, found, sync.owners, datetime.now(UTC), keeps_refused=True)


def post(sync: DocumentRun) -> None:
    """The plan to Xero through post.outbox, each document once."""
    if sync.plan is None:
        raise RuntimeError("post runs after plan")
    settings, run = sync.run.close.settings, sync.run
    means = SyncMeans(
        run.client,
        run.warehouse,
        creates_contacts=sync.scope.creates_contacts,
        owners=sync.owners,
        progress=lambda done, total: run.progress(done, total, "documents"),
        quiet_seconds=quiet_seconds(settings.xero_url),
        post_log=settings.post_log,
    )
    sync.applied = apply_sync_plan(means, sync.plan.plan_hash, sync.terms)
    sync.applied.raise_for_refusals()


def prove(sync: DocumentRun) -> None:
    """Totals of what was sent against Xero's documents and trial balance, to sync.totals."""
    settings = sync.run.close.settings
    latest = sync.run.warehouse.query("select max(document_date) from post.synced_documents").item()
    today = today_in(settings.time_zone, datetime.now(UTC))
    sync.totals = tuple(tie_out_documents(sync.run.client, sync.run.warehouse, max(today, latest or today)))


def read_kinds(words: str | None, documents: DocumentsFile) -> frozenset[str]:
    """The kinds that a person names, a comma between them: those of documents.yaml that are on.

    Raises:
        UsageProblem: a word that is no kind, or a kind that is off (exit 2).
    """
    if words is None:
        return documents.kinds_on
    named = [one.strip().replace("-", "_") for one in words.split(",") if one.strip()]
    unknown = [one for one in named if one not in KINDS_SENT]
    if unknown or not named:
        raise UsageProblem(f"--kinds {words}: {', '.join(unknown) or 'nothing'} is no kind. There are: {_names()}.")
    off = [one for one in named if KINDS_SENT[one] not in documents.kinds_on]
    if off:
        raise UsageProblem(f"--kinds {words}: documents.yaml does not send {', '.join(off)}. Switch it on under kinds.")
    return _with_reversals({KINDS_SENT[one] for one in named})


def prepare(run: CloseRun, words: str | None = None, to: date | None = None) -> DocumentRun:
    """A run of the sync over a run of a close; its client asks for what the kinds that are on need.

    Raises:
        UsageProblem: there is no documents.yaml, it sends nothing, or a kind is none (exit 2).
        DataProblem: documents.yaml does not hold (exit 3).
    """
    documents = documents_of(run.close.settings)
    kinds = read_kinds(words, documents)
    if run.client_factory is connect:
        run.client_factory = partial(connect, scopes=sync_scopes(documents.kinds_on))
    return DocumentRun(run, documents, kinds, to)


def documents_of(settings: Settings) -> DocumentsFile:
    """documents.yaml, which has to be there for the sync.

    Raises:
        UsageProblem: it is not there, or sends nothing (exit 2).
    """
    documents = load_documents(settings)
    if documents is None or not documents.kinds_on:
        raise UsageProblem(
            f"{settings.mappings / 'documents.yaml'} says nothing to send.\n"
            f"    Write it with `tieout init`, or switch kinds on: {_names()}."
        )
    return documents


def _with_reversals(kinds: Collection[str]) -> frozenset[str]:
    return frozenset(kinds) | {f"{kind}_reversal" for kind in kinds if kind.endswith("_deposit")}


def _names() -> str:
    return ", ".join(KINDS_SENT)


def _problem(row: Row) -> tuple[Step, Obstacle]:
    """A blocked row of a plan as what stands in its way."""
    obstacle = Obstacle(row["error_code"], row["reason"], str(row["next_step"] or ""))
    step = Step(row["document_key"], row["kind"], "blocked", row["reason"], obstacle=obstacle)
    return (
        replace(
            step,
            number=row["xero_number"],
            day=row["document_date"],
            currency=row["currency_code"],
            total=row["total_amount"],
            old_total=row["old_total_amount"],
        ),
        obstacle,
    )
