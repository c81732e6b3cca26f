"""The gate before anything is planned: every exception, mapping gap and stale correction of the month, at once."""

import polars as pl

from mappings.xero_checks import check_against_xero
from pipelines.errors import DataProblem
from pipelines.steps.context import CloseContext
from pipelines.steps.stock import read_core
from pipelines.warehouse import Warehouse
from schemas.problems import Problem
from transforms.corrections import list_occurring_subjects
from transforms.periods import format_period, next_period

EXAMPLES = 3
_SENTENCES = {
    "missing_cost": ("sold, but never received: no cost is known", 'Bring the receipts into the source, or accept it in corrections.yaml: {{id: ..., accepts: missing_cost, subjects: ["{subject}"], reason: ..., owner: ..., status: open}}'),
    "negative_stock": ("more was issued than is on hand at the cut-off", 'Enter the missing receipt or count, set close.negative_stock to list, or accept it in corrections.yaml: {{id: ..., accepts: negative_stock, subjects: ["{subject}"], reason: ..., owner: ..., status: open}}'),
    "missing_rate": ('currency "{subject}" has no rate on or before the day of the document', "Add the rate to the document or to core.currency_rates (the select of currency_rates in the source's YAML)."),
    "unknown_sku": ('SKU "{subject}" is not among the products', "Add it to the select of products in the source's YAML."),
    "unmapped_reason": ('adjustment reason "{subject}" has no account', 'Add to mappings/adjustments.yaml under reasons:  "{subject}": {{account: "..."}}'),
    "unmapped_charge": ('landed charge "{subject}" has no account', 'Add to mappings/landed_costs.yaml under charges:  {subject}: {{account: "...", basis: value}}'),
    "unmapped_tracking": ('no tracking option for {subject}', "Add the value under options of that category in mappings/tracking.yaml, or give it an otherwise."),
    "unmapped_account": ('role {subject} has no account', 'Add to mappings/accounts.yaml under accounts:  {subject}: "..."'),
    "missing_received_line": ('a bill names received line "{subject}", which does not exist', "Look at the select of bill_lines and receipt_lines in the source's YAML."),
    "unpriced_receipt": ('received "{subject}" without a price', "Enter the price of the purchase order line; a receipt at no cost has the price 0."),
    "rejected_row": ("the row {subject} was refused by its table's rules (raw.rejected_rows)", 'Repair the row in the source, or leave it out for good in corrections.yaml: {{id: ..., accepts: rejected_row, subjects: ["{subject}"], reason: ..., owner: ..., status: open}}'),
}  # fmt: skip
"""What is wrong and what to do, by kind of exception."""


def stop_on_exceptions(close: CloseContext, warehouse: Warehouse) -> None:
    """Let the month pass, or stop with everything that stands in its way.

    Raises:
        DataProblem: every blocking exception, account or tax type that Xero does not take, and correction that no
            longer matches anything (exit 3).
    """
    exceptions = warehouse.read("close.exceptions", "period = ? and is_blocking", [close.period])
    problems = [
        *describe_exceptions(exceptions, warehouse),
        *_stale_corrections(close, warehouse),
        *_differences_to_xero(close, warehouse),
    ]
    if problems:
        raise DataProblem(f"{format_period(close.period)} cannot close yet. Nothing was posted.", problems)


def stop_on_open_months(close: CloseContext, warehouse: Warehouse) -> None:
    """A month closes on the bookings of the months before it, so each of them has to be closed whole.

    Raises:
        DataProblem: a month before is not posted, or only up to a day (exit 3).
    """
    applied = warehouse.query(
        "select period, arg_max(to_date, planned_at) as to_date from post.plans where status = 'applied' group by period"
    )
    closed = {row["period"]: row["to_date"] for row in applied.to_dicts()}
    problems, month = [], close.policy.first_period
    while month < close.period:
        if month not in closed or closed[month] is not None:
            state = f"is posted up to {closed[month]} only" if month in closed else "is not posted"
            name = format_period(month)
            problems.append(Problem(f"period {name}", state, f"Close it first: tieout close {name}"))
        month = next_period(month)
    if problems:
        name, first = format_period(close.period), format_period(close.policy.first_period)
        summary = f"{name} builds on the months before it, from {first} (close.first_period). Nothing was posted."
        raise DataProblem(summary, problems)


