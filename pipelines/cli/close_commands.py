"""Commands that close a month: preview, plan, approve, apply, close, tie-out, check."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import (
    AsJson,
    Day,
    Documents,
    Home,
    Kinds,
    MappingsFolder,
    Period,
    PeriodOrNone,
    Preparer,
    Rebuild,
    Reopen,
    Wait,
    WarehouseFile,
    read_settings,
)
from pipelines.cli.output import console, print_json, print_result

if TYPE_CHECKING:
    from pipelines.reports.month import ReportTable
    from pipelines.steps.run import CloseRun

DEFAULT_WAIT = 60.0


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("check")(check)
    app.command("preview")(preview)
    app.command("plan")(plan)
    app.command("approve")(approve)
    app.command("apply")(apply)
    app.command("close")(close)
    app.command("tie-out")(tie_out)


def check(
    period: Annotated[
        str | None, typer.Option("--period", metavar="PERIOD", help="Month to map again; left out: the latest one")
    ] = None,
    home: Home = None,
    mappings: MappingsFolder = None,
    warehouse_file: WarehouseFile = None,
    as_json: AsJson = False,
) -> None:
    """Check settings, mappings, how they cover a closed month, and Xero's accounts. Changes nothing."""
    from pipelines.checks import check_everything
    from pipelines.mapping.tables import idle_rules_table
    from pipelines.steps.context import read_month

    checked = check_everything(
        read_settings(home, mappings, warehouse_file), None if period is None else read_month(period)
    )
    if as_json:
        idle = [vars(rule) for rule in checked.idle_rules]
        print_json({"checked": checked.held, "warnings": [vars(one) for one in checked.warnings], "idle_rules": idle})
        return
    for sentence in checked.held:
        typer.echo(sentence)
    for warning in checked.warnings:
        typer.secho(f"Warning: {warning}", fg=typer.colors.YELLOW)
    if checked.idle_rules and checked.coverage:
        typer.echo()
        print_result([idle_rules_table(checked.idle_rules, checked.coverage.period)], as_json)


