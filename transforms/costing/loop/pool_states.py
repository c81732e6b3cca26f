"""What a pool holds at one moment: layers under FIFO, one average otherwise. Exact, in whole numbers and fractions."""

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

Cost = int | Fraction
"""Ten-billionths of the base currency."""

Piece = tuple[int, Cost]
"""Units with what they cost together."""

NO_LAYER = -1
"""Not a part of a layer: units at an average, or units that left before they were there."""

Taken = tuple[int, Cost, int]
"""Units with what they cost together, and whose layer they are part of (`Layer.origin`), or NO_LAYER."""


class Stock(Protocol):
    """Units on hand with their cost."""

    on_hand: int
    last_unit: Cost | None
    """Cost of the unit that was there last, in millionths: the last known cost once nothing is on hand."""

    @property
    def value(self) -> Cost:
        """What the units on hand cost together."""

    def add(self, units: int, cost: Cost, came_with: int, origin: int) -> None:
        """Bring in units; `came_with` and `origin` as in Layer."""

    def take(self, units: int) -> list[Taken]:
        """Take out units that are on hand."""

    def take_from(self, inflow: int, units: int, unit: Cost) -> list[Taken]:
        """Take out units of one inflow at a unit cost (ten-billionths)."""

    def count_left(self, inflow: int) -> int:
        """Units of one inflow that are on hand."""

    def absorb(self, cost: Cost, inflow: int) -> Cost:
        """Add value to what is left of one inflow, else to all that is on hand; what it took, never below no value."""

    def revalue(self, value: Cost) -> None:
        """Give what is on hand another value."""

    def set_unit_cost(self, unit: Cost) -> None:
        """Give every unit on hand the same cost."""


@dataclass
class Layer:
    """What is left of one inflow."""

    units: int
    cost: Cost
    came_with: int
    """The inflow that brought the units into this pool."""
    origin: int
    """The inflow that brought them into the ledger: their receipt, however often they were transferred since."""

    def is_of(self, inflow: int) -> bool:
        """Whether the units are those of an inflow, which another move names."""
        return inflow in (self.origin, self.came_with)

    def take(self, units: int) -> Piece:
        """Take units out at the layer's unit cost."""
        cost = self.cost if units == self.units else divide_cost(self.cost * units, self.units)
        self.units -= units
        self.cost -= cost
        return units, cost


@dataclass
class LayeredStock:
    """FIFO: the oldest layer leaves first (IAS 2.27)."""

    on_hand: int = 0
    value: Cost = 0
    last_unit: Cost | None = None
    layers: deque[Layer] = field(default_factory=deque)

    def add(self, units: int, cost: Cost, came_with: int, origin: int) -> None:
        """Put a layer at the end of the queue."""
        self.layers.append(Layer(units, cost, came_with, origin))
        self.on_hand += units
        self.value += cost
        self.last_unit = divide_cost(cost, units)

    def take(self, units: int) -> list[Taken]:
        """Take units from the front, one piece for each layer touched."""
        pieces = []
        while units:
            pieces.append(self._take_of(self.layers[0], min(units, self.layers[0].units)))
            units -= pieces[-1][0]
            if not self.layers[0].units:
                self.layers.popleft()
        return pieces

    def take_from(self, inflow: int, units: int, unit: Cost) -> list[Taken]:
        """Take units from the layers of one inflow, as far as they are still there; the rest from the front."""
        pieces = []
        for layer in self._layers_of(inflow):
            if units:
                pieces.append(self._take_of(layer, min(units, layer.units)))
                units -= pieces[-1][0]
        self.layers = deque(layer for layer in self.layers if layer.units)
        return pieces + self.take(units)

    def _take_of(self, layer: Layer, units: int) -> Taken:
        """Take units of one layer."""
        _, cost = layer.take(units)
        self.on_hand -= units
        self.value = shorten(self.value - cost)
        return units, cost, layer.origin

    def _layers_of(self, inflow: int) -> list[Layer]:
        """Layers of one inflow, oldest first: a transfer brings several, and parts of a receipt come by several."""
        return [layer for layer in self.layers if layer.is_of(inflow)]

    def count_left(self, inflow: int) -> int:
        """Units in the layers of one inflow."""
        return sum(layer.units for layer in self._layers_of(inflow))

    def absorb(self, cost: Cost, inflow: int) -> Cost:
        """Spread value by units over the layers of one inflow, or over all of them where none is left of it."""
        layers = self._layers_of(inflow) or list(self.layers)
        units, taken = sum(layer.units for layer in layers), Fraction(0)
        for layer in layers:
            share = _taken(Fraction(cost) * layer.units / units, Fraction(layer.cost))
            layer.cost = shorten(layer.cost + share)
            taken += share
        self.value = shorten(self.value + taken)
        self.last_unit = Fraction(self.layers[-1].cost) / self.layers[-1].units
        return shorten(taken)

    def revalue(self, value: Cost) -> None:
        """Give what is on hand another value: each layer in proportion to its cost (else its units)."""
        for layer in self.layers:
            share = Fraction(layer.cost) / self.value if self.value else Fraction(layer.units, self.on_hand)
            layer.cost = shorten(value * share)
        self.value = value
        self.last_unit = Fraction(self.layers[-1].cost) / self.layers[-1].units

    def set_unit_cost(self, unit: Cost) -> None:
        """Give every layer the same unit cost."""
        for layer in self.layers:
            layer.cost = shorten(Fraction(unit) * layer.units)
        self.value = shorten(Fraction(unit) * self.on_hand)
        self.last_unit = unit


