"""Which moves can be booked in another month than their own at all, and which others tell what those cost.

Most pools learn nothing late: they book every move in its own month, and are told apart here by whole columns. What is
left is a small table of its own, in the order that its moves have in the whole one.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.booking.tied_pools import Numbers, TiedPools, handing_over, is_of, products_over_months
from transforms.costing.flows import KIND, VALUE_KINDS
from transforms.costing.integers import read_moves
from transforms.costing.moves.links import assign_pools, link_documents, link_sources
from transforms.costing.moves.ordering import add_phases, find_order
from transforms.costing.plain.pool_runs import Marks

MOST_IN_QUESTION = 0.6
"""Where more of the rows are in question, leaving the others out costs more than it saves."""


@dataclass(frozen=True)
class Questioned:
    """Moves that have to be looked at."""

    parts: list[pl.Series]
    """Their positions, in parts that need nothing of each other."""
    are_tied: bool
    """Whether they hand value to each other: then their order is that of `in_one_order`."""


def find_questioned(
    moves: pl.DataFrame, valued: pl.DataFrame, policy: CostingPolicy, rows_at_once: int
) -> Questioned | None:
    """Find the moves of all pools that a late fact can change, and of those that hand value to them.

    Args:
        moves: StockMoves.
        valued: ValuedMoves of them.
        policy: method and pool.
        rows_at_once: about how large a part may be where pools do not hang together.

    Returns:
        Their positions; None where all of them have to be looked at: under standard cost, and where moves with
        documents were entered late or count by the month, because what was known then decided their order.
    """
    if policy.method == "standard":
        return None
    kind = _kinds(moves)
    is_entered_late, is_side = _entered_late(moves), is_of(kind, handing_over(policy))
    if is_side.any() and (policy.method == "periodic_average" or is_entered_late.any()):
        return None
    pool = assign_pools(_codes(moves), policy)["pool"].to_numpy()
    is_late = valued["provisional_amount"].is_not_null().to_numpy() | is_of(kind, VALUE_KINDS) | is_entered_late
    reached = np.zeros(int(pool.max()) + 1 if pool.size else 0, dtype=np.bool_)
    reached[pool[is_late]] = True
    sides = np.flatnonzero(is_side)
    ties = TiedPools.of(moves, pool, sides, kind)
    reached[pool[sides[products_over_months(moves, sides)]]] = True
    ties.follow(reached)
    rows = np.flatnonzero(reached[pool])
    if len(ties) and rows.size > MOST_IN_QUESTION * moves.height:
        return None
    count = 1 if len(ties) else max(-(-rows.size // rows_at_once), 1)
    part = pool[rows] % count
    parts = [pl.Series(rows[part == number], dtype=pl.UInt32) for number in range(count)]
    return Questioned([one for one in parts if len(one)], are_tied=bool(len(ties)))


def in_one_order(moves: pl.DataFrame, rows: pl.Series, policy: CostingPolicy) -> pl.DataFrame:
    """Some moves, with their place among all of them as `sequence`.

    The order of a document's day takes both its sides and the documents that feed it: so all documents are sorted too.

    Args:
        moves: StockMoves.
        rows: positions of the moves that are asked for, those that they name among them, in order.
        policy: method and pool.
    """
    is_wanted = np.zeros(moves.height, dtype=np.bool_)
    is_wanted[rows.to_numpy()] = True
    positions = np.flatnonzero(is_wanted | is_of(_kinds(moves), handing_over(policy)))
    linked = link_documents(link_sources(assign_pools(read_moves(moves[pl.Series(positions)]), policy)), policy)
    order = find_order(add_phases(linked, policy), policy).to_numpy()
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size, dtype=np.int64)
    return moves[rows].with_columns(sequence=pl.Series(place[is_wanted[positions]]))


def _codes(moves: pl.DataFrame) -> pl.DataFrame:
    """The codes that tell pools apart; where a column is missing all is one place, or one lot."""
    return moves.select(
        pl.col(name) if name in moves.columns else pl.lit(None, dtype=pl.String).alias(name)
        for name in ("sku", "location", "lot")
    )


def _kinds(moves: pl.DataFrame) -> Numbers:
    """Kinds by their number."""
    return moves["kind"].cast(KIND).to_physical().to_numpy()


def _entered_late(moves: pl.DataFrame) -> Marks:
    """Whether a row was entered after its day."""
    if "known_on" not in moves.columns:
        return np.zeros(moves.height, dtype=np.bool_)
    is_late = pl.col("known_on").cast(pl.Date) > pl.col("moved_on").cast(pl.Date)
    return moves.select(is_late.fill_null(value=False)).to_series().to_numpy()
