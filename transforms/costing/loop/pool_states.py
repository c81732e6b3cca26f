"""What a pool holds at one moment: layers under FIFO, one average otherwise. Exact, in whole numbers and fractions."""

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

Cost = int | Fraction
"""Ten-billionths of the base currency."""

Piece = tuple[int, Cost]
"""Units with what they cost together."""


class Stock(Protocol):
    """Units on hand with their cost."""

    on_hand: int
    last_unit: Cost | None
    """Cost of the unit that was there last, in millionths: the last known cost once nothing is on hand."""

    @property
    def value(self) -> Cost:
        """What the units on hand cost together."""

    def add(self, units: int, cost: Cost, origin: int) -> None:
        """Bring in units; `origin` is the inflow that they came with."""

    def take(self, units: int) -> list[Piece]:
        """Take out units that are on hand."""

    def take_from(self, origin: int, units: int, unit: Cost) -> list[Piece]:
        """Take out units that came with one inflow at a unit cost (ten-billionths)."""

    def count_left(self, origin: int) -> int:
        """Units of one inflow that are still on hand."""

    def absorb(self, cost: Cost, origin: int) -> Cost:
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
    origin: int

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

    def add(self, units: int, cost: Cost, origin: int) -> None:
        """Put a layer at the end of the queue."""
        self.layers.append(Layer(units, cost, origin))
        self.on_hand += units
        self.value += cost
        self.last_unit = divide_cost(cost, units)

    def take(self, units: int) -> list[Piece]:
        """Take units from the front, one piece for each layer touched."""
        pieces = []
        while units:
            pieces.append(self._take_of(self.layers[0], min(units, self.layers[0].units)))
            units -= pieces[-1][0]
            if not self.layers[0].units:
                self.layers.popleft()
        return pieces

    def take_from(self, origin: int, units: int, unit: Cost) -> list[Piece]:
        """Take units from the layers of one inflow, as far as they are still there; the rest from the front."""
        pieces = []
        for layer in self._layers_of(origin):
            if units:
                pieces.append(self._take_of(layer, min(units, layer.units)))
                units -= pieces[-1][0]
        self.layers = deque(layer for layer in self.layers if layer.units)
        return pieces + self.take(units)

    def _take_of(self, layer: Layer, units: int) -> Piece:
        """Take units of one layer."""
        piece = layer.take(units)
        self.on_hand -= units
        self.value = shorten(self.value - piece[1])
        return piece

    def _layers_of(self, origin: int) -> list[Layer]:
        """Layers of one inflow; a transfer brings several."""
        return [layer for layer in self.layers if layer.origin == origin]

    def count_left(self, origin: int) -> int:
        """Units in the layers of one inflow."""
        return sum(layer.units for layer in self._layers_of(origin))

    def absorb(self, cost: Cost, origin: int) -> Cost:
        """Spread value by units over the layers of one inflow, or over all of them where none is left of it."""
        layers = self._layers_of(origin) or list(self.layers)
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

    def add(self, units: int, cost: Cost, origin: int) -> None:
        """Average an inflow in."""
        if self.on_hand == 0 or self.average * units != cost:
            self.average = (self.average * self.on_hand + cost) / (self.on_hand + units)
        self.on_hand += units
        self.last_unit = self.average
        if self.ages is not None:
            self.ages.add(units, 0, origin)

    def take(self, units: int) -> list[Piece]:
        """Take units at the average."""
        self.on_hand -= units
        if self.ages is not None:
            self.ages.take(units)
        return [(units, self.average * units)] if units else []

    def take_from(self, origin: int, units: int, unit: Cost) -> list[Piece]:
        """Take units at their own cost, as far as the pool is worth that much; the last units take all its value."""
        if not units:
            return []
        value = self.value
        cost = value if units == self.on_hand else min(Fraction(unit) * units, value)
        self.on_hand -= units
        if self.on_hand:
            self.revalue(value - cost)
        if self.ages is not None:
            self.ages.take_from(origin, units, 0)
        return [(units, shorten(cost))]

    def count_left(self, origin: int) -> int:
        """Units of one inflow, if the oldest units left first and what went back to its supplier was its own."""
        return self.ages.count_left(origin) if self.ages is not None else 0

    def absorb(self, cost: Cost, origin: int) -> Cost:
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
