"""What a close reads of an organisation: itself, accounts, tax rates, tracking categories and the trial balance."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from pipelines.sandbox.xero import settings_views as views
from pipelines.sandbox.xero.answers import json_answer, not_found, query_invalid
from pipelines.sandbox.xero.chart import Account, TaxRate, read_chart
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.traffic import to_response
from pipelines.sandbox.xero.trial_balances import compute_trial_balance, show_trial_balance
from pipelines.sandbox.xero.where_filters import is_selected, parse_where
from pipelines.sandbox.xero.wire import envelope, is_true, parse_date
from pipelines.sandbox.xero.writing import query_of

_ACCOUNT_FIELDS = dict.fromkeys(
    ("accountid", "code", "name", "type", "class", "status", "taxtype", "systemaccount"), str
)
_TAX_RATE_FIELDS = dict.fromkeys(("name", "taxtype", "status"), str)


def settings_router(sandbox: Sandbox) -> APIRouter:
    """GET Organisation, Accounts, TaxRates, TrackingCategories and Reports/TrialBalance."""
    router = APIRouter()
    books = sandbox.books

    @router.get("/organisation")
    async def get_organisation() -> Response:
        organisation = read_chart(books).organisation
        return _show(sandbox, {"Organisations": [views.show_organisation(organisation)]})

    @router.get("/accounts")
    async def get_accounts(request: Request) -> Response:
        chart = read_chart(books)
        where = parse_where(query_of(request).get("where"), _ACCOUNT_FIELDS)
        chosen = [account for account in chart.accounts.values() if is_selected(where, _account_values(account))]
        base = chart.organisation.base_currency
        return _show(sandbox, {"Accounts": [views.show_account(account, base) for account in chosen]})

    @router.get("/accounts/{account_id}")
    async def get_account(account_id: str) -> Response:
        chart = read_chart(books)
        account = chart.account(None, account_id)
        if account is None:
            raise not_found()
        return _show(sandbox, {"Accounts": [views.show_account(account, chart.organisation.base_currency)]})

    @router.get("/taxrates")
    async def get_tax_rates(request: Request) -> Response:
        where = parse_where(query_of(request).get("where"), _TAX_RATE_FIELDS)
        rates = [rate for rate in read_chart(books).tax_rates.values() if is_selected(where, _tax_rate_values(rate))]
        return _show(sandbox, {"TaxRates": [views.show_tax_rate(rate) for rate in rates]})

    @router.get("/trackingcategories")
    async def get_tracking_categories(request: Request) -> Response:
        include_archived = is_true(query_of(request).get("includearchived", ""))
        shown = views.show_tracking_categories(read_chart(books), include_archived=include_archived)
        return _show(sandbox, {"TrackingCategories": shown})

    @router.get("/reports/trialbalance")
    async def get_trial_balance(request: Request) -> Response:
        query, chart = query_of(request), read_chart(books)
        try:
            balance_date = parse_date(query["date"]) if query.get("date") else chart.today
        except (ValueError, OverflowError) as error:
            raise query_invalid(f"The date cannot be read: {query['date']}") from error
        lines = compute_trial_balance(books, chart, balance_date, cash_basis=is_true(query.get("paymentsonly", "")))
        return _show(sandbox, show_trial_balance(lines, chart.organisation, balance_date, books.now_ms()))

    return router


def _show(sandbox: Sandbox, content: Mapping[str, object]) -> Response:
    """Content in the envelope."""
    return to_response(json_answer(envelope(sandbox.books.clock(), content)))


def _account_values(account: Account) -> dict[str, str]:
    """What `where` compares of an account."""
    return {
        "accountid": account.account_id,
        "code": account.code,
        "name": account.name,
        "type": account.type,
        "class": account.account_class,
        "status": account.status,
        "taxtype": account.tax_type,
        "systemaccount": account.system_account,
    }


def _tax_rate_values(rate: TaxRate) -> dict[str, str]:
    """What `where` compares of a tax rate."""
    return {"name": rate.name, "taxtype": rate.tax_type, "status": rate.status}
