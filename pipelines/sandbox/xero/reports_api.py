"""The endpoints of the reports, and of the feed of the general ledger (xero.md section 8)."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter, Request, Response

from pipelines.sandbox.xero.answers import json_answer, not_found, query_invalid
from pipelines.sandbox.xero.balance_sheets import MONTHS_OF, columns_of, show_balance_sheet
from pipelines.sandbox.xero.chart import read_chart
from pipelines.sandbox.xero.ledger_feed import show_feed
from pipelines.sandbox.xero.listing import since_ms, whole_number
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.traffic import to_response
from pipelines.sandbox.xero.trial_balances import compute_trial_balance, show_trial_balance
from pipelines.sandbox.xero.wire import envelope, is_true, parse_date
from pipelines.sandbox.xero.writing import query_of

MOST_PERIODS = 11


def reports_router(sandbox: Sandbox) -> APIRouter:
    """GET Reports/TrialBalance, Reports/BalanceSheet and Journals."""
    router, books = APIRouter(), sandbox.books

    @router.get("/reports/trialbalance")
    async def get_trial_balance(request: Request) -> Response:
        query, chart = query_of(request), read_chart(books)
        day = _date_of(query, chart.today)
        lines = compute_trial_balance(books, chart, day, cash_basis=is_true(query.get("paymentsonly", "")))
        return _show(sandbox, show_trial_balance(lines, chart.organisation, day, books.now_ms()))

    @router.get("/reports/balancesheet")
    async def get_balance_sheet(request: Request) -> Response:
        query, chart = query_of(request), read_chart(books)
        periods, timeframe = whole_number(query.get("periods"), 0), query.get("timeframe") or "MONTH"
        if not 0 <= periods <= MOST_PERIODS or timeframe not in MONTHS_OF:
            raise query_invalid(f"periods is 0 to {MOST_PERIODS}, timeframe one of {', '.join(MONTHS_OF)}")
        days = columns_of(_date_of(query, chart.today), periods, timeframe)
        cash_basis = is_true(query.get("paymentsonly", ""))
        return _show(sandbox, show_balance_sheet(books, chart, days, cash_basis=cash_basis))

    @router.get("/journals")
    async def get_feed(request: Request) -> Response:
        query, since = query_of(request), since_ms(request.headers.get("if-modified-since"))
        offset, cash_basis = whole_number(query.get("offset"), 0), is_true(query.get("paymentsonly", ""))
        journals = show_feed(books, read_chart(books), offset, cash_basis=cash_basis, since=since)
        return _show(sandbox, {"Journals": journals})

    @router.get("/journals/{journal}")
    async def get_journal(journal: str) -> Response:
        chart, offset = read_chart(books), 0
        while page := show_feed(books, chart, offset, cash_basis=False, since=0):
            found = [each for each in page if journal.lower() in (each["JournalID"], str(each["JournalNumber"]))]
            if found:
                return _show(sandbox, {"Journals": found})
            offset += len(page)
        raise not_found()

    return router


def _date_of(query: Mapping[str, str], default: date) -> date:
    """The date of a report."""
    try:
        return parse_date(query["date"]) if query.get("date") else default
    except (ValueError, OverflowError) as error:
        raise query_invalid(f"The date cannot be read: {query['date'][:50]}") from error


def _show(sandbox: Sandbox, content: Mapping[str, object]) -> Response:
    """Content in the envelope."""
    return to_response(json_answer(envelope(sandbox.books.clock(), content)))
