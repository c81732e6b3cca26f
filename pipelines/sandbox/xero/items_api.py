"""The endpoints of items (xero.md section 6)."""

from datetime import date

from fastapi import APIRouter, Request, Response

from pipelines.sandbox.xero.answers import Answer, validation_failed
from pipelines.sandbox.xero.chart import read_chart
from pipelines.sandbox.xero.element_endpoints import Save, identifier_of, save_elements, show_content
from pipelines.sandbox.xero.evidence_api import evidence_router
from pipelines.sandbox.xero.idempotency import answer_write
from pipelines.sandbox.xero.items import delete_item, find_item, save_item, show_item
from pipelines.sandbox.xero.listing import Candidate, choose, day_of, read_list_request
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.traffic import to_response
from pipelines.sandbox.xero.writing import (
    unit_places,
    write_request,
)

ITEM_FIELDS = {**dict.fromkeys(("itemid", "code", "name"), str), "updateddateutc": date}


def items_router(sandbox: Sandbox) -> APIRouter:
    """GET, PUT and POST of /Items, GET, POST and DELETE of one, history."""
    router, books = APIRouter(prefix="/items"), sandbox.books

    def saves(request: Request, item_id: str | None, *, may_update: bool) -> Save:
        places = unit_places(request)
        return lambda sent: save_item(
            books, read_chart(books), sent, item_id, may_update=may_update, unit_places=places
        )

    @router.get("")
    async def get_items(request: Request) -> Response:
        rows = {row["item_id"]: row for row in books.rows("SELECT * FROM items")}
        shown = {key: show_item(row) for key, row in rows.items()}
        candidates = [
            Candidate(key, rows[key]["updated_at"], _item_values(item, rows[key]["updated_at"]))
            for key, item in shown.items()
        ]
        found = choose(candidates, read_list_request(request), ITEM_FIELDS)
        return show_content(sandbox, {"Items": [shown[key] for key in found]})

    @router.get("/{item}")
    async def get_item(item: str) -> Response:
        return show_content(sandbox, {"Items": [show_item(find_item(books, item))]})

    @router.put("")
    async def put_items(request: Request) -> Response:
        return await save_elements(sandbox, request, "Items", saves(request, None, may_update=False))

    @router.post("")
    async def post_items(request: Request) -> Response:
        return await save_elements(sandbox, request, "Items", saves(request, None, may_update=True))

    @router.post("/{item}")
    async def post_item(item: str, request: Request) -> Response:
        item_id = str(find_item(books, item)["item_id"])
        return await save_elements(sandbox, request, "Items", saves(request, item_id, may_update=True), most=1)

    @router.delete("/{item}")
    async def remove_item(item: str, request: Request) -> Response:
        def work() -> Answer:
            problems = delete_item(books, item)
            if problems:
                raise validation_failed([{"ValidationErrors": [{"Message": each} for each in problems]}])
            return Answer(204)

        return to_response(answer_write(books, await write_request(request), work))

    find = "SELECT item_id FROM items WHERE item_id = :sent OR lower(code) = :sent"
    router.include_router(
        evidence_router(sandbox, lambda sent: identifier_of(sandbox, find, sent), with_attachments=False)
    )
    return router


def _item_values(item: dict[str, object], updated_at: int) -> dict[str, object]:
    """What `where` compares of an item."""
    return {
        "itemid": item["ItemID"],
        "code": item["Code"],
        "name": item.get("Name"),
        "updateddateutc": day_of(updated_at),
    }
