"""What a close reads of an organisation: itself, its actions, accounts, tax rates, currencies, tracking (xero.md 8)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from fastapi import APIRouter, Request, Response

from pipelines.sandbox.xero import settings_views as views
from pipelines.sandbox.xero.account_changes import find_account
from pipelines.sandbox.xero.answers import json_answer, not_found
from pipelines.sandbox.xero.chart import Account, TaxRate, read_chart
from pipelines.sandbox.xero.listing import Candidate, choose, day_of, read_list_request
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.tax_changes import show_currencies
from pipelines.sandbox.xero.tracking_changes import show_category
from pipelines.sandbox.xero.traffic import to_response
from pipelines.sandbox.xero.wire import envelope, is_true
from pipelines.sandbox.xero.writing import query_of

Thing = TypeVar("Thing")
Values = dict[str, object]

ACCOUNT_FIELDS: Mapping[str, type] = {
    **dict.fromkeys(("accountid", "code", "name", "type", "class", "status", "taxtype", "systemaccount"), str),
    **dict.fromkeys(("enablepaymentstoaccount", "showinexpenseclaims"), bool),
    "updateddateutc": date,
}
TAX_RATE_FIELDS: Mapping[str, type] = dict.fromkeys(("name", "taxtype", "status"), str)
CURRENCY_FIELDS: Mapping[str, type] = dict.fromkeys(("code", "description"), str)
TRACKING_FIELDS: Mapping[str, type] = dict.fromkeys(("trackingcategoryid", "name", "status"), str)


def settings_router(sandbox: Sandbox) -> APIRouter:
    """GET Organisation, Organisation/Actions, Accounts, TaxRates, Currencies and TrackingCategories."""
    router = APIRouter()
    _add_organisation(router, sandbox)
    _add_accounts(router, sandbox)
    _add_rates(router, sandbox)
    _add_tracking(router, sandbox)
    return router


def _add_organisation(router: APIRouter, sandbox: Sandbox) -> None:
    """The organisation, and what the one who connected may do in it."""
    books = sandbox.books

    @router.get("/organisation")
    async def get_organisation() -> Response:
        return _show(sandbox, {"Organisations": [views.show_organisation(read_chart(books).organisation)]})

    @router.get("/organisation/actions")
    async def get_actions() -> Response:
        return _show(sandbox, {"Actions": views.show_actions()})


def _add_accounts(router: APIRouter, sandbox: Sandbox) -> None:
    """Accounts."""
    books = sandbox.books

    @router.get("/accounts")
    async def get_accounts(request: Request) -> Response:
        chart = read_chart(books)
        accounts = list(chart.accounts.values())
        chosen = _chosen(request, accounts, _account_values, ACCOUNT_FIELDS, [each.updated_at for each in accounts])
        base = chart.organisation.base_currency
        return _show(sandbox, {"Accounts": [views.show_account(account, base) for account in chosen]})

    @router.get("/accounts/{account_id}")
    async def get_account(account_id: str) -> Response:
        chart = read_chart(books)
        account = find_account(chart, account_id)
        return _show(sandbox, {"Accounts": [views.show_account(account, chart.organisation.base_currency)]})


def _add_rates(router: APIRouter, sandbox: Sandbox) -> None:
    """Tax rates and currencies."""
    books = sandbox.books

    @router.get("/taxrates")
    async def get_tax_rates(request: Request) -> Response:
        rates = list(read_chart(books).tax_rates.values())
        chosen = _chosen(request, rates, _tax_rate_values, TAX_RATE_FIELDS)
        return _show(sandbox, {"TaxRates": [views.show_tax_rate(rate) for rate in chosen]})

    @router.get("/taxrates/{tax_type}")
    async def get_tax_rate(tax_type: str) -> Response:
        found = [rate for rate in read_chart(books).tax_rates.values() if rate.tax_type.lower() == tax_type]
        if not found:
            raise not_found()
        return _show(sandbox, {"TaxRates": [views.show_tax_rate(rate) for rate in found]})

    @router.get("/currencies")
    async def get_currencies(request: Request) -> Response:
        currencies = show_currencies(books, read_chart(books))
        chosen = _chosen(
            request,
            currencies,
            lambda each: {"code": each["Code"], "description": each["Description"]},
            CURRENCY_FIELDS,
        )
        return _show(sandbox, {"Currencies": chosen})


def _add_tracking(router: APIRouter, sandbox: Sandbox) -> None:
    """Tracking categories; what is archived only on demand."""
    books = sandbox.books

    @router.get("/trackingcategories")
    async def get_tracking_categories(request: Request) -> Response:
        archived = is_true(query_of(request).get("includearchived", ""))
        rows = books.rows(
            "SELECT category_id FROM tracking_categories WHERE status = 'ACTIVE' OR ? ORDER BY name", [archived]
        )
        shown = [show_category(books, row["category_id"], include_archived=archived) for row in rows]
        chosen = _chosen(
            request,
            shown,
            lambda each: {
                "trackingcategoryid": each["TrackingCategoryID"],
                "name": each["Name"],
                "status": each["Status"],
            },
            TRACKING_FIELDS,
        )
        return _show(sandbox, {"TrackingCategories": chosen})

    @router.get("/trackingcategories/{category}")
    async def get_tracking_category(category: str) -> Response:
        return _show(sandbox, {"TrackingCategories": [show_category(books, category)]})


def _chosen(
    request: Request,
    things: Sequence[Thing],
    values: Callable[[Thing], Values],
    fields: Mapping[str, type],
    updated: Sequence[int] | None = None,
) -> list[Thing]:
    """What `where`, `order` and If-Modified-Since let through; without an order as it stands, for want of a change."""
    changes = updated or [0] * len(things)
    candidates = [
        Candidate(f"{index:06d}", change, {"updateddateutc": day_of(change), **values(thing)})
        for index, (thing, change) in enumerate(zip(things, changes, strict=True))
    ]
    wanted = read_list_request(request)
    known = wanted if updated is not None else wanted.without_change()
    return [things[int(index)] for index in choose(candidates, known, fields)]


def _show(sandbox: Sandbox, content: Mapping[str, object]) -> Response:
    """Content in the envelope."""
    return to_response(json_answer(envelope(sandbox.books.clock(), content)))


def _account_values(account: Account) -> Values:
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
        "enablepaymentstoaccount": bool(account.enable_payments),
        "showinexpenseclaims": False,
        "updateddateutc": day_of(account.updated_at),
    }


def _tax_rate_values(rate: TaxRate) -> Values:
    """What `where` compares of a tax rate."""
    return {"name": rate.name, "taxtype": rate.tax_type, "status": rate.status}
