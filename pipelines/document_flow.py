"""The Prefect flow of the document sync: one task a step, a page for finance people, one run at a time on a warehouse.

The steps stand in `pipelines/document_sync.py` and `pipelines/document_updates.py`; `pipelines/document_schedules.py`
writes a deployment for each kind that documents.yaml gives a schedule.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Literal, cast

from pipelines.prefect_home import prepare_from_settings

prepare_from_settings()  # Prefect reads the environment when it is imported

from prefect import flow  # noqa: E402
from prefect.artifacts import create_markdown_artifact  # noqa: E402
from prefect.logging import get_run_logger  # noqa: E402
from prefect.states import Completed, Failed  # noqa: E402

from pipelines.document_schedules import starts_at  # noqa: E402
from pipelines.document_sync import DocumentRun, plan_documents, prepare  # noqa: E402
from pipelines.document_updates import sync_both_ways  # noqa: E402
from pipelines.errors import TieoutError  # noqa: E402
from pipelines.flow_turns import one_at_a_time  # noqa: E402
from pipelines.flows import TaskSteps, _form_field, _notify, _tell  # noqa: E402
from pipelines.masking import hiding_secrets  # noqa: E402
from pipelines.reports.month import as_markdown  # noqa: E402
from pipelines.runs import record_run  # noqa: E402
from pipelines.settings import Settings, load_settings  # noqa: E402
from pipelines.steps.context import open_close  # noqa: E402
from pipelines.steps.run import CloseRun  # noqa: E402
from pipelines.sync.error_list import error_tables, read_errors  # noqa: E402
from pipelines.sync.pages import sync_plan_tables, sync_totals_table  # noqa: E402
from pipelines.warehouse import open_warehouse  # noqa: E402
from transforms.periods import today_in  # noqa: E402

PAGE = "documents"

KINDS = _form_field(None, "Kinds", "Kinds of documents.yaml, a comma between them. Empty: all that are on.")
UP_TO = _form_field(None, "Up to", "Last day of documents that count. Empty: no end.")
ACTION = _form_field("sync", "Action", "sync sends to Xero; plan shows what would be sent, and sends nothing.")
START = _form_field(None, "Not before", "A run before this day and time, in the organisation's zone, does nothing.")

Action = Literal["sync", "plan"]
Steps = Callable[[DocumentRun], None]


@flow(name="document-sync", retries=0, log_prints=False, persist_result=False)
def document_sync(
    kinds: str | None = KINDS, to: date | None = UP_TO, action: Action = ACTION, not_before: datetime | None = START
) -> str:
    """Send contacts, invoices, bills, credits, deposits and payments to Xero, or preview that.

    Where plans have to be approved the run fails with its plan pending: `tieout approve`, then `tieout apply`.

    Returns:
        What was done, in a sentence.

    Raises:
        TieoutError: whatever stops a step. In Prefect the run is failed with its text and without a traceback.
    """
    settings = load_settings()
    if not_before is not None and datetime.now(UTC) < (start := starts_at(not_before, settings.time_zone)):
        return cast(str, Completed(message=f"Nothing was done: it begins on {start:%Y-%m-%d %H:%M}.", name="NotYet"))
    steps: Steps = sync_both_ways if action == "sync" else plan_documents
    try:
        with one_at_a_time(settings) as wait:
            return _carry_out(settings, kinds, to, steps, wait)
    except TieoutError as error:
        return cast(str, Failed(message=str(error), data=error))  # the caller gets the error raised


def _carry_out(settings: Settings, kinds: str | None, to: date | None, steps: Steps, wait: float) -> str:
    """The steps on the open warehouse, and then the page, also when a step stops the run."""
    tasks = TaskSteps()
    today = today_in(settings.time_zone, datetime.now(UTC))
    close = open_close(settings, today.replace(day=1), is_preview=True)
    with (
        hiding_secrets(),
        record_run(settings, f"flow {steps.__name__}", close.period, wait) as record,
        open_warehouse(settings, wait, notify=_notify) as warehouse,
        CloseRun(close, warehouse, record.run_id, tasks.run_as_task, _tell) as run,
    ):
        sync = prepare(run, kinds, to)
        try:
            steps(sync)
        except Exception as error:
            verdict = error.summary if isinstance(error, TieoutError) else f"{type(error).__name__}: {error}"
            _publish(write_page(sync, verdict, today))
            raise
        sentence = say_what_was_done(sync)
        _publish(write_page(sync, sentence, today))
        return sentence


def say_what_was_done(sync: DocumentRun) -> str:
    """What a run did, in words."""
    if sync.applied is None:
        return "Planned. Nothing was sent."
    done = sync.applied
    waits = f" {done.blocked:,} wait: see tieout errors." if done.blocked else ""
    if not done.sent_count:
        return f"Nothing was left to send.{waits}"
    return f"Sent to Xero: {len(done.created):,} new, {len(done.updated):,} changed, {len(done.ended):,} ended.{waits}"


def write_page(sync: DocumentRun, verdict: str, today: date) -> str:
    """What a finance person reads beside the run: the plan, the totals compared with Xero, and what waits."""
    settings, warehouse = sync.run.close.settings, sync.run.warehouse
    tables = [] if sync.plan is None else sync_plan_tables(warehouse, sync.plan)
    tables += [sync_totals_table(sync.totals)] if sync.totals else []
    tables += error_tables(read_errors(warehouse, today, settings.time_zone), shows_skipped=False)
    shown = [as_markdown(table) for table in tables if table.rows]
    return "\n\n".join([f"## {settings.organisation}: documents", verdict, *shown])


def _publish(text: str) -> None:
    """Put the page beside the flow run. A page that cannot be stored does not undo what was sent."""
    try:
        create_markdown_artifact(text, key=PAGE, description="Documents sent to Xero")
    except Exception:  # whatever Prefect's client raises
        get_run_logger().warning("The page %s could not be stored.", PAGE, exc_info=True)
