"""The accounting policies of a close, as plain values: what close.yaml says and the transforms follow."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

CostingMethod = Literal["fifo", "moving_average", "periodic_average", "standard", "specific"]
Pool = Literal["sku", "sku_location"]


@dataclass(frozen=True)
class CostingPolicy:
    """How stock is valued (IAS 2.23 to 2.27)."""

    method: CostingMethod = "fifo"
    pool: Pool = "sku"
    """Moves of one pool share their cost: a SKU everywhere, or a SKU at one location."""


@dataclass(frozen=True)
class RecognitionPolicy:
    """Which sale lines count, and in which month (cin7.md section 3A, "COGS content and timing")."""

    date: Literal["invoice_date", "moved_date"] = "invoice_date"
    """The date whose month takes the COGS."""
    require_invoice: bool = True
    """A line counts only with an invoice or credit note date."""
    require_full_shipment: bool = True
    """A line counts only when the moved quantity equals the ordered one."""
    accounting_statuses: tuple[str, ...] = ("imported", "do_not_import")
    """Statuses that count; an empty tuple takes every status."""


@dataclass(frozen=True)
class ClosePolicy:
    """Everything that decides a month's figures beside the data and the account mappings."""

    first_period: date
    """First month that tieout closes; what moved before it is in Xero's opening balance."""
    base_currency: str = ""
    """ISO 4217; a document in it, or without a currency, needs no rate. Empty: every named currency is foreign."""
    costing: CostingPolicy = field(default_factory=CostingPolicy)
    recognition: RecognitionPolicy = field(default_factory=RecognitionPolicy)
    inventory_method: Literal["perpetual", "periodic"] = "perpetual"
    """periodic switches the COGS and adjustment journals off."""
    negative_stock: Literal["stop", "list"] = "stop"
    """Whether stock below zero at the cut-off stops the close or is only listed."""
