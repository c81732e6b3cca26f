"""What a finance person reads after a close, as plain tables: journals, roll-forward, tie-out, what was left out."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from pipelines.extract.report import ExtractReport
from pipelines.load.plan_store import StoredPlan, plan_summary
from pipelines.reports.source_postings import posting_differences_table
from pipelines.reports.tables import ReportTable, money, quantity, total_of
from pipelines.reports.tie_out import tie_out_table, tie_out_tables
from pipelines.steps.exception_words import COUNTED
from pipelines.warehouse import Warehouse
from schemas.journals import JOURNAL_KINDS
from transforms.periods import name_period

__all__ = ["ReportTable", "money", "quantity", "tie_out_table", "total_of"]


def journal_tables(warehouse: Warehouse, period: date, most: int = 40) -> list[ReportTable]:
    """Each journal of a month with debits and credits in columns.

    Args:
        warehouse: holds close.journals and close.journal_lines.
        period: first day of the month.
        most: journals shown one by one; what is beyond is summed up by kind in a last table.
    """
    journals = warehouse.query(
        """
        with posted as (
            select journal_key, max_by(tag, version) as tag from post.documents
            where status in ('POSTED', 'DRAFT') group by journal_key
        )
        select j.*, p.tag from close.journals j left join posted p using (journal_key)
        where j.period = $1 order by list_position($2, j.journal_kind), j.journal_date, j.journal_key
        """,
        [period, JOURNAL_KINDS],
    )
    lines = warehouse.query(
        """
        select l.*, coalesce(a.account_name, '') as account_name from close.journal_lines l
        left join xero.accounts a using (account_code) where l.period = ? order by l.journal_key, l.line_number
        """,
        [period],
    )
    shown = [
        _journal_table(row, lines.filter(pl.col("journal_key") == row["journal_key"]))
        for row in journals.head(most).to_dicts()
    ]
    rest = journals.slice(most)
    return shown if rest.is_empty() else [*shown, _rest_table(rest)]


def _journal_table(journal: dict[str, object], lines: pl.DataFrame) -> ReportTable:
    rows = [
        (
            f"{line['account_code']} {line['account_name']}".strip(),
            line["description"],
            money(line["line_amount"]) if line["line_amount"] > 0 else "",
            money(-line["line_amount"]) if line["line_amount"] < 0 else "",
        )
        for line in lines.to_dicts()
    ]
    total = money(total_of(lines.filter(pl.col("line_amount") > 0)["line_amount"]))
    return ReportTable(
        title=f"{journal['tag'] or journal['journal_key']} · {journal['journal_date']} · {journal['narration_text']}",
        columns=("Account", "Description", "Debit", "Credit"),
        rows=(*rows, ("", "Total", total, total)),
        figures=frozenset({"Debit", "Credit"}),
        strong_rows=frozenset({len(rows)}),
    )


def _rest_table(journals: pl.DataFrame) -> ReportTable:
    by_kind = journals.group_by("journal_kind", maintain_order=True).agg(
        pl.len().alias("count"), pl.col("debit_amount").sum()
    )
    rows = [
        (row["journal_kind"].replace("_", " "), f"{row['count']:,}", money(row["debit_amount"]))
        for row in by_kind.to_dicts()
    ]
    return ReportTable(
        "Further journals", ("Kind", "Journals", "Debits"), tuple(rows), frozenset({"Journals", "Debits"})
    )


ROLL_FORWARD_ROWS = {
    "opening": "Opening",
    "receipts": "Received",
    "landed_cost": "Landed cost",
    "production": "Production",
    "transfers": "Transfers",
    "adjustments": "Adjustments",
    "sales": "Sold",
    "returns": "Returned",
    "late_cost": "Late cost of earlier months",
    "closing": "Closing",
}


def roll_forward_table(warehouse: Warehouse, period: date) -> ReportTable:
    """The roll-forward of a month: a row for each movement, two columns for each stock account."""
    rolled = warehouse.read("close.roll_forward", "period = ?", [period])
    accounts = rolled["account_code"].unique().sort().to_list()
    columns = tuple(f"{account} {what}" for account in accounts for what in ("units", "value"))
    rows = tuple(
        (label, *(_cell(rolled, account, column, what) for account in accounts for what in ("quantity", "value")))
        for column, label in ROLL_FORWARD_ROWS.items()
    )
    title = f"Inventory roll-forward, {name_period(period)}"
    return ReportTable(title, ("", *columns), rows, frozenset(columns), frozenset({len(rows) - 1}))


def _cell(rolled: pl.DataFrame, account: str, column: str, what: str) -> str:
    name = f"{column}_{what}"
    if name not in rolled.columns:
        return ""
    total = total_of(rolled.filter(pl.col("account_code") == account)[name])
    return quantity(total) if what == "quantity" else money(total)


_LEFT_OUT_AMOUNTS = ("At cost", "Still in Xero", "Revenue")


def left_out_table(warehouse: Warehouse, period: date, most: int = 15) -> ReportTable:
    """Sales and returns that COGS leaves out, with the reason and the value, the largest first.

    Args:
        warehouse: holds close.left_out.
        period: first day of the month.
        most: lines shown one by one; what is beyond is summed up, and so is what moved before the opening stock.
    """
    every = warehouse.read("close.left_out", "period = ?", [period]).sort(
        -pl.col("cost_amount").abs(), -pl.col("goods_amount").fill_null(0).abs(), "document_number", "sku", "move_id"
    )
    is_earlier = pl.col("category") == "before_opening"
    lines, earlier = every.filter(~is_earlier), every.filter(is_earlier)
    rows: list[tuple[str, ...]] = [
        (
            row["document_number"],
            row["sku"],
            row["category"].replace("_", " "),
            row["reason"],
            quantity(row["quantity"]),
            money(row["goods_amount"]),
            money(row["cost_amount"]),
            money(row["revenue_amount"]),
        )
        for row in lines.head(most).to_dicts()
    ]
    sums = [_left_out_sum(lines.slice(most), "more line"), _left_out_sum(lines, "line")]
    columns = ("Document", "SKU", "Left out as", "Why", "Units", *_LEFT_OUT_AMOUNTS)
    title = f"Left out of COGS, {name_period(period)}"
    rows += _before_opening(earlier)
    if not rows:
        return ReportTable(title, columns, (), note="Nothing: every sale and return that moved is in COGS.")
    shown = (*rows, *(sums if lines.height > most else sums[1:] if lines.height else ()))
    return ReportTable(title, columns, shown, frozenset({"Units", *_LEFT_OUT_AMOUNTS}), frozenset({len(shown) - 1}))


def _before_opening(earlier: pl.DataFrame) -> list[tuple[str, ...]]:
    """One row for all that is in the opening stock (listed in the first month)."""
    if earlier.is_empty():
        return []
    documents = earlier["document_number"].n_unique()
    count, first = f"{earlier.height:,} moves", str(earlier["moved_on"].min())
    why = f"moved from {first} on, before the opening stock was counted (close.left_out)"
    return [(f"{documents:,} documents", count, "before opening", why, "", "", "", "")]


def _left_out_sum(lines: pl.DataFrame, what: str) -> tuple[str, ...]:
    """How many lines, what their goods cost, what Xero has above the ledger for them, and their revenue."""
    count = f"{lines.height:,} {what}{'s' if lines.height != 1 else ''}"
    amounts = ("goods_amount", "cost_amount", "revenue_amount")
    return "", "", count, "", "", *(money(total_of(lines[name])) for name in amounts)


def exceptions_table(warehouse: Warehouse, period: date) -> ReportTable:
    """Exceptions by kind and subject, and what accepts them."""
    grouped = (
        warehouse.read("close.exceptions", "period = ?", [period])
        .group_by("exception_kind", "subject", "correction_id", "is_blocking")
        .agg(pl.len().alias("rows"), *[_known_sum(name) for name in ("quantity", "amount")])
        .sort("exception_kind", "subject")
    )
    rows = [
        (
            row["exception_kind"].replace("_", " "),
            _subject(row),
            f"{row['rows']:,}",
            "" if row["exception_kind"] in COUNTED else quantity(row["quantity"]),
            money(row["amount"]),
            "stops the close" if row["is_blocking"] else f"accepted by {row['correction_id'] or 'policy'}",
        )
        for row in grouped.to_dicts()
    ]
    columns = ("Exception", "Subject", "Rows", "Units", "Amount", "Settled")
    return ReportTable(
        f"Exceptions, {name_period(period)}", columns, tuple(rows), frozenset({"Rows", "Units", "Amount"})
    )


def _subject(row: dict[str, Any]) -> str:
    """The subject, with what was counted where that is not units."""
    what = COUNTED.get(row["exception_kind"])
    return f"{row['subject']}: {row['quantity']:,.0f} {what}" if what else row["subject"]


def _known_sum(column: str) -> pl.Expr:
    """Sum without signs; null where nothing is known, which is not the same as nothing."""
    return pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).abs().sum())


def month_tables(warehouse: Warehouse, period: date) -> Sequence[ReportTable]:
    """Everything an analyst reads about a month, in order; tables without rows are left out."""
    tables = [
        *journal_tables(warehouse, period),
        roll_forward_table(warehouse, period),
        *tie_out_tables(warehouse, period),
        left_out_table(warehouse, period),
        exceptions_table(warehouse, period),
        posting_differences_table(warehouse, period),
    ]
    return [table for table in tables if table is not None and (table.rows or table.note)]


def as_markdown(table: ReportTable) -> str:
    """The table for a Prefect artifact or a pull request."""
    marks = ["---:" if column in table.figures else "---" for column in table.columns]
    lines = [f"| {' | '.join(column or ' ' for column in table.columns)} |", f"| {' | '.join(marks)} |"]
    for number, row in enumerate(table.rows):
        cells = [f"**{cell}**" if number in table.strong_rows and cell else cell for cell in row]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    heading = f"### {table.title}"
    return "\n".join([heading, "", *lines, *(["", table.note] if table.note else [])])


def plan_table(plan: StoredPlan | None) -> ReportTable:
    """What a plan would change in Xero, like a pull request: what was, what will be, and why."""
    summary = plan_summary(plan) if plan is not None else ()
    rows = [
        (one.action, one.tag, str(one.journal_date), money(one.old_debit_amount), money(one.debit_amount), one.reason)
        for one in summary
    ]
    title = f"Plan {plan.short_hash} for {name_period(plan.period)}" if plan is not None else "Plan"
    columns = ("Change", "Journal", "Date", "Debits before", "Debits after", "Why")
    return ReportTable(title, columns, tuple(rows), frozenset({"Debits before", "Debits after"}))


def extract_table(report: ExtractReport) -> ReportTable:
    """What an extract brought in, by core table."""
    rows = [
        (
            one.name,
            f"{one.row_count:,}",
            f"{one.rejected_count:,}",
            "yes" if one.is_given else "no select, so empty",
            ", ".join(one.null_columns),
            ", ".join(one.rounded),
        )
        for one in report.tables
    ]
    columns = ("Table", "Rows", "Refused", "Given", "Columns left null", "Rounded")
    note = "Nothing changed since the last extract." if report.is_unchanged else f"{report.seconds:.1f} s"
    return ReportTable(f"Source {report.source_name}", columns, tuple(rows), frozenset({"Rows", "Refused"}), note=note)
