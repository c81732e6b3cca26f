"""What `plan --documents` and `apply` of such a plan print."""

from datetime import date
from typing import TYPE_CHECKING

import typer

from pipelines.cli.output import print_result

if TYPE_CHECKING:
    from pipelines.document_sync import DocumentRun
    from pipelines.settings import Settings


def show_sync_plan(
    settings: "Settings",
    period: str | None,
    kinds: str | None,
    to: date | None,
    preparer: str | None,
    wait: float,
    *,
    as_json: bool,
) -> None:
    """Plan the documents and print the plan like a pull request.

    Raises:
        UsageProblem: a month was named, too (exit 2).
    """
    from pipelines.document_sync import plan_documents
    from pipelines.errors import UsageProblem
    from pipelines.runner import run_documents
    from pipelines.sync.pages import sync_plan_tables

    if period is not None:
        raise UsageProblem(f"--documents plans no month: leave {period} out, or name the last day with --to.")
    with run_documents(settings, plan_documents, kinds, to, wait=wait, preparer=preparer) as sync:
        tables = [] if sync.plan is None else sync_plan_tables(sync.run.warehouse, sync.plan)
        print_result(tables, as_json, plan_facts(sync))
        if not as_json:
            typer.echo(_next_step(sync))


def show_applied_documents(settings: "Settings", plan_hash: str, wait: float, *, as_json: bool) -> None:
    """Post a plan of documents and print the totals that were compared."""
    from pipelines.document_sync import apply_documents
    from pipelines.runner import run_documents

    with run_documents(settings, apply_documents, wait=wait, events=as_json, plan_hash=plan_hash) as sync:
        print_applied_documents(sync, as_json=as_json)


def print_applied_documents(sync: "DocumentRun", *, as_json: bool) -> None:
    """What a run posted, and the totals that were compared with Xero."""
    from pipelines.sync.pages import sync_totals_table

    print_result([sync_totals_table(sync.totals)], as_json, applied_facts(sync))
    if not as_json:
        typer.echo(applied_sentence(sync))


def plan_facts(sync: "DocumentRun") -> dict[str, object]:
    """The plan in figures, for programs."""
    if sync.plan is None:
        return {}
    row = sync.run.warehouse.read("post.plans", "plan_hash = ?", [sync.plan.plan_hash]).to_dicts()[0]
    counts = {"new": "new_count", "changed": "replaced_count", "voided": "voided_count", "blocked": "blocked_count"}
    return {"plan_hash": sync.plan.plan_hash, **{name: row[column] for name, column in counts.items()}}


def applied_facts(sync: "DocumentRun") -> dict[str, object]:
    """What was posted, for programs."""
    if sync.applied is None:
        return {}
    done = sync.applied
    return {
        "plan_hash": done.plan_hash,
        "created": len(done.created),
        "updated": len(done.updated),
        "ended": len(done.ended),
        "linked": done.adopted,
        "blocked": done.blocked,
        "requests": done.request_count,
        "differences": sum(bool(one["difference_amount"]) for one in sync.totals if one["tie_out"] == "documents"),
    }


def applied_sentence(sync: "DocumentRun") -> str:
    """What was posted, in words."""
    if sync.applied is None:
        return ""
    done = sync.applied
    sent = f"Sent to Xero: {len(done.created):,} new, {len(done.updated):,} changed, {len(done.ended):,} ended."
    sent = sent if done.sent_count else "Nothing was left to send."
    twins = f" {len(done.twins)} stood twice, because a request came late, and were ended." if done.twins else ""
    waits = f" {done.blocked:,} wait: see tieout errors." if done.blocked else ""
    odd = [one for one in sync.totals if one["tie_out"] == "documents" and one["difference_amount"]]
    proof = " Its totals equal Xero's." if not odd else f" {len(odd)} totals differ from Xero's: see above."
    return f"{sent}{twins}{waits}{proof}"


def _next_step(sync: "DocumentRun") -> str:
    facts = plan_facts(sync)
    if sync.plan is None or not any(facts[name] for name in ("new", "changed", "voided")):
        waits = f" {facts.get('blocked', 0)} wait: see tieout errors." if facts.get("blocked") else ""
        return f"Nothing is to be sent.{waits}"
    if sync.terms.needs_approval:
        return f"Have it approved: tieout approve {sync.plan.short_hash} --as NAME"
    return f"Send it: tieout apply {sync.plan.short_hash}"
