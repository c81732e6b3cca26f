"""A flow that waits until a person approves its plan in Prefect's UI; meanwhile it holds no lock on the warehouse.

The form asks for a name. Who sits at the browser is not known to this process, so where another login than the
preparer's has to approve, the command line is the only way (or `trust_names`, which compares the names given).
"""

from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput

from pipelines.load.approve import PlanWaits, record_approval
from pipelines.load.plan_store import read_plan
from pipelines.reports.month import as_markdown, plan_table
from pipelines.reports.plan import plan_lines_table
from pipelines.steps.context import CloseContext
from pipelines.warehouse import open_warehouse

UI_LOGIN = "Prefect UI"
"""Stands where the login of an approval in the UI is unknown."""

POLL_SECONDS = 5
"""How often the flow looks whether somebody has answered."""


class Approval(RunInput):
    """The form of the UI."""

    name: str
    """Who approves exactly this plan."""


def wait_for_approval(close: CloseContext, waiting: PlanWaits, hours: int, wait: float) -> None:
    """Pause the flow run until somebody approves the plan in the UI, and record it.

    Args:
        close: whose plan it is; its mappings say who may approve.
        waiting: which plan waits, and for whom.
        hours: how long; afterwards the plan is pending as before.
        wait: seconds to wait for another run on the warehouse.

    Raises:
        PlanWaits: nobody answered in time, or the UI cannot tell who does (exit 4).
    """
    rules = close.mappings.close.close.approval.rules
    if rules.differs and not rules.trust_names:
        raise waiting
    with open_warehouse(close.settings, wait) as warehouse:
        plan = read_plan(warehouse, waiting.plan_hash)
        shown = [as_markdown(plan_table(plan)), as_markdown(plan_lines_table(warehouse, plan))]
    form = Approval.with_initial_data(description="\n\n".join([waiting.summary, *shown]))
    try:
        given = pause_flow_run(
            wait_for_input=form, timeout=hours * 3600, poll_interval=POLL_SECONDS, key=plan.short_hash
        )
    except FlowPauseTimeout:
        raise waiting from None
    if given is None:
        raise waiting
    with open_warehouse(close.settings, wait) as warehouse:
        record_approval(warehouse, plan.plan_hash, given.name, rules=rules, login=UI_LOGIN)
