"""Compares stock moves as they are built now with those that stand: what is gone, what is new, what costs otherwise."""

from dataclasses import dataclass

import polars as pl

from schemas.stock import StockMoves

_COLUMNS = list(StockMoves.to_schema().columns)
_COSTED = [
    "kind", "sku", "location", "lot", "moved_on", "sequence", "quantity", "unit_cost", "amount", "source_move_id",
    "cost_share",
]  # fmt: skip
"""What decides the cost of a move; of moves that hand value over also their document."""

HANDED_OVER = ["transfer_out", "transfer_in", "assembly_out", "assembly_in"]


@dataclass(frozen=True)
class MoveChanges:
    """The way from the moves that stand to those that are built."""

    gone: pl.DataFrame
    """`move_id`, `moved_on` (as it was) of moves that do not stand any more, or not as they did."""
    written: pl.DataFrame
    """StockMoves to write: new, or with any column changed."""
    touched: pl.DataFrame
    """StockMoves as they were and as they are, where the cost of any move may differ for it."""

    @property
    def move_ids(self) -> pl.DataFrame:
        """`move_id` of every move with a change."""
        return pl.concat([frame.select("move_id") for frame in (self.gone, self.written)]).unique()


def compare_moves(built: pl.DataFrame, standing: pl.DataFrame) -> MoveChanges:
    """Compare, column by column.

    Args:
        built: StockMoves as they should be.
        standing: StockMoves that came from the same documents.

    Returns:
        What is new, gone or different; a change of customer, channel or recognition touches no cost.
    """
    new, old = (_with_digests(frame) for frame in (built, standing))
    written = new.join(old, on=["move_id", "whole"], how="anti")
    gone = old.join(new, on=["move_id", "whole"], how="anti")
    touched = [
        written.join(old, on=["move_id", "costed"], how="anti"),
        gone.join(new, on=["move_id", "costed"], how="anti"),
    ]
    return MoveChanges(
        gone.select("move_id", "moved_on"), written.select(_COLUMNS), pl.concat(touched).select(_COLUMNS)
    )


def _with_digests(moves: pl.DataFrame) -> pl.DataFrame:
    """Add `whole` and `costed`: all columns, and those that decide the cost, as one value each."""
    document = pl.when(pl.col("kind").is_in(HANDED_OVER)).then("document_id").alias("document")
    return moves.with_columns(whole=pl.struct(_COLUMNS), costed=pl.struct(*_COSTED, document))
