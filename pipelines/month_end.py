"""The month-end close, step by step: read this first.

Every step reads tables of the warehouse and writes tables. What a step does stands in `pipelines/steps`; the same list
runs under Prefect (pipelines/flows.py), from the command line, and in tests.
"""

from pipelines.load.apply import apply_plan
from pipelines.load.apply_result import nothing_sent
from pipelines.load.latest_plans import is_computed
from pipelines.load.mirror import mirror_xero
from pipelines.load.plan import make_plan
from pipelines.load.post_log import restore_posts
from pipelines.load.sender import quiet_seconds
from pipelines.load.terms import plan_terms
from pipelines.reports.plan import write_plan_file
from pipelines.signing.protection import is_frozen, stop_on_signed_month
from pipelines.steps.charge_days import stop_on_restated_months
from pipelines.steps.documents import extract_documents
from pipelines.steps.gate import stop_on_exceptions, stop_on_open_months
from pipelines.steps.journals import build_month
from pipelines.steps.opening import stop_on_opening_difference
from pipelines.steps.reporting import report_month
from pipelines.steps.run import CloseRun
from pipelines.steps.stock import value_stock
from pipelines.steps.stock_gate import stop_on_stock_difference
from pipelines.steps.tie_out import stop_on_difference, tie_out_month


def preview_month(run: CloseRun) -> None:
    """What the month would post with what is known today: it plans nothing, posts nothing, and always runs.

    The documents are kept, the figures are not: a month that is closed already stays as it was closed.
    """
    run.step("Extract documents", extract, is_safe_to_retry=True)
    run.keep_nothing()
    run.step("Value stock moves", value)
    run.step("Build journals", build)


def plan_month(run: CloseRun) -> None:
    """What would change in Xero. Nothing is posted, and nothing of a month that is signed is kept."""
    run.step("Extract documents", extract, is_safe_to_retry=True)
    run.step("Read Xero's settings", mirror, is_safe_to_retry=True)
    run.keep_nothing_if(is_frozen)
    run.step("Value stock moves", value)
    run.step("Build journals", build)
    run.step("Check exceptions and mappings", check)
    run.step("Plan the changes in Xero", plan)


def close_month(run: CloseRun) -> None:
    """Plan the month, post the plan, and prove that Xero's stock accounts equal the stock ledger."""
    plan_month(run)
    post_planned(run)


def post_planned(run: CloseRun) -> None:
    """Post a plan that is made, and prove the result."""
    run.step("Post to Xero", post)
    run.step("Tie out to Xero", prove, is_safe_to_retry=True)
    if run.close.settings.pack_after_close:
        run.step("Write the close pack", pack)


def extract(run: CloseRun) -> None:
    """Source to raw.* and core.*."""
    run.extracted = extract_documents(run.close, run.warehouse, run.run_id, run.progress)


def mirror(run: CloseRun) -> None:
    """Xero's accounts, tax rates, tracking, lock dates and journals to xero.*; what was posted before a warehouse was
    lost, to post.*."""
    mirror_xero(run.client, run.warehouse)
    restore_posts(run.warehouse, run.close.settings.post_log)


def value(run: CloseRun) -> None:
    """core.* to core.stock_moves, close.landed_cost_allocations and close.bookings."""
    run.valued = value_stock(run.close, run.warehouse, rebuild=run.rebuild)


def build(run: CloseRun) -> None:
    """close.bookings to close.journals and their lines and sources, roll_forward, left_out and exceptions; and to what
    an analyst reads beside them: roll-forward by movement, margins, flux, ages, open receipts."""
    build_month(run.close, run.warehouse)
    report_month(run.close, run.warehouse)


def check(run: CloseRun) -> None:
    """Stop on everything that stands in the way of the month, all at once."""
    stop_on_open_months(run.close, run.warehouse)
    stop_on_restated_months(run.close, run.warehouse)
    stop_on_exceptions(run.close, run.warehouse)
    stop_on_opening_difference(run.close, run.warehouse, run.client)
    stop_on_stock_difference(run.close, run.warehouse)


def plan(run: CloseRun) -> None:
    """close.journals against post.documents to post.plans and post.plan_documents."""
    close = run.close
    terms = plan_terms(close.settings, close.mappings)
    to_date = close.cut_off if close.is_partial else None
    run.plan = make_plan(run.warehouse, terms, close.period, to_date, preparer_name=run.preparer)
    write_plan_file(run.warehouse, run.plan, close.settings.warehouse.parent / "plans")


def post(run: CloseRun) -> None:
    """The plan to Xero through post.outbox, each document once; a signed month stays as it is in the tables too."""
    if run.plan is None:
        raise RuntimeError("post runs after plan")
    stop_on_signed_month(run.warehouse, run.plan)
    if run.keeps_nothing:
        run.forget()
        if not is_computed(run.warehouse, run.close.period):  # the warehouse that it was signed in is lost
            compute_again(run)
        run.applied = nothing_sent(run.plan)
        return
    settings = run.close.settings
    run.applied = apply_plan(
        run.client,
        run.warehouse,
        run.plan.plan_hash,
        plan_terms(settings, run.close.mappings),
        lambda done, total: run.progress(done, total, "documents"),
        quiet_seconds=quiet_seconds(settings.xero_url),
        run_id=run.run_id,
        post_log=settings.post_log,
    )
    run.applied.raise_for_refusals()


def compute_again(run: CloseRun) -> None:
    """The figures of a signed month to a new warehouse: Xero holds just this already, so the plan changes nothing."""
    value(run)
    build(run)
    plan(run)


def pack(run: CloseRun) -> None:
    """What an analyst reads and signs, as files: workbook, page, and Xero's import file."""
    from pipelines.close_pack.writing import write_pack  # noqa: PLC0415 a preview needs no charts

    write_pack(run.close, run.warehouse)


def prove(run: CloseRun) -> None:
    """Xero's trial balance to xero.trial_balance, and the walk from the ledger to it to close.tie_outs."""
    stop_on_difference(run.close, tie_out_month(run.close, run.warehouse, run.client))
