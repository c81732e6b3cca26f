"""Follows pools in doubt through all passes of the kernel, with exact amounts.

Where goods go in a circle before they are there, a cent that is taken the wrong way in one pass can lead the next ones
to another end, where nothing seems to be in doubt. So the kernel runs once more, and after each of its passes the exact
loop settles the pools in doubt, with what documents brought them in that pass. If they hand over the same cents in
every pass, each guess of the kernel was right, and so was everything that followed from it.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from schemas.policies import CostingPolicy
from transforms.costing.kernel.engine import Rule, settle_together
from transforms.costing.kernel.frames import Columns
from transforms.costing.kernel.layout import CUTS, Ledger
from transforms.costing.kernel.links import build_links
from transforms.costing.kernel.replay import ExactPools, FollowedPass
from transforms.costing.loop.circles import MOST_CUTS


@dataclass
class _Follower:
    """What was found up to a pass."""

    pools: ExactPools
    passes: list[FollowedPass] = field(default_factory=list)
    """The last two."""

    def look_at(self, ledger: Ledger) -> bool:
        """Settle the pools as in a pass that has ended; whether they handed over what the kernel did."""
        known = self.passes[-1].covered if self.passes else {}
        self.passes = [*self.passes[-1:], self.pools.follow(ledger, known)]
        return self.passes[-1].is_same

    def is_stable(self) -> bool:
        """Whether every pass was the same, and the last one has learned nothing."""
        if not all(one.is_same for one in self.passes):
            return False
        before = self.passes[0].covered if len(self.passes) > 1 else {}
        return self.passes[-1].covered == before


def follow_passes(columns: Columns, rule: Rule, pools: NDArray[np.int64], policy: CostingPolicy) -> pl.DataFrame | None:
    """Settle pools in doubt exactly, pass after pass beside the kernel.

    Args:
        columns: the moves.
        rule: how stock is valued.
        pools: numbers of all pools in doubt, with those whose sales come back in them (`replay.pools_to_replay`).
        policy: method and pool.

    Returns:
        What the moves of these pools cost, as the door gives it; None where the kernel took something the wrong way in
        one of its passes, or left a circle to its rounding.
    """
    follower = _Follower(ExactPools(columns, pools, policy))
    ledger, _ = settle_together(columns, rule, build_links(columns), watch=follower.look_at)
    if ledger.problem.any() or ledger.flags[CUTS] == MOST_CUTS or not follower.is_stable():
        return None
    return follower.passes[-1].found
