"""Two months of trade, day by day: a dispatch only ever takes what the branch holds, so stock never goes below zero."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from data.sample import company
from data.sample.chance import Chance
from data.sample.company import (
    AUCKLAND,
    BRANCHES,
    BY_CODE,
    CHRISTCHURCH,
    KIT,
    KIT_COMPONENTS,
    SKUS,
    WELLINGTON,
    Branch,
    Sku,
)
from data.sample.deals import Adjustment, Books, Credit, Job, Order, OrderLine, Purchase, PurchaseLine, Transfer

OPENING_DATE = date(2026, 8, 31)
FIRST_DAY = date(2026, 9, 1)
LAST_DAY = date(2026, 10, 31)
USD_IN_NZD = Decimal("1.68")
"""About what a US dollar costs: prices opening stock only; receipts and bills have rates of their own."""

ORDERS_ON_WEEKDAY = (6, 6, 6, 7, 8, 5, 3)
"""Orders dispatched Monday to Sunday."""

PURCHASE_PLAN = (
    (date(2026, 9, 3), company.CLOTH_MAKER, AUCKLAND),
    (date(2026, 9, 8), company.GEAR_IMPORTER, AUCKLAND),
    (date(2026, 9, 11), company.PACK_MAKER, CHRISTCHURCH),
    (date(2026, 9, 17), company.CLOTH_MAKER, WELLINGTON),
    (date(2026, 9, 23), company.GEAR_IMPORTER, AUCKLAND),
    (date(2026, 9, 28), company.PACK_MAKER, AUCKLAND),
    (date(2026, 10, 2), company.CLOTH_MAKER, CHRISTCHURCH),
    (date(2026, 10, 7), company.GEAR_IMPORTER, AUCKLAND),
    (date(2026, 10, 14), company.PACK_MAKER, WELLINGTON),
    (date(2026, 10, 20), company.CLOTH_MAKER, AUCKLAND),
    (date(2026, 10, 22), company.GEAR_IMPORTER, CHRISTCHURCH),
    (date(2026, 10, 29), company.PACK_MAKER, AUCKLAND),
)
"""Day of receipt, supplier, branch."""


class Trading:
    """Runs the calendar and keeps what each branch holds."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.books = Books()
        self.on_hand: dict[tuple[str, int], int] = defaultdict(int)
        self._came_back: set[int] = set()

    def open_stock(self) -> None:
        """What is on hand on 31 August; two layers in Auckland, the older one cheaper."""
        for sku in SKUS:
            for branch in BRANCHES:
                layers = 2 if branch is AUCKLAND else 1
                for layer in range(layers):
                    units = self._chance.between(*_opening_range(sku, branch))
                    if units:
                        self.books.opening.append((sku, branch, units, _opening_cost(sku, layer)))
                        self.on_hand[sku.code, branch.branch_id] += units

    def receive(self, day: date) -> None:
        """Purchase orders that come in today: the supplier's SKUs that the company holds least of."""
        for received, supplier, branch in PURCHASE_PLAN:
            if received == day:
                created = self._moment(day - timedelta(days=self._chance.between(9, 24)))
                purchase = Purchase(created, supplier, branch, day, day, self._purchase_lines(supplier.categories))
                self.books.purchases.append(purchase)
                for line in purchase.lines:
                    self.on_hand[line.sku.code, branch.branch_id] += line.quantity

    def _purchase_lines(self, categories: tuple[str, ...]) -> list[PurchaseLine]:
        """Six to nine lines; prices drift upwards by up to 4 %, with as many places as the list price has."""
        offered = sorted((sku for sku in SKUS if sku.category in categories and sku is not KIT), key=self._held)
        chosen = offered[: self._chance.between(6, 9)]
        return [PurchaseLine(sku, self._chance.between(8, 24) + _extra(sku), self._drifted(sku.cost)) for sku in chosen]

    def _held(self, sku: Sku) -> tuple[int, str]:
        """Units held by all branches, ties by code."""
        return sum(self.on_hand[sku.code, branch.branch_id] for branch in BRANCHES), sku.code

    def _drifted(self, cost: Decimal) -> Decimal:
        """A price up to 4 % above the first one."""
        places = cost.as_tuple().exponent
        return (cost * (100 + self._chance.between(0, 4)) / 100).quantize(Decimal((0, (1,), int(places))))

    def sell(self, day: date) -> None:
        """Today's dispatches, in all channels."""
        for _ in range(ORDERS_ON_WEEKDAY[day.weekday()]):
            order = self._order(day)
            if order is not None:
                self.books.orders.append(order)

    def _order(self, day: date) -> Order | None:
        """One order whose lines the branch can deliver; None where it has nothing."""
        channel = self._chance.pick(("Web", "Web", "Web", "Store", "Store", "Store", "Wholesale"))
        if channel == "Wholesale" and day.weekday() >= 5:
            channel = "Store"
        branch = self._branch(channel)
        lines = self.take_lines(
            branch, self._chance.between(2, 4) if channel == "Wholesale" else self._chance.pick((1, 1, 2, 3)), channel
        )
        if not lines:
            return None
        if channel == "Store":
            at_the_till = self._moment(day)
            return Order(
                at_the_till, branch, channel, (300, "", "", ""), lines, at_the_till, day, "Approved", "DoNotImport"
            )
        return Order(
            created=self._moment(day - timedelta(days=self._chance.between(0, 3))),
            branch=branch,
            channel=channel,
            customer=self._customer(channel),
            lines=lines,
            dispatched=midnight(day),
            invoiced=day,
            status=self._chance.pick(("APPROVED", "APPROVED", "Approved")),
            accounting_status=self._chance.pick(("Imported", "Imported", "IMPORTED")),
        )

    def _branch(self, channel: str) -> Branch:
        """Web ships from Auckland, wholesale from the two big branches, every branch has a shop."""
        if channel == "Store":
            return self._chance.pick(BRANCHES)
        return AUCKLAND if channel == "Web" else self._chance.pick((AUCKLAND, CHRISTCHURCH))

    def _customer(self, channel: str) -> tuple[int, str, str, str]:
        """Contact id, names, company."""
        if channel == "Wholesale":
            contact_id, name = self._chance.pick(company.WHOLESALE_CUSTOMERS)
            return contact_id, "", "", name
        return 300, self._chance.pick(company.FIRST_NAMES), self._chance.pick(company.LAST_NAMES), ""

    def take_lines(self, branch: Branch, count: int, channel: str) -> list[OrderLine]:
        """Take up to so many different SKUs out of a branch."""
        lines: list[OrderLine] = []
        for _ in range(count):
            sku = self._chance.pick(SKUS)
            wanted = self._chance.between(3, 9) if channel == "Wholesale" else self._chance.pick((1, 1, 1, 2))
            if self.on_hand[sku.code, branch.branch_id] >= wanted and all(line.sku is not sku for line in lines):
                lines.append(self.take(sku, branch, wanted, wanted, channel))
        if channel == "Store" and lines and self._chance.happens(4):
            lines.append(OrderLine(None, 1, 1, Decimal("35.00")))
        return lines

    def take(self, sku: Sku, branch: Branch, ordered: int, moved: int, channel: str) -> OrderLine:
        """Dispatch units of one SKU."""
        held = self.on_hand[sku.code, branch.branch_id]
        if held < moved:
            raise ValueError(f"{sku.code}: {branch.name} holds {held}, {moved} are to leave")
        self.on_hand[sku.code, branch.branch_id] = held - moved
        return OrderLine(sku, ordered, moved, _asked(sku, channel))

    def give_back(self, day: date) -> None:
        """Six customer returns a month, a few days after the sale: one unit of the order's first line."""
        if day.day % 5 != 0:
            return
        candidates = [
            order for order in self.books.orders if _can_come_back(order, day) and id(order) not in self._came_back
        ]
        if not candidates:
            return
        order = self._chance.pick(candidates)
        self._came_back.add(id(order))
        for line in order.lines[:1]:
            if line.sku is not None:
                back = OrderLine(line.sku, 1, 1, line.unit_price)
                self.books.credits.append(Credit(self._moment(day), order, day, [back]))
                self.on_hand[line.sku.code, order.branch.branch_id] += 1

    def transfer(self, day: date) -> None:
        """Every Tuesday Auckland sends what another branch is short of; it is there by Thursday."""
        if day.weekday() != 1:
            return
        destination = self._chance.pick((WELLINGTON, CHRISTCHURCH))
        short = sorted(SKUS, key=lambda sku: (self.on_hand[sku.code, destination.branch_id], sku.code))
        lines: list[tuple[Sku, int]] = []
        for sku in short[:5]:
            units = min(self.on_hand[sku.code, AUCKLAND.branch_id] // 3, 8)
            if units > 0:
                lines.append((sku, units))
                self.on_hand[sku.code, AUCKLAND.branch_id] -= units
        if lines:
            arrival = min(day + timedelta(days=self._chance.pick((0, 1, 2))), last_of_month(day))
            self.books.transfers.append(Transfer(self._moment(day), AUCKLAND, destination, day, arrival, lines))

    def arrive(self, day: date) -> None:
        """Transfers that reach their branch today."""
        for transfer in self.books.transfers:
            if transfer.received == day:
                for sku, units in transfer.lines:
                    self.on_hand[sku.code, transfer.destination.branch_id] += units

    def produce(self, day: date) -> None:
        """Auckland packs kits on the second and fourth Wednesday of a month."""
        if day.weekday() != 2 or (day.day - 1) // 7 not in (1, 3):
            return
        possible = min(self.on_hand[code, AUCKLAND.branch_id] // each for code, each in KIT_COMPONENTS)
        kits = min(possible, 6)
        if kits > 0:
            for code, each in KIT_COMPONENTS:
                self.on_hand[code, AUCKLAND.branch_id] -= each * kits
            self.on_hand[KIT.code, AUCKLAND.branch_id] += kits
            self.books.jobs.append(Job(self._moment(day), AUCKLAND, day, kits))

    def adjust(self, day: date) -> None:
        """A write-off or a count difference now and then."""
        for on, branch, reason, code, units, cost in ADJUSTMENT_PLAN:
            if on == day:
                sku = BY_CODE[code]
                change = units if units > 0 else -min(-units, self.on_hand[code, branch.branch_id])
                if change:
                    self.on_hand[code, branch.branch_id] += change
                    lines = [(sku, change, Decimal(cost))]
                    self.books.adjustments.append(Adjustment(self._moment(day), branch, day, reason, lines))

    def _moment(self, day: date) -> datetime:
        """Some time between 8:00 and 17:59 of a day, local time."""
        return datetime.combine(
            day, time(self._chance.between(8, 17), self._chance.between(0, 59), self._chance.between(0, 59))
        )


ADJUSTMENT_PLAN = (
    (date(2026, 9, 4), AUCKLAND, "Damaged in transit", "TNT-DUO-GREEN", -1, "0"),
    (date(2026, 9, 10), WELLINGTON, "Marketing sample", "CLO-MER-M", -2, "0"),
    (date(2026, 9, 16), CHRISTCHURCH, "Damaged in transit", "COO-POT-14L", -2, "0"),
    (date(2026, 9, 29), AUCKLAND, "Stock count", "CLO-SOCK-M", -3, "0"),
    (date(2026, 9, 30), WELLINGTON, "Found in count", "PCK-LINER", 2, "3.2"),
    (date(2026, 10, 6), AUCKLAND, "Damaged in transit", "PCK-EXP65-MOSS", -1, "0"),
    (date(2026, 10, 15), AUCKLAND, "Marketing sample", "TNT-SOLO-SAND", -1, "0"),
    (date(2026, 10, 21), CHRISTCHURCH, "Found in count", "COO-MUG-BLUE", 3, "0"),
    (date(2026, 10, 30), WELLINGTON, "Stock count", "CLO-CAP-BLACK", -2, "0"),
    (date(2026, 10, 31), AUCKLAND, "Stock count", "CLO-SOCK-L", -2, "0"),
)
"""Day, branch, reason, SKU, units, unit cost as typed (0: Cin7 takes the current cost)."""


def days() -> Iterator[date]:
    """Every day of the two months."""
    return (FIRST_DAY + timedelta(days=offset) for offset in range((LAST_DAY - FIRST_DAY).days + 1))


def last_of_month(day: date) -> date:
    """Last day of a day's month; nothing is in transit when a month ends."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def midnight(day: date) -> datetime:
    """The start of a day, local time: how Cin7 keeps a date that a person picked."""
    return datetime.combine(day, time())


def _opening_range(sku: Sku, branch: Branch) -> tuple[int, int]:
    """Fewest and most units of an opening layer; expensive goods are held in smaller numbers, kits not at all."""
    if sku is KIT:
        return (0, 0)
    dear = sku.price > 200
    if branch is AUCKLAND:
        return (3, 6) if dear else (8, 16)
    return (3, 6) if dear else (7, 14)


def _opening_cost(sku: Sku, layer: int) -> Decimal:
    """NZD at 2 places, about 6 % below today's price, 3 % for the newer layer."""
    rate = USD_IN_NZD if sku.category in company.GEAR_IMPORTER.categories else Decimal(1)
    factor = Decimal("0.97") if layer else Decimal("0.94")
    return (sku.cost * rate * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _extra(sku: Sku) -> int:
    """Cheap goods are bought in larger numbers."""
    return 12 if sku.price < 50 else 0


def _asked(sku: Sku, channel: str) -> Decimal:
    """Shop price with GST; wholesale pays 62 % of the price without GST."""
    if channel != "Wholesale":
        return sku.price
    return (sku.price / (100 + company.GST) * 62).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _can_come_back(order: Order, day: date) -> bool:
    """Dispatched four to sixteen days ago to a consumer, goods in its first line, and not one of the story's cases."""
    if order.dispatched is None or order.case or order.channel == "Wholesale" or order.lines[0].sku is None:
        return False
    return 4 <= (day - order.dispatched.date()).days <= 16
