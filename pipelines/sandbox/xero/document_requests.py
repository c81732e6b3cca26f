"""Invoices, credit notes, purchase orders and bank transactions as a client sends them."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pipelines.sandbox.xero.document_kinds import Kind
from pipelines.sandbox.xero.journal_requests import LINE_AMOUNT_TYPES, TrackingRequest, read_tracking
from pipelines.sandbox.xero.request_fields import Fields


@dataclass(frozen=True)
class DocumentLineRequest:
    """A line item as sent; amounts in the currency of the document."""

    line_id: str | None
    description: str | None
    quantity: Decimal | None
    unit_amount: Decimal | None
    line_amount: Decimal | None
    tax_amount: Decimal | None
    discount_rate: Decimal | None
    discount_amount: Decimal | None
    item_code: str | None
    account_code: str | None
    account_id: str | None
    tax_type: str | None
    tracking: tuple[TrackingRequest, ...]


@dataclass(frozen=True)
class DocumentRequest:
    """A document as sent: None is a field that was left out, and keeps its value in an update."""

    document_id: str | None
    type: str | None
    number: str | None
    reference: str | None
    contact: Fields | None
    document_date: date | None
    due_date: date | None
    status: str | None
    line_amount_types: str | None
    lines: tuple[DocumentLineRequest, ...] | None
    currency_code: str | None
    currency_rate: Decimal | None
    bank_account: Fields | None
    texts: dict[str, str] = field(repr=False)
    sent: Fields = field(repr=False)


def read_document(fields: Fields, kind: Kind) -> DocumentRequest:
    """One element of a request; read-only fields (totals, payments) are ignored.

    Raises:
        Refusal: 400 ErrorNumber 14, a value that cannot be converted.
    """
    lines = fields.children("LineItems", "LineItem")
    return DocumentRequest(
        document_id=fields.guid(kind.id_field),
        type=fields.text("Type") or None,
        number=(fields.text(kind.number_field) or None) if kind.number_field else None,
        reference=fields.text("Reference"),
        contact=fields.child("Contact"),
        document_date=fields.date("Date"),
        due_date=fields.date(kind.due_field) if kind.due_field else None,
        status=fields.text("Status") or None,
        line_amount_types=fields.word("LineAmountTypes", LINE_AMOUNT_TYPES, "LineAmountType"),
        lines=None if lines is None else tuple(_line(line) for line in lines),
        currency_code=fields.text("CurrencyCode") or None,
        currency_rate=fields.number("CurrencyRate"),
        bank_account=fields.child("BankAccount"),
        texts={name: text for name in kind.extra_texts if (text := fields.text(name)) is not None},
        sent=fields,
    )


def _line(fields: Fields) -> DocumentLineRequest:
    """One line item."""
    return DocumentLineRequest(
        line_id=fields.guid("LineItemID"),
        description=fields.text("Description"),
        quantity=fields.number("Quantity"),
        unit_amount=fields.number("UnitAmount"),
        line_amount=fields.number("LineAmount"),
        tax_amount=fields.number("TaxAmount"),
        discount_rate=fields.number("DiscountRate"),
        discount_amount=fields.number("DiscountAmount"),
        item_code=fields.text("ItemCode") or None,
        account_code=fields.text("AccountCode") or None,
        account_id=fields.guid("AccountID"),
        tax_type=fields.text("TaxType") or None,
        tracking=read_tracking(fields),
    )
