"""What a plan changes, line by line: a table like the diff of a pull request, and a JSON file beside the warehouse."""

from pathlib import Path

from pipelines.load.json_text import canonical_json
from pipelines.load.plan_lines import read_lines
from pipelines.load.plan_store import StoredPlan
from pipelines.reports.month import ReportTable, money
from pipelines.warehouse import Warehouse

MOST = 60
"""Lines that a table shows; the file holds all."""

_FIELDS = (
    "action", "journal_key", "tag", "old_tag", "journal_date", "old_journal_date", "debit_amount", "old_debit_amount",
    "reason", "blocked_by",
)  # fmt: skip


def plan_lines_table(warehouse: Warehouse, plan: StoredPlan, most: int = MOST) -> ReportTable:
    """The lines that a plan changes, before and after in base currency, and why.

    Args:
        warehouse: post.plan_lines.
        plan: the plan.
        most: lines shown; of what is beyond, their number.
    """
    lines = read_lines(warehouse, plan.plan_hash)
    changed = [one for one in lines if one.why != "new"]
    rows = [
        (
            one.tag,
            " ".join(part for part in (one.account_code, one.tracking) if part),
            one.description,
            money(one.old_amount),
            money(one.new_amount),
            money(one.changed_amount),
            one.why,
        )
        for one in changed[:most]
    ]
    note = f"{len(changed) - most:,} more lines change." if len(changed) > most else ""
    columns = ("Journal", "Account", "Line", "Before", "After", "Change", "Why")
    return ReportTable("Lines that change", columns, tuple(rows), frozenset({"Before", "After", "Change"}), note=note)


def plan_json(warehouse: Warehouse, plan: StoredPlan) -> str:
    """A plan as JSON: sorted keys, amounts as text, no time and no run, so that the same inputs give the same bytes."""
    content = {
        "plan_hash": plan.plan_hash,
        "period": plan.period,
        "to_date": plan.to_date,
        "documents": [{name: getattr(one, name) for name in _FIELDS} for one in plan.documents],
        "lines": [vars(one) for one in read_lines(warehouse, plan.plan_hash)],
    }
    return canonical_json(content) + "\n"


def write_plan_file(warehouse: Warehouse, plan: StoredPlan, folder: Path) -> Path:
    """Keep a plan as PERIOD-HASH.json; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{plan.period:%Y-%m}-{plan.short_hash}.json"
    file.write_text(plan_json(warehouse, plan), encoding="utf-8", newline="\n")
    return file
