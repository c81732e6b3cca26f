"""The endpoints of contacts, items and payments (xero.md sections 4 to 6)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from fastapi import APIRouter, Request, Response

from pipelines.sandbox.xero.answers import Answer, json_answer, not_found, validation_failed
from pipelines.sandbox.xero.chart import read_chart
from pipelines.sandbox.xero.contacts import save_contact, show_contact
from pipelines.sandbox.xero.evidence_api import evidence_router
from pipelines.sandbox.xero.idempotency import answer_write
from pipelines.sandbox.xero.items import delete_item, find_item, save_item, show_item
from pipelines.sandbox.xero.listing import Candidate, choose, cut_page, day_of, read_list_request
from pipelines.sandbox.xero.payments import create_payment, delete_payment, show_payments
from pipelines.sandbox.xero.request_fields import Fields, read_elements
from pipelines.sandbox.xero.sandbox import Sandbox
from pipelines.sandbox.xero.traffic import to_response
from pipelines.sandbox.xero.wire import envelope, is_true
from pipelines.sandbox.xero.writing import (
    Outcome,
    answer_outcomes,
    query_of,
    unit_places,
    wants_each_result,
    write_request,
)

_TEXT_AND_CHANGE = {"updateddateutc": date}
CONTACT_FIELDS = {
    **dict.fromkeys(("contactid", "name", "emailaddress", "accountnumber", "contactnumber", "contactstatus"), str),
    **_TEXT_AND_CHANGE,
}
ITEM_FIELDS = {**dict.fromkeys(("itemid", "code", "name"), str), **_TEXT_AND_CHANGE}
PAYMENT_FIELDS = {
    **dict.fromkeys(("paymentid", "status", "reference", "paymenttype", "invoice.invoiceid"), str),
    "date": date,
    "amount": Decimal,
    **_TEXT_AND_CHANGE,
}
Save = Callable[[Fields], Outcome]


def contacts_router(sandbox: Sandbox) -> APIRouter:
    """GET, PUT and POST of /Contacts, GET and POST of one, history and attachments."""
    router, books = APIRouter(prefix="/contacts"), sandbox.books

    def find(sent: str) -> str | None:
        row = books.row(
            "SELECT contact_id FROM contacts WHERE contact_id = :sent OR lower(contact_number) = :sent"
            " ORDER BY contact_id = :sent DESC",
            {"sent": sent.lower()},
        )
        return str(row["contact_id"]) if row else None

    @router.get("")
    async def get_contacts(request: Request) -> Response:
        return to_response(_list_contacts(sandbox, request))

    @router.get("/{contact}")
    async def get_contact(contact: str) -> Response:
        return _show(sandbox, {"Contacts": [show_contact(books, _found(find(contact)))]})

    @router.put("")
    async def put_contacts(request: Request) -> Response:
        return await _save(sandbox, request, "Contacts", lambda sent: save_contact(books, sent, None, may_update=False))

    @router.post("")
    async def post_contacts(request: Request) -> Response:
        return await _save(sandbox, request, "Contacts", lambda sent: save_contact(books, sent, None, may_update=True))

    @router.post("/{contact}")
    async def post_contact(contact: str, request: Request) -> Response:
        contact_id = _found(find(contact))
        return await _save(
            sandbox, request, "Contacts", lambda sent: save_contact(books, sent, contact_id, may_update=True), most=1
        )

    router.include_router(evidence_router(sandbox, find))
    return router


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
        return _show(sandbox, {"Items": [shown[key] for key in found]})

    @router.get("/{item}")
    async def get_item(item: str) -> Response:
        return _show(sandbox, {"Items": [show_item(find_item(books, item))]})

    @router.put("")
    async def put_items(request: Request) -> Response:
        return await _save(sandbox, request, "Items", saves(request, None, may_update=False))

    @router.post("")
    async def post_items(request: Request) -> Response:
        return await _save(sandbox, request, "Items", saves(request, None, may_update=True))

    @router.post("/{item}")
    async def post_item(item: str, request: Request) -> Response:
        item_id = str(find_item(books, item)["item_id"])
        return await _save(sandbox, request, "Items", saves(request, item_id, may_update=True), most=1)

    @router.delete("/{item}")
    async def remove_item(item: str, request: Request) -> Response:
        def work() -> Answer:
            problems = delete_item(books, item)
            if problems:
                raise validation_failed([{"ValidationErrors": [{"Message": each} for each in problems]}])
            return Answer(204)

        return to_response(answer_write(books, await write_request(request), work))

    find = "SELECT item_id FROM items WHERE item_id = :sent OR lower(code) = :sent"
    router.include_router(evidence_router(sandbox, lambda sent: _id_of(sandbox, find, sent), with_attachments=False))
    return router


def payments_router(sandbox: Sandbox) -> APIRouter:
    """GET, PUT and POST of /Payments, GET and POST (to delete) of one, history."""
    router, books = APIRouter(prefix="/payments"), sandbox.books

    @router.get("")
    async def get_payments(request: Request) -> Response:
        wanted = read_list_request(request)
        rows = books.rows("SELECT p.*, d.kind, d.type FROM payments p JOIN documents d USING (document_id)")
        candidates = [
            Candidate(
                row["payment_id"],
                row["updated_at"],
                {
                    "paymentid": row["payment_id"],
                    "status": row["status"],
                    "reference": row["reference"],
                    "paymenttype": f"{row['type']}PAYMENT",
                    "invoice.invoiceid": row["document_id"] if row["kind"] == "Invoice" else None,
                    "date": date.fromisoformat(row["payment_date"]),
                    "amount": Decimal(row["cents"]).scaleb(-2),
                    "updateddateutc": day_of(row["updated_at"]),
                },
            )
            for row in rows
        ]
        page, pagination = cut_page(choose(candidates, wanted, PAYMENT_FIELDS), wanted)
        return _show(sandbox, {**pagination, "Payments": show_payments(books, page)})

    @router.get("/{payment_id}")
    async def get_payment(payment_id: str) -> Response:
        return _show(sandbox, {"Payments": show_payments(books, [_found(find(payment_id))])})

    @router.api_route("", methods=["PUT", "POST"])
    async def put_payments(request: Request) -> Response:
        return await _save(sandbox, request, "Payments", lambda sent: create_payment(books, read_chart(books), sent))

    @router.post("/{payment_id}")
    async def post_payment(payment_id: str, request: Request) -> Response:
        return await _save(
            sandbox,
            request,
            "Payments",
            lambda sent: delete_payment(books, read_chart(books), payment_id.lower(), sent),
            most=1,
        )

    def find(sent: str) -> str | None:
        return _id_of(sandbox, "SELECT payment_id FROM payments WHERE payment_id = :sent", sent)

    router.include_router(evidence_router(sandbox, find, with_attachments=False))
    return router


async def _save(
    sandbox: Sandbox, request: Request, collection: str, save: Save, *, most: int | None = None
) -> Response:
    """Save the elements of a request, each on its own."""
    write, each, books = await write_request(request), wants_each_result(request), sandbox.books

    def work() -> Answer:
        elements = read_elements(write.body, collection, collection.removesuffix("s"))
        return answer_outcomes(books, collection, [save(fields) for fields in elements[:most]], each=each)

    return to_response(answer_write(books, write, work))


def _list_contacts(sandbox: Sandbox, request: Request) -> Answer:
    """Contacts; archived ones only on demand, balances only in pages."""
    wanted, query, books = read_list_request(request), query_of(request), sandbox.books
    ids = [each.strip().lower() for each in query.get("ids", "").split(",") if each.strip()]
    term, with_archived = query.get("searchterm", "").lower(), is_true(query.get("includearchived", ""))
    rows = [
        row
        for row in books.rows("SELECT * FROM contacts")
        if (row["status"] == "ACTIVE" or with_archived)
        and (not ids or row["contact_id"] in ids)
        and term in f"{row['name']} {row['contact_number'] or ''}".lower()
    ]
    balances = wanted.is_paged and not is_true(query.get("summaryonly", ""))
    shown = {row["contact_id"]: show_contact(books, row["contact_id"], with_balances=balances) for row in rows}
    candidates = [
        Candidate(
            row["contact_id"],
            row["updated_at"],
            {
                **{name: shown[row["contact_id"]].get(_CONTACT_NAMES[name]) for name in CONTACT_FIELDS},
                "updateddateutc": day_of(row["updated_at"]),
            },
        )
        for row in rows
    ]
    page, pagination = cut_page(choose(candidates, wanted, CONTACT_FIELDS), wanted)
    return json_answer(envelope(books.clock(), {**pagination, "Contacts": [shown[key] for key in page]}))


_CONTACT_NAMES = {
    "contactid": "ContactID",
    "name": "Name",
    "emailaddress": "EmailAddress",
    "accountnumber": "AccountNumber",
    "contactnumber": "ContactNumber",
    "contactstatus": "ContactStatus",
    "updateddateutc": "UpdatedDateUTC",
}


def _item_values(item: dict[str, object], updated_at: int) -> dict[str, object]:
    """What `where` compares of an item."""
    return {
        "itemid": item["ItemID"],
        "code": item["Code"],
        "name": item.get("Name"),
        "updateddateutc": day_of(updated_at),
    }


def _show(sandbox: Sandbox, content: dict[str, object]) -> Response:
    """Content in the envelope."""
    return to_response(json_answer(envelope(sandbox.books.clock(), content)))


def _id_of(sandbox: Sandbox, sql: str, sent: str) -> str | None:
    """The identifier that a query finds."""
    row = sandbox.books.row(sql, {"sent": sent.lower()})
    return str(row[0]) if row else None


def _found(identifier: str | None) -> str:
    """An identifier that is there."""
    if identifier is None:
        raise not_found()
    return identifier
