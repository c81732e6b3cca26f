"""The order of moves as a state has it: what is known of documents, and of stock at a month's end, can decide that."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.booking.pool_graph import Flags, Numbers
from transforms.costing.flows import is_assembly
from transforms.costing.moves.ordering import (
    HANDED_OVER,
    NO_LEVEL,
    REVALUED_BEFORE,
    add_levels,
    find_sold_out,
    phase_of,
)
from transforms.costing.moves.packed_order import order_by

SIDES = ("row", "move_id", "kind", "bucket", "moved_on", "sequence", "document", "pool", "own_cost")
REVALUED = ("row", "kind", "source_row", "bucket", "quantity", "pool")
TAIL_BITS, SIDE_BITS, LEVEL_BITS = 28, 1, 31


@dataclass(frozen=True)
class Rearranged:
    """Moves that stand elsewhere than in the order of all."""

    row: Numbers
    """In their order."""
    in_time: Numbers
    """The places that they share, in the order of all."""


@dataclass(frozen=True)
class StateOrder:
    """What decides the order, as whole numbers by row; the numbers of `ordering`."""

    in_time: Numbers
    """Rows in the order that all of them have together."""
    group: Numbers
    """Round, and inside a day the `sequence`: nothing that a state knows moves a row out of it."""
    phase: Numbers
    """Phase of a row that is not handed over inside its round."""
    tail: Numbers
    """What decides inside a group where all else is equal."""
    sides: pl.DataFrame
    """Sides of documents whose order follows from what is known,"""
    round_of: Numbers
    """the number of the round of each,"""
    document: Numbers
    """the number of its document, if that is an assembly (else -1),"""
    is_product: Flags
    """and whether it takes over value."""
    revalued: pl.DataFrame
    """Moves of pools that are revalued, where a round is a month."""
    policy: CostingPolicy

    @classmethod
    def of(cls, phased: pl.DataFrame, in_time: pl.Series, finds_order: Flags, policy: CostingPolicy) -> "StateOrder":
        """Find what can differ.

        Args:
            phased: moves as `ordering.add_phases` leaves them.
            in_time: their positions in order.
            finds_order: by row; the others stand in a group of their own (`sequence`).
            policy: whether a day or a month is one round.
        """
        by_month = policy.method == "periodic_average"
        is_side = phased["document"].is_not_null()
        if not by_month:
            is_side &= pl.Series(finds_order, dtype=pl.Boolean).gather(phased["row"])
        sides, revalued = phased.filter(is_side).select(SIDES), phased.select(REVALUED).clear()
        if by_month:
            changes = phased.filter(_is_change)
            revalued = phased.filter(pl.col("pool").is_in(changes["pool"].unique().implode())).select(REVALUED)
        document = _whole(sides.select(pl.when(is_assembly).then("document").cast(pl.Int64).fill_null(-1)).to_series())
        is_product = (
            sides.select((pl.col("kind") == "assembly_in") & pl.col("own_cost").is_null()).to_series().to_numpy()
        )
        nothing = np.empty(0, dtype=np.int64)
        if sides.is_empty() and revalued.is_empty():
            return cls(nothing, nothing, nothing, nothing, sides, nothing, document, is_product, revalued, policy)
        ordered = phased.select("bucket", "sequence")[in_time]
        is_next = ordered["bucket"].ne_missing(ordered["bucket"].shift(1))
        if not by_month:
            is_next |= ordered["sequence"].ne_missing(ordered["sequence"].shift(1))
        rows = _whole(phased["row"])
        by_row = np.zeros((3, int(rows.max()) + 1), dtype=np.int64)
        group, phase, tail = by_row
        in_order = rows[in_time.to_numpy()]
        group[in_order] = _whole(is_next.cum_sum())
        phase[rows] = _whole(phased.with_columns(level=pl.lit(NO_LEVEL)).select(phase_of(by_month)).to_series())
        tail[rows] = _tail(phased, group[rows], by_month)
        rounds = _whole(sides["bucket"].rank("dense"))
        return cls(in_order, group, phase, tail, sides, rounds, document, is_product, revalued, policy)

    def find(self, is_known: Flags, is_wanted: Flags) -> Rearranged | None:
        """Find the moves that a state has in another order; it can be the same order.

        Documents of a round that is known as a whole have the order that they have together.

        Args:
            is_known: by row; of all pools, because documents of any have their turn in a round.
            is_wanted: rows that are asked for.
        """
        if not self.in_time.size:
            return None
        rows = self.sides["row"].to_numpy()
        is_there = self._hand_over(is_known[rows])
        is_whole = np.ones(int(self.round_of.max(initial=0)) + 1, dtype=np.bool_)
        is_whole[self.round_of[~is_there]] = False
        is_odd = np.zeros(int(self.group[self.in_time[-1]]) + 1, dtype=np.bool_)
        is_odd[self.group[rows[~is_whole[self.round_of]]]] = True
        is_odd[self.group[self.revalued.filter(_is_change)["row"].to_numpy()]] = True
        ranks = np.flatnonzero(is_odd[self.group[self.in_time]] & is_wanted[self.in_time])
        if not ranks.size:
            return None
        inside = self._inside(self.sides.filter(pl.Series(is_there & is_odd[self.group[rows]])), is_known)
        odd = self.in_time[ranks]
        return Rearranged(odd[np.lexsort((inside[odd], self.group[odd]))], ranks)

    def _hand_over(self, is_known: Flags) -> Flags:
        """Which sides are known and hand over value: those of an assembly do as soon as it has a product."""
        has_product = np.zeros(self.document.max(initial=-1) + 2, dtype=np.bool_)
        has_product[self.document[self.is_product & is_known]] = True
        has_product[-1] = True
        hand_over: Flags = is_known & has_product[self.document]
        return hand_over

    def _inside(self, sides: pl.DataFrame, is_known: Flags) -> Numbers:
        """What decides inside the group of a row, as one number: phase, level, side, and what stands behind them."""
        inside = (self.phase << (LEVEL_BITS + SIDE_BITS + TAIL_BITS)) | self.tail
        if sides.height:
            levelled = add_levels(sides.drop("row").with_row_index("row")).filter(pl.col("level") != NO_LEVEL)
            of, level, side = (_whole(levelled[name]) for name in ("row", "level", "side"))
            of = _whole(sides["row"])[of]
            handed_over = (((HANDED_OVER << LEVEL_BITS | (level + 1)) << SIDE_BITS) | side) << TAIL_BITS
            inside[of] = handed_over | self.tail[of]
        if self.revalued.height:
            known = self.revalued.filter(pl.Series(is_known, dtype=pl.Boolean).gather(self.revalued["row"]))
            of = _whole(find_sold_out(known, self.policy))
            inside[of] = (REVALUED_BEFORE << (LEVEL_BITS + SIDE_BITS + TAIL_BITS)) | self.tail[of]
        return inside


_is_change = (pl.col("kind") == "revaluation") & pl.col("source_row").is_null()
"""A revaluation of a pool."""


def _whole(numbers: pl.Series) -> Numbers:
    return numbers.cast(pl.Int64).to_numpy()


def _tail(phased: pl.DataFrame, group: Numbers, by_month: bool) -> Numbers:
    """The rank of each move in its group by what stands behind `side` in the order (`ordering.find_order`)."""
    move_id = phased["move_id"]
    inside = [phased["moved_on"].to_physical(), phased["sequence"]] if by_month else []
    order = order_by([pl.Series(group), *inside, move_id.str.len_bytes()], [move_id]).to_numpy()
    in_order = group[order]
    starts = np.flatnonzero(np.r_[True, in_order[1:] != in_order[:-1]])
    rank = np.arange(order.size) - np.repeat(starts, np.diff(np.r_[starts, order.size]))
    tail = np.empty(order.size, dtype=np.int64)
    tail[order] = rank
    return tail
