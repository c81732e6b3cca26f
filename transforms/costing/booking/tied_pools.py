"""What ties pools together, whatever the time: documents, and moves that name moves of other pools."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import KIND, VALUE_KINDS
from transforms.costing.moves.known_rows import find_rows
from transforms.costing.plain.pool_runs import Marks, Places

TRANSFERS, ASSEMBLIES = ("transfer_out", "transfer_in"), ("assembly_out", "assembly_in")
RETURNS = ("sale_return", "purchase_return")
BRINGING = ("transfer_in", "assembly_in")

Numbers = np.ndarray[tuple[int], np.dtype[Any]]


def handing_over(policy: CostingPolicy) -> tuple[str, ...]:
    """Kinds of the sides of documents that can hand over value; a transfer inside its pool does not."""
    return (*ASSEMBLIES, *(TRANSFERS if policy.pool == "sku_location" else ()))


@dataclass(frozen=True)
class TiedPools:
    """Pools on both sides of ties; a tie is the number of a document, or of a move that others name."""

    giving: Numbers
    """Pools that give something into a tie,"""
    giving_tie: Numbers
    taking: Numbers
    """and pools that take something out of one."""
    taking_tie: Numbers
    count: int

    @classmethod
    def of(cls, moves: pl.DataFrame, pool: Numbers, sides: Places, kind: Numbers) -> "TiedPools":
        """Find the ties.

        Args:
            moves: StockMoves.
            pool: the number of the pool of each.
            sides: positions of the sides of documents that can hand over value.
            kind: the number of the kind of each move.
        """
        is_in, of_side = is_of(kind[sides], BRINGING), pool[sides]
        keys, side = np.unique(_documents(moves, sides), return_inverse=True)
        named = _by_name(moves, pool, kind)
        ties, either = named["tie"].to_numpy() + keys.size, named["pool"].to_numpy()
        return cls(
            np.concatenate([of_side[~is_in], either]),
            np.concatenate([side[~is_in], ties]),
            np.concatenate([of_side[is_in], either]),
            np.concatenate([side[is_in], ties]),
            keys.size + named.height,
        )

    def __len__(self) -> int:
        return self.count

    def follow(self, reached: Marks) -> None:
        """Add to some pools all that take anything from them, and then all that give anything to these.

        Products of one assembly share its cost, so one of them tells the others.
        """
        self._spread(reached, from_giving=True)
        self._spread(reached, from_giving=False)

    def _spread(self, reached: Marks, from_giving: bool) -> None:
        """Follow ties down (from those who give), or up, until nothing is new."""
        is_tied, known = np.zeros(self.count, dtype=np.bool_), -1
        while known != (known := int(reached.sum())):
            is_tied[self.taking_tie[reached[self.taking]]] = True
            if from_giving:
                is_tied[self.giving_tie[reached[self.giving]]] = True
            reached[self.taking[is_tied[self.taking_tie]]] = True
            if not from_giving:
                reached[self.giving[is_tied[self.giving_tie]]] = True


def is_of(kind: Numbers, kinds: tuple[str, ...]) -> Marks:
    """Whether kinds, by their number, are of some."""
    return np.array([name in kinds for name in KIND.categories])[kind]


def products_over_months(moves: pl.DataFrame, sides: Places) -> Places:
    """Which sides are products of assemblies whose products come in over several months: each later one takes a share.

    Args:
        moves: StockMoves.
        sides: positions of the sides of documents.

    Returns:
        Places among the sides.
    """
    if "document_id" not in moves.columns or not sides.size:
        return np.empty(0, dtype=np.intp)
    made = moves.select("kind", "moved_on", "document_id")[pl.Series(sides)].with_row_index("place")
    made = made.filter((pl.col("kind").cast(KIND) == "assembly_in") & pl.col("document_id").is_not_null())
    month = pl.col("moved_on").cast(pl.Date).dt.month_start()
    several = made.group_by("document_id").agg(first=month.min(), last=month.max())
    documents = several.filter(pl.col("first") != pl.col("last"))["document_id"]
    return made.filter(pl.col("document_id").is_in(documents.implode()))["place"].to_numpy().astype(np.intp)


def _documents(moves: pl.DataFrame, sides: Places) -> Numbers:
    """A number for each document, and for a transfer for each SKU and lot of it; two that share one are only tied."""
    names = [name for name in ("kind", "document_id", "sku", "lot") if name in moves.columns]
    rows = moves.select(names)[pl.Series(sides)]
    is_transfer = pl.col("kind").cast(KIND).is_in(TRANSFERS)
    key = _text(rows, "document_id").hash(3) ^ is_transfer.hash(4)
    for seed, name in enumerate(("sku", "lot"), 1):
        key ^= pl.when(is_transfer).then(_text(rows, name)).otherwise(pl.lit("")).hash(seed)
    return rows.select(key.alias("document")).to_series().to_numpy()


def _text(rows: pl.DataFrame, name: str) -> pl.Expr:
    """A column that may be missing, as text without gaps."""
    return pl.col(name).cast(pl.String).fill_null("") if name in rows.columns else pl.lit("")


def _by_name(moves: pl.DataFrame, pool: Numbers, kind: Numbers) -> pl.DataFrame:
    """`tie`, `pool`: pools of moves that name one, and of the one that they name; where that is another pool."""
    empty = pl.DataFrame(schema={"tie": pl.Int64, "pool": pl.UInt32})
    if "source_move_id" not in moves.columns or not (can_name := is_of(kind, (*RETURNS, *VALUE_KINDS))).any():
        return empty
    rows = moves.select("move_id", pl.col("source_move_id").cast(pl.String), pool=pl.Series(pool))
    naming = rows.filter(pl.Series(can_name) & pl.col("source_move_id").is_not_null())
    if naming.is_empty():
        return empty
    found = find_rows(rows, naming["source_move_id"], of_source="pool")
    both = naming.join(found, on="source_move_id", how="inner", validate="m:1")
    apart = both.filter(pl.col("pool") != pl.col("of_source")).with_row_index("tie")
    ties = pl.col("tie").cast(pl.Int64)
    return pl.concat([apart.select(ties, "pool"), apart.select(ties, pool="of_source")])