@dataclass
class AveragedStock:
    """Weighted average: every unit on hand costs the same (IAS 2.27)."""

    ages: LayeredStock | None = None
    """The units alone, oldest out first, where a charge asks how many of its receipt are left; None: nobody asks."""
    on_hand: int = 0
    average: Fraction = Fraction(0)
    last_unit: Cost | None = None

    @property
    def value(self) -> Fraction:
        """Units on hand at the average."""
        return self.average * self.on_hand

    def add(self, units: int, cost: Cost, came_with: int, origin: int) -> None:
        """Average an inflow in; what goes on from here goes on at the average, as nobody's layer."""
        if self.on_hand == 0 or self.average * units != cost:
            self.average = (self.average * self.on_hand + cost) / (self.on_hand + units)
        self.on_hand += units
        self.last_unit = self.average
        if self.ages is not None:
            self.ages.add(units, 0, came_with, came_with)

    def take(self, units: int) -> list[Taken]:
        """Take units at the average."""
        self.on_hand -= units
        if self.ages is not None:
            self.ages.take(units)
        return [(units, self.average * units, NO_LAYER)] if units else []

    def take_from(self, inflow: int, units: int, unit: Cost) -> list[Taken]:
        """Take units at their own cost, as far as the pool is worth that much; the last units take all its value."""
        if not units:
            return []
        value = self.value
        cost = value if units == self.on_hand else min(Fraction(unit) * units, value)
        self.on_hand -= units
        if self.on_hand:
            self.revalue(value - cost)
        if self.ages is not None:
            self.ages.take_from(inflow, units, 0)
        return [(units, shorten(cost), NO_LAYER)]

    def count_left(self, inflow: int) -> int:
        """Units of one inflow, if the oldest units left first and what went back to its supplier was its own."""
        return self.ages.count_left(inflow) if self.ages is not None else 0

    def absorb(self, cost: Cost, inflow: int) -> Cost:
        """Average value in."""
        taken = _taken(Fraction(cost), Fraction(self.value))
        self.revalue(self.value + taken)
        return shorten(taken)

    def revalue(self, value: Cost) -> None:
        """Give what is on hand another value."""
        self.average = self.last_unit = Fraction(value) / self.on_hand

    def set_unit_cost(self, unit: Cost) -> None:
        """Give every unit on hand the same cost."""
        self.average = self.last_unit = Fraction(unit)


def _taken(share: Fraction, value: Fraction) -> Fraction:
    """What stock of some value takes of a charge: all that adds to it, and of a credit no more than it is worth."""
    return max(share, min(-value, Fraction(0)))


def shorten(cost: Cost) -> Cost:
    """A fraction that is a whole number, as a whole number: arithmetic is faster."""
    return cost.numerator if cost.denominator == 1 else cost


def divide_cost(cost: Cost, units: int) -> Cost:
    """A share of a cost, as a whole number where it is one."""
    if isinstance(cost, int):
        whole, rest = divmod(cost, units)
        return Fraction(cost, units) if rest else whole
    return cost / units
