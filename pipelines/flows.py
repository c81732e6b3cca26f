"""The Prefect flow of the close: one task a step, artifacts for finance people, one run at a time on a warehouse.

The steps themselves stand in `pipelines/month_end.py`; they are plain functions that know nothing of Prefect.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from pipelines.prefect_home import prepare_prefect
from pipelines.settings import Settings, load_settings

prepare_prefect(load_settings().home)  # Prefect reads the environment when it is imported

from prefect import flow, task  # noqa: E402
from prefect.artifacts import create_markdown_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.client.orchestration import get_client  # noqa: E402
from prefect.concurrency.sync import concurrency  # noqa: E402

from pipelines.errors import Incomplete  # noqa: E402
from pipelines.month_end import close_month, preview_month  # noqa: E402
from pipelines.progress import StepBars  # noqa: E402
from pipelines.reports import (  # noqa: E402
    ReportTable,
    as_markdown,
    exceptions_table,
    journal_tables,
    left_out_table,
    roll_forward_table,
    tie_out_table,
)
from pipelines.runs import record_run  # noqa: E402
from pipelines.steps.context import CloseContext, open_close, read_month  # noqa: E402
from pipelines.steps.run import CloseRun  # noqa: E402
from pipelines.warehouse import Warehouse, open_warehouse  # noqa: E402
from transforms.periods import format_period, previous_period, today_in  # noqa: E402

RETRY_SECONDS = [10.0, 60.0, 300.0]
QUEUE_SECONDS = 3600.0
"""How long a run waits for another one on the same warehouse."""

watcher: ContextVar[StepBars | None] = ContextVar("watcher", default=None)
"""Shows a bar for each task, when a person watches."""

Month = Annotated[
    str | None,
    Field(
        title="Month",
        description="YYYY-MM. Empty: the month that ended last; for a preview the month under way.",
        pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        examples=["2026-10"],
    ),
]
Day = Annotated[
    date | None,
    Field(title="Up to", description="Last day that counts, to post a month under way. Empty: the whole month."),
]
Action = Annotated[
    Literal["close", "preview"],
    Field(title="Action", description="close posts to Xero; preview shows what would be posted, and posts nothing."),
]


@flow(name="month-end", flow_run_name="{action} {period}", retries=0, log_prints=False)
def month_end(period: Month = None, to: Day = None, action: Action = "close") -> str:
    """Close one month, or preview it, with the settings of the environment that the worker runs in.

    Returns:
        What was done, in a sentence.

    Raises:
        TieoutError: whatever stops a step; the run is marked failed with its text.
    """
    settings = load_settings()
    close = open_close(settings, _month(settings, period, action), to, is_preview=action == "preview")
    with one_at_a_time(settings), record_run(settings, f"flow {action}", close.period) as record:
        with open_warehouse(settings) as warehouse:
            with CloseRun(close, warehouse, record.run_id, run_as_task, _tell) as run:
                try:
                    (close_month if action == "close" else preview_month)(run)
                finally:
                    publish_artifacts(close, warehouse)
                return _sentence(run)


def run_as_task(name: str, work: Callable[[], None], *, is_safe_to_retry: bool) -> None:
    """Carry out a step as a Prefect task; only what reads is tried again, and only when a server was not there."""

    def step() -> None:
        work()

    wrapped = task(
        step,
        name=name,
        retries=len(RETRY_SECONDS) if is_safe_to_retry else 0,
        retry_delay_seconds=RETRY_SECONDS,
        retry_condition_fn=_is_incomplete,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    bars = watcher.get()
    if bars is None:
        wrapped()
    else:
        bars.run_step(name, wrapped, is_safe_to_retry=is_safe_to_retry)


@contextmanager
def one_at_a_time(settings: Settings) -> Iterator[None]:
    """Let one run at a time work on a warehouse, whichever deployment started it.

    Raises:
        Incomplete: another run has not ended within an hour (exit 7).
    """
    name = f"tieout-{hashlib.sha256(str(settings.warehouse).encode()).hexdigest()[:12]}"
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(name, 1)
    try:
        with concurrency(name, occupy=1, timeout_seconds=QUEUE_SECONDS, strict=True):
            yield
    except TimeoutError:
        raise Incomplete(
            f"Another run has held {settings.warehouse} for an hour. Look at it, then run this again."
        ) from None


def publish_artifacts(close: CloseContext, warehouse: Warehouse) -> None:
    """Put what a finance person reads beside the flow run: journals, roll-forward, tie-out, exceptions, left out."""
    period = close.period
    pages: dict[str, list[ReportTable]] = {
        "journals": journal_tables(warehouse, period),
        "roll-forward": [roll_forward_table(warehouse, period)],
        "tie-out": [tie_out_table(warehouse, period)],
        "exceptions": [exceptions_table(warehouse, period), left_out_table(warehouse, period)],
    }
    for key, tables in pages.items():
        shown = [as_markdown(table) for table in tables if table.rows]
        text = "\n\n".join(shown) or "Nothing to show."
        create_markdown_artifact(
            text, key=key, description=f"{key.replace('-', ' ').capitalize()}, {format_period(period)}"
        )


def _month(settings: Settings, period: str | None, action: str) -> date:
    """The month that is meant: named, or by the calendar of the organisation."""
    if period:
        return read_month(period)
    this_month = today_in(settings.time_zone, datetime.now(UTC)).replace(day=1)
    return this_month if action == "preview" else previous_period(this_month)


def _is_incomplete(_task: Any, _run: Any, state: Any) -> bool:  # noqa: ANN401 Prefect's own types
    """Whether a step failed because a server was not there, and not because of the data."""
    return isinstance(state.result(raise_on_failure=False), Incomplete)


def _tell(done: int, total: int, what: str) -> None:
    bars = watcher.get()
    if bars is not None:
        bars.tell(done, total, what)


def _sentence(run: CloseRun) -> str:
    month = format_period(run.close.period)
    if run.applied is None:
        return f"{month}: previewed, nothing posted"
    count = len(run.applied.created) + len(run.applied.ended)
    return f"{month}: {count} documents sent to Xero, ties out" if count else f"{month}: nothing left to post, ties out"
