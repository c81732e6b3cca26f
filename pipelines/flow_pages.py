"""What a finance person reads beside a flow run: journals, roll-forward, tie-out and exceptions, as Markdown pages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from pipelines.errors import DoesNotTieOut, TieoutError
from pipelines.load.plan_store import StoredPlan
from pipelines.milestones import milestones_table, read_milestones
from pipelines.reports.month import (
    ReportTable,
    as_markdown,
    exceptions_table,
    journal_tables,
    left_out_table,
    money,
    plan_table,
    roll_forward_table,
)
from pipelines.reports.plan import plan_lines_table
from pipelines.reports.tie_out import tie_out_tables
from pipelines.warehouse import Warehouse
from schemas.problems import Problem
from transforms.periods import name_period

TITLES = {
    "journals": "Journals",
    "roll-forward": "Inventory roll-forward",
    "tie-out": "Tie-out to Xero",
    "exceptions": "Exceptions and what was left out",
    "status": "Where each month stands",
}
"""The pages by key, as Prefect's UI lists them."""

BUILD = "Build journals"
PROVE = "Tie out to Xero"


@dataclass(frozen=True)
class RunFacts:
    """How far a run came."""

    organisation: str
    """One server may show runs of several."""
    period: date
    """First day of the month."""
    verdict: str
    """What was done, or why it stopped, in a sentence."""
    started: Collection[str] = ()
    """Steps that began, by name, in order."""
    finished: Collection[str] = ()
    """Steps that ended well."""
    plan: StoredPlan | None = None
    error: Exception | None = None

    @property
    def stopped_at(self) -> str | None:
        """The step that did not end well."""
        return next((step for step in self.started if step not in self.finished), None)

    @property
    def has_journals(self) -> bool:
        """Whether the warehouse holds the journals of this run, and not of an earlier one."""
        return BUILD in self.finished

    @property
    def has_tie_out(self) -> bool:
        """Whether it holds this run's tie-out; a difference is one, too."""
        return PROVE in self.finished or (PROVE in self.started and isinstance(self.error, DoesNotTieOut))


def write_pages(facts: RunFacts, warehouse: Warehouse | None) -> dict[str, str]:
    """The text of every page, by key. A page shows figures of this run only, or says why it has none.

    Args:
        facts: what the run did.
        warehouse: open for reading; None when the run stopped before it was opened.
    """
    tables = _read_tables(facts, warehouse) if warehouse is not None else {}
    return {key: _write_page(key, facts, tables.get(key)) for key in TITLES}


def _read_tables(facts: RunFacts, warehouse: Warehouse) -> dict[str, list[ReportTable]]:
    """Tables of the pages that this run got to."""
    period, tables = facts.period, {}
    if facts.has_journals:
        plan = facts.plan
        changes = [plan_table(plan), plan_lines_table(warehouse, plan)] if plan is not None else []
        tables["journals"] = [*changes, *journal_tables(warehouse, period)]
        tables["status"] = [milestones_table(read_milestones(warehouse))]
        tables["roll-forward"] = [roll_forward_table(warehouse, period)]
        tables["exceptions"] = [exceptions_table(warehouse, period), left_out_table(warehouse, period)]
    if facts.has_tie_out:
        tables["tie-out"] = tie_out_tables(warehouse, period)
    return tables


def _write_page(key: str, facts: RunFacts, tables: list[ReportTable] | None) -> str:
    parts = [f"## {facts.organisation}, {name_period(facts.period)}: {TITLES[key]}", _opening(facts)]
    if key == "exceptions" and isinstance(facts.error, TieoutError) and facts.error.problems:
        parts.append(as_markdown(problems_table(facts.error.problems)))
    shown = [as_markdown(table) for table in tables or () if table.rows]
    parts += shown or [_absence(key, facts, is_read=tables is not None)]
    return "\n\n".join(part for part in parts if part)


def _opening(facts: RunFacts) -> str:
    """The first sentence of every page: what was done, or where it stopped."""
    if facts.error is None:
        return facts.verdict
    place = (
        f'The run stopped at "{facts.stopped_at}".' if facts.stopped_at else "The run stopped before its first step."
    )
    return f"**{place}** {facts.verdict}"


def _absence(key: str, facts: RunFacts, *, is_read: bool) -> str:
    """Why a page has no tables."""
    if is_read:
        return "Nothing to show."
    if key == "tie-out" and facts.error is None:
        return "A preview does not look at Xero's balances."
    if key == "exceptions" and isinstance(facts.error, TieoutError) and facts.error.problems:
        return ""
    return "The run did not get this far. What an earlier run found is stored with that run."


def problems_table(problems: Collection[Problem]) -> ReportTable:
    """Everything that stands in the way, each with the next step."""
    rows = [
        (
            _in_one_line(problem.where),
            _in_one_line(problem.found),
            "" if problem.row_count is None else f"{problem.row_count:,}",
            money(problem.amount),
            _in_one_line(problem.fix),
            ", ".join(problem.examples[:3]),
        )
        for problem in problems
    ]
    columns = ("Where", "What was found", "Rows", "Amount", "What to do", "First")
    return ReportTable("What stands in the way", columns, tuple(rows), frozenset({"Rows", "Amount"}))


def _in_one_line(text: str) -> str:
    """A cell of a Markdown table has no line breaks."""
    return " ".join(text.split())
