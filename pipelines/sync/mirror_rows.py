"""Xero's contacts, items, documents, payments, allocations as rows of the `xero` tables (xero.md sections 3 to 8)."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.load.xero_values import read_amount, read_date, read_instant
from pipelines.sync.shown import currency_rate, shown_hash

Element = Mapping[str, Any]
Row = dict[str, object]

_FIELDS = {
    "Invoices": ("InvoiceID", "InvoiceNumber"),
    "CreditNotes": ("CreditNoteID", "CreditNoteNumber"),
    "PurchaseOrders": ("PurchaseOrderID", "PurchaseOrderNumber"),
}
"""Endpoint -> its id and number in Xero's names."""

_ZERO = Decimal("0.00")


def contact_row(element: Element) -> Row:
    """A row of xero.contacts."""
    balances = element.get("Balances") or {}
    return {
        "contact_id": element["ContactID"],
        "contact_name": str(element.get("Name") or ""),
        "contact_number": element.get("ContactNumber") or None,
        "account_number": element.get("AccountNumber") or None,
        "tax_number": element.get("TaxNumber") or None,
        "email": element.get("EmailAddress") or None,
        "first_name": element.get("FirstName") or None,
        "last_name": element.get("LastName") or None,
        "contact_status": str(element.get("ContactStatus") or "ACTIVE"),
        "merged_to_contact_id": element.get("MergedToContactID") or None,
        "is_customer": bool(element.get("IsCustomer")),
        "is_supplier": bool(element.get("IsSupplier")),
        "receivable_amount": _outstanding(balances, "AccountsReceivable"),
        "payable_amount": _outstanding(balances, "AccountsPayable"),
        "updated_at": read_instant(element.get("UpdatedDateUTC")),
    }


def item_row(element: Element) -> Row:
    """A row of xero.items."""
    return {
        "item_id": element["ItemID"],
        "item_code": str(element["Code"]),
        "item_name": element.get("Name") or None,
        "sales_account_code": (element.get("SalesDetails") or {}).get("AccountCode"),
        "purchase_account_code": (element.get("PurchaseDetails") or {}).get("AccountCode"),
        "is_tracked": bool(element.get("IsTrackedAsInventory")),
    }


def currency_row(element: Element) -> Row:
    """A row of xero.currencies."""
    return {"currency_code": element["Code"], "description": element.get("Description") or None}


def payment_term_rows(organisation: Element) -> Iterator[Row]:
    """Rows of xero.payment_terms, of the organisation itself."""
    for side in ("Sales", "Bills"):
        term = (organisation.get("PaymentTerms") or {}).get(side)
        if term and term.get("Type"):
            yield {"side": side.lower(), "day": int(term.get("Day") or 0), "term_type": str(term["Type"])}


def trade_document_row(resource: str, element: Element) -> Row:
    """A row of xero.trade_documents.

    Args:
        resource: Invoices, CreditNotes or PurchaseOrders.
        element: the document as a page shows it, with its lines.
    """
    id_field, number_field = _FIELDS[resource]
    total = read_amount(element.get("Total"))
    paid, credited, due = _settled(resource, element, total)
    return {
        "document_id": element[id_field],
        "resource": resource,
        "document_type": str(element.get("Type") or "PURCHASEORDER"),
        "document_number": element.get(number_field) or None,
        "reference": element.get("Reference") or None,
        "contact_id": (element.get("Contact") or {}).get("ContactID"),
        "document_date": read_date(element.get("Date")) or date.min,
        "document_status": str(element.get("Status") or ""),
        "currency_code": element.get("CurrencyCode") or None,
        "currency_rate": currency_rate(element),
        "net_amount": read_amount(element.get("SubTotal")),
        "tax_amount": read_amount(element.get("TotalTax")),
        "total_amount": total,
        "paid_amount": paid,
        "credited_amount": credited,
        "due_amount": due,
        "shown_hash": shown_hash(element),
        "line_ids": " ".join(str(line.get("LineItemID") or "") for line in element.get("LineItems") or []).strip(),
        "updated_at": read_instant(element.get("UpdatedDateUTC")),
    }


def payment_row(element: Element) -> Row:
    """A row of xero.payments."""
    paid = element.get("Invoice") or element.get("CreditNote") or {}
    rate = element.get("CurrencyRate")
    return {
        "payment_id": element["PaymentID"],
        "document_id": paid.get("InvoiceID") or paid.get("CreditNoteID"),
        "payment_type": element.get("PaymentType"),
        "paid_on": read_date(element.get("Date")) or date.min,
        "amount": read_amount(element.get("Amount")),
        "currency_rate": None if rate is None else currency_rate(element),
        "account_code": (element.get("Account") or {}).get("Code"),
        "reference": element.get("Reference") or None,
        "payment_status": str(element.get("Status") or "AUTHORISED"),
        "is_reconciled": bool(element.get("IsReconciled")),
        "updated_at": read_instant(element.get("UpdatedDateUTC")),
    }


def allocation_rows(credit: Element) -> Iterator[Row]:
    """Rows of xero.allocations for one credit note; those that were taken back are left out."""
    for one in credit.get("Allocations") or []:
        if not one.get("IsDeleted"):
            yield {
                "allocation_id": str(one.get("AllocationID") or ""),
                "credit_id": credit["CreditNoteID"],
                "invoice_id": str((one.get("Invoice") or {}).get("InvoiceID") or ""),
                "allocated_on": read_date(one.get("Date")),
                "amount": read_amount(one.get("Amount")),
            }


def _settled(resource: str, element: Element, total: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """What was paid, what was credited or allocated, and what is left."""
    if resource == "PurchaseOrders":
        return _ZERO, _ZERO, total
    if resource == "Invoices":
        credited = read_amount(element.get("AmountCredited"))
        return read_amount(element.get("AmountPaid")), credited, read_amount(element.get("AmountDue"))
    left = read_amount(element.get("RemainingCredit"))
    allocated = sum((read_amount(one["amount"]) for one in allocation_rows(element)), _ZERO)
    refunded = sum((read_amount(one.get("Amount")) for one in element.get("Payments") or []), _ZERO)
    return refunded, allocated, left


def _outstanding(balances: Element, side: str) -> Decimal | None:
    found = (balances.get(side) or {}).get("Outstanding")
    return None if found is None else read_amount(found)
