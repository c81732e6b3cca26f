"""The row that a list of Core shows of a document: its plain fields, under the names that the list has for them."""

from typing import Any

from pipelines.sandbox.cin7.rows import Row

SALE_PARTS = {
    "CombinedPickingStatus": "Pick", "CombinedPackingStatus": "Pack", "CombinedShippingStatus": "Ship",
}  # fmt: skip


def list_row(list_name: str, document: Row) -> Row:
    """The row of a list for one document (cin7.md section 2.2)."""
    row = {name: value for name, value in document.items() if not isinstance(value, dict | list)}
    if list_name == "saleList":
        return _sale_row(row, document)
    if list_name == "purchaseList":
        return _purchase_row(row, document)
    return row


def _sale_row(row: Row, document: Row) -> Row:
    invoice = _last(document, "Invoices")
    renamed = {
        "SaleID": document.get("ID"),
        "OrderNumber": _part(document, "Order").get("SaleOrderNumber"),
        "OrderDate": document.get("SaleOrderDate"),
        "OrderStatus": _part(document, "Order").get("Status"),
        "InvoiceDate": invoice.get("InvoiceDate"),
        "InvoiceNumber": invoice.get("InvoiceNumber"),
        "InvoiceAmount": invoice.get("Total"),
        "CombinedInvoiceStatus": "INVOICED" if invoice else "NOT INVOICED",
        "CreditNoteNumber": _last(document, "CreditNotes").get("CreditNoteNumber"),
        "Updated": document.get("LastModifiedOn"),
    }
    fulfilment = _last(document, "Fulfilments")
    statuses = {name: _part(fulfilment, part).get("Status") for name, part in SALE_PARTS.items()}
    plain = {name: value for name, value in row.items() if name not in ("ID", "LastModifiedOn", "COGSAmount")}
    return renamed | statuses | plain


def _purchase_row(row: Row, document: Row) -> Row:
    invoice = _last(document, "Invoice")
    return row | {
        "OrderStatus": _part(document, "Order").get("Status"),
        "InvoiceDate": invoice.get("InvoiceDate"),
        "InvoiceNumber": invoice.get("InvoiceNumber"),
        "InvoiceAmount": invoice.get("Total"),
    }


def _part(document: Row, name: str) -> dict[str, Any]:
    part = document.get(name)
    return part if isinstance(part, dict) else {}


def _last(document: Row, name: str) -> dict[str, Any]:
    parts = document.get(name)
    return parts[-1] if isinstance(parts, list) and parts and isinstance(parts[-1], dict) else {}
