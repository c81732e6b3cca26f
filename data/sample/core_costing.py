"""What the company's goods cost by FIFO, worked out with a plain loop: the sample's Core books by it, as Core does.

It shares no code with the close. One pool a SKU; a charge is known from the end of the month of its bill, and the cost
of goods that left before is then corrected, as Core's "COGS change" does.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from data.sample import company
from data.sample.deals import Adjustment, Books, Credit, Job, Order, Purchase
from data.sample.omni_rows import reference
from data.sample.side_files import Table

Event = tuple[date, int, int, Purchase | Credit | Order | Adjustment | Job]
"""Day, inflows before outflows, number, document."""


@dataclass
class Costs:
    """Stock value that each document moved so far, and what is on hand."""

    by_document: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    """Signed change of stock value by number of the document; made goods and their parts stand apart."""
    layers: dict[str, list[list[Fraction]]] = field(default_factory=lambda: defaultdict(list))
    """Units and unit cost of each layer by SKU, oldest first."""
    unit_costs: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    """What a unit left at, by order and SKU."""

    def take_in(self, sku: str, units: int, cost: Fraction) -> Fraction:
        """Add a layer; its value."""
        if units:
            self.layers[sku].append([Fraction(units), cost / units])
        return cost

    def take_out(self, sku: str, units: int) -> Fraction:
        """Take units from the oldest layers; their cost."""
        left, cost = Fraction(units), Fraction(0)
        while left:
            layer = self.layers[sku][0]
            taken = min(left, layer[0])
            cost += taken * layer[1]
            layer[0] -= taken
            left -= taken
            if not layer[0]:
                self.layers[sku].pop(0)
        return cost

    def newest_cost(self, sku: str) -> Fraction:
        """What units without a cost of their own come in at."""
        return self.layers[sku][-1][1] if self.layers[sku] else Fraction(0)


def cost_until(books: Books, files: dict[str, Table], cut_off: date) -> Costs:
    """Work everything out from the beginning, with what was known on a day.

    Args:
        books: everything that happened; later documents are left out.
        files: landed costs and exchange rates; later bills are left out.
        cut_off: last day that counts.
    """
    costs = Costs()
    for sku, _, units, unit_cost in books.opening:
        costs.take_in(sku.code, units, Fraction(unit_cost) * units)
    for happened, _, _, document in sorted(_events(books), key=lambda event: event[:3]):
        if happened <= cut_off:
            _apply(costs, document, files, cut_off)
    return costs


def _apply(costs: Costs, document: object, files: dict[str, Table], cut_off: date) -> None:
    """Move the stock of one document."""
    match document:
        case Purchase():
            _receive(costs, document, files, cut_off)
        case Credit():
            _give_back(costs, document)
        case Order():
            _sell(costs, document)
        case Adjustment():
            _adjust(costs, document)
        case Job():
            _make(costs, document)


def _events(books: Books) -> Iterator[Event]:
    """Every document that changes stock, at its day."""
    for purchase in books.purchases:
        yield purchase.received, 0, purchase.number, purchase
    for credit in books.credits:
        yield credit.completed, 1, credit.number, credit
    for order in books.orders:
        if order.dispatched:
            yield order.dispatched.date(), 3, order.number, order
    for adjustment in books.adjustments:
        if adjustment.is_approved:
            is_loss = any(units < 0 for _, units, _ in adjustment.lines)
            yield adjustment.on, 4 if is_loss else 2, adjustment.number, adjustment
    for job in books.jobs:
        yield job.completed, 2, job.number, job


def _receive(costs: Costs, purchase: Purchase, files: dict[str, Table], cut_off: date) -> None:
    """Goods at their price and the rate of the day, and their share of the charges that are known, by value."""
    number = reference(purchase)
    is_foreign = purchase.supplier.currency != company.BASE_CURRENCY
    rate = Fraction(rate_on(files["currency_rates.csv"], purchase.received)) if is_foreign else Fraction(1)
    charges = sum(
        (
            Fraction(Decimal(row[4]))
            for row in files["landed_costs.csv"][1:]
            if row[1] == number and row[3] <= str(cut_off)
        ),
        Fraction(0),
    )
    values = [line.quantity * Fraction(line.unit_price) * rate for line in purchase.lines]
    for line, value in zip(purchase.lines, values, strict=True):
        cost = value + charges * value / sum(values)
        costs.by_document[number] += costs.take_in(line.sku.code, line.quantity, cost)


def rate_on(rates: Table, on: date) -> Decimal:
    """NZ dollars for a US dollar: the latest rate on or before a day."""
    return Decimal(max((row for row in rates[1:] if row[1] <= on.isoformat()), key=lambda row: row[1])[2])


def _sell(costs: Costs, order: Order) -> None:
    number = reference(order)
    for line in order.lines:
        if line.sku is not None and line.moved:
            cost = costs.take_out(line.sku.code, line.moved)
            costs.by_document[number] -= cost
            costs.unit_costs[number, line.sku.code] = cost / line.moved


def _give_back(costs: Costs, credit: Credit) -> None:
    """What comes back comes at the cost it left with."""
    for line in credit.lines:
        if line.sku is not None:
            cost = costs.unit_costs[reference(credit.order), line.sku.code] * line.moved
            costs.by_document[reference(credit)] += costs.take_in(line.sku.code, line.moved, cost)


def _adjust(costs: Costs, adjustment: Adjustment) -> None:
    for sku, units, typed in adjustment.lines:
        if units > 0:
            unit_cost = Fraction(typed) if typed else costs.newest_cost(sku.code)
            costs.by_document[reference(adjustment)] += costs.take_in(sku.code, units, unit_cost * units)
        else:
            costs.by_document[reference(adjustment)] -= costs.take_out(sku.code, -units)


def _make(costs: Costs, job: Job) -> None:
    """Parts out, kits in at what the parts cost."""
    cost = sum((costs.take_out(code, each * job.kits) for code, each in company.KIT_COMPONENTS), Fraction(0))
    costs.by_document[f"{reference(job)} parts"] -= cost
    costs.by_document[f"{reference(job)} made"] += costs.take_in(company.KIT.code, job.kits, cost)
