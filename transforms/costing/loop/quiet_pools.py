"""The exact loop for pools that keep to themselves: nothing handed over, nothing short; quick, in plain whole numbers.

It does what `settlement` does, move by move, and gives a pool up where that would need more: `settlement` values it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from transforms.costing.integers import COST_OF_ONE_CENT
from transforms.costing.loop.linked_moves import BRING, CHARGE, ISSUE, ISSUE_LAYER, RETURN, LinkedMoves, SettledMoves
from transforms.costing.loop.pool_states import Cost, shorten

HALF_CENT = COST_OF_ONE_CENT // 2

QUIET_ACTIONS = (BRING, RETURN, ISSUE, ISSUE_LAYER, CHARGE)
"""What this loop can do; ISSUE_LAYER only where there are layers."""


class NotQuietError(Exception):
    """The pool needs more than this loop can do."""


@dataclass
class QuietPool:
    """A pool while it is settled: layers under FIFO, one average otherwise."""

    has_layers: bool
    layers: list[list[Cost]] = field(default_factory=list)
    """Units, cost and origin of each; those before `first` are used up."""
    first: int = 0
    on_hand: int = 0
    average: Cost = 0
    last_unit: Cost | None = None
    brought: Cost = 0
    issued: Cost = 0
    charged: Cost = 0

    @property
    def value(self) -> Cost:
        """Cost of what is on hand."""
        if self.has_layers:
            return sum(layer[1] for layer in self.layers[self.first :])
        return self.average * self.on_hand

    def add(self, units: int, cost: Cost, origin: int) -> None:
        """Bring in units."""
        if self.has_layers:
            self.layers.append([units, cost, origin])
            self.last_unit = divide(cost, units)
        else:
            if self.on_hand == 0 or self.average * units != cost:
                self.average = shorten(Fraction(self.average * self.on_hand + cost) / (self.on_hand + units))
            self.last_unit = self.average
        self.on_hand += units

    def take(self, units: int) -> Cost:
        """Take units out, oldest first or at the average; their cost."""
        self.on_hand -= units
        if not self.has_layers:
            return self.average * units
        cost: Cost = 0
        while units:
            layer = self.layers[self.first]
            there = layer[0]
            if there <= units:
                units -= there  # type: ignore[assignment]  # units of a layer are whole
                cost += layer[1]
                self.first += 1
            else:
                part = divide(layer[1] * units, there)  # type: ignore[arg-type]
                layer[0] -= units
                layer[1] -= part
                cost += part
                units = 0
        return cost

    def take_from(self, origin: int, units: int) -> Cost:
        """Take units out of the layers of one inflow, the rest oldest first; their cost."""
        cost: Cost = 0
        for layer in self.layers[self.first :]:
            if layer[2] == origin and units:
                taken = min(layer[0], units)
                part = layer[1] if taken == layer[0] else divide(layer[1] * taken, layer[0])  # type: ignore[arg-type]
                layer[0] -= taken
                layer[1] -= part
                cost += part
                units -= taken  # type: ignore[assignment]
                self.on_hand -= taken  # type: ignore[assignment]
        self.layers = [layer for layer in self.layers[self.first :] if layer[0]]
        self.first = 0
        return cost + self.take(units)


@dataclass(frozen=True)
class QuietResult:
    """What the moves of quiet pools cost, by their place among all moves."""

    cents: dict[int, int] = field(default_factory=dict)
    unit_millionths: dict[int, int] = field(default_factory=dict)
    provisional_cents: dict[int, int] = field(default_factory=dict)
    exact_cost: dict[int, Cost] = field(default_factory=dict)

    def put_into(self, settled: SettledMoves) -> None:
        """Write it into the arrays of all moves."""
        for place, cents in self.cents.items():
            settled.cents[place] = cents
            settled.unit_millionths[place] = self.unit_millionths.get(place)
        for place, cents in self.provisional_cents.items():
            settled.provisional_cents[place] = cents
            settled.is_provisional[place] = True


def settle_quiet_pool(
    pool: QuietPool, places: Iterable[int], moves: LinkedMoves, named_costs: Mapping[int, Cost], result: QuietResult
) -> None:
    """Settle moves of one pool in their order.

    Args:
        pool: its state, which changes.
        places: where its moves stand among all moves.
        moves: all of them.
        named_costs: exact cost of sales that are not among the moves to settle, by their place.
        result: takes what the moves cost.

    Raises:
        NotQuietError: the pool runs short; what the result took of it does not count.
    """
    action, units_of, own_cost, late_cost, source = (
        moves.action,
        moves.units,
        moves.own_cost,
        moves.late_cost,
        moves.source,
    )
    cents, unit_cost, exact = result.cents, result.unit_millionths, result.exact_cost
    for place in places:
        units, what = units_of[place], action[place]
        if what == CHARGE:
            before = to_cents(pool.brought)
            pool.brought += own_cost[place] or 0
            cents[place] = to_cents(pool.brought) - before
        elif not units:
            cents[place] = 0
        elif what in (ISSUE, ISSUE_LAYER):
            if units > pool.on_hand:
                raise NotQuietError
            cost = pool.take_from(source[place], units) if what == ISSUE_LAYER else pool.take(units)
            exact[place] = cost
            before = to_cents(pool.issued)
            pool.issued += cost
            cents[place] = before - to_cents(pool.issued)
            unit_cost[place] = to_whole_of(cost, units)
        else:
            own = own_cost[place] if what == BRING else _cost_of_return(place, moves, exact, named_costs)
            is_makeshift = False
            if own is None:
                unit = divide(pool.value, pool.on_hand) if pool.on_hand else pool.last_unit
                unit = moves.standard_cost[place] if unit is None else unit
                is_makeshift = unit is None or not moves.is_rule_priced[place]
                own = (unit or 0) * units
            before = to_cents(pool.brought)
            pool.brought += own
            cents[place] = to_cents(pool.brought) - before
            if is_makeshift:
                result.provisional_cents[place] = cents[place]
            total = own + late_cost[place]
            pool.add(units, total, place)
            unit_cost[place] = to_whole_of(total, units)


def _cost_of_return(place: int, moves: LinkedMoves, exact: Mapping[int, Cost], named_costs: Mapping[int, Cost]) -> Cost:
    """Goods come back at the cost that they left with."""
    sale = moves.source[place]
    cost = exact[sale] if sale in exact else named_costs.get(sale, 0)
    return divide(cost * moves.units[place], max(moves.units[sale], 1))


def divide(cost: Cost, units: int) -> Cost:
    """An exact quotient, as a whole number where it is one."""
    if isinstance(cost, int):
        whole, rest = divmod(cost, units)
        return Fraction(cost, units) if rest else whole
    return shorten(cost / units)


def to_cents(cost: Cost) -> int:
    """Whole cents, half away from zero."""
    return (cost + HALF_CENT) // COST_OF_ONE_CENT if cost >= 0 else -((HALF_CENT - cost) // COST_OF_ONE_CENT)


def to_whole_of(cost: Cost, units: int) -> int:
    """Cost of one unit as a whole number, half away from zero."""
    if cost < 0:
        return -to_whole_of(-cost, units)
    return (2 * cost + units) // (2 * units)


def split_quiet(
    moves: LinkedMoves, is_named: Sequence[bool], has_layers: bool
) -> tuple[dict[int, list[int]], set[int]]:
    """Part the pools into those that keep to themselves, with the places of their moves, and the others."""
    places: dict[int, list[int]] = {}
    loud: set[int] = set()
    for place, (action, pool, source) in enumerate(zip(moves.action, moves.pool, moves.source, strict=True)):
        if is_named[place]:
            continue
        places.setdefault(pool, []).append(place)
        if action not in QUIET_ACTIONS or (action == ISSUE_LAYER and not has_layers):
            loud.add(pool)
        elif action == RETURN and moves.pool[source] != pool and not is_named[source]:
            loud |= {pool, moves.pool[source]}
    return {pool: own for pool, own in places.items() if pool not in loud}, loud
