"""The documents of the sample company as people think of them, before they look like Omni rows."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from data.sample.company import Branch, Sku, Supplier


@dataclass
class OrderLine:
    """So many of a SKU at a price; `sku` is None for a service."""

    sku: Sku | None
    ordered: int
    moved: int
    unit_price: Decimal
    """As the order shows it: with GST where the order's prices include GST."""


@dataclass
class Order:
    """A sales order."""

    created: datetime
    branch: Branch
    channel: str
    customer: tuple[int, str, str, str]
    """Contact id, first name, last name, company."""
    lines: list[OrderLine]
    dispatched: datetime | None
    invoiced: date | None
    status: str = "APPROVED"
    accounting_status: str = "Imported"
    is_void: bool = False
    stage: str = "Dispatched"
    case: str = ""
    """Which of the story's special cases it is."""
    number: int = 0


@dataclass
class PurchaseLine:
    """So many of a SKU at the supplier's price, ex GST, in the supplier's currency."""

    sku: Sku
    quantity: int
    unit_price: Decimal


@dataclass
class Purchase:
    """A purchase order that was received on one day."""

    created: datetime
    supplier: Supplier
    branch: Branch
    received: date
    billed: date
    lines: list[PurchaseLine]
    case: str = ""
    number: int = 0


@dataclass
class Credit:
    """A customer's credit note; without lines it gives money back and no goods."""

    created: datetime
    order: Order
    completed: date
    lines: list[OrderLine]
    case: str = ""
    number: int = 0


@dataclass
class Adjustment:
    """A stock adjustment of one reason."""

    created: datetime
    branch: Branch
    on: date
    reason: str
    lines: list[tuple[Sku, int, Decimal]]
    """SKU, signed units, unit cost (0: Cin7 takes the current cost)."""
    is_approved: bool = True
    case: str = ""
    number: int = 0


@dataclass
class Transfer:
    """A move between two branches."""

    created: datetime
    source: Branch
    destination: Branch
    dispatched: date
    received: date
    lines: list[tuple[Sku, int]]
    case: str = ""
    number: int = 0


@dataclass
class Job:
    """A production job that makes kits."""

    created: datetime
    branch: Branch
    completed: date
    kits: int
    case: str = ""
    number: int = 0


Document = Order | Purchase | Credit | Adjustment | Transfer | Job


@dataclass
class Books:
    """Everything that happened."""

    orders: list[Order] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    opening: list[tuple[Sku, Branch, int, Decimal]] = field(default_factory=list)
    """SKU, branch, units, unit cost in NZD."""

    def documents(self) -> list[Document]:
        """Every document, kind by kind."""
        return [*self.orders, *self.purchases, *self.credits, *self.adjustments, *self.transfers, *self.jobs]
