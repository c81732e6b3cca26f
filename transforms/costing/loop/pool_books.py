"""The book of one pool in the loop: its stock, what it owes, and the running totals that its cents come from."""

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction

from transforms.costing.integers import COST_OF_ONE_CENT
from transforms.costing.loop.pool_states import Cost, Stock, shorten


@dataclass
class PoolBook:
    """One pool: its stock, the units it owes, and the running totals that its cents come from."""

    stock: Stock
    owed: deque[list[int]] = field(default_factory=deque)
    brought: Cost = 0
    issued: Cost = 0
    charged: Cost = 0
    """All that charges brought which found their receipt partly gone; what stock did not take of it is expensed."""

    def bring(self, cost: Cost) -> int:
        """Cents that an inflow adds."""
        before = to_cents(self.brought)
        self.brought = shorten(self.brought + cost)
        return to_cents(self.brought) - before

    def issue(self, cost: Cost) -> int:
        """Cents that an outflow takes, positive."""
        before = to_cents(self.issued)
        self.issued = shorten(self.issued + cost)
        return to_cents(self.issued) - before

    def charge(self, cost: Cost) -> int:
        """Cents that a charge brings, whether stock takes them or not."""
        before = to_cents(self.charged)
        self.charged = shorten(self.charged + cost)
        return to_cents(self.charged) - before

    def unit_cost(self) -> Cost | None:
        """The current cost: value for a unit on hand, else the last known one."""
        return Fraction(self.stock.value) / self.stock.on_hand if self.stock.on_hand else self.stock.last_unit


def to_cents(cost: Cost) -> int:
    """Whole cents, half away from zero."""
    return divide(cost.numerator, cost.denominator * COST_OF_ONE_CENT)


def to_whole(number: Cost) -> int:
    """A whole number, half away from zero."""
    return divide(number.numerator, number.denominator)


def divide(numerator: int, denominator: int) -> int:
    """Quotient with a positive denominator, half away from zero; no fraction is made, for that would be shortened."""
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -rounded if numerator < 0 else rounded
