"""The exact loop for pools that keep to themselves: nothing handed over, nothing short; quick, in plain whole numbers.

It does what `settlement` does, move by move, and gives a pool up where that would need more: `settlement` values it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd

from transforms.costing.integers import COST_OF_ONE_CENT
from transforms.costing.loop.linked_moves import BRING, CHARGE, ISSUE, ISSUE_LAYER, RETURN, LinkedMoves, SettledMoves
from transforms.costing.loop.pool_states import Cost

HALF_CENT = COST_OF_ONE_CENT // 2

QUIET_ACTIONS = (BRING, RETURN, ISSUE, ISSUE_LAYER, CHARGE)
"""What this loop can do; ISSUE_LAYER only where there are layers."""

Ratio = tuple[int, int]
"""An exact cost as two whole numbers without a common divisor, the second above 0: several times as quick as Fraction,
and most costs have the denominator 1."""

NOTHING: Ratio = (0, 1)


HeldLayer = tuple[int, Ratio | Cost, int]
"""Units, cost of one unit and origin. A layer that stands as a closing state left it has its whole cost instead, which
is no pair of numbers: most layers are taken whole, or not at all, and need no cost of one unit."""


class NotQuietError(Exception):
    """The pool needs more than this loop can do."""


@dataclass
class QuietPool:
    """A pool while it is settled: layers under FIFO, one average otherwise."""

    has_layers: bool
    layers: list[HeldLayer] = field(default_factory=list)
    """Those before `first` are used up."""
    first: int = 0
    on_hand: int = 0
    average: Ratio = NOTHING
    last_unit: Ratio | None = None
    brought: Ratio = NOTHING
    issued: Ratio = NOTHING
    charged: Ratio = NOTHING

    @property
    def value(self) -> Ratio:
        """Cost of what is on hand."""
        if not self.has_layers:
            return times(self.average, self.on_hand)
        value = NOTHING
        for units, unit, _ in self.layers[self.first :]:
            value = plus(value, cost_of_layer(units, unit))
        return value

    def add(self, units: int, cost: Ratio, origin: int) -> None:
        """Bring in units."""
        if self.has_layers:
            self.last_unit = divide(cost, units)
            self.layers.append((units, self.last_unit, origin))
        else:
            if self.on_hand == 0 or times(self.average, units) != cost:
                self.average = divide(plus(times(self.average, self.on_hand), cost), self.on_hand + units)
            self.last_unit = self.average
        self.on_hand += units

    def take(self, units: int) -> Ratio:
        """Take units out, oldest first or at the average; their cost."""
        self.on_hand -= units
        if not self.has_layers:
            return times(self.average, units)
        cost, layers, first = NOTHING, self.layers, self.first
        while units:
            there, unit, origin = layers[first]
            if there <= units:
                cost = plus(cost, cost_of_layer(there, unit))
                units -= there
                first += 1
            else:
                one = cost_of_unit(there, unit)
                cost = plus(cost, times(one, units))
                layers[first] = there - units, one, origin
                units = 0
        self.first = first
        return cost

    def take_from(self, origin: int, units: int) -> Ratio:
        """Take units out of the layers of one inflow, the rest oldest first; their cost."""
        cost, left = NOTHING, list[HeldLayer]()
        for there, unit, came_with in self.layers[self.first :]:
            taken = min(there, units) if came_with == origin else 0
            if not taken:
                left.append((there, unit, came_with))
                continue
            one = cost_of_unit(there, unit)
            cost = plus(cost, times(one, taken))
            units -= taken
            self.on_hand -= taken
            if taken < there:
                left.append((there - taken, one, came_with))
        self.layers, self.first = left, 0
        return plus(cost, self.take(units))


@dataclass(frozen=True)
class QuietResult:
    """What the moves of quiet pools cost, by their place among all moves."""

    cents: dict[int, int] = field(default_factory=dict)
    unit_millionths: dict[int, int] = field(default_factory=dict)
    provisional_cents: dict[int, int] = field(default_factory=dict)
    exact_cost: dict[int, Ratio] = field(default_factory=dict)

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
            cents[place] = _bring(pool, to_ratio(own_cost[place] or 0))
        elif not units:
            cents[place] = 0
        elif what in (ISSUE, ISSUE_LAYER):
            if units > pool.on_hand:
                raise NotQuietError
            cost = pool.take_from(source[place], units) if what == ISSUE_LAYER else pool.take(units)
            exact[place] = cost
            before = to_cents(pool.issued)
            pool.issued = plus(pool.issued, cost)
            cents[place] = before - to_cents(pool.issued)
            unit_cost[place] = to_whole_of(cost, units)
        else:
            own = own_cost[place] if what == BRING else _cost_of_return(place, moves, exact, named_costs)
            is_makeshift = False
            if own is None:
                unit = divide(pool.value, pool.on_hand) if pool.on_hand else pool.last_unit
                given = moves.standard_cost[place]
                unit = to_ratio(given) if unit is None and given is not None else unit
                is_makeshift = unit is None or not moves.is_rule_priced[place]
                own = times(unit or NOTHING, units)
            brought = own if isinstance(own, tuple) else to_ratio(own)
            cents[place] = _bring(pool, brought)
            if is_makeshift:
                result.provisional_cents[place] = cents[place]
            total = plus(brought, to_ratio(late_cost[place]))
            pool.add(units, total, place)
            unit_cost[place] = to_whole_of(total, units)


def _bring(pool: QuietPool, cost: Ratio) -> int:
    """Add to what came into a pool; the cents by which that moves its running total."""
    before = to_cents(pool.brought)
    pool.brought = plus(pool.brought, cost)
    return to_cents(pool.brought) - before


def _cost_of_return(
    place: int, moves: LinkedMoves, exact: Mapping[int, Ratio], named_costs: Mapping[int, Cost]
) -> Ratio:
    """Goods come back at the cost that they left with."""
    sale = moves.source[place]
    cost = exact[sale] if sale in exact else to_ratio(named_costs.get(sale, 0))
    return divide(times(cost, moves.units[place]), max(moves.units[sale], 1))


def cost_of_layer(units: int, unit: Ratio | Cost) -> Ratio:
    """What all units of a HeldLayer cost."""
    return times(unit, units) if isinstance(unit, tuple) else to_ratio(unit)


def cost_of_unit(units: int, unit: Ratio | Cost) -> Ratio:
    """What one unit of a HeldLayer costs."""
    return unit if isinstance(unit, tuple) else divide(to_ratio(unit), units)


def to_ratio(cost: Cost) -> Ratio:
    """A cost as two whole numbers."""
    return cost.numerator, cost.denominator


def from_ratio(ratio: Ratio) -> Cost:
    """A cost as a whole number where it is one, else as a fraction."""
    return ratio[0] if ratio[1] == 1 else Fraction(*ratio)


def plus(one: Ratio, other: Ratio) -> Ratio:
    """An exact sum."""
    (above, below), (more, part) = one, other
    if part == 1:
        return above + more * below, below
    if below == 1:
        return above * part + more, part
    if below == part:
        above += more
    else:
        above, below = above * part + more * below, below * part
    shared = gcd(above, below)
    return above // shared, below // shared


def times(one: Ratio, units: int) -> Ratio:
    """An exact product with units."""
    above, below = one
    if below == 1:
        return above * units, 1
    shared = gcd(units, below)
    return above * (units // shared), below // shared


def divide(one: Ratio, units: int) -> Ratio:
    """An exact quotient by units."""
    above, below = one
    shared = gcd(above, units)
    return above // shared, below * (units // shared)


def to_cents(cost: Ratio) -> int:
    """Whole cents, half away from zero."""
    above, below = cost
    half, cent = HALF_CENT * below, COST_OF_ONE_CENT * below
    return (above + half) // cent if above >= 0 else -((half - above) // cent)


def to_whole_of(cost: Ratio, units: int) -> int:
    """Cost of one unit as a whole number, half away from zero."""
    above, below = cost
    parts = units * below
    return (2 * above + parts) // (2 * parts) if above >= 0 else -((parts - 2 * above) // (2 * parts))


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
