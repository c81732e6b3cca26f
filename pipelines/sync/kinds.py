"""What each kind of the sync is in Xero: endpoint, type, names of its fields, and when it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.sync import SYNC_KINDS


@dataclass(frozen=True)
class XeroKind:
    """A kind of object in Xero's names (xero.md sections 3 to 7)."""

    resource: str
    """Endpoint: key of the envelope, too."""
    id_field: str
    type: str = ""
    number_field: str = ""

    @property
    def is_document(self) -> bool:
        """Whether it has lines, a contact and a total."""
        return self.resource in DOCUMENT_RESOURCES

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note."""
        return self.resource == "CreditNotes"

    @property
    def is_sale(self) -> bool:
        """Whether its other side is what customers owe."""
        return self.type.startswith("ACCREC")


DOCUMENT_RESOURCES = ("Invoices", "CreditNotes", "PurchaseOrders")


def _invoice(type_: str) -> XeroKind:
    return XeroKind("Invoices", "InvoiceID", type_, "InvoiceNumber")


def _credit(type_: str) -> XeroKind:
    return XeroKind("CreditNotes", "CreditNoteID", type_, "CreditNoteNumber")


XERO_KINDS: Mapping[str, XeroKind] = {
    "contact": XeroKind("Contacts", "ContactID", number_field="ContactNumber"),
    "item": XeroKind("Items", "ItemID", number_field="Code"),
    "sales_invoice": _invoice("ACCREC"),
    "sales_deposit": _invoice("ACCREC"),
    "bill": _invoice("ACCPAY"),
    "purchase_deposit": _invoice("ACCPAY"),
    "purchase_order": XeroKind("PurchaseOrders", "PurchaseOrderID", "PURCHASEORDER", "PurchaseOrderNumber"),
    "sales_credit": _credit("ACCRECCREDIT"),
    "sales_deposit_reversal": _credit("ACCRECCREDIT"),
    "supplier_credit": _credit("ACCPAYCREDIT"),
    "purchase_deposit_reversal": _credit("ACCPAYCREDIT"),
    "payment": XeroKind("Payments", "PaymentID"),
    "allocation": XeroKind("Allocations", "AllocationID"),
}
"""Kind of the sync -> what it is in Xero."""

RESOURCES = ("Contacts", "Items", "Invoices", "PurchaseOrders", "CreditNotes", "Payments", "Allocations")
"""In the order of sending: each may need the ids of those before it."""

STAGE_OF = {kind: RESOURCES.index(XERO_KINDS[kind].resource) for kind in SYNC_KINDS}
"""Kind -> its place in the order of sending."""

ENDED = frozenset({"VOIDED", "DELETED"})
"""Statuses in which a document books nothing and cannot come back."""

UNIQUE_TYPES = frozenset({"ACCREC", "ACCRECCREDIT", "PURCHASEORDER"})
"""Types whose number Xero keeps unique; of the others two may have one number (xero.md sections 3, 4, 7)."""

MODES = {"inclusive": "Inclusive", "exclusive": "Exclusive", "exempt": "NoTax"}
"""Tax mode of the sync -> LineAmountTypes."""
