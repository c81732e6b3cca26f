"""Documents and their lines in the books, and how Xero shows them (xero.md sections 3, 4, 7)."""

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from sqlite3 import Row

from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.contacts import show_contact
from pipelines.sandbox.xero.document_kinds import Kind
from pipelines.sandbox.xero.document_lines import PricedLine
from pipelines.sandbox.xero.document_requests import DocumentLineRequest
from pipelines.sandbox.xero.journal_requests import TrackingRequest
from pipelines.sandbox.xero.settlements import show_settlements
from pipelines.sandbox.xero.wire import EPOCH, json_amount, xero_date, xero_instant
from pipelines.sandbox.xero.writing import Element

_DOCUMENTS = (
    "SELECT d.*, a.code AS bank_code, a.name AS bank_name,"
    " EXISTS (SELECT 1 FROM attachments f WHERE f.document_id = d.document_id) AS has_attachments"
    " FROM json_each(?) w CROSS JOIN documents d ON d.document_id = w.value"
    " LEFT JOIN accounts a ON a.account_id = d.bank_account_id ORDER BY w.key"
)
_LINES = (
    "SELECT l.*, a.code AS account_code, i.item_id FROM json_each(?) w CROSS JOIN document_lines l"
    " ON l.document_id = w.value LEFT JOIN accounts a USING (account_id) LEFT JOIN items i ON i.code = l.item_code"
    " ORDER BY w.key, l.position"
)


def insert_document_lines(books: Books, document_id: str, lines: Sequence[PricedLine]) -> None:
    """Keep the lines of a document, in their order; one without an identifier gets one."""
    books.insert("document_lines", [_line_row(document_id, position, line) for position, line in enumerate(lines)])


def delete_lines(books: Books, document_id: str) -> set[str]:
    """Forget the lines of a document, and give the identifiers that they had."""
    rows = books.rows("SELECT line_id FROM document_lines WHERE document_id = ?", [document_id])
    books.execute("DELETE FROM document_lines WHERE document_id = ?", [document_id])
    return {str(row["line_id"]) for row in rows}


def read_lines_as_sent(books: Books, document_id: str, *, keeps_tax: bool) -> tuple[DocumentLineRequest, ...]:
    """The lines of a document in the form in which a client sends them, to be priced again, or only their tax."""
    return tuple(_as_sent(row, keeps_tax=keeps_tax) for row in books.rows(_LINES, [json.dumps([document_id])]))


def is_settled(books: Books, document_id: str) -> bool:
    """Whether a payment or a credit note stands against a document."""
    return (
        books.row(
            "SELECT 1 FROM payments WHERE document_id = :id AND status = 'AUTHORISED' UNION ALL"
            " SELECT 1 FROM allocations WHERE (note_id = :id OR invoice_id = :id) AND NOT is_deleted",
            {"id": document_id},
        )
        is not None
    )


def show_documents(books: Books, kind: Kind, document_ids: Sequence[str], *, with_lines: bool = True) -> list[Element]:
    """Documents as Xero shows them, in the order of the identifiers; a list without pages leaves the lines empty."""
    wanted = json.dumps(list(document_ids))
    rows = books.rows(_DOCUMENTS, [wanted])
    lines: dict[str, list[Element]] = {row["document_id"]: [] for row in rows}
    for line in books.rows(_LINES, [wanted]) if with_lines else ():
        lines[line["document_id"]].append(_show_line(line))
    return [_show(books, kind, row, lines[row["document_id"]]) for row in rows]


def _line_row(document_id: str, position: int, line: PricedLine) -> dict[str, object]:
    """A line as a row of the books."""
    tracking = [
        {
            "Name": option.category,
            "Option": option.option,
            "TrackingCategoryID": option.category_id,
            "TrackingOptionID": option.option_id,
        }
        for option in line.tracking
    ]
    return {
        "line_id": line.line_id or str(uuid.uuid4()),
        "document_id": document_id,
        "position": position,
        "description": line.description,
        "quantity": str(line.quantity),
        "unit_amount": str(line.unit_amount),
        "discount_rate": None if line.discount_rate is None else str(line.discount_rate),
        "item_code": line.item_code,
        "account_id": line.account.account_id if line.account else None,
        "tax_type": line.tax_type,
        "tracking": json.dumps(tracking),
        "line_cents": line.line_cents,
        "tax_cents": line.tax_cents,
        "base_net_cents": line.base_net_cents,
        "base_tax_cents": line.base_tax_cents,
    }


