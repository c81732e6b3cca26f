"""Makes the plan of a period: the difference between the journals it should hold in Xero and those it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from pipelines.load.change_rules import ChangeRules
from pipelines.load.contents import read_contents, read_first_contents
from pipelines.load.foreign_journals import adopted_journals
from pipelines.load.json_text import sha256_of
from pipelines.load.locks import read_locks
from pipelines.load.mirror import Clock, utc_now
from pipelines.load.plan_documents import PlannedDocument, plan_documents
from pipelines.load.plan_hashes import canonical_plan, hash_bookings
from pipelines.load.plan_lines import compare_lines, save_lines
from pipelines.load.plan_reasons import explain_lines
from pipelines.load.plan_store import StoredPlan, read_unsettled, save_plan
from pipelines.load.planned import Step
from pipelines.load.posted import PostedState, read_posted
from pipelines.load.terms import PlanTerms
from pipelines.load.wanted import WantedJournal, read_wanted
from pipelines.warehouse import Warehouse


@dataclass(frozen=True)
class ComputedPlan:
    """A plan as the tables give it now, with the journals themselves."""

    plan_hash: str
    canonical_json: str
    documents: tuple[PlannedDocument, ...]
    journals: Mapping[str, WantedJournal]
    """What is posted, by the tag that it is sent under: versions, differences and reversals."""
    posted: PostedState
    steps: tuple[Step, ...] = ()


def compute_plan(
    warehouse: Warehouse, terms: PlanTerms, period: date, to_date: date | None, before_plan: str | None = None
) -> ComputedPlan:
    """The plan that follows from the tables as they are; nothing is written.

    Args:
        warehouse: close.journals, close.journal_lines, close.bookings, post.* and xero.*.
        terms: organisation, status, mappings and code.
        period: first day of the month.
        to_date: the day that a month which has not ended is closed to.
        before_plan: compare with the state before this plan began to change it.

    Raises:
        DataProblem: journals and lines do not belong together (exit 3).
    """
    wanted = read_wanted(warehouse, period, terms)
    adopted = adopted_journals(warehouse, terms.foreign_journals)
    posted = read_posted(warehouse, terms.organisation, period, before_plan, adopted)
    rules = ChangeRules(read_locks(warehouse), terms.changes, terms.when_locked)
    steps = plan_documents(
        wanted,
        posted,
        terms.organisation,
        rules,
        partial(read_contents, warehouse),
        partial(read_first_contents, warehouse),
    )
    bookings = hash_bookings(warehouse, period)
    canonical = canonical_plan(period, to_date, terms, bookings, wanted, posted, steps)
    journals = {
        tag: WantedJournal(step.document.journal_key, step.document.journal_kind, step.journal)
        for step in steps
        if step.journal and (tag := step.document.created_tag)
    }
    documents = tuple(step.document for step in steps)
    return ComputedPlan(sha256_of(canonical), canonical, documents, journals, posted, tuple(steps))


def make_plan(
    warehouse: Warehouse,
    terms: PlanTerms,
    period: date,
    to_date: date | None = None,
    clock: Clock = utc_now,
    preparer_name: str | None = None,
) -> StoredPlan:
    """Compute and keep the plan of a period: one row of post.plans, one of post.plan_documents per journal.

    The same inputs give the same hash, and a plan with that hash is used again, with its approvals. A plan whose apply
    was interrupted while an answer was open is used again as long as nothing else changed, so that its documents keep
    their tags and `apply` can ask Xero about them. A name of the preparer is kept beside the login.

    Returns:
        The plan; its documents carry the lock dates as mirrored now.

    Raises:
        DataProblem: journals and lines do not belong together (exit 3).
    """
    for unsettled in read_unsettled(warehouse, period):
        computed = compute_plan(warehouse, terms, period, to_date, before_plan=unsettled)
        if computed.plan_hash == unsettled:
            break
    else:
        computed = compute_plan(warehouse, terms, period, to_date)
    ended = {one.ended_tag for one in computed.documents if one.ended_tag}
    contents = read_contents(warehouse, [one for one in computed.posted.standings if one.tag in ended])
    changed = compare_lines(computed.steps, contents)
    lines = explain_lines(warehouse, terms, period, computed.documents, changed)
    with warehouse.transaction():
        save_lines(warehouse, computed.plan_hash, lines)
        return save_plan(
            warehouse,
            computed.plan_hash,
            computed.canonical_json,
            computed.documents,
            period,
            to_date,
            clock(),
            preparer_name,
        )
