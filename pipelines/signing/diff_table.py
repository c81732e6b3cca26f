"""What has changed since a sign-off, as a table for people and as facts for programs."""

from collections.abc import Iterator

from pipelines.reports.month import ReportTable, money
from pipelines.signing.month_diff import Cause, MonthDiff
from pipelines.signing.signed_rows import describe_change, document_of
from transforms.periods import format_period


def diff_table(found: MonthDiff) -> ReportTable:
    """One row for each changed source row, with its effect in base currency; the last one is the whole change."""
    rows = [row for cause in found.causes for row in _rows(cause)]
    change = found.change
    rows.append(("", "", "", "The whole change", money(change.cogs_amount), money(change.stock_amount)))
    signed = found.signed
    when = f"{signed.signed_at:%Y-%m-%d %H:%M} UTC"
    title = f"{format_period(signed.period)} since {signed.signed_by} signed it on {when}"
    columns = ("Table", "Row", "Document", "What changed", "COGS", "Stock")
    notes = [] if found.causes else ["Nothing has changed."]
    if found.causes and found.is_signed_year:
        notes.append("The year is locked in Xero: if material, this is a correction of an earlier year (IAS 8.41).")
    notes += [
        f"Reopened by {one['reopened_by']} on {one['reopened_at']:%Y-%m-%d %H:%M} UTC: {one['reason']}"
        for one in found.reopened
    ]
    return ReportTable(
        title, columns, tuple(rows), frozenset({"COGS", "Stock"}), frozenset({len(rows) - 1}), note=" ".join(notes)
    )


def diff_facts(found: MonthDiff) -> dict[str, object]:
    """The same for programs: amounts are exact text, effects sum to the change."""
    signed, change = found.signed, found.change
    causes = [
        {
            "rows": [
                {
                    "table": one.core_table,
                    "key": one.row_key,
                    "document": document_of(one),
                    "what": describe_change(one),
                    "old": one.old,
                    "new": one.new,
                }
                for one in cause.changes
            ],
            "why": cause.words,
            "cogs_effect": cause.effect.cogs_amount,
            "stock_effect": cause.effect.stock_amount,
        }
        for cause in found.causes
    ]
    return {
        "period": format_period(signed.period),
        "signed_by": signed.signed_by,
        "signed_at": signed.signed_at,
        "reopened": [
            {name: one[name] for name in ("reopened_by", "reopened_at", "reason", "login", "host")}
            for one in found.reopened
        ],
        "signed": vars(signed.totals),
        "now": vars(found.now),
        "cogs_change": change.cogs_amount,
        "stock_change": change.stock_amount,
        "corrects_signed_year": found.is_signed_year and bool(causes),
        "causes": causes,
    }


def _rows(cause: Cause) -> Iterator[tuple[str, ...]]:
    """The rows of a cause; where several changed together the effect of all stands with the last."""
    amounts = money(cause.effect.cogs_amount), money(cause.effect.stock_amount)
    if not cause.changes:
        yield "", "", "", cause.words, *amounts
    for number, one in enumerate(cause.changes, 1):
        shown = amounts if number == len(cause.changes) else ("", "")
        what = describe_change(one)
        with_others = " (with the rows above)" if number == len(cause.changes) > 1 else ""
        yield one.core_table, one.row_key, document_of(one), what + with_others, *shown