def describe_exceptions(exceptions: pl.DataFrame, warehouse: Warehouse) -> list[Problem]:
    """One problem for each kind and subject, the largest amounts first; refused rows by rule."""
    problems = [
        _problem(group)
        for _, group in exceptions.filter(pl.col("exception_kind") != "rejected_row").group_by(
            "exception_kind", "subject", maintain_order=True
        )
    ]
    return [*problems, *_refused_rows(exceptions, warehouse)]


def _problem(group: pl.DataFrame) -> Problem:
    first = group.row(0, named=True)
    found, fix = _SENTENCES[first["exception_kind"]]
    amount = group["amount"].abs().sum() if group["amount"].null_count() < group.height else None
    numbers = group["document_number"].fill_null("").unique(maintain_order=True).head(EXAMPLES).to_list()
    return Problem(
        where=f"{first['source_table']}, {first['subject']}",
        found=found.format(subject=first["subject"]),
        fix=fix.format(subject=first["subject"]),
        row_count=group.height,
        amount=amount or None,
        examples=tuple(numbers),
    )


def _refused_rows(exceptions: pl.DataFrame, warehouse: Warehouse) -> list[Problem]:
    """Refused rows, by table, column and rule, with key and value."""
    blocking = exceptions.filter(pl.col("exception_kind") == "rejected_row")
    if blocking.is_empty():
        return []
    refused = warehouse.query(
        "select * from raw.rejected_rows where run_id in (select run_id from control.core_tables)"
    ).with_columns(pl.format("{}:{}", "core_table", "source_key").alias("subject"))
    open_rows = refused.join(blocking.select("subject").unique(), on="subject", how="semi")
    problems = []
    for _, group in open_rows.group_by("core_table", "column_name", "rule", maintain_order=True):
        row = group.row(0, named=True)
        column = f".{row['column_name']}" if row["column_name"] else ""
        shown = [
            f"{one['source_key']} = {one['value']!r}" if one["value"] is not None else one["source_key"]
            for one in group.head(EXAMPLES).to_dicts()
        ]
        fix = _SENTENCES["rejected_row"][1].format(subject=row["subject"])
        problems.append(Problem(f"{row['core_table']}{column}", row["rule"], fix, group.height, None, tuple(shown)))
    return problems


def _stale_corrections(close: CloseContext, warehouse: Warehouse) -> list[Problem]:
    """Corrections that match nothing in the whole source: it was probably repaired."""
    occurring = list_occurring_subjects(
        read_core(warehouse), close.mappings.tables().charge_types, close.policy.base_currency
    ).collect()
    seen = warehouse.query("select distinct exception_kind, subject from close.exceptions")
    known = set(pl.concat([occurring, seen.select(occurring.columns)]).iter_rows())
    problems = []
    for entry in close.mappings.corrections.entries:
        gone = [str(subject) for subject in entry.subjects if (str(entry.accepts), str(subject)) not in known]
        if gone:
            fix = "The source was probably repaired: delete the subject, or the whole correction."
            found = f'correction "{entry.id}" accepts {entry.accepts}, and nothing matches it any more'
            problems.append(Problem(entry.defined_at, found, fix, len(gone), None, tuple(gone)))
    return problems


def _differences_to_xero(close: CloseContext, warehouse: Warehouse) -> list[Problem]:
    """Mapped accounts, tax types and tracking options that Xero does not take."""
    return check_against_xero(
        close.mappings,
        warehouse.read("xero.accounts"),
        warehouse.read("xero.tax_rates"),
        warehouse.read("xero.tracking_options"),
    )
