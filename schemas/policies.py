"""The accounting policies of a close, as plain values: what close.yaml says and the transforms follow."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

CostingMethod = Literal["fifo", "moving_average", "periodic_average", "standard", "specific"]
Pool = Literal["sku", "sku_location"]
LateCost = Literal["catch_up", "restate", "prospective"]
ProspectiveShare = Literal["layer", "on_hand"]
ReturnCost = Literal["receipt", "current"]


@dataclass(frozen=True)
class CostingPolicy:
    """How stock is valued (IAS 2.23 to 2.27)."""

    method: CostingMethod = "fifo"
    pool: Pool = "sku"
    """Moves of one pool share their cost: a SKU everywhere, or a SKU at one location."""
    late_cost: LateCost = "catch_up"
    """What a charge known after its receipt does to moves that have happened (IAS 2.10, 2.11; IAS 8.5 for estimates).

    Under `catch_up` and `restate` every move costs what it would have cost had the charge been known from the start;
    they differ in the month that books the change. Under `prospective` earlier moves keep their cost: the share that is
    still on hand goes into stock when the charge comes, the rest into COGS.
    """
    prospective_share: ProspectiveShare | None = None
    """How much of a receipt is still on hand: what is left of its own layer, or as many units as are on hand at all.

    None: `layer` where there are layers (FIFO, specific), `on_hand` under averages.
    """
    purchase_return: ReturnCost | None = None
    """Goods sent back to a supplier leave at the cost of their own receipt, or like any other issue.

    None: `receipt` where there are layers, `current` under averages.
    """

    @property
    def has_layers(self) -> bool:
        """Whether units on hand keep the cost that they came with."""
        return self.method in ("fifo", "specific")

    @property
    def share_by(self) -> ProspectiveShare:
        """The rule for a charge under `prospective`."""
        return self.prospective_share or ("layer" if self.has_layers else "on_hand")

    @property
    def returns_at(self) -> ReturnCost:
        """The rule for goods sent back to a supplier."""
        return self.purchase_return or ("receipt" if self.has_layers else "current")


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