def preview(
    period: Period,
    to: Day = None,
    rebuild: Rebuild = False,
    home: Home = None,
    mappings: MappingsFolder = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """Show what a month would post with what is known today. Posts nothing, and always runs."""
    from pipelines.month_end import preview_month
    from pipelines.reports.month import month_tables
    from pipelines.runner import run_close

    settings = read_settings(home, mappings)
    with run_close(settings, period, _day(to), preview_month, wait=wait, is_preview=True, rebuild=rebuild) as run:
        tables = month_tables(run.warehouse, run.close.period)
        # the gates do not run in a preview: neither says anything about it
        shown = [one for one in tables if "Tie-out" not in one.title and (one.rows or "Stock ledger" not in one.title)]
        print_result([*shown, *_restatement(run)], as_json, {"signed": (note := _signed(run))})
        if note and not as_json:
            typer.echo(note)


def plan(
    period: PeriodOrNone = None,
    to: Day = None,
    documents: Documents = False,
    kinds: Kinds = None,
    preparer: Preparer = None,
    reopen: Reopen = None,
    rebuild: Rebuild = False,
    home: Home = None,
    mappings: MappingsFolder = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """Show what would change in Xero, for a month or with --documents for the document sync. Posts nothing."""
    if documents:
        from pipelines.cli.document_pages import show_sync_plan

        show_sync_plan(read_settings(home, mappings), period, kinds, _day(to), preparer, wait, as_json=as_json)
        return
    if period is None or kinds is not None:
        from pipelines.errors import UsageProblem

        raise UsageProblem(
            "Name the month: tieout plan 2026-10; or plan the document sync: tieout plan --documents [--kinds …]"
        )
    from pipelines.month_end import plan_month
    from pipelines.reports.month import left_out_table, plan_table
    from pipelines.reports.plan import plan_lines_table
    from pipelines.runner import run_close

    settings = read_settings(home, mappings)
    with run_close(
        settings, period, _day(to), plan_month, wait=wait, rebuild=rebuild, preparer=preparer, reopen=reopen
    ) as run:
        changed = [] if run.plan is None else [plan_lines_table(run.warehouse, run.plan)]
        shown = [one for one in changed if one.rows]
        tables = [plan_table(run.plan), *shown, left_out_table(run.warehouse, run.close.period), *_restatement(run)]
        warnings = _warnings(run)
        print_result(tables, as_json, {**_plan_facts(run), "warnings": warnings, "signed": _signed(run)})
        if not as_json and run.plan is not None:
            for warning in warnings:
                typer.echo(f"warning: {warning}")
            _print_next_step(run)


def approve(
    plan_reference: Annotated[str, typer.Argument(metavar="PLAN", help="Hash or its beginning, or latest")],
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Who approves")],
    home: Home = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """Record that a person approves exactly this plan."""
    from pipelines.load.approve import record_approval
    from pipelines.load.plan_store import find_plan, read_plan
    from pipelines.steps.context import load_mappings
    from pipelines.warehouse import open_warehouse

    settings = read_settings(home, None)
    rules = load_mappings(settings).close.close.approval.rules
    with open_warehouse(settings, wait) as warehouse:
        found = read_plan(warehouse, find_plan(warehouse, plan_reference))
        record_approval(warehouse, found.plan_hash, name, rules=rules)
    if as_json:
        print_json({"plan_hash": found.plan_hash, "approved_by": name})
        return
    typer.echo(f"{name} approved plan {found.short_hash}. Post it with: tieout apply {found.short_hash}")


def apply(
    plan_reference: Annotated[str, typer.Argument(metavar="PLAN", help="Hash or its beginning, or latest")],
    home: Home = None,
    mappings: MappingsFolder = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """Post exactly this plan, once, and prove that Xero ties out. Stops when anything changed since it was made."""
    from pipelines.reports.tie_out import tie_out_tables
    from pipelines.runner import find_stored_plan, run_apply

    settings = read_settings(home, mappings)
    if (stored := find_stored_plan(settings, plan_reference, wait)).is_of_documents:
        from pipelines.cli.document_pages import show_applied_documents

        show_applied_documents(settings, stored.plan_hash, wait, as_json=as_json)
        return
    with run_apply(settings, stored.plan_hash, wait, events=as_json) as run:
        print_result(tie_out_tables(run.warehouse, run.close.period), as_json, _applied_facts(run))
        if not as_json:
            _print_applied(run)


def close(
    period: Period,
    to: Day = None,
    preparer: Preparer = None,
    reopen: Reopen = None,
    rebuild: Rebuild = False,
    home: Home = None,
    mappings: MappingsFolder = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """Extract, plan, post and tie out one month."""
    from pipelines.month_end import close_month
    from pipelines.reports.month import month_tables
    from pipelines.runner import run_close

    settings = read_settings(home, mappings)
    with run_close(
        settings,
        period,
        _day(to),
        close_month,
        wait=wait,
        rebuild=rebuild,
        events=as_json,
        preparer=preparer,
        reopen=reopen,
    ) as run:
        tables = [*month_tables(run.warehouse, run.close.period), *_restatement(run)]
        print_result(tables, as_json, _applied_facts(run))
        if not as_json:
            _print_applied(run)


def tie_out(
    period: Period,
    home: Home = None,
    mappings: MappingsFolder = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """Compare Xero's stock accounts with the stock ledger of a closed month."""
    from pipelines.reports.tie_out import tie_out_facts, tie_out_tables
    from pipelines.runner import run_tie_out

    with run_tie_out(read_settings(home, mappings), period, wait) as run:
        facts = tie_out_facts(run.warehouse, run.close.period)
        print_result(tie_out_tables(run.warehouse, run.close.period), as_json, facts)


def _day(text: str | None) -> date | None:
    """A day of the command line."""
    from pipelines.errors import UsageProblem

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageProblem(f"--to {text} is not a day: write YYYY-MM-DD, such as 2026-10-15.") from None


def _restatement(run: "CloseRun") -> list["ReportTable"]:
    """What a rebuild changed of earlier months, where one was asked for."""
    from pipelines.reports.restatements import restatement_table

    return [restatement_table(run.valued.restated)] if run.rebuild and run.valued is not None else []


def _plan_facts(run: "CloseRun") -> dict[str, object]:
    return {} if run.plan is None else {"plan_hash": run.plan.plan_hash, "changes": len(run.plan.changes)}


def _applied_facts(run: "CloseRun") -> dict[str, object]:
    notes = [] if run.applied is None else list(run.applied.notes)
    return _plan_facts(run) | {"sent": _sent_count(run), "notes": notes}


def _warnings(run: "CloseRun") -> list[str]:
    """What `apply` would stop on, told before anybody approves: journals of others that nobody has decided on."""
    from pipelines.load.foreign_journals import undecided_journals
    from pipelines.load.terms import plan_terms

    terms = plan_terms(run.close.settings, run.close.mappings)
    found = undecided_journals(run.warehouse, run.close.period, terms.guarded_accounts, terms.foreign_journals)
    return [str(problem) for problem in found]


def _signed(run: "CloseRun") -> str:
    """What is to be said of a month that somebody signed; empty where the month is open."""
    from pipelines.signing.protection import signed_note

    has_changes = run.plan is None or bool(run.plan.changes)
    return signed_note(run.warehouse, run.close.period, has_changes=has_changes)


def _print_next_step(run: "CloseRun") -> None:
    note = _signed(run)
    if run.plan is None or not run.plan.changes:
        typer.echo(f"Nothing is left to post: Xero holds this month as it should. {note}".strip())
    elif note:
        typer.echo(note)
    elif run.close.mappings.close.approval_required:
        typer.echo(f"Have it approved: tieout approve {run.plan.short_hash} --as NAME")
    else:
        typer.echo(f"Post it: tieout apply {run.plan.short_hash}")


def _sent_count(run: "CloseRun") -> int:
    """Journals created, voided or deleted by this run."""
    return 0 if run.applied is None else len(run.applied.created) + len(run.applied.ended)


def _print_applied(run: "CloseRun") -> None:
    """What was posted, in one sentence, and which later months rest on what was there before."""
    from pipelines.load.latest_plans import overtaken_months
    from pipelines.status import overtaken_sentences

    for note in [] if run.applied is None else run.applied.notes:
        console().print(note)
    for sentence in overtaken_sentences(overtaken_months(run.warehouse)):
        typer.secho(sentence, fg=typer.colors.YELLOW)
    count = _sent_count(run)
    if count:
        console().print(f"Sent to Xero: {count} document{'s' if count != 1 else ''}. It ties out.")
    else:
        console().print("Nothing is left to post: Xero holds this month as it should. It ties out.")
