"""Xero's objects as rows of the `xero` tables: the one place that translates its spellings (xero.md section 8)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.load.json_text import sha256_of
from pipelines.load.manual_journals import journal_from_xero, read_tag
from pipelines.load.xero_values import read_amount, read_date, read_instant
from schemas.frames import dtypes_of
from schemas.tables import TABLES

Element = Mapping[str, Any]
Row = dict[str, object]

_CODE_IN_NAME = re.compile(r"(?P<name>.*) \((?P<code>[^()]*)\)")
"""A report names an account `Sales (400)`."""


def frame_of(table: str, rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Rows as a frame with the column types of the table's model, also where there is no row."""
    return pl.DataFrame(list(rows), schema=dtypes_of(TABLES[table]), orient="row")


def organisation_row(element: Element, mirrored_at: datetime) -> Row:
    """A row of xero.organisation."""
    return {
        "organisation_id": element["OrganisationID"],
        "name": element["Name"],
        "base_currency": element["BaseCurrency"],
        "country_code": element.get("CountryCode"),
        "time_zone": element.get("Timezone"),
        "period_lock_date": read_date(element.get("PeriodLockDate")),
        "end_of_year_lock_date": read_date(element.get("EndOfYearLockDate")),
        "mirrored_at": mirrored_at,
    }


def account_row(element: Element) -> Row:
    """A row of xero.accounts."""
    return {
        "account_id": element["AccountID"],
        "account_code": element.get("Code") or None,
        "account_name": element["Name"],
        "account_type": element["Type"],
        "account_class": element.get("Class"),
        "tax_type": element.get("TaxType"),
        "account_status": element.get("Status", "ACTIVE"),
        "system_account": element.get("SystemAccount") or None,
    }


def tax_rate_row(element: Element) -> Row:
    """A row of xero.tax_rates."""
    rate = element.get("EffectiveRate")
    sides = ("Assets", "Equity", "Expenses", "Liabilities", "Revenue")
    return {
        "tax_type": element["TaxType"],
        "tax_name": element["Name"],
        "tax_status": element.get("Status", "ACTIVE"),
        "effective_rate": None if rate is None else Decimal(str(rate)).quantize(Decimal("0.00000001")),
        **{f"can_apply_to_{side.lower()}": bool(element.get(f"CanApplyTo{side}", False)) for side in sides},
    }


def tracking_rows(category: Element) -> Iterator[Row]:
    """Rows of xero.tracking_options for one category."""
    for option in category.get("Options") or [{}]:
        yield {
            "tracking_category_id": category["TrackingCategoryID"],
            "tracking_category": category["Name"],
            "category_status": category.get("Status", "ACTIVE"),
            "tracking_option_id": option.get("TrackingOptionID"),
            "tracking_option": option.get("Name"),
            "option_status": option.get("Status", "ACTIVE") if option else None,
        }


def manual_journal_row(element: Element, known_tag: str | None = None) -> Row | None:
    """A row of xero.manual_journals; None for a journal of others.

    Args:
        element: the journal as Xero shows it.
        known_tag: the tag that we posted it under, if we did: a person may have deleted it from the narration.
    """
    tag = read_tag(str(element.get("Narration") or "")) or known_tag
    if tag is None:
        return None
    journal = journal_from_xero(element)
    content = journal.content_json()
    return {
        "manual_journal_id": element["ManualJournalID"],
        "tag": str(tag),
        "narration": str(element.get("Narration") or ""),
        "journal_date": journal.journal_date,
        "journal_status": journal.status,
        "content_hash": sha256_of(content),
        "debit_amount": journal.debit_amount,
        "line_count": len(journal.lines),
        "updated_at": read_instant(element.get("UpdatedDateUTC")),
        "material_hash": journal.material_hash(),
        "content_json": content,
    }


def foreign_line_rows(element: Element) -> Iterator[Row]:
    """Rows of xero.foreign_journal_lines for a journal that is not ours."""
    journal = journal_from_xero(element)
    is_gross = element.get("LineAmountTypes") == "Inclusive"
    taxes = [read_amount(line.get("TaxAmount")) if is_gross else 0 for line in element.get("JournalLines") or []]
    for number, (line, tax) in enumerate(zip(journal.lines, taxes, strict=True), 1):
        yield {
            "manual_journal_id": element["ManualJournalID"],
            "line_number": number,
            "narration": str(element.get("Narration") or ""),
            "journal_date": journal.journal_date,
            "journal_status": journal.status,
            "account_code": line.account_code or None,
            "description": line.description,
            "line_amount": line.line_amount - tax,
            "updated_at": read_instant(element.get("UpdatedDateUTC")),
        }


def trial_balance_rows(report: Element, balance_date: date) -> Iterator[Row]:
    """Rows of xero.trial_balance: the account lines of every section of the report, not its sums."""
    for section in report.get("Rows") or []:
        for row in section.get("Rows") or []:
            if row.get("RowType") == "Row" and (found := _account_balance(row, balance_date)):
                yield found


def _account_balance(row: Element, balance_date: date) -> Row | None:
    name, *amounts = row["Cells"]
    account_id = next((entry["Value"] for entry in name.get("Attributes") or [] if entry["Id"] == "account"), None)
    if account_id is None:
        return None
    debit, credit, ytd_debit, ytd_credit = (read_amount(cell.get("Value")) for cell in amounts[:4])
    match = _CODE_IN_NAME.fullmatch(name["Value"])
    return {
        "balance_date": balance_date,
        "account_id": account_id,
        "account_code": match["code"] if match else None,
        "account_name": match["name"] if match else name["Value"],
        "debit_amount": debit,
        "credit_amount": credit,
        "ytd_debit_amount": ytd_debit,
        "ytd_credit_amount": ytd_credit,
        "balance_amount": ytd_debit - ytd_credit,
    }
