"""Standard cost as a bookkeeper does it: move by move, in fractions."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.transforms.costing.naive import INFLOWS, Move, cents, in_order, is_charge, own_cost

Standards = dict[str, list[tuple[date, Decimal]]]


class StandardLedger:
    """Pools that are worth their units at standard."""

    def __init__(self, moves: list[Move], by_location: bool, standards: Standards) -> None:
        self.moves, self.by_location, self.standards = moves, by_location, standards
        self.on_hand: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.came: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
        self.went: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
        self.sent: defaultdict[tuple[str, str], list[tuple[Decimal, Decimal]]] = defaultdict(list)
        self.split: dict[tuple[str, str], tuple[Fraction, Decimal]] = {}
        self.costs: dict[str, Decimal] = {}

    def run(self) -> dict[str, Decimal]:
        changes = sorted({day for costs in self.standards.values() for day, _ in costs[1:]})
        for move in in_order(self.moves, by_month=False, by_location=self.by_location):
            while changes and changes[0] <= move.moved_on:
                self.change(changes.pop(0))
            self.settle(move)
        last = max(max(move.moved_on, move.known_on or move.moved_on) for move in self.moves)
        for day in changes:
            if (day.year, day.month) <= (last.year, last.month):
                self.change(day)
        return self.costs

    def standard(self, sku: str, day: date) -> Fraction:
        return Fraction([cost for since, cost in self.standards[sku] if since <= day][-1])

    def change(self, day: date) -> None:
        for (sku, place), units in self.on_hand.items():
            costs = [Fraction(cost) for since, cost in self.standards[sku] if since <= day]
            if any(since == day for since, _ in self.standards[sku][1:]):
                parts = [f"standard_revaluation:{day}", sku, *([place] if self.by_location else [])]
                self.own(":".join(parts), self.book_in((sku, place), Fraction(units) * (costs[-1] - costs[-2])))

    def own(self, move_id: str, cost: Decimal) -> None:
        if cost:
            self.costs[move_id] = cost

    def book_in(self, pool: tuple[str, str], cost: Fraction) -> Decimal:
        before, self.came[pool] = self.came[pool], self.came[pool] + cost
        return cents(self.came[pool]) - cents(before)

    def settle(self, move: Move) -> None:
        if move.kind.startswith("transfer") and not self.by_location:
            self.costs[move.move_id] = Decimal(0)
            return
        pool = (move.sku, move.location if self.by_location else "")
        at_standard = Fraction(move.quantity) * self.standard(move.sku, move.moved_on)
        self.on_hand[pool] += move.quantity
        key = (move.document_id or "", move.sku if move.kind.startswith("transfer") else "")
        if is_charge(move) or move.kind in INFLOWS:
            brought = self.brought(move, key, at_standard)
            self.costs[move.move_id] = self.book_in(pool, brought)
            self.own(f"purchase_price_variance:{move.move_id}", self.book_in(pool, at_standard - brought))
            return
        before, self.went[pool] = self.went[pool], self.went[pool] - at_standard
        self.costs[move.move_id] = cents(before) - cents(self.went[pool])
        if move.document_id:
            self.sent[key].append((-move.quantity, -self.costs[move.move_id]))

    def brought(self, move: Move, key: tuple[str, str], at_standard: Fraction) -> Fraction:
        if is_charge(move):
            return Fraction(move.amount or 0)
        if move.document_id and self.sent[key]:
            total = Fraction(sum(cost for _, cost in self.sent[key]))
            if move.kind == "transfer_in":
                return self.share(key, total, move.quantity, sum(sent for sent, _ in self.sent[key]))
            made = [m for m in self.moves if m.document_id == move.document_id and m.kind == "assembly_in"]
            by_products = {m.move_id: Fraction(cents(own)) for m in made if (own := own_cost(m)) is not None}
            if move.move_id in by_products:
                return by_products[move.move_id]
            rest = max(total - sum(by_products.values()), Fraction(0))
            weights = sum(self.weight(m) for m in made if m.move_id not in by_products)
            return self.share(key, rest, self.weight(move), weights)
        own = own_cost(move)
        return at_standard if own is None else own

    def share(self, key: tuple[str, str], total: Fraction, part: Decimal, whole: Decimal | int) -> Fraction:
        upto, given = self.split.get(key, (Fraction(0), Decimal(0)))
        upto += Fraction(part)
        self.split[key] = upto, cents(total * upto / Fraction(whole))
        return Fraction(self.split[key][1] - given)

    def weight(self, move: Move) -> Decimal:
        return move.cost_share if move.cost_share is not None else move.quantity
