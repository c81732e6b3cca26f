"""The Prefect flow of the close: one task a step, pages for finance people, one run at a time on a warehouse.

The steps themselves stand in `pipelines/month_end.py`; they are plain functions that know nothing of Prefect. Without a
server set up: `python -m pipelines.flows --period 2026-10`.
"""

import argparse
import sys
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, cast

from pydantic import Field

from pipelines.prefect_home import prepare_from_settings, telling_of_a_lost_server

prepare_from_settings()  # Prefect reads the environment when it is imported

from prefect import flow, task  # noqa: E402
from prefect.artifacts import create_markdown_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.exceptions import ParameterTypeError  # noqa: E402
from prefect.logging import get_run_logger  # noqa: E402
from prefect.runtime import flow_run  # noqa: E402
from prefect.states import Failed  # noqa: E402

from pipelines.errors import DataProblem, Incomplete, TieoutError, UsageProblem  # noqa: E402
from pipelines.flow_approvals import wait_for_approval  # noqa: E402
from pipelines.flow_pages import TITLES, RunFacts, write_pages  # noqa: E402
from pipelines.flow_turns import one_at_a_time  # noqa: E402
from pipelines.load.approve import PlanWaits  # noqa: E402
from pipelines.load.plan_store import read_plan  # noqa: E402
from pipelines.masking import hiding_secrets  # noqa: E402
from pipelines.month_end import close_month, post_planned, preview_month  # noqa: E402
from pipelines.progress import StepBars  # noqa: E402
from pipelines.runs import record_run  # noqa: E402
from pipelines.settings import Settings, load_settings  # noqa: E402
from pipelines.steps.context import CloseContext, open_close, read_month  # noqa: E402
from pipelines.steps.gate import stop_on_open_months  # noqa: E402
from pipelines.steps.run import CloseRun  # noqa: E402
from pipelines.warehouse import Warehouse, open_warehouse  # noqa: E402
from transforms.periods import format_period, previous_period, today_in  # noqa: E402

RETRY_SECONDS = [10.0, 60.0, 300.0]
"""How long a step that only reads waits before it is tried again, when a server was not there."""

watcher: ContextVar[StepBars | None] = ContextVar("watcher", default=None)
"""Shows a bar for each task, when a person watches."""

