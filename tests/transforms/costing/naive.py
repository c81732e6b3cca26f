"""Costing as a bookkeeper with a lot of time would do it: one unit of stock after the other, in fractions.

Nothing here is clever or fast. Every unit on hand is an entry in a list and carries its own cost; cents come from
rounding two running totals for each pool. The rules are those of the docstrings of `value_moves` and of the policies.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import count

from schemas.policies import CostingPolicy

INFLOWS = {"opening", "receipt", "sale_return", "adjustment_in", "transfer_in", "assembly_in"}


@dataclass(frozen=True)
class Move:
    move_id: str
    kind: str
    moved_on: date
    quantity: Decimal = Decimal(0)
    unit_cost: Decimal | None = None
    amount: Decimal | None = None
    sku: str = "A"
    location: str = "Main"
    source_move_id: str | None = None
    document_id: str | None = None
    cost_share: Decimal | None = None
    known_on: date | None = None
    lot: str | None = None


@dataclass(frozen=True)
class Answer:
    cost: Decimal
    provisional: Decimal | None = None
    is_provisional: bool = False
    expensed: Decimal = Decimal("0.00")
    """What a charge adds to COGS because its goods have gone."""


class CannotRevalue(Exception):
    """A revaluation finds nothing on hand, or takes more than the stock is worth."""


@dataclass
class Unit:
    cost: Fraction
    came_with: str
    piece: int
    """Goods that come by transfer keep apart what was apart before."""
    label: str
    """The inflow that first brought it. A transfer leaves it on, but for units that left before they were there, and
    for those of an average."""


@dataclass
class Pool:
    shelf: list[Unit] = field(default_factory=list)
    owed: list[str] = field(default_factory=list)
    last_known: Fraction = Fraction(0)
    has_received: bool = False
    came: Fraction = Fraction(0)
    went: Fraction = Fraction(0)
    charged: Fraction = Fraction(0)

    def value(self) -> Fraction:
        return sum((unit.cost for unit in self.shelf), Fraction(0))

    def share_evenly(self, value: Fraction) -> None:
        for unit in self.shelf:
            unit.cost = value / len(self.shelf)
        self.remember()

    def remember(self) -> None:
        if self.shelf:
            self.last_known = self.shelf[-1].cost

    def current_cost(self) -> Fraction:
        return self.value() / len(self.shelf) if self.shelf else self.last_known


def cents(value: Fraction) -> Decimal:
    """Half away from zero."""
    whole = int(abs(value) * 100 + Fraction(1, 2))
    return Decimal(whole if value >= 0 else -whole) / 100


def whole_cents(value: Fraction) -> int:
    return int(cents(value) * 100)


class Ledger:
    def __init__(
        self,
        moves: list[Move],
        policy: CostingPolicy,
        unit: Decimal,
        learned: dict[str, list[Fraction]],
        cut: dict[str, Fraction | None],
    ) -> None:
        self.moves, self.unit = moves, unit
        self.by_location, self.by_lot = policy.pool == "sku_location", policy.method == "specific"
        self.by_month, self.is_layered = policy.method == "periodic_average", policy.method in {"fifo", "specific"}
        self.is_prospective = policy.late_cost == "prospective"
        self.share_by = policy.prospective_share or ("layer" if self.is_layered else "on_hand")
        self.returns_at = policy.purchase_return or ("receipt" if self.is_layered else "current")
        self.learned = learned
        self.cut = cut
        self.covered: defaultdict[str, list[Fraction]] = defaultdict(list)
        self.pools: dict[tuple[str, ...], Pool] = defaultdict(Pool)
        self.unit_brought: dict[str, Fraction] = {}
        self.by_id = {move.move_id: move for move in moves}
        self.sold: dict[str, tuple[Fraction, int, Fraction]] = {}
        self.on_the_way: dict[tuple[str, ...], list[tuple[int, int, str]]] = defaultdict(list)
        self.answers: dict[str, Answer] = {}
        self.pieces: list[int] = []
        self.labels: list[str] = []

    def run(self) -> None:
        for move in in_order(self.moves, self.by_month, self.by_location, self.by_lot):
            pool = self.pools[key_of(move, self.by_location, self.by_lot)]
            units = int(abs(move.quantity) / self.unit)
            if move.kind in {"transfer_out", "transfer_in"} and not self.by_location:
                self.answers[move.move_id] = Answer(Decimal("0.00"))
            elif is_charge(move) and move.source_move_id is None:
                self.revalue(move, pool)
            elif is_charge(move) and self.comes_too_late(move):
                self.absorb(move, pool)
            elif is_charge(move):
                self.answers[move.move_id] = Answer(self.book_in(pool, Fraction(move.amount or 0)))
            elif move.kind in INFLOWS:
                self.bring_in(move, pool, units)
            else:
                self.take_out(move, pool, units)

    def book_in(self, pool: Pool, cost: Fraction) -> Decimal:
        before, pool.came = pool.came, pool.came + cost
        return cents(pool.came) - cents(before)

    def comes_too_late(self, charge: Move) -> bool:
        receipt = self.by_id[charge.source_move_id or ""]
        if receipt.kind == "transfer_in" and not self.by_location:
            return True
        days = [charge.moved_on, receipt.moved_on]
        came, received = [day.replace(day=1) for day in days] if self.by_month else days
        return self.is_prospective and came > received

    def absorb(self, move: Move, pool: Pool) -> None:
        receipt, amount = self.by_id[move.source_move_id or ""], Fraction(move.amount or 0)
        received = int(receipt.quantity / self.unit)
        own = [unit for unit in pool.shelf if receipt.move_id in {unit.came_with, unit.label}]
        is_inside = receipt.kind == "transfer_in" and not self.by_location
        left = len(own) if self.share_by == "layer" and not is_inside else min(len(pool.shelf), received)
        share, before = amount * left / received, pool.value()
        if left and self.is_layered:
            targets = own or pool.shelf
            for unit in targets:
                unit.cost = max(unit.cost + share / len(targets), min(unit.cost, Fraction(0)))
            pool.remember()
        elif left:
            pool.share_evenly(max(before + share, min(before, Fraction(0))))
        booked = self.book_in(pool, pool.value() - before)
        total, pool.charged = cents(pool.charged), pool.charged + amount
        self.answers[move.move_id] = Answer(booked, expensed=cents(pool.charged) - total - booked)

    def revalue(self, move: Move, pool: Pool) -> None:
        before = pool.value()
        if not pool.shelf or before + Fraction(move.amount or 0) < 0:
            raise CannotRevalue
        if move.amount is None:
            pool.share_evenly(Fraction(move.unit_cost or 0) * Fraction(self.unit) * len(pool.shelf))
        elif before:
            for unit in pool.shelf:
                unit.cost *= (before + Fraction(move.amount)) / before
        else:
            pool.share_evenly(Fraction(move.amount))
        pool.remember()
        self.answers[move.move_id] = Answer(self.book_in(pool, pool.value() - before))

    def bring_in(self, move: Move, pool: Pool, units: int) -> None:
        self.pieces, self.labels = [0] * units, [""] * units
        cost_of_units = self.cost_of_inflow(move, pool, units)
        booked = self.book_in(pool, sum(cost_of_units, Fraction(0)))
        asks_pool = own_cost(move) is None and move.source_move_id is None and move.document_id is None
        nothing_known = asks_pool and (move.kind in {"opening", "receipt"} or not pool.has_received)
        pool.has_received = True
        self.answers[move.move_id] = Answer(booked, booked if nothing_known else None, nothing_known)
        known = [c for c in self.moves if is_charge(c) and c.source_move_id == move.move_id]
        charges = sum((Fraction(c.amount or 0) for c in known if not self.comes_too_late(c)), Fraction(0))
        if units:
            self.unit_brought[move.move_id] = (sum(cost_of_units, Fraction(0)) + charges) / units
        for cost, piece, label in zip(cost_of_units, self.pieces, self.labels, strict=True):
            final = cost + charges / units
            if pool.owed:
                self.covered[pool.owed.pop(0)].append(final)
                pool.last_known = final if not pool.shelf else pool.last_known
            else:
                pool.shelf.append(Unit(final, move.move_id, piece, label or move.move_id))
        if pool.shelf and not self.is_layered:
            pool.share_evenly(pool.value())
        pool.remember()

    def cost_of_inflow(self, move: Move, pool: Pool, units: int) -> list[Fraction]:
        own = own_cost(move)
        if move.kind == "sale_return" and move.source_move_id is not None:
            sale = self.by_id[move.source_move_id]
            there, owed, guess = self.sold[sale.move_id]
            covers = self.covered[sale.move_id]
            known = there + sum(covers, Fraction(0)) + guess * (owed - len(covers))
            return [known / int(-sale.quantity / self.unit)] * units
        if move.kind == "transfer_in":
            return self.arrive((move.document_id or "", move.sku, move.lot or ""), units)
        if move.kind == "assembly_in" and move.document_id is not None:
            waiting = self.on_the_way[(move.document_id,)]
            to_hand_over = sum(c for _, c, _ in waiting)
            products = [m for m in self.moves if m.document_id == move.document_id and m.kind == "assembly_in"]
            behind = [m for m in products if m.move_id not in self.answers and m is not move]
            if own is not None:
                self.on_the_way[(move.document_id,)] = [(0, max(to_hand_over - whole_cents(own), 0), "")]
                return [Fraction(whole_cents(own), 100 * units)] * units
            by_products = [cost for cost in map(own_cost, behind) if cost is not None]
            total = max(to_hand_over - sum(map(whole_cents, by_products)), 0)
            products, later = ([m for m in some if own_cost(m) is None] for some in (products, behind))
            weight = {m.move_id: m.cost_share if any(p.cost_share for p in products) else m.quantity for m in products}
            all_weights = Fraction(weight[move.move_id] or 0) + sum(
                (Fraction(weight[m.move_id] or 0) for m in later), Fraction(0)
            )
            mine = int(total * Fraction(weight[move.move_id] or 0) / all_weights + Fraction(1, 2)) if later else total
            self.on_the_way[(move.document_id,)] = [(0, to_hand_over - mine, "")]
            return [Fraction(mine, 100 * units)] * units
        return [(own if own is not None else pool.current_cost() * units) / units] * units

    def arrive(self, key: tuple[str, ...], units: int) -> list[Fraction]:
        costs: list[Fraction] = []
        while units:
            sent, carried, label = self.on_the_way[key].pop(0)
            now = min(units, sent)
            value = int(Fraction(carried * now, sent) + Fraction(1, 2))
            if now < sent:
                self.on_the_way[key].insert(0, (sent - now, carried - value, label))
            self.labels[len(costs) : len(costs) + now] = [label] * now
            self.pieces[len(costs) : len(costs) + now] = [len(costs)] * now
            costs += [Fraction(value, 100 * now)] * now
            units -= now
        return costs

    def take_out(self, move: Move, pool: Pool, units: int) -> None:
        own_layer = move.kind == "purchase_return" and move.source_move_id is not None and self.returns_at == "receipt"
        there = min(units, len(pool.shelf))
        mine = [u for u in pool.shelf if own_layer and u.label == move.source_move_id][:there]
        taken = (mine + [u for u in pool.shelf if not any(u is m for m in mine)])[:there]
        value = pool.value()
        pool.shelf = [u for u in pool.shelf if not any(u is t for t in taken)]
        if own_layer and taken and not self.is_layered:
            wanted = self.unit_brought[move.source_move_id or ""] * len(taken)
            cost = min(wanted, value) if pool.shelf else value
            taken = [Unit(cost / len(taken), "", 0, "") for _ in taken]
            if pool.shelf:
                pool.share_evenly(value - cost)
        known = self.learned.get(move.move_id, [])
        owed = units - there
        pool.owed += [move.move_id] * owed
        layers = dict.fromkeys((u.came_with, u.piece) for u in taken)
        groups = [[u.cost for u in taken if (u.came_with, u.piece) == layer] for layer in layers]
        labels = [next(u.label for u in taken if (u.came_with, u.piece) == layer) for layer in layers]
        groups, labels = (groups, labels) if self.is_layered else ([[u.cost for u in taken]], [""])
        groups += [known, [pool.last_known] * (owed - len(known))]
        before, first = pool.went, sum((u.cost for u in taken), Fraction(0)) + pool.last_known * owed
        carried = []
        for group, label in zip(groups, [*labels, "", ""], strict=True):
            start, pool.went = pool.went, pool.went + sum(group, Fraction(0))
            carried.append((len(group), int((cents(pool.went) - cents(start)) * 100), label))
        self.sold[move.move_id] = sum((u.cost for u in taken), Fraction(0)), owed, pool.last_known
        if move.document_id is not None:
            key = (move.document_id, *([move.sku, move.lot or ""] if move.kind == "transfer_out" else []))
            self.on_the_way[key] += [piece for piece in carried if piece[0]]
        if move.move_id in self.cut:
            fixed = self.cut[move.move_id]
            handed = cents(pool.last_known * owed if fixed is None else fixed + pool.last_known * (owed - len(known)))
            self.on_the_way[key][-len([group for group in groups[-2:] if group]) :] = [(owed, int(handed * 100), "")]
        provisional = cents(before) - cents(before + first) if owed else None
        self.answers[move.move_id] = Answer(cents(before) - cents(pool.went), provisional, owed > len(known))


def is_charge(move: Move) -> bool:
    return move.kind in {"landed_cost", "revaluation"}


def own_cost(move: Move) -> Fraction | None:
    if move.amount is not None:
        return Fraction(move.amount)
    return Fraction(move.unit_cost) * Fraction(move.quantity) if move.unit_cost is not None else None


def cost_by_hand(moves: list[Move], policy: CostingPolicy, unit: Decimal = Decimal(1)) -> dict[str, Answer]:
    """Cost of every move by its id; quantities are multiples of `unit`.

    What covers units that left before they were there is known only at the end, so the book is written again with that
    knowledge, until it stays as it is.
    """
    learned: dict[str, list[Fraction]] = {}
    cut: dict[str, Fraction | None] = {}
    swings: dict[str, Fraction] = {}
    for writing in count(1):
        ledger = Ledger(moves, policy, unit, learned, cut)
        ledger.run()
        covered = {move_id: costs for move_id, costs in ledger.covered.items() if costs}
        if covered == learned:
            break
        for move in moves:
            swing = abs(
                sum(covered.get(move.move_id, []), Fraction(0)) - sum(learned.get(move.move_id, []), Fraction(0))
            )
            if swing and move.document_id and (writing % 50 > 25 or writing % 50 == 0):
                swings[move.move_id] = max(swing, swings.get(move.move_id, Fraction(0)))
        if writing % 50 == 0:  # goods that went into themselves: what they came to, or what was known when they left
            for move_id, swing in swings.items():
                cut[move_id] = sum(covered[move_id], Fraction(0)) if swing <= Fraction(1, 10) else None
            swings = {}
        learned = covered
    return ledger.answers


def in_order(moves: list[Move], by_month: bool, by_location: bool, by_lot: bool = False) -> list[Move]:
    """Days (months under the periodic average) one after the other, and inside them inflows before outflows."""
    rounds: dict[date, list[Move]] = defaultdict(list)
    for move in sorted(moves, key=lambda move: (move.moved_on, len(move.move_id), move.move_id)):
        rounds[move.moved_on.replace(day=1) if by_month else move.moved_on].append(move)
    on_hand: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    ordered = []
    for day in sorted(rounds):
        for move in rounds[day]:
            if by_location or not move.kind.startswith("transfer"):
                on_hand[key_of(move, by_location, by_lot)] += move.quantity
        sold_out = {key for key, left in on_hand.items() if left <= 0} if by_month else set()
        ordered += round_in_order(rounds[day], by_location, by_lot, sold_out)
    return ordered


def round_in_order(today: list[Move], by_location: bool, by_lot: bool, sold_out: set[tuple[str, ...]]) -> list[Move]:
    ids = {move.move_id for move in today}
    handed_over = [
        document
        for document in {m.document_id: None for m in today if m.document_id is not None}
        if (by_location or document.startswith("M"))
        and {m.kind in INFLOWS for m in today if m.document_id == document} == {True, False}
    ]
    pool_of = {move.move_id: key_of(move, by_location, by_lot) for move in today}
    phases: list[list[Move]] = [[] for _ in range(8)]
    for move in today:
        if move.document_id in handed_over:
            continue
        returned_at_once = move.kind == "sale_return" and move.source_move_id in ids
        is_pool_change = move.kind == "revaluation" and move.source_move_id is None
        phases[(3 if pool_of[move.move_id] in sold_out else 7) if is_pool_change else
               0 if move.kind == "opening" else 1 if move.kind in {"receipt", "landed_cost", "revaluation"} else
               6 if returned_at_once else 2 if move.kind in INFLOWS else 5].append(move)  # fmt: skip
    phases[4] = [move for document in fed_first(handed_over, today, pool_of) for move in document]
    return [move for phase in phases for move in phase]


def key_of(move: Move, by_location: bool, by_lot: bool) -> tuple[str, ...]:
    return move.sku, move.location if by_location else "", (move.lot or "") if by_lot else ""


def fed_first(documents: list[str], today: list[Move], pool_of: dict[str, tuple[str, ...]]) -> list[list[Move]]:
    """Documents of one day, each after those whose goods it needs; in a circle the first one starts."""
    waiting = {d: [m for m in today if m.document_id == d] for d in documents}
    result = []
    while waiting:
        ready = [
            d for d, mine in waiting.items() if not any(feeds(g, mine, pool_of) for o, g in waiting.items() if o != d)
        ]
        document = waiting.pop(ready[0] if ready else next(iter(waiting)))
        result.append(sorted(document, key=lambda move: move.kind in INFLOWS))
    return result


def feeds(giver: list[Move], taker: list[Move], pool_of: dict[str, tuple[str, ...]]) -> bool:
    comes = {pool_of[m.move_id] for m in giver if m.kind in INFLOWS}
    return any(pool_of[m.move_id] in comes for m in taker if m.kind not in INFLOWS)
