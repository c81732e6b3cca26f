"""Goods that were owed and went, over other documents, into what covers them: their cost has to be cut somewhere."""

from dataclasses import dataclass, field

from transforms.costing.integers import COST_OF_ONE_CENT
from transforms.costing.loop.pool_states import Cost, Piece

PASSES_BEFORE_CUT = 50
"""After so many passes a cost that still changes is taken to run in a circle."""

MOST_CUTS = 5
"""After so many cuts what still changes is left as it is."""

SMALL_SWING = 10 * COST_OF_ONE_CENT
"""A circle that has come to rest but for the rounding of cents swings less than this."""


@dataclass
class Circles:
    """What keeps changing from pass to pass, and where it was cut.

    A circle that only swings by cents hands on what it has come to; one that gains cost in each round (2.00 of goods
    came into a circle in which nothing is left) hands on what was known when its goods left: the order of time. Either
    way the issue itself costs what covered it, so that stock stays right, and the difference stays with the issue.

    A circle can go on through the rounding alone: what covers a cut issue changes the running total of its pool, and so
    by a cent what later moves hand over. Then the last pass counts, and such issues are corrected where they stand.
    """

    cut: dict[int, Cost | None] = field(default_factory=dict)
    """Issues that hand on a fixed cost for the units they owed; None is their provisional cost."""
    passes: int = 0
    cuts: int = 0
    swings: dict[int, Cost] = field(default_factory=dict)

    def watch(self, covered: dict[int, Piece], known: dict[int, Piece]) -> bool:
        """Look at what one pass has changed, and cut the circles when it is time.

        Args:
            covered: units and cost that cover each issue into a document, after this pass.
            known: the same before it.

        Returns:
            Whether all circles are cut, and only the rounding goes on.
        """
        self.passes = self.passes % PASSES_BEFORE_CUT + 1
        if self.passes <= PASSES_BEFORE_CUT // 2:
            return False
        for move, (_, cost) in covered.items():
            change = cost - known.get(move, (0, 0))[1]
            swing = -change if change < 0 else change
            if swing > self.swings.get(move, 0):
                self.swings[move] = swing
        if self.passes == PASSES_BEFORE_CUT:
            is_small = {move: swing <= SMALL_SWING for move, swing in self.swings.items()}
            self.cuts += 1
            if self.cuts == MOST_CUTS or all(
                small and self.cut.get(move) is not None for move, small in is_small.items()
            ):
                return True
            self.cut |= {move: covered[move][1] if small else None for move, small in is_small.items()}
            self.swings.clear()
        return False