Month = Annotated[str | None, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2026-10"])]
Action = Literal["close", "preview"]


def _form_field(default: str | int | None, title: str, description: str) -> Any:  # noqa: ANN401 a default of any type
    """A field of the UI's run form: only a default like this brings Prefect to take a title over."""
    return Field(default=default, description=description, json_schema_extra={"title": title})


MONTH = _form_field(None, "Month", "YYYY-MM. Empty: the month that ended last; for a preview the month under way.")
UP_TO = _form_field(None, "Up to", "Last day that counts, to post a month under way. Empty: the whole month.")
APPROVAL_HOURS = _form_field(
    0, "Hours to wait for approval", "Where a plan has to be approved: wait for it here so long. 0: fail, plan pending."
)
ACTION = _form_field("close", "Action", "close posts to Xero; preview shows what would be posted, and posts nothing.")


def _name_run() -> str:
    """What the UI calls a run: what it does to which month."""
    given = flow_run.parameters
    action = given.get("action", "close")
    try:
        return f"{action} {format_period(_pick_month(load_settings(), given.get('period'), action))}"
    except UsageProblem:  # the run itself tells it, with all problems
        return f"{action} {given.get('period') or ''}".strip()


@flow(name="month-end", flow_run_name=_name_run, retries=0, log_prints=False, persist_result=False)
def month_end(
    period: Month = MONTH, to: date | None = UP_TO, action: Action = ACTION, approval_hours: int = APPROVAL_HOURS
) -> str:
    """Close one month, or preview it, with the settings of the environment that the worker runs in.

    Where a plan has to be approved the run can wait for that in the UI, without a lock on the warehouse. When time is
    up it fails as it does without waiting, and the plan stays pending.

    Returns:
        What was done, in a sentence.

    Raises:
        TieoutError: whatever stops a step. In Prefect the run is failed with its text and without a traceback.
    """
    settings = load_settings()
    month = _pick_month(settings, period, action)
    steps = TaskSteps()
    try:
        close = open_close(settings, month, to, is_preview=action == "preview")
        try:
            with one_at_a_time(settings) as wait:
                return _carry_out(close, action, steps, wait)
        except PlanWaits as waiting:
            if not approval_hours:
                raise
            wait_for_approval(close, waiting, approval_hours, wait)
            with one_at_a_time(settings) as wait:
                return _carry_out(close, action, steps, wait, waiting.plan_hash)
    except TieoutError as error:
        if not steps.started:  # otherwise its pages are stored already
            _publish(RunFacts(settings.organisation, month, error.summary, error=error), None)
        return cast(str, Failed(message=str(error), data=error))  # the caller gets the error raised


def _carry_out(
    close: CloseContext, action: Action, steps: "TaskSteps", wait: float, plan_hash: str | None = None
) -> str:
    """The steps on the open warehouse, and then the pages, also when a step stops the run; or a plan's own steps."""
    with (
        hiding_secrets(),
        record_run(close.settings, f"flow {action}", close.period, wait) as record,
        open_warehouse(close.settings, wait, notify=_notify) as warehouse,
        CloseRun(close, warehouse, record.run_id, steps.run_as_task, _tell) as run,
    ):
        try:
            if plan_hash is not None:
                run.plan = read_plan(warehouse, plan_hash)
                post_planned(run)
            else:
                (close_month if action == "close" else preview_month)(run)
        except Exception as error:
            verdict = error.summary if isinstance(error, TieoutError) else f"{type(error).__name__}: {error}"
            _publish(_facts(run, steps, verdict, error), warehouse)
            raise
        sentence = _sentence(run)
        _publish(_facts(run, steps, sentence), warehouse)
        return sentence


def _facts(run: CloseRun, steps: "TaskSteps", verdict: str, error: Exception | None = None) -> RunFacts:
    organisation = run.close.settings.organisation
    return RunFacts(organisation, run.close.period, verdict, steps.started, steps.finished, run.plan, error)


class TaskSteps:
    """Carries out steps as Prefect tasks, and remembers how far the run came."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.finished: list[str] = []

    def run_as_task(self, name: str, work: Callable[[], None], *, is_safe_to_retry: bool) -> None:
        """Carry out a step; only what reads is tried again, and only when a server was not there."""

        def step() -> None:
            with hiding_secrets():  # Prefect keeps the text of an error on its server
                work()

        as_task = task(
            name=name,
            retries=len(RETRY_SECONDS) if is_safe_to_retry else 0,
            retry_delay_seconds=RETRY_SECONDS,
            retry_condition_fn=_is_worth_a_retry,
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        wrapped = as_task(step)
        self.started.append(name)
        bars = watcher.get()
        if bars is None:
            wrapped()
        else:
            bars.run_step(name, wrapped, is_safe_to_retry=is_safe_to_retry)
        self.finished.append(name)


def _is_worth_a_retry(_task: Any, _run: Any, state: Any) -> bool:  # noqa: ANN401 Prefect's own types
    """Whether a step failed because a server was not there: not because of the data, nor of a day's limit."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, Incomplete) and not getattr(error, "is_day", False)


def _publish(facts: RunFacts, warehouse: Warehouse | None) -> None:
    """Put the pages beside the flow run. A page that cannot be stored does not undo what was posted."""
    for key, text in write_pages(facts, warehouse).items():
        try:
            create_markdown_artifact(text, key=key, description=f"{TITLES[key]}, {format_period(facts.period)}")
        except Exception:  # whatever Prefect's client raises
            get_run_logger().warning("The page %s could not be stored.", key, exc_info=True)


def _pick_month(settings: Settings, period: str | None, action: str) -> date:
    """The month that is meant: named, or by the calendar of the organisation."""
    if period:
        return read_month(period)
    this_month = today_in(settings.time_zone, datetime.now(UTC)).replace(day=1)
    return this_month if action == "preview" else previous_period(this_month)


def _notify(message: str) -> None:
    get_run_logger().info(message)


def _tell(done: int, total: int, what: str) -> None:
    bars = watcher.get()
    if bars is not None:
        bars.tell(done, total, what)


def _sentence(run: CloseRun) -> str:
    month = format_period(run.close.period)
    if run.applied is None:
        return f"{month}: previewed up to {run.close.cut_off}. Nothing was posted.{_open_months(run)}"
    count = len(run.applied.created) + len(run.applied.ended)
    if not count:
        return f"{month}: nothing was left to post. It ties out."
    return f"{month}: {count} document{'s' if count != 1 else ''} sent to Xero. It ties out."


def _open_months(run: CloseRun) -> str:
    """What a reader of a preview has to know in the first days of a month, before the last one is closed."""
    try:
        stop_on_open_months(run.close, run.warehouse)
    except DataProblem as early:
        months = ", ".join(problem.where.removeprefix("period ") for problem in early.problems)
        return f" Not closed yet, so their movements are in these figures: {months}."
    return ""


def main() -> None:
    """Run the flow once from the command line, with or without a server."""
    parser = argparse.ArgumentParser(description="Close or preview one month as a Prefect flow run.")
    parser.add_argument("--period", metavar="YYYY-MM", help="month; by default the one that ended last")
    parser.add_argument("--to", metavar="DATE", help="last day that counts, for a month under way")
    parser.add_argument("--action", choices=("close", "preview"), default="close")
    try:
        with telling_of_a_lost_server():
            print(month_end(**vars(parser.parse_args())))
    except TieoutError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except ParameterTypeError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(UsageProblem.exit_code)


if __name__ == "__main__":
    main()