def _as_sent(row: Row, *, keeps_tax: bool) -> DocumentLineRequest:
    """A kept line as a client would send it."""
    tracking = tuple(
        TrackingRequest(item["Name"], item["Option"], item["TrackingCategoryID"], item["TrackingOptionID"])
        for item in json.loads(row["tracking"])
    )
    gross = Decimal(row["quantity"]) * Decimal(row["unit_amount"])
    return DocumentLineRequest(
        line_id=row["line_id"],
        description=row["description"],
        quantity=Decimal(row["quantity"]),
        unit_amount=Decimal(row["unit_amount"]),
        line_amount=None,
        tax_amount=Decimal(row["tax_cents"]).scaleb(-2) if keeps_tax else None,
        discount_rate=None if row["discount_rate"] is None else Decimal(row["discount_rate"]),
        discount_amount=None
        if row["discount_rate"] is not None
        else (gross - Decimal(row["line_cents"]).scaleb(-2)).quantize(Decimal("0.01")) or None,
        item_code=row["item_code"],
        account_code=row["account_code"],
        account_id=row["account_id"],
        tax_type=None if row["tax_type"] == "NONE" else row["tax_type"],
        tracking=tracking,
    )


def _show(books: Books, kind: Kind, row: Row, lines: list[Element]) -> Element:
    """The header in Xero's names."""
    net = row["total_cents"] - row["tax_cents"]
    shown: Element = {
        kind.id_field: row["document_id"],
        "Date": xero_date(row["document_date"]),
        "DateString": f"{row['document_date']}T00:00:00",
        "Status": row["status"],
        "LineAmountTypes": row["line_amount_types"],
        "LineItems": lines,
        "SubTotal": json_amount(net),
        "TotalTax": json_amount(row["tax_cents"]),
        "Total": json_amount(row["total_cents"]),
        "UpdatedDateUTC": xero_instant(row["updated_at"]),
        "CurrencyCode": row["currency_code"],
        "CurrencyRate": float(row["currency_rate"]),
        "HasAttachments": bool(row["has_attachments"]),
        **{name: text for name, text in json.loads(row["details"]).items() if text},
    }
    if row["contact_id"] is not None:
        shown["Contact"] = show_contact(books, row["contact_id"], with_balances=False)
    if kind.name != "PurchaseOrder":
        shown["Type"] = row["type"]
    if kind.number_field is not None and (row["number"] or kind.name == "Invoice"):
        shown[kind.number_field] = row["number"] or ""
    if row["reference"] is not None:
        shown["Reference"] = row["reference"]
    if kind.due_field is not None and row["due_date"] is not None:
        shown[kind.due_field] = xero_date(row["due_date"])
        shown[f"{kind.due_field}String"] = f"{row['due_date']}T00:00:00"
    if kind.name in ("Invoice", "CreditNote"):
        at = EPOCH + timedelta(milliseconds=row["updated_at"])
        shown |= {"UpdatedDateUTCString": _text_of(at), "SentToContact": False, "HasErrors": False}
        shown |= show_settlements(books, row)
    if row["bank_account_id"] is not None:
        bank = {"AccountID": row["bank_account_id"], "Code": row["bank_code"], "Name": row["bank_name"]}
        shown |= {"BankAccount": bank, "IsReconciled": False}
    return shown


def _text_of(moment: datetime) -> str:
    """An instant as the companion string of a date shows it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _show_line(row: Row) -> Element:
    """A line item in Xero's names."""
    shown: Element = {
        "LineItemID": row["line_id"],
        "Description": row["description"] or "",
        "Quantity": float(row["quantity"]),
        "UnitAmount": float(row["unit_amount"]),
        "LineAmount": json_amount(row["line_cents"]),
        "TaxType": row["tax_type"],
        "TaxAmount": json_amount(row["tax_cents"]),
        "Tracking": json.loads(row["tracking"]),
    }
    if row["account_id"]:
        shown |= {"AccountCode": row["account_code"], "AccountID": row["account_id"]}
    if row["item_code"]:
        shown["ItemCode"] = row["item_code"]
    if row["discount_rate"] is not None:
        shown["DiscountRate"] = float(row["discount_rate"])
    return shown
