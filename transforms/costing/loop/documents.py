"""What the out side of a transfer or assembly hands over to its in side: units and whole cents."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from transforms.costing.loop.pool_books import to_cents

Cents = tuple[int, int, int]
"""Units with the cents they carry, and whose layer they are part of (`pool_states.Taken`)."""


class Weight(NamedTuple):
    """What a product of an assembly takes of the cents that are still there."""

    share: Fraction
    """1 for the last product of a document."""
    kept_back: int
    """Cents of the by-products that come in behind it: they are not its own (IAS 2.14)."""


@dataclass
class HandedOver:
    """Goods on their way between the two sides of one document."""

    pieces: deque[Cents] = field(default_factory=deque)
    cents: int = 0
    has_outflows: bool = False
    has_leftover: bool = False
    is_finished: bool = False
    last_move: int = -1

    def hand_over(self, units: int, cents: int, move: int, origin: int) -> None:
        """Take what an outflow brings."""
        self.pieces.append((units, cents, origin))
        self.cents += cents
        self.has_outflows = True
        self.last_move = move
        self.has_leftover = self.is_finished

    def carry(self, units: int) -> list[Cents]:
        """Give units on to a transfer's in side, in the order in which they left; fewer if fewer are there."""
        given = []
        while units and self.pieces:
            piece_units, piece_cents, origin = self.pieces.popleft()
            taken = min(units, piece_units)
            # what a cent cannot be split into stays with the rest of the piece
            taken_cents = round_half_up(Fraction(piece_cents * taken, piece_units))
            given.append((taken, taken_cents, origin))
            if taken < piece_units:
                self.pieces.appendleft((piece_units - taken, piece_cents - taken_cents, origin))
            units -= taken
        return given

    def split_off(self, weight: Weight) -> int:
        """Give a product its share of the cents that are there beside by-products to come; the last takes all those."""
        taken = round_half_up(max(self.cents - weight.kept_back, 0) * weight.share)
        self.cents -= taken
        self.is_finished = weight.share == 1
        return taken

    def keep_own(self, cents: int) -> int:
        """Let a by-product with a cost of its own take that much away, as far as it is there."""
        self.cents -= min(cents, self.cents)
        return cents


def weigh_outputs(
    document: Sequence[int],
    units: Sequence[int],
    own_cost: Sequence[int | None],
    cost_share: Sequence[int | None],
    is_made: Sequence[bool],
) -> dict[int, Weight]:
    """Say which share of what is left each product of an assembly takes, in order.

    Shares follow `cost_share`, or the units where no product of the document has one; a product of no units takes none.
    A by-product takes the cost that it brings off that of all others, wherever it stands among them.

    Returns:
        Weight of each product without a cost of its own, by its position.
    """
    products, kept_back = defaultdict[int, list[int]](list), dict[int, int]()
    behind = defaultdict[int, int](int)
    for move in reversed(range(len(is_made))):
        own = own_cost[move]
        if is_made[move] and own is None and units[move]:
            products[document[move]].append(move)
            kept_back[move] = behind[document[move]]
        elif is_made[move] and own is not None:
            behind[document[move]] += to_cents(own)
    shares = (pair for moves in products.values() for pair in _shares(moves[::-1], units, cost_share))
    return {move: Weight(share, kept_back[move]) for move, share in shares}


def _shares(moves: list[int], units: Sequence[int], cost_share: Sequence[int | None]) -> list[tuple[int, Fraction]]:
    """Shares of what is left, one after the other."""
    has_shares = any(cost_share[move] for move in moves)
    weights = [(cost_share[move] or 0) if has_shares else units[move] for move in moves]
    left = [sum(weights[place:]) for place in range(len(weights))]
    return [
        (move, Fraction(weight, rest) if rest and place < len(moves) - 1 else Fraction(1))
        for place, (move, weight, rest) in enumerate(zip(moves, weights, left, strict=True))
    ]


def round_half_up(number: Fraction) -> int:
    """A whole number, not negative, half up."""
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)
