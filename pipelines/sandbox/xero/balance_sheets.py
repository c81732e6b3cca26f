"""The balance sheet: what is owned and owed on one or several days, from everything that was posted (xero.md 8)."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import Account, Chart
from pipelines.sandbox.xero.demo_chart import PROFIT_AND_LOSS
from pipelines.sandbox.xero.trial_balances import MONTHS, TrialBalanceLine, compute_trial_balance
from pipelines.sandbox.xero.wire import text_amount, xero_instant

MONTHS_OF = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
SECTIONS = (
    ("Assets", (("Bank", ("BANK",)), ("Current Assets", ("CURRENT", "INVENTORY", "PREPAYMENT")))),
    ("", (("Fixed Assets", ("FIXED",)), ("Non-current Assets", ("NONCURRENT",)))),
    ("Liabilities", (("Current Liabilities", ("CURRLIAB", "PAYG")), ("Liabilities", ("LIABILITY",)))),
    ("", (("Non-Current Liabilities", ("TERMLIAB",)),)),
)
"""Heading -> its sections, each with the account types in it."""

Amounts = list[int]


def show_balance_sheet(
    books: Books, chart: Chart, days: Sequence[date], *, cash_basis: bool = False
) -> dict[str, object]:
    """The report in Xero's shape; every cell is text.

    Args:
        books: the books.
        chart: accounts and financial year.
        days: one column each, the latest first.
        cash_basis: leave out what is not paid.
    """
    columns = [compute_trial_balance(books, chart, day, cash_basis=cash_basis) for day in days]
    balances = _balances(columns)
    accounts = [account for account in chart.accounts.values() if account.account_id in balances]
    rows: list[dict[str, object]] = [{"RowType": "Header", "Cells": _cells("", [_short(day) for day in days])}]
    totals: dict[str, Amounts] = {}
    for side, sign in (("ASSET", 1), ("LIABILITY", -1)):
        for heading, sections in SECTIONS[:2] if side == "ASSET" else SECTIONS[2:]:
            if heading:
                rows.append({"RowType": "Section", "Title": heading, "Rows": []})
            for title, types in sections:
                chosen = [account for account in accounts if account.type in types]
                rows += _section(title, chosen, balances, sign)
        totals[side] = [sign * _sum(column, (side,)) for column in columns]
        rows.append(_total(f"Total {'Assets' if side == 'ASSET' else 'Liabilities'}", totals[side]))
    net = [assets - owed for assets, owed in zip(totals["ASSET"], totals["LIABILITY"], strict=True)]
    rows.append(_total("Net Assets", net))
    rows += _equity(accounts, columns, balances)
    return {"Reports": [_report(chart, days[0], rows, books.now_ms())]}


def columns_of(day: date, periods: int, timeframe: str) -> list[date]:
    """The day and the ends of the months, quarters or years before it, the latest first."""
    days = [day]
    for number in range(1, periods + 1):
        month = day.year * 12 + day.month - 1 - number * MONTHS_OF[timeframe]
        year, index = divmod(month, 12)
        days.append(date(max(year, 1), index + 1, monthrange(max(year, 1), index + 1)[1]))
    return days


def _balances(columns: Sequence[Sequence[TrialBalanceLine]]) -> dict[str, Amounts]:
    """AccountID -> balance in each column, debit positive."""
    found: dict[str, Amounts] = {}
    for index, column in enumerate(columns):
        for line in column:
            found.setdefault(line.account.account_id, [0] * len(columns))[index] = line.balance_cents
    return found


def _section(
    title: str, accounts: Sequence[Account], balances: dict[str, Amounts], sign: int
) -> list[dict[str, object]]:
    """The accounts of some types with their total; nothing where there are none."""
    if not accounts:
        return []
    amounts = [[sign * cents for cents in balances[account.account_id]] for account in accounts]
    rows = [_row(account, row) for account, row in zip(accounts, amounts, strict=True)]
    sums = [sum(column) for column in zip(*amounts, strict=True)]
    return [{"RowType": "Section", "Title": title, "Rows": [*rows, _summary(f"Total {title}", sums)]}]


def _equity(
    accounts: Sequence[Account], columns: Sequence[Sequence[TrialBalanceLine]], balances: dict[str, Amounts]
) -> list[dict[str, object]]:
    """Equity accounts, and the earnings of the financial year so far."""
    earnings = [-_sum(column, PROFIT_AND_LOSS) for column in columns]
    rows = [_row(each, [-cents for cents in balances[each.account_id]]) for each in accounts if each.type == "EQUITY"]
    rows.append(
        {"RowType": "Row", "Cells": _cells("Current Year Earnings", [text_amount(cents) for cents in earnings])}
    )
    totals = [-_sum(column, ("EQUITY", *PROFIT_AND_LOSS)) for column in columns]
    return [{"RowType": "Section", "Title": "Equity", "Rows": [*rows, _summary("Total Equity", totals)]}]


def _sum(column: Sequence[TrialBalanceLine], classes: Sequence[str]) -> int:
    """Balance of all accounts of some classes, debit positive."""
    return sum(line.balance_cents for line in column if line.account.account_class in classes)


def _report(chart: Chart, day: date, rows: list[dict[str, object]], now_ms: int) -> dict[str, object]:
    """The report around its rows."""
    text = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return {
        "ReportID": "BalanceSheet",
        "ReportName": "Balance Sheet",
        "ReportType": "BalanceSheet",
        "ReportTitles": ["Balance Sheet", chart.organisation.name, f"As at {text}"],
        "ReportDate": text,
        "UpdatedDateUTC": xero_instant(now_ms),
        "Fields": [],
        "Rows": rows,
    }


def _row(account: Account, amounts: Sequence[int]) -> dict[str, object]:
    """One account; each cell carries its AccountID."""
    attributes = [{"Value": account.account_id, "Id": "account"}]
    values = [account.name, *(text_amount(cents) for cents in amounts)]
    return {"RowType": "Row", "Cells": [{"Value": value, "Attributes": attributes} for value in values]}


def _total(title: str, amounts: Sequence[int]) -> dict[str, object]:
    """A section that is one total."""
    return {"RowType": "Section", "Title": "", "Rows": [_summary(title, amounts)]}


def _summary(title: str, amounts: Sequence[int]) -> dict[str, object]:
    """A row of totals."""
    return {"RowType": "SummaryRow", "Cells": _cells(title, [text_amount(cents) for cents in amounts])}


def _cells(title: str, values: Sequence[str]) -> list[dict[str, object]]:
    """Cells without attributes."""
    return [{"Value": value} for value in (title, *values)]


def _short(day: date) -> str:
    """30 Apr 2019."""
    return f"{day.day:02d} {MONTHS[day.month - 1][:3]} {day.year}"
