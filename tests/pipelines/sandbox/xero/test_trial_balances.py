"""The trial balance: movement and balance of each account, and the laws that they keep."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sandbox.xero import open_books
from pipelines.sandbox.xero.bills import add_bills
from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.chart import read_chart, read_organisation
from pipelines.sandbox.xero.journal_requests import JournalRequest, LineRequest
from pipelines.sandbox.xero.manual_journals import create_journal
from pipelines.sandbox.xero.shapes import BillLineShape, BillShape
from pipelines.sandbox.xero.trial_balances import compute_trial_balance, start_of_financial_year
from tests.pipelines.sandbox.xero.local_xero import LocalXero, journal, lines

FIRST_DAY, LAST_DAY = date(2025, 1, 1), date(2026, 12, 31)
ACCOUNTS = ("200", "310", "425", "429", "630", "850", "860", "970")
Document = tuple[date, str, str, int, bool]
"""Day, debit account, credit account, cents, and whether a supplier bill (then the credit goes to payables)."""

days = st.dates(FIRST_DAY, LAST_DAY)
documents = st.lists(
    st.tuples(days, st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS), st.integers(-(10**7), 10**7), st.booleans()),
    max_size=12,
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-09-30", {"200": (-40, -40), "310": (10, 10), "630": (30, 30)}),
        ("2026-10-15", {"200": (0, -40), "310": (5, 15), "630": (-5, 25)}),
        ("2026-10-31", {"200": (0, -40), "310": (7, 17), "630": (-7, 23)}),
        # The financial year ends on 31 March: revenue 40 and cost 17 close into retained earnings, 23 in credit.
        ("2027-04-30", {"200": (0, 0), "310": (1, 1), "630": (-1, 22), "960": (0, -23)}),
    ],
)
def test_movement_is_of_the_month_and_balance_of_all_time_or_the_year(
    xero: LocalXero, day: str, expected: Mapping[str, tuple[int, int]]
) -> None:
    xero.create(
        journal(Date="2026-09-01", JournalLines=lines(("630", "40"), ("200", "-40"))),
        journal(Date="2026-09-30", JournalLines=lines(("310", "10"), ("630", "-10"))),
        journal(Date="2026-10-15", JournalLines=lines(("310", "5"), ("630", "-5"))),
        journal(Date="2026-10-16", JournalLines=lines(("310", "2"), ("630", "-2"))),
        journal(Date="2027-04-01", JournalLines=lines(("310", "1"), ("630", "-1"))),
        journal(Date="2026-09-30", Status="DRAFT", JournalLines=lines(("310", "100"), ("630", "-100"))),
    )
    # An account of revenue or expense without a posting in the year still stands in the report, at zero.
    assert xero.trial_balance(day) == expected


def test_the_report_has_xeros_shape(xero: LocalXero) -> None:
    xero.create(journal(JournalLines=lines(("310", "1234.5"), ("630", "-1234.5"))))
    report = xero.read("reports/trialbalance", date="2026-09-30")["Reports"][0]
    accounts = {account["Code"]: account["AccountID"] for account in xero.read("Accounts")["Accounts"]}

    def row(code: str, *values: str) -> dict[str, object]:
        attributes = [{"Value": accounts[code], "Id": "account"}]
        return {"RowType": "Row", "Cells": [{"Value": value, "Attributes": attributes} for value in values]}

    assert report["ReportTitles"] == ["Trial Balance", "Demo Company (NZ)", "As at 30 September 2026"]
    assert report["Rows"] == [
        {
            "RowType": "Header",
            "Cells": [{"Value": name} for name in ("Account", "Debit", "Credit", "YTD Debit", "YTD Credit")],
        },
        {
            "RowType": "Section",
            "Title": "Expenses",
            "Rows": [row("310", "Cost of Goods Sold (310)", "1234.50", "", "1234.50", "")],
        },
        {
            "RowType": "Section",
            "Title": "Assets",
            "Rows": [row("630", "Stock on Hand (630)", "", "1234.50", "", "1234.50")],
        },
        {
            "RowType": "Section",
            "Title": "",
            "Rows": [
                {
                    "RowType": "SummaryRow",
                    "Cells": [{"Value": value} for value in ("Total", "1234.50", "1234.50", "1234.50", "1234.50")],
                }
            ],
        },
    ]


def test_a_cash_basis_report_leaves_out_unpaid_bills_and_journals_that_say_so(xero: LocalXero) -> None:
    xero.create(journal("cash", "3.00"), journal("no cash", "5.00", ShowOnCashBasisReports=False))
    bill = {
        "date": "2026-09-10",
        "contact": "Acme",
        "reference": "B1",
        "lines": [{"account_code": "630", "amount": "9.00"}],
    }
    xero.admin("bills", bill)
    rows = xero.read("Reports/TrialBalance", date="2026-09-30", paymentsOnly="True")["Reports"][0]["Rows"]
    assert [cell["Value"] for cell in rows[-1]["Rows"][0]["Cells"]] == ["Total", "3.00", "3.00", "3.00", "3.00"]


def test_a_report_date_that_cannot_be_read_is_refused(xero: LocalXero) -> None:
    assert xero.http.get("/api.xro/2.0/Reports/TrialBalance", params={"date": "soon"}).status_code == 400


@pytest.mark.parametrize(
    ("end", "day", "start"),
    [
        ((31, 3), date(2026, 3, 31), date(2025, 4, 1)),
        ((31, 3), date(2026, 4, 1), date(2026, 4, 1)),
        ((31, 12), date(2026, 6, 1), date(2026, 1, 1)),
        ((30, 6), date(2026, 6, 30), date(2025, 7, 1)),
        ((29, 2), date(2025, 3, 1), date(2025, 3, 1)),
        ((29, 2), date(2024, 2, 29), date(2023, 3, 1)),
        ((31, 2), date(2026, 2, 28), date(2025, 3, 1)),
    ],
)
def test_the_financial_year_starts_the_day_after_it_ends(end: tuple[int, int], day: date, start: date) -> None:
    with closing(open_books(Path(":memory:"))) as books:
        organisation = replace(read_organisation(books), financial_year_end_day=end[0], financial_year_end_month=end[1])
    assert start_of_financial_year(organisation, day) == start


@settings(deadline=None, max_examples=40)
@given(documents, days)
def test_debits_equal_credits_at_every_date(posted: list[Document], day: date) -> None:
    with closing(_books_with(posted)) as books:
        found = compute_trial_balance(books, read_chart(books), day)
    assert sum(line.movement_cents for line in found) == 0
    assert sum(line.balance_cents for line in found) == 0


@settings(deadline=None, max_examples=40)
@given(documents, st.integers(1, 23))
def test_movement_is_the_difference_of_two_month_ends(posted: list[Document], month: int) -> None:
    first = date(FIRST_DAY.year + month // 12, month % 12 + 1, 1)
    end = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    with closing(_books_with(posted)) as books:
        before, after = _balances(books, first - timedelta(days=1)), _balances(books, end)
        movements = {
            line.account.code: line.movement_cents for line in compute_trial_balance(books, read_chart(books), end)
        }
    if first.month == 4:  # the year before has closed: revenue, expenses and retained earnings begin anew
        profit_and_loss = {"200", "310", "425", "429", "960"}
        before, after, movements = (_merge(each, profit_and_loss) for each in (before, after, movements))
    differences = {code: after.get(code, 0) - before.get(code, 0) for code in before.keys() | after.keys()}
    assert {code: cents for code, cents in differences.items() if cents} == {
        code: cents for code, cents in movements.items() if cents
    }


def _books_with(posted: list[Document]) -> Books:
    books = open_books(Path(":memory:"))
    chart = read_chart(books)
    for number, (day, debit, credit, cents, is_bill) in enumerate(posted):
        amount = Decimal(cents).scaleb(-2)
        if is_bill:
            line = BillLineShape(account_code=debit, amount=amount)
            add_bills(books, chart, [BillShape(date=day, contact="Acme", reference=f"B{number}", lines=(line,))])
        else:
            request = JournalRequest(
                None, f"J{number}", day, "POSTED", None, _two_lines(debit, credit, amount), None, None, {}
            )
            assert not create_journal(books, chart, request).is_refused
    return books


def _two_lines(debit: str, credit: str, amount: Decimal) -> tuple[LineRequest, ...]:
    return (LineRequest(amount, debit, None, None, None, ()), LineRequest(-amount, credit, None, None, None, ()))


def _balances(books: Books, day: date) -> dict[str, int]:
    return {line.account.code: line.balance_cents for line in compute_trial_balance(books, read_chart(books), day)}


def _merge(cents: Mapping[str, int], codes: set[str]) -> dict[str, int]:
    """The accounts of `codes` as one."""
    others = {code: each for code, each in cents.items() if code not in codes}
    return {**others, "merged": sum(each for code, each in cents.items() if code in codes)}
