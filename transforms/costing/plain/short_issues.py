"""Issues of more units than were there, in pools without other ties: what they were thought to cost, and what they do.

Under FIFO the units that are owed are covered in the order in which they left, so what covers an issue follows from
running totals like everything else (`fifo`). Two things do not, and are told here one issue after the other, exactly:
what an issue was thought to cost (its short units at the last known cost), and what units cost that nothing covers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from transforms.costing.integers import COST_OF_ONE_CENT
from transforms.costing.plain.pool_runs import Places, Whole

HALF_CENT = COST_OF_ONE_CENT // 2


@dataclass(frozen=True)
class ShortIssues:
    """Issues in order, pool by pool; places count the units received over all pools."""

    place: Places
    """Which of all issues each is."""
    units: Whole
    first: Whole
    """Units that had left before, as a place among the units received."""
    received: Whole
    """Place up to which units had come in when it left,"""
    begin: Whole
    """where its pool begins,"""
    end: Whole
    """and where it ends: what lies behind is never covered."""


@dataclass(frozen=True)
class Layers:
    """Inflows of units in order, pool by pool."""

    end: Whole
    units: Whole
    cost: Whole
    """Ten-billionths."""
    before_cents: Whole
    """Cost of the layers of its pool below it, as cents and ten-billionths."""
    before_left: Whole


@dataclass(frozen=True)
class ShortIssue:
    """What is told of one issue; amounts are whole numbers."""

    place: int
    provisional_cents: int
    uncovered: tuple[int, int] | None
    """Cents and unit cost in millionths of an issue that is not covered as a whole; None: running totals tell them."""


def settle_short_issues(issues: ShortIssues, layers: Layers, at: tuple[Places, ...]) -> Iterator[ShortIssue]:
    """Tell what short issues were thought to cost, and what the uncovered ones cost.

    Args:
        issues: every issue that took more units than were on hand.
        layers: of all pools.
        at: for each issue the layers in which these places lie: units that had left, units received then, and the end
            of its pool.
    """
    stock = _Stock(layers)
    columns = (issues.place, issues.units, issues.first, issues.received, issues.begin, issues.end, *at)
    total = Fraction(0)
    for place, units, first, received, begin, end, *layer in zip(*(c.tolist() for c in columns), strict=True):
        at_first, at_received, at_end = layer
        # what begins behind all that came follows another uncovered issue of its pool
        cost_before = stock.cost(first, begin, at_first) if first <= end else total
        unit = stock.unit_cost(at_received) if received > begin else Fraction(0)
        there = max(0, min(units, received - first))
        up_to_there = stock.cost(received, begin, at_received) if there else cost_before
        thought = up_to_there + unit * (units - there)
        provisional = round_cents(cost_before) - round_cents(thought)
        uncovered = first + units - max(first, end)
        if uncovered <= 0:
            yield ShortIssue(place, provisional, None)
            continue
        covered = stock.cost(end, begin, at_end) if first < end else cost_before
        total = covered + unit * uncovered
        cents = round_cents(cost_before) - round_cents(total)
        yield ShortIssue(place, provisional, (cents, _half_up((total - cost_before) / units)))


class _Stock:
    """Cumulative cost of the units of a pool."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers

    def cost(self, place: int, begin: int, layer: int) -> Fraction:
        """Of all units of a pool up to a place, which lies in a layer."""
        if place <= begin:
            return Fraction(0)
        of = self._layers
        units, cost = int(of.units[layer]), int(of.cost[layer])
        below = int(of.before_cents[layer]) * COST_OF_ONE_CENT + int(of.before_left[layer])
        return below + Fraction(cost * (place - int(of.end[layer]) + units), units)

    def unit_cost(self, layer: int) -> Fraction:
        """Of a unit of a layer."""
        return Fraction(int(self._layers.cost[layer]), int(self._layers.units[layer]))


def round_cents(cost: Fraction) -> int:
    """Whole cents of a cost that is not negative, half up."""
    return (cost + HALF_CENT) // COST_OF_ONE_CENT


def _half_up(number: Fraction) -> int:
    """A whole number, not negative, half up."""
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)
