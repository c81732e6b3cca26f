"""What a person reads of a plan of documents and of what became of it: tables like a pull request."""

from collections.abc import Sequence
from decimal import Decimal

from pipelines.load.plan_store import StoredPlan
from pipelines.reports.plan import plan_lines_table
from pipelines.reports.tables import ReportTable, money
from pipelines.sync.books import Row
from pipelines.warehouse import Warehouse
from schemas.sync import SYNC_ACTIONS, SYNC_KINDS

MOST = 60
"""Documents that a table shows one by one; post.planned_sync holds all."""


def sync_plan_tables(warehouse: Warehouse, plan: StoredPlan, most: int = MOST) -> list[ReportTable]:
    """A plan of documents: by kind, then what changes document by document, then the lines that change.

    Args:
        warehouse: post.planned_sync and post.plan_lines.
        plan: the plan.
        most: documents shown one by one.
    """
    rows = warehouse.read("post.planned_sync", "plan_hash = ? order by position", [plan.plan_hash]).to_dicts()
    lines = plan_lines_table(warehouse, plan)
    shown = [_kinds_table(plan, rows), _documents_table(rows, most)]
    return [one for one in [*shown, lines] if one.rows or one is shown[0]]


def sync_totals_table(totals: Sequence[Row]) -> ReportTable:
    """What was compared with Xero, and what differs."""
    columns = ("Compared", "Tax", "Currency", "Documents", "Ours", "Xero", "Difference", "Which")
    rows = tuple(
        (
            str(one["name"]).replace("_", " "),
            str(one["tax_mode"] or ""),
            str(one["currency_code"]),
            f"{one['document_count']:,}",
            money(one["total_amount"]),
            money(one["xero_amount"]),
            money(one["difference_amount"]),
            str(one["examples"] or ""),
        )
        for one in totals
    )
    note = "Accounts: what our documents book, against the trial balance, which holds what others booked, too."
    figures = frozenset({"Documents", "Ours", "Xero", "Difference"})
    return ReportTable("Documents against Xero", columns, rows, figures, note=note)


def _kinds_table(plan: StoredPlan, rows: Sequence[Row]) -> ReportTable:
    """Counts and totals by kind, action and currency."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["kind"], row["action"], row["currency_code"] or ""), []).append(row)
    order = sorted(groups, key=lambda one: (SYNC_KINDS.index(one[0]), SYNC_ACTIONS.index(one[1]), one[2]))
    shown = tuple(
        (
            kind.replace("_", " "),
            action,
            f"{len(groups[kind, action, currency]):,}",
            currency,
            _sum(groups[kind, action, currency], "old_total_amount"),
            _sum(groups[kind, action, currency], "total_amount"),
        )
        for kind, action, currency in order
    )
    title = f"Plan {plan.short_hash} of documents"
    columns = ("Kind", "What happens", "Count", "Currency", "Before", "After")
    note = "" if shown else "Nothing is to be sent."
    return ReportTable(title, columns, shown, frozenset({"Count", "Before", "After"}), note=note)


def _documents_table(rows: Sequence[Row], most: int) -> ReportTable:
    changed = [row for row in rows if row["action"] not in {"unchanged", "adopted"}]
    shown = tuple(
        (
            row["action"] if row["error_code"] is None else f"blocked: {row['error_code'].replace('_', ' ')}",
            row["kind"].replace("_", " "),
            str(row["xero_number"] or row["document_key"]),
            str(row["document_date"] or ""),
            row["currency_code"] or "",
            money(row["old_total_amount"]),
            money(row["total_amount"]),
            row["reason"] if row["next_step"] is None else f"{row['reason']}. {row['next_step']}",
        )
        for row in changed[:most]
    )
    columns = ("What happens", "Kind", "Number", "Date", "Currency", "Before", "After", "Why")
    note = f"{len(changed) - most:,} more." if len(changed) > most else ""
    return ReportTable("What changes", columns, shown, frozenset({"Before", "After"}), note=note)


def _sum(rows: Sequence[Row], name: str) -> str:
    amounts = [row[name] for row in rows if row[name] is not None]
    return money(sum(amounts, Decimal("0.00"))) if amounts else ""
