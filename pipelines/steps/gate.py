"""The gate before anything is planned: every exception, mapping gap and stale correction of the month, at once."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from mappings.xero_checks import check_against_xero, check_base_currency
from pipelines.errors import DataProblem
from pipelines.extract.refusals import explain_value, name_row
from pipelines.load.latest_plans import is_computed, latest_plans, runs_broken_off
from pipelines.load.plan_hashes import is_made_of
from pipelines.load.terms import plan_terms
from pipelines.mapping.lines import find_unmapped_lines
from pipelines.steps.context import CloseContext
from pipelines.steps.exception_words import ONE_STEP_FOR_ALL, OTHER_SPELLING, PLACES, SENTENCES, next_step
from pipelines.steps.stock import read_core
from pipelines.warehouse import Warehouse
from schemas.problems import Problem
from transforms.corrections import list_occurring_subjects
from transforms.periods import format_period, next_period
from transforms.texts import fill

EXAMPLES = 3
COPIED = 100
"""Subjects that are listed in full in a line to copy."""


def stop_on_exceptions(close: CloseContext, warehouse: Warehouse) -> None:
    """Let the month pass, or stop with everything that stands in its way.

    Raises:
        DataProblem: every blocking exception, books in another currency, account or tax type that Xero does not take,
            line that the mappings do not know, and correction that no longer matches anything (exit 3).
    """
    exceptions = warehouse.read("close.exceptions", "period = ? and is_blocking", [close.period])
    problems = [
        *describe_exceptions(exceptions, warehouse),
        *_stale_corrections(close, warehouse),
        *(_differences_to_xero(close, warehouse) or _unmapped_lines(close, warehouse)),
    ]
    if problems:
        raise DataProblem(f"{format_period(close.period)} cannot close yet. Nothing was posted.", problems)


def stop_on_open_months(close: CloseContext, warehouse: Warehouse) -> None:
    """A month closes on the bookings of the months before it, so each of them has to stand in Xero as it is computed.

    Raises:
        DataProblem: a month before is not posted, only up to a day, was planned or computed anew since, or is not
            computed in this warehouse (exit 3).
    """
    plans = {row["period"]: row for row in latest_plans(warehouse).to_dicts()}
    broken_off = runs_broken_off(warehouse)
    problems, month = [], close.policy.first_period
    while month < close.period:
        state = _open_state(plans.get(month)) or _absent_state(warehouse, month)
        if state is None and month in broken_off and not is_as_planned(close, warehouse, month):
            state = f"was computed again by a run that ended without a plan: {broken_off[month]}"
        if state is not None:
            name = format_period(month)
            problems.append(Problem(f"period {name}", state, f"Close it first: tieout close {name}"))
        month = next_period(month)
    if problems:
        name, first = format_period(close.period), format_period(close.policy.first_period)
        summary = f"{name} builds on the months before it, from {first} (close.first_period). Nothing was posted."
        raise DataProblem(summary, problems)


def _open_state(plan: dict[str, Any] | None) -> str | None:
    """What keeps a month from being closed, by its latest plan; None: it is closed."""
    if plan is None:
        return "is not posted"
    if not plan["is_settled"]:
        return "was planned again, and that plan is not posted"
    return None if plan["to_date"] is None else f"is posted up to {plan['to_date']} only"


def is_as_planned(close: CloseContext, warehouse: Warehouse, month: date) -> bool:
    """Whether values and journals of a month are those that its latest plan was made of."""
    plan = warehouse.query(
        "select canonical_json from post.plans where period = ? order by planned_at desc limit 1", [month]
    ).item()
    return is_made_of(plan, warehouse, month, plan_terms(close.settings, close.mappings))


def _absent_state(warehouse: Warehouse, month: date) -> str | None:
    """A month whose journals stand in Xero and whose figures are not here would be posted once more by the next one."""
    return None if is_computed(warehouse, month) else "was posted from a warehouse that is gone, and is not in this one"


def describe_exceptions(exceptions: pl.DataFrame, warehouse: Warehouse) -> list[Problem]:
    """One problem for each kind and subject, or for a kind whose next step is always the same; refused rows by rule."""
    shown = exceptions.filter(pl.col("exception_kind") != "rejected_row").with_columns(
        pl.when(pl.col("exception_kind").is_in(ONE_STEP_FOR_ALL)).then(None).otherwise("subject").alias("own_step")
    )
    groups = shown.group_by("exception_kind", "source_table", "own_step", maintain_order=True)
    spelt = _other_spellings(exceptions, warehouse)
    problems = [_problem(group, spelt.get(group.select("exception_kind", "subject").row(0))) for _, group in groups]
    return [*problems, *_refused_rows(exceptions, warehouse)]


def _other_spellings(exceptions: pl.DataFrame, warehouse: Warehouse) -> dict[tuple[Any, ...], str]:
    """The next step for each kind and subject that is an unknown SKU, and a product but for capitals and blanks."""
    unknown = exceptions.filter(exception_kind="unknown_sku").select("subject").unique()
    if unknown.is_empty():
        return {}
    with warehouse.offering("unknown_skus", unknown):
        spelt = warehouse.query(
            """
            select subject, list(sku order by sku) as known
            from unknown_skus join core.products on upper(replace(sku, ' ', '')) = upper(replace(subject, ' ', ''))
            group by subject
            """
        )
    return {("unknown_sku", sku): OTHER_SPELLING.format(known=_quoted(known)) for sku, known in spelt.iter_rows()}


def _problem(group: pl.DataFrame, fix: str | None) -> Problem:
    first = group.row(0, named=True)
    found = SENTENCES[first["exception_kind"]][0]
    subjects = group["subject"].unique(maintain_order=True).to_list()
    shown = ", ".join(subjects[:EXAMPLES]) + (f" and {len(subjects) - EXAMPLES} more" if subjects[EXAMPLES:] else "")
    amount = sum((abs(one) for one in group["amount"].drop_nulls()), Decimal(0))
    numbers = group["document_number"].fill_null("").unique(maintain_order=True).head(EXAMPLES).to_list()
    return Problem(
        where=f"{PLACES.get(first['exception_kind'], first['source_table'])}, {shown}",
        found=found.format(subject=first["subject"]),
        fix=fix or next_step(first["exception_kind"], first["subject"], _quoted(subjects)),
        row_count=group.height,
        amount=amount or None,
        examples=tuple(numbers),
    )


def _quoted(subjects: list[str]) -> str:
    """Subjects as YAML takes them in a list, to be copied; a long list has to be completed."""
    shown = [json.dumps(one, ensure_ascii=False) for one in subjects[:COPIED]]
    return ", ".join([*shown, "..."] if subjects[COPIED:] else shown)


def _refused_rows(exceptions: pl.DataFrame, warehouse: Warehouse) -> list[Problem]:
    """Refused rows, by table, column and rule, with key and value."""
    blocking = exceptions.filter(pl.col("exception_kind") == "rejected_row")
    if blocking.is_empty():
        return []
    refused = warehouse.query(
        "select * from raw.rejected_rows where run_id in (select run_id from control.core_tables)"
    ).with_columns(fill("{}:{}", "core_table", "source_key").alias("subject"))
    open_rows = refused.join(blocking.select("subject").unique(), on="subject", how="semi")
    explained = pl.Series("explained", [explain_value(value) for value in open_rows["value"]], dtype=pl.List(pl.String))
    groups = open_rows.with_columns(explained).group_by(
        "core_table", "column_name", "rule", "explained", maintain_order=True
    )
    return [_refused_group(group) for _, group in groups]


def _refused_group(group: pl.DataFrame) -> Problem:
    """Rows that were refused for the same."""
    row = group.row(0, named=True)
    column = f".{row['column_name']}" if row["column_name"] else ""
    shown = [
        name_row(one["core_table"], one["source_key"], one["document_number"])
        + (f" = {one['value']!r}" if one["value"] is not None else "")
        for one in group.head(EXAMPLES).to_dicts()
    ]
    fix = next_step("rejected_row", "", _quoted(group["subject"].unique(maintain_order=True).to_list()))
    found, expected = row["explained"] or (row["rule"], "")
    fix = f"{expected}\n    {fix}" if expected else fix
    return Problem(f"{row['core_table']}{column}", found, fix, group.height, None, tuple(shown))


def _stale_corrections(close: CloseContext, warehouse: Warehouse) -> list[Problem]:
    """Corrections that match nothing in the whole source: it was probably repaired."""
    if not close.mappings.corrections.entries:
        return []
    occurring = list_occurring_subjects(
        read_core(warehouse), close.maps.charge_types, close.policy.base_currency
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
    """Books in another currency, and mapped accounts, tax types and tracking options that Xero does not take."""
    books = warehouse.read("xero.organisation").to_dicts()
    return [
        *(one for row in books for one in check_base_currency(close.mappings, row["name"], row["base_currency"])),
        *check_against_xero(
            close.mappings,
            warehouse.read("xero.accounts"),
            warehouse.read("xero.tax_rates"),
            warehouse.read("xero.tracking_options"),
        ),
    ]


def _unmapped_lines(close: CloseContext, warehouse: Warehouse) -> list[Problem]:
    """Journal lines that the mapping tables or Xero's chart do not know: none of them may reach a plan."""
    lines = warehouse.read("close.journal_lines", "period = ?", [close.period])
    xero = {name: warehouse.read(name) for name in ("xero.accounts", "xero.tax_rates", "xero.tracking_options")}
    return find_unmapped_lines(lines, close.mappings, close.maps, xero)
