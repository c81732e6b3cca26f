"""The accounting policies of a close, as plain values: what close.yaml says and the transforms follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

CostingMethod = Literal["fifo", "moving_average", "periodic_average", "standard", "specific"]
Pool = Literal["sku", "sku_location"]
LateCost = Literal["catch_up", "restate", "prospective"]
ProspectiveShare = Literal["layer", "on_hand"]
ReturnCost = Literal["receipt", "current"]
CloseLateCost = Literal["catch_up", "restate", "threshold"]


@dataclass(frozen=True)
class CostingPolicy:
    """How stock is valued (IAS 2.23 to 2.27). Each setting says where in accounting practice it comes from."""

    method: CostingMethod = "fifo"
    """Which cost leaves with a unit.

    `fifo`: that of the oldest unit on hand, and `moving_average`: that of all units on hand, after every receipt anew;
    `periodic_average`: one average for a month, of what it opened with and all that came in (IAS 2.25 and 2.27, which
    allows an average "on a periodic basis, or as each additional shipment is received"). `specific`: that of its own
    batch or serial number, for goods that are not interchangeable (IAS 2.23, 2.24); inside one batch FIFO. `standard`:
    a cost that was set beforehand, where it approximates cost and is reviewed regularly (IAS 2.21, 2.22); what differs
    from it are variances in rows of their own. LIFO is not here: IAS 2 has not allowed it since 2005.
    """
    pool: Pool = "sku"
    """Moves of one pool share their cost: a SKU everywhere, or a SKU at one location.

    IAS 2.25 asks for one formula for goods of a similar nature and use; IAS 2.26 adds that a difference in location
    alone does not justify different formulas. Different layers at each location under the same formula are common
    practice, for freight between them (IAS 2.15) and for locations that report by themselves.
    """
    late_cost: LateCost = "catch_up"
    """What a charge known after its receipt does to moves that have happened (IAS 2.10, 2.11: it is cost of purchase).

    `catch_up` and `restate`: every move costs what it would have cost had the charge been known from the start. They
    differ in the month that books the change: under `catch_up` the one in which it became known (IAS 8.36: a change in
    an estimate is recognised in the period of the change), under `restate` the original one, for months that are still
    open (or for prior-period errors, IAS 8.42). `prospective`: moves that have happened keep their cost; the share of
    what is still on hand goes into stock when the charge comes, the rest into COGS at once, as ledgers do that never
    look back. Under averages that ends at another stock value than the other two (`prospective_share`).
    """
    prospective_share: ProspectiveShare | None = None
    """How much of a receipt a prospective charge finds on hand.

    `layer`: what is left of the receipt's own layer in its own pool (what was transferred away takes no share, what
    came back does); under averages, what would be left had the oldest units left first. `on_hand`: as many units as are
    on hand at all, up to those received, the rule of ledgers that keep no layers (coverage by stock on hand, as ERP
    systems do it when they post a price difference of a purchase). One is exact for FIFO; under averages both are
    estimates: against `restate`, stock ends off by the charge times the difference between this share and the share of
    it that the average still holds.

    None: `layer` where there are layers (FIFO, specific), `on_hand` under averages.
    """
    purchase_return: ReturnCost | None = None
    """Goods sent back to a supplier leave at the cost of their own receipt, or like any other issue.

    `receipt`: the goods are identified by the document that they came with, and the credit is for their price (IAS 2.11
    takes rebates and credits off the cost of purchase). Layers know their receipt through transfers, so its goods are
    found where they are; what is not there any more leaves by the formula. `current`: interchangeable goods leave by
    the formula (IAS 2.25); what the credit differs from it is a gain or loss of the return.

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


ShippedNotInvoiced = Literal["off", "clearing", "cogs"]
EarlierMoves = Literal["left_out", "counted"]
StockGate = Literal["stop", "list"]


@dataclass(frozen=True)
class CutOffPolicy:
    """What gets a journal at the cut-off, which is reversed on day 1 of the next month."""

    received_not_billed: bool = False
    """Goods received without a bill are a liability all the same (IAS 37.11: accruals)."""
    billed_not_received: bool = False
    """Bills of goods that have not come are goods in transit."""
    shipped_not_invoiced: ShippedNotInvoiced = "off"
    """Goods that have left without an invoice: off, on an account of their own, or COGS where revenue is accrued."""

    @property
    def is_on(self) -> bool:
        """Whether any of them is written."""
        return self.received_not_billed or self.billed_not_received or self.shipped_not_invoiced != "off"


@dataclass(frozen=True)
class TieOutPolicy:
    """When a month ties out."""

    materiality: Decimal = Decimal("0.00")
    """Unexplained amount of an account, base currency, up to which it ties out."""
    account_materiality: Mapping[str, Decimal] = field(default_factory=dict)
    """The same for single accounts."""
    stop_on: tuple[str, ...] = ()
    """Causes that stop the close though they are explained."""
    allowances: tuple[str, ...] = ()
    """Accounts of write-downs to net realisable value (IAS 2.28), beside stock."""
    stock_on_hand: StockGate = "stop"
    """Whether units that differ from the source's own stock on hand stop the close."""

    def materiality_of(self, account_code: str) -> Decimal:
        """Materiality of an account."""
        return self.account_materiality.get(account_code, self.materiality)


@dataclass(frozen=True)
class CompletenessPolicy:
    """When a month seems not to be all there, and what then."""

    no_cogs: StockGate = "stop"
    """Goods were sold and none of them has COGS, where the month before had some."""
    no_receipts: StockGate = "list"
    """Nothing was received for `receipt_days`."""
    fewer_rows: StockGate = "list"
    """A table has less than `fewest_rows_percent` of the rows that it had the month before."""
    receipt_days: int = 30
    """Days without a receipt; 0: not asked."""
    fewest_rows_percent: int = 50
    """Part of last month's rows; 0: not asked."""

    @property
    def listed_only(self) -> list[str]:
        """Kinds of exception that do not stop the close."""
        gates = {"no_cogs": self.no_cogs, "no_receipts": self.no_receipts, "fewer_rows": self.fewer_rows}
        return [kind for kind, gate in gates.items() if gate == "list"]


@dataclass(frozen=True)
class OpeningDifference:
    """What somebody approved of a stock account's opening."""

    account_code: str
    amount: Decimal
    """Opening stock of the ledger less Xero's balance, base currency, 2 places."""
    defined_at: str
    """file:line:column."""


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
    late_cost: CloseLateCost = "catch_up"
    """Which month books a landed cost that becomes known after its goods; all end at the same stock and COGS.

    `catch_up`: the month of its bill (IAS 8.36). `restate`: that of its goods, while Xero has not locked it; a locked
    month hands it to the first open one. `threshold`: `restate` from an amount on, `catch_up` below (IAS 8.42).
    """
    late_cost_threshold: Decimal = Decimal(0)
    """For `threshold`: the smallest charge that restates (base currency)."""
    cut_off: CutOffPolicy = field(default_factory=CutOffPolicy)
    """Journals at the cut-off."""
    tie_out: TieOutPolicy = field(default_factory=TieOutPolicy)
    """When a month ties out."""
    opening_differences: tuple[OpeningDifference, ...] = ()
    """What the first month books between Xero's opening balance and the opening stock."""
    completeness: CompletenessPolicy = field(default_factory=CompletenessPolicy)
    """When a month seems not to be all there."""
    moves_before_first_period: EarlierMoves = "left_out"
    """Whether moves before the first month are in the opening stock, or come on top of it; without opening stock they
    always count."""
