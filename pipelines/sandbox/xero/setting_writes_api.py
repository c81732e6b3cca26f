"""The endpoints that change accounts, tax rates, currencies and tracking (xero.md section 8)."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from pipelines.sandbox.xero.account_changes import create_account, delete_account, find_account, update_account
from pipelines.sandbox.xero.answers import Answer, json_answer, not_found
from pipelines.sandbox.xero.chart import read_chart
from pipelines.sandbox.xero.evidence_api import evidence_router
from pipelines.sandbox.xero.idempotency import answer_write
from pipelines.sandbox.xero.request_fields import Fields, read_elements
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.tax_changes import add_currency, save_rate
from pipelines.sandbox.xero.tracking_changes import delete_category, delete_option, save_category, save_option
from pipelines.sandbox.xero.traffic import to_response
from pipelines.sandbox.xero.wire import envelope
from pipelines.sandbox.xero.writing import Element, Outcome, answer_outcomes, write_request

Save = Callable[[Fields], Outcome]


def setting_writes_router(sandbox: Sandbox) -> APIRouter:
    """PUT, POST and DELETE of Accounts, TaxRates, Currencies, TrackingCategories and their Options."""
    router = APIRouter()
    _add_accounts(router, sandbox)
    _add_rates_and_currencies(router, sandbox)
    _add_tracking(router, sandbox)
    return router


def _add_accounts(router: APIRouter, sandbox: Sandbox) -> None:
    """Accounts, and the files attached to them."""
    books = sandbox.books

    @router.put("/accounts")
    async def put_account(request: Request) -> Response:
        return await _save_one(
            sandbox, request, "Accounts", lambda sent: create_account(books, read_chart(books), sent)
        )

    @router.post("/accounts/{account}")
    async def post_account(account: str, request: Request) -> Response:
        def save(sent: Fields) -> Outcome:
            chart = read_chart(books)
            return update_account(books, chart, find_account(chart, account), sent)

        return await _save_one(sandbox, request, "Accounts", save)

    @router.delete("/accounts/{account}")
    async def remove_account(account: str, request: Request) -> Response:
        def work() -> Answer:
            outcome = delete_account(books, find_account(read_chart(books), account))
            return answer_outcomes(books, "Accounts", [outcome], each=False)

        return to_response(answer_write(books, await write_request(request), work))

    def find(sent: str) -> str | None:
        found = read_chart(books).account(None, sent.lower())
        return found.account_id if found else None

    router.include_router(evidence_router(sandbox, find, with_history=False), prefix="/accounts")


def _add_rates_and_currencies(router: APIRouter, sandbox: Sandbox) -> None:
    """Tax rates and currencies: one a request."""
    books = sandbox.books

    @router.api_route("/taxrates", methods=["PUT", "POST"])
    async def put_tax_rate(request: Request) -> Response:
        return await _save_one(sandbox, request, "TaxRates", lambda sent: save_rate(books, read_chart(books), sent))

    @router.put("/currencies")
    async def put_currency(request: Request) -> Response:
        return await _save_one(sandbox, request, "Currencies", lambda sent: add_currency(books, sent))


def _add_tracking(router: APIRouter, sandbox: Sandbox) -> None:
    """Tracking categories, and options one call at a time."""
    books, collection = sandbox.books, "TrackingCategories"

    @router.put("/trackingcategories")
    async def put_category(request: Request) -> Response:
        return await _save_one(sandbox, request, collection, lambda sent: save_category(books, sent, None))

    @router.post("/trackingcategories/{category}")
    async def post_category(category: str, request: Request) -> Response:
        return await _save_one(sandbox, request, collection, lambda sent: save_category(books, sent, category))

    @router.delete("/trackingcategories/{category}")
    async def remove_category(category: str, request: Request) -> Response:
        return await _remove(sandbox, request, collection, lambda: delete_category(books, category))

    @router.put("/trackingcategories/{category}/options")
    async def put_option(category: str, request: Request) -> Response:
        return await _save_one(sandbox, request, "Options", lambda sent: save_option(books, category, sent, None))

    @router.post("/trackingcategories/{category}/options/{option}")
    async def post_option(category: str, option: str, request: Request) -> Response:
        return await _save_one(sandbox, request, "Options", lambda sent: save_option(books, category, sent, option))

    @router.delete("/trackingcategories/{category}/options/{option}")
    async def remove_option(category: str, option: str, request: Request) -> Response:
        return await _remove(sandbox, request, "Options", lambda: delete_option(books, category, option))


async def _save_one(sandbox: Sandbox, request: Request, collection: str, save: Save) -> Response:
    """Save the first element of a request; others are ignored, as Xero ignores them."""
    write, books = await write_request(request), sandbox.books

    def work() -> Answer:
        elements = read_elements(write.body, collection, collection.removesuffix("s"))
        if not elements:
            raise not_found()
        return answer_outcomes(books, collection, [save(elements[0])], each=False)

    return to_response(answer_write(books, write, work))


async def _remove(sandbox: Sandbox, request: Request, collection: str, remove: Callable[[], Element]) -> Response:
    """Delete one, and show it a last time."""
    write, books = await write_request(request), sandbox.books
    return to_response(
        answer_write(books, write, lambda: json_answer(envelope(books.clock(), {collection: [remove()]})))
    )
