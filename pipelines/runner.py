"""Opens what a command needs, runs the steps with a bar for each, records the run, and closes everything again."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from rich.console import Console

from pipelines.document_sync import DocumentRun, documents_of, prepare
from pipelines.extract.report import ExtractReport
from pipelines.extract.wish import WHAT_CHANGED, ExtractWish
from pipelines.load.plan_store import StoredPlan, find_plan, read_plan
from pipelines.month_end import mirror, post_planned, prove
from pipelines.progress import JsonEvents, StepBars
from pipelines.runs import record_run
from pipelines.settings import Settings
from pipelines.signing.reopening import reopen_month
from pipelines.steps.context import CloseContext, open_close, read_month
from pipelines.steps.documents import extract_documents
from pipelines.steps.run import CloseRun
from pipelines.warehouse import open_warehouse
from transforms.periods import today_in

WAIT = 60.0


@contextmanager
def run_close(
    settings: Settings,
    period: str,
    to: date | None,
    steps: Callable[[CloseRun], None],
    *,
    wait: float = WAIT,
    is_preview: bool = False,
    rebuild: bool = False,
    events: bool = False,
    preparer: str | None = None,
    reopen: str | None = None,
) -> Iterator[CloseRun]:
    """Run a list of steps for a month, and keep the warehouse open for the block that shows the result.

    Args:
        settings: of this process.
        period: YYYY-MM.
        to: last day that counts, for a month under way.
        steps: a list of steps of pipelines.month_end.
        wait: seconds to wait for another run on the same warehouse.
        is_preview: whether the month may be under way without naming a day.
        rebuild: whether everything is valued again from the beginning, not from the last closing layers.
        events: whether progress goes out as JSON lines, not as bars.
        preparer: name of the person who makes the plan, kept beside the login.
        reopen: why a signed month is posted again; kept with the name before the first step.

    Raises:
        TieoutError: whatever stops a step, with its exit code.
    """
    close = open_close(settings, read_month(period), to, is_preview=is_preview)
    with _running(close, steps.__name__, wait, events=events) as run:
        run.rebuild, run.preparer = rebuild, (preparer or "").strip() or None
        if reopen is not None:
            reopen_month(run.warehouse, close.period, reopen, run.preparer, settings.post_log)
        steps(run)
        yield run


@contextmanager
def run_apply(
    settings: Settings, plan_reference: str, wait: float = WAIT, *, events: bool = False
) -> Iterator[CloseRun]:
    """Post a plan by its hash, whatever month it is for, and tie out; `events` tells progress as JSON lines."""
    with open_warehouse(settings, wait) as warehouse:
        plan = read_plan(warehouse, find_plan(warehouse, plan_reference))
    close = open_close(settings, plan.period, plan.to_date)
    with _running(close, "apply", wait, events=events) as run:
        run.plan = plan
        post_planned(run)
        yield run


@contextmanager
def run_documents(
    settings: Settings,
    steps: Callable[[DocumentRun], None],
    kinds: str | None = None,
    to: date | None = None,
    *,
    wait: float = WAIT,
    events: bool = False,
    preparer: str | None = None,
    plan_hash: str | None = None,
) -> Iterator[DocumentRun]:
    """Run a list of steps of the document sync, and keep the warehouse open for the block that shows the result.

    Args:
        settings: of this process.
        steps: a list of steps of pipelines.document_sync.
        kinds: kinds of documents.yaml, a comma between them; None: all that are on.
        to: last day of documents that count.
        wait: seconds to wait for another run on the same warehouse.
        events: whether progress goes out as JSON lines, not as bars.
        preparer: name of the person who makes the plan, kept beside the login.
        plan_hash: a plan that is made, for `apply`.

    Raises:
        TieoutError: whatever stops a step, with its exit code.
    """
    documents_of(settings)
    today = today_in(settings.time_zone, datetime.now(UTC))
    close = open_close(settings, today.replace(day=1), is_preview=True)
    with _running(close, steps.__name__, wait, events=events) as run:
        run.preparer = (preparer or "").strip() or None
        sync = prepare(run, kinds, to)
        sync.plan = read_plan(run.warehouse, plan_hash) if plan_hash else None
        steps(sync)
        yield sync


def find_stored_plan(settings: Settings, plan_reference: str, wait: float = WAIT) -> StoredPlan:
    """The plan that a person means, of a month or of documents."""
    with open_warehouse(settings, wait) as warehouse:
        return read_plan(warehouse, find_plan(warehouse, plan_reference))


@contextmanager
def run_tie_out(settings: Settings, period: str, wait: float = WAIT) -> Iterator[CloseRun]:
    """Compare Xero with the ledger as it was closed."""
    close = open_close(settings, read_month(period), is_preview=True)
    with _running(close, "tie_out", wait) as run:
        run.step("Read Xero's settings", mirror, is_safe_to_retry=True)
        run.step("Tie out to Xero", prove, is_safe_to_retry=True)
        yield run


def run_extract(settings: Settings, wait: float = WAIT, wish: ExtractWish = WHAT_CHANGED) -> ExtractReport:
    """Bring in the source's documents, and nothing else: what changed, or what `wish` asks for."""
    today = today_in(settings.time_zone, datetime.now(UTC))
    close = open_close(settings, today.replace(day=1), is_preview=True)

    def bring_in(run: CloseRun) -> None:
        run.extracted = extract_documents(run.close, run.warehouse, run.run_id, run.progress, wish)

    with _running(close, "extract", wait) as run:
        run.step("Extract documents", bring_in, is_safe_to_retry=True)
        if run.extracted is None:
            raise RuntimeError("the extract step leaves a report")
        return run.extracted


@contextmanager
def _running(close: CloseContext, command: str, wait: float, *, events: bool = False) -> Iterator[CloseRun]:
    """A recorded run with bars or events on the error stream, so that standard output holds results only."""
    bars = JsonEvents(sys.stderr) if events else StepBars(Console(stderr=True))
    with (
        record_run(close.settings, command.removesuffix("_month"), close.period, wait) as record,
        open_warehouse(close.settings, wait) as warehouse,
        CloseRun(close, warehouse, record.run_id, bars.run_step, bars.tell) as run,
        bars.shown(),
    ):
        yield run
