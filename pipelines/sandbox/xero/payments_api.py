"""The endpoints of payments (xero.md section 4)."""

from datetime import date
from decimal import Decimal

from fastapi import APIRouter, Request, Response

from pipelines.sandbox.xero.chart import read_chart
from pipelines.sandbox.xero.element_endpoints import found_or_404, identifier_of, save_elements, show_content
from pipelines.sandbox.xero.evidence_api import evidence_router
from pipelines.sandbox.xero.listing import Candidate, choose, cut_page, day_of, read_list_request
from pipelines.sandbox.xero.payments import PAYMENT_TYPES, create_payment, delete_payment, show_payments
from pipelines.sandbox.xero.sandbox import Sandbox

PAYMENT_FIELDS = {
    **dict.fromkeys(("paymentid", "status", "reference", "paymenttype", "invoice.invoiceid"), str),
    "date": date,
    "amount": Decimal,
    "updateddateutc": date,
}


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
                    "paymenttype": PAYMENT_TYPES[row["type"]],
                    "invoice.invoiceid": row["document_id"] if row["kind"] == "Invoice" else None,
                    "date": date.fromisoformat(row["payment_date"]),
                    "amount": Decimal(row["cents"]).scaleb(-2),
                    "updateddateutc": day_of(row["updated_at"]),
                },
            )
            for row in rows
        ]
        page, pagination = cut_page(choose(candidates, wanted, PAYMENT_FIELDS), wanted)
        return show_content(sandbox, {**pagination, "Payments": show_payments(books, page)})

    @router.get("/{payment_id}")
    async def get_payment(payment_id: str) -> Response:
        return show_content(sandbox, {"Payments": show_payments(books, [found_or_404(find(payment_id))])})

    @router.api_route("", methods=["PUT", "POST"])
    async def put_payments(request: Request) -> Response:
        return await save_elements(
            sandbox, request, "Payments", lambda sent: create_payment(books, read_chart(books), sent)
        )

    @router.post("/{payment_id}")
    async def post_payment(payment_id: str, request: Request) -> Response:
        return await save_elements(
            sandbox,
            request,
            "Payments",
            lambda sent: delete_payment(books, read_chart(books), payment_id.lower(), sent),
            most=1,
        )

    def find(sent: str) -> str | None:
        return identifier_of(sandbox, "SELECT payment_id FROM payments WHERE payment_id = :sent", sent)

    router.include_router(evidence_router(sandbox, find, with_attachments=False))
    return router
