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

    def take_from(self, origin: int, units: int) -> list[Piece]:
        """Take out units that came with one inflow, as far as they can be told apart."""

    def revalue(self, value: Cost) -> None:
        """Give what is on hand another value."""


@dataclass
class Layer:
    """What is left of one inflow."""

    units: int
    cost: Cost
    origin: int

    def take(self, units: int) -> Piece:
        """Take units out at the layer's unit cost."""
        cost = self.cost if units == self.units else shorten(Fraction(self.cost * units) / self.units)
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
        self.last_unit = Fraction(cost) / units

    def take(self, units: int) -> list[Piece]:
        """Take units from the front, one piece for each layer touched."""
        pieces = []
        while units:
            pieces.append(self._take_of(self.layers[0], min(units, self.layers[0].units)))
            units -= pieces[-1][0]
            if not self.layers[0].units:
                self.layers.popleft()
        return pieces

    def take_from(self, origin: int, units: int) -> list[Piece]:
        """Take units from the layers of one inflow, as far as they are still there; the rest from the front."""
        pieces = []
        for layer in [layer for layer in self.layers if layer.origin == origin]:
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

    def revalue(self, value: Cost) -> None:
        """Give what is on hand another value: each layer in proportion to its cost (else its units)."""
        for layer in self.layers:
            share = Fraction(layer.cost) / self.value if self.value else Fraction(layer.units, self.on_hand)
            layer.cost = shorten(value * share)
        self.value = value
        self.last_unit = Fraction(self.layers[-1].cost) / self.layers[-1].units


@dataclass
class AveragedStock:
    """Weighted average: every unit on hand costs the same (IAS 2.27)."""

    on_hand: int = 0
    average: Fraction = Fraction(0)
    last_unit: Cost | None = None

    @property
    def value(self) -> Cost:
        """Units on hand at the average."""
        return self.average * self.on_hand

    def add(self, units: int, cost: Cost, origin: int) -> None:
        """Average an inflow in."""
        if self.on_hand == 0 or self.average * units != cost:
            self.average = (self.average * self.on_hand + cost) / (self.on_hand + units)
        self.on_hand += units
        self.last_unit = self.average

    def take(self, units: int) -> list[Piece]:
        """Take units at the average."""
        self.on_hand -= units
        return [(units, self.average * units)] if units else []

    def take_from(self, origin: int, units: int) -> list[Piece]:
        """Take units at the average."""
        return self.take(units)

    def revalue(self, value: Cost) -> None:
        """Give what is on hand another value."""
        self.average = self.last_unit = Fraction(value) / self.on_hand


def shorten(cost: Cost) -> Cost:
    """A fraction that is a whole number, as a whole number: arithmetic is faster."""
    return cost.numerator if cost.denominator == 1 else cost
