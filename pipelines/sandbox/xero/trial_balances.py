"""The trial balance: movement of the month and balance of each account, from everything that was posted.

What Xero shows (xero.md section 8; the design's Tie-out): Debit and Credit are the movement from the first of the month
of the report's date to that date; YTD Debit and YTD Credit are the balance at that date. Revenue and expenses count
from the start of the financial year; the earnings of the years before stand in retained earnings. That roll is no
posting, so it shows in a balance and never in a movement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Account, Chart, Organisation
from pipelines.sandbox.xero.demo_chart import PROFIT_AND_LOSS
from pipelines.sandbox.xero.wire import text_amount, xero_instant

SECTIONS = (
    ("Revenue", "REVENUE"),
    ("Expenses", "EXPENSE"),
    ("Assets", "ASSET"),
    ("Liabilities", "LIABILITY"),
    ("Equity", "EQUITY"),
)
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class TrialBalanceLine:
    """One account: cents, debit positive."""

    account: Account
    movement_cents: int
    balance_cents: int


def compute_trial_balance(
    books: Books, chart: Chart, balance_date: date, *, cash_basis: bool = False
) -> list[TrialBalanceLine]:
    """Every account with a posting up to the date, by code; movements sum to zero, and so do balances.

    Args:
        books: the books.
        chart: its accounts and its financial year.
        balance_date: last day that counts.
        cash_basis: leave out unpaid bills, and journals that are not shown on cash basis reports.
    """
    rows = books.rows(
        "SELECT account_id, sum(cents) AS all_time,"
        " sum(CASE WHEN entry_date >= :year THEN cents ELSE 0 END) AS year_to_date,"
        " sum(CASE WHEN entry_date >= :month THEN cents ELSE 0 END) AS movement"
        " FROM ledger WHERE entry_date <= :date AND (on_cash_basis OR NOT :cash) GROUP BY account_id",
        {
            "date": balance_date.isoformat(),
            "month": balance_date.replace(day=1).isoformat(),
            "year": start_of_financial_year(chart.organisation, balance_date).isoformat(),
            "cash": cash_basis,
        },
    )
    totals = {row["account_id"]: row for row in rows}
    lines, earlier_earnings = [], 0
    retained_earnings = chart.system_account("RETAINEDEARNINGS")
    for account in chart.accounts.values():
        found = totals.get(account.account_id)
        if found is None:
            continue
        is_profit_and_loss = account.account_class in PROFIT_AND_LOSS
        balance = found["year_to_date"] if is_profit_and_loss else found["all_time"]
        earlier_earnings += found["all_time"] - balance
        lines.append(TrialBalanceLine(account, found["movement"], balance))
    return _with_earnings(lines, retained_earnings, earlier_earnings)


def start_of_financial_year(organisation: Organisation, day: date) -> date:
    """First day of the financial year that a day lies in."""
    end_this_year = _year_end(organisation, day.year)
    end = end_this_year if day > end_this_year else _year_end(organisation, day.year - 1)
    return end + timedelta(days=1)


def show_trial_balance(
    lines: Sequence[TrialBalanceLine], organisation: Organisation, balance_date: date, now_ms: int
) -> dict[str, object]:
    """The report in Xero's shape: every cell is text, and each carries the AccountID as an attribute."""
    day = f"{balance_date.day} {MONTHS[balance_date.month - 1]} {balance_date.year}"
    sections = [
        _section(title, [line for line in lines if line.account.account_class == name]) for title, name in SECTIONS
    ]
    report = {
        "ReportID": "TrialBalance",
        "ReportName": "Trial Balance",
        "ReportType": "TrialBalance",
        "ReportTitles": ["Trial Balance", organisation.name, f"As at {day}"],
        "ReportDate": day,
        "UpdatedDateUTC": xero_instant(now_ms),
        "Fields": [],
        "Rows": [
            {
                "RowType": "Header",
                "Cells": [{"Value": title} for title in ("Account", "Debit", "Credit", "YTD Debit", "YTD Credit")],
            },
            *(section for section in sections if section["Rows"]),
            {"RowType": "Section", "Title": "", "Rows": [_summary(lines)]},
        ],
    }
    return {"Reports": [report]}


def _with_earnings(lines: list[TrialBalanceLine], retained: Account, cents: int) -> list[TrialBalanceLine]:
    """The lines with the earnings of earlier years added to retained earnings."""
    if cents == 0:
        return lines
    posted = [line for line in lines if line.account == retained]
    movement, balance = (posted[0].movement_cents, posted[0].balance_cents) if posted else (0, 0)
    others = [line for line in lines if line.account != retained]
    return sorted([*others, TrialBalanceLine(retained, movement, balance + cents)], key=lambda line: line.account.code)


def _year_end(organisation: Organisation, year: int) -> date:
    """Last day of the financial year that ends in a calendar year; 29 February is the last day of that month."""
    month, day = organisation.financial_year_end_month, organisation.financial_year_end_day
    next_month = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, min(day, 28)) + timedelta(days=max(0, day - 28)), next_month - timedelta(days=1))


def _section(title: str, lines: Sequence[TrialBalanceLine]) -> dict[str, object]:
    """The accounts of one class."""
    return {"RowType": "Section", "Title": title, "Rows": [_row(line) for line in lines]}


def _row(line: TrialBalanceLine) -> dict[str, object]:
    """One account: its name and code, then four amounts."""
    is_debit_class = line.account.account_class in ("ASSET", "EXPENSE")
    values = [
        f"{line.account.name} ({line.account.code})",
        *_debit_and_credit(line.movement_cents, is_debit_class=is_debit_class),
        *_debit_and_credit(line.balance_cents, is_debit_class=is_debit_class),
    ]
    attributes = [{"Value": line.account.account_id, "Id": "account"}]
    return {"RowType": "Row", "Cells": [{"Value": value, "Attributes": attributes} for value in values]}


def _debit_and_credit(cents: int, *, is_debit_class: bool) -> tuple[str, str]:
    """Text for the two columns, one of them empty; zero stands on the side where the class is at home."""
    if cents > 0 or (cents == 0 and is_debit_class):
        return text_amount(cents), ""
    return "", text_amount(-cents)


def _summary(lines: Sequence[TrialBalanceLine]) -> dict[str, object]:
    """The totals of the four columns."""
    movements = [line.movement_cents for line in lines]
    balances = [line.balance_cents for line in lines]
    totals = [text_amount(total) for column in (movements, balances) for total in _totals(column)]
    return {"RowType": "SummaryRow", "Cells": [{"Value": value} for value in ("Total", *totals)]}


def _totals(column: Sequence[int]) -> tuple[int, int]:
    """Sum of the debits and sum of the credits."""
    return sum(cents for cents in column if cents > 0), -sum(cents for cents in column if cents < 0)
