"""What ties pools together, whatever the time: documents, and moves that name moves of other pools."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import VALUE_KINDS
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
    def of(cls, moves: pl.DataFrame, pool: Numbers, policy: CostingPolicy) -> "TiedPools":
        """Find the ties.

        Args:
            moves: StockMoves.
            pool: the number of the pool of each.
            policy: method and pool.
        """
        kind = pl.col("kind").cast(pl.String)
        with_pools = moves.with_columns(pl.Series("_pool", pool))
        sides = with_pools.filter(kind.is_in(handing_over(policy)))
        is_in = sides.select(kind.is_in(BRINGING)).to_series().to_numpy()
        keys, side = np.unique(sides.select(_document(sides)).to_series().to_numpy(), return_inverse=True)
        of_side = sides["_pool"].to_numpy()
        named = _by_name(with_pools, kind)
        ties, either = named["tie"].to_numpy() + keys.size, named["_pool"].to_numpy()
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


def products_over_months(moves: pl.DataFrame) -> Places:
    """Positions of products of assemblies whose products come in over several months: each later one takes a share."""
    if "document_id" not in moves.columns:
        return np.empty(0, dtype=np.intp)
    made = moves.with_row_index("_row").filter(
        (pl.col("kind").cast(pl.String) == "assembly_in") & pl.col("document_id").is_not_null()
    )
    month = pl.col("moved_on").cast(pl.Date).dt.month_start()
    several = made.group_by("document_id").agg(first=month.min(), last=month.max())
    documents = several.filter(pl.col("first") != pl.col("last"))["document_id"]
    return made.filter(pl.col("document_id").is_in(documents.implode()))["_row"].to_numpy().astype(np.intp)


def _document(sides: pl.DataFrame) -> pl.Expr:
    """A number for a document, and for a transfer for each SKU and lot of it; two that share one are only tied."""
    is_transfer = pl.col("kind").cast(pl.String).is_in(TRANSFERS)
    codes = [
        pl.when(is_transfer).then(_text(sides, name)).otherwise(pl.lit("")).hash(seed)
        for seed, name in enumerate(("sku", "lot"), 1)
    ]
    key = _text(sides, "document_id").hash(3) ^ is_transfer.hash(4)
    for code in codes:
        key ^= code
    return key.alias("document")


def _text(rows: pl.DataFrame, name: str) -> pl.Expr:
    """A column that may be missing, as text without gaps."""
    return pl.col(name).cast(pl.String).fill_null("") if name in rows.columns else pl.lit("")


def _by_name(moves: pl.DataFrame, kind: pl.Expr) -> pl.DataFrame:
    """`tie`, `_pool`: pools of moves that name one, and of the one that they name; where that is another pool."""
    empty = pl.DataFrame(schema={"tie": pl.Int64, "_pool": moves.schema["_pool"]})
    if "source_move_id" not in moves.columns:
        return empty
    naming = moves.filter(kind.is_in((*RETURNS, *VALUE_KINDS)) & pl.col("source_move_id").is_not_null())
    if naming.is_empty():
        return empty
    found = find_rows(moves, naming["source_move_id"].cast(pl.String), of_source="_pool")
    both = naming.select(pl.col("source_move_id").cast(pl.String), "_pool").join(
        found, on="source_move_id", how="inner", validate="m:1"
    )
    apart = both.filter(pl.col("_pool") != pl.col("of_source")).with_row_index("tie")
    ties = pl.col("tie").cast(pl.Int64)
    return pl.concat([apart.select(ties, "_pool"), apart.select(ties, _pool="of_source")])
