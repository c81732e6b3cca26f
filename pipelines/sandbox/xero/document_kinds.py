"""The four kinds of document with line items: what they share, and what each calls it (xero.md sections 3, 4, 7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Transitions = Mapping[str | None, tuple[str, ...]]

_INVOICE_TRANSITIONS: Transitions = {
    None: ("DRAFT", "SUBMITTED", "AUTHORISED"),
    "DRAFT": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
    "SUBMITTED": ("SUBMITTED", "DRAFT", "AUTHORISED", "DELETED"),
    "AUTHORISED": ("AUTHORISED", "VOIDED"),
    "PAID": ("PAID", "AUTHORISED", "VOIDED"),
}
_LIVE_ORDER = ("DRAFT", "SUBMITTED", "AUTHORISED", "BILLED", "DELETED")


@dataclass(frozen=True)
class Kind:
    """A kind of document; names as they stand in Xero's JSON."""

    name: str
    collection: str
    id_field: str
    number_field: str | None
    number_prefix: Mapping[str, str]
    """Type -> prefix of the numbers that Xero makes; a type without one has no number of its own."""
    types: tuple[str, ...]
    default_status: str
    transitions: Transitions
    """Status now (None: not yet saved) -> statuses it may get."""
    due_field: str | None = None
    has_unit_decimals: bool = True
    """UnitAmount has 2 decimals unless unitdp=4 is asked for; otherwise always 4."""
    statuses: tuple[str, ...] = ("DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED")
    extra_texts: Mapping[str, int] = field(default_factory=dict)
    """Other texts that are kept -> the most characters of each."""


INVOICE = Kind(
    name="Invoice",
    collection="Invoices",
    id_field="InvoiceID",
    number_field="InvoiceNumber",
    number_prefix={"ACCREC": "INV"},
    types=("ACCREC", "ACCPAY"),
    default_status="DRAFT",
    transitions=_INVOICE_TRANSITIONS,
    due_field="DueDate",
    extra_texts={"Url": 2000},
)
CREDIT_NOTE = Kind(
    name="CreditNote",
    collection="CreditNotes",
    id_field="CreditNoteID",
    number_field="CreditNoteNumber",
    number_prefix={"ACCRECCREDIT": "CN"},
    types=("ACCRECCREDIT", "ACCPAYCREDIT"),
    default_status="DRAFT",
    transitions=_INVOICE_TRANSITIONS,
    due_field="DueDate",
)
PURCHASE_ORDER = Kind(
    name="PurchaseOrder",
    collection="PurchaseOrders",
    id_field="PurchaseOrderID",
    number_field="PurchaseOrderNumber",
    number_prefix={"PURCHASEORDER": "PO"},
    types=("PURCHASEORDER",),
    default_status="DRAFT",
    transitions={
        None: ("DRAFT", "SUBMITTED", "AUTHORISED", "BILLED"),
        **dict.fromkeys(("DRAFT", "SUBMITTED", "AUTHORISED", "BILLED"), _LIVE_ORDER),
    },
    due_field="DeliveryDate",
    has_unit_decimals=False,
    statuses=_LIVE_ORDER,
    extra_texts={"DeliveryAddress": 500, "AttentionTo": 255, "Telephone": 50, "DeliveryInstructions": 500},
)
BANK_TRANSACTION = Kind(
    name="BankTransaction",
    collection="BankTransactions",
    id_field="BankTransactionID",
    number_field=None,
    number_prefix={},
    types=("SPEND", "RECEIVE"),
    default_status="AUTHORISED",
    transitions={None: ("AUTHORISED",), "AUTHORISED": ("AUTHORISED", "DELETED", "VOIDED")},
    statuses=("AUTHORISED", "DELETED", "VOIDED"),
    extra_texts={"Url": 2000},
)
KINDS = (INVOICE, CREDIT_NOTE, PURCHASE_ORDER, BANK_TRANSACTION)
