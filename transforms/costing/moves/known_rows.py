"""What was known on a day: a row counts once it was entered, and once the rows that it cannot do without were."""

from datetime import date

import polars as pl

from transforms.costing.flows import is_inflow, is_outflow


def known_moves(moves: pl.DataFrame, day: date) -> pl.Series:
    """Say of each row whether it was known at the end of a day, so that the books of that day can be computed again.

    A row is known on its `known_on` (null, or no such column: on `moved_on`). No row is known before the one that its
    `source_move_id` names (a charge's receipt, a return's original), and the in side of a transfer or assembly not
    before all of its out side:
    without them it could not be valued, and on that day nobody could have.

    Args:
        moves: StockMoves.
        day: the last day that counts.

    Returns:
        Boolean, one for each row in order: `moves.filter(known_moves(moves, day))` keeps the order of the input.
    """
    since = raise_to_needed(moves, known_since(moves))
    return (since <= day).alias("is_known")


def known_since(moves: pl.DataFrame) -> pl.Series:
    """The day on which each row was entered."""
    entered = pl.col("known_on").cast(pl.Date) if "known_on" in moves.columns else pl.lit(None, dtype=pl.Date)
    return moves.select(since=pl.coalesce(entered, pl.col("moved_on").cast(pl.Date))).to_series()


def raise_to_needed(moves: pl.DataFrame, since: pl.Series) -> pl.Series:
    """Let no row be known before the rows that it cannot do without.

    Args:
        moves: StockMoves.
        since: when each row is known, in any unit that has an order.

    Returns:
        The same, later where another row is known later.
    """
    rows = moves.select(
        *[_text(moves, name) for name in ("kind", "move_id", "sku", "lot", "document_id", "source_move_id")],
        since=since,
    ).with_row_index("row")
    raised = _with_later(rows, _by_document(rows))
    return _with_later(raised, _by_source(raised))["since"]


def _with_later(rows: pl.DataFrame, needed: pl.DataFrame) -> pl.DataFrame:
    """Take the later of the two."""
    if needed.is_empty():
        return rows
    joined = rows.join(needed, on="row", how="left", validate="1:1", maintain_order="left")
    return joined.with_columns(since=pl.max_horizontal("since", "needed")).drop("needed")


def _by_document(rows: pl.DataFrame) -> pl.DataFrame:
    """When all that left into the document of an inflow was known."""
    is_transfer = pl.col("kind").str.starts_with("transfer")
    sides = rows.filter(pl.col("kind").str.contains("^(transfer|assembly)_"))
    keyed = sides.select(
        "row",
        "kind",
        "since",
        pl.col("document_id").fill_null(""),
        is_transfer=is_transfer,
        part=pl.when(is_transfer).then(pl.struct("sku", "lot")),
    )
    key = ["document_id", "is_transfer", "part"]
    sent = keyed.filter(is_outflow).group_by(key).agg(needed=pl.col("since").max())
    return keyed.filter(is_inflow).join(sent, on=key, how="inner", nulls_equal=True).select("row", "needed")


def _by_source(rows: pl.DataFrame) -> pl.DataFrame:
    """When the row that another names was known."""
    naming = rows.filter(pl.col("source_move_id").is_not_null()).select("row", "source_move_id")
    if naming.is_empty():
        return naming
    return naming.join(
        find_rows(rows, naming["source_move_id"], needed="since"), on="source_move_id", how="inner"
    ).select("row", "needed")


def find_rows(rows: pl.DataFrame, ids: pl.Series, **columns: str) -> pl.DataFrame:
    """Rows by their move_id, without a join over the whole table: `source_move_id` and the columns asked for."""
    found = rows.filter(pl.col("move_id").is_in(ids.unique().implode()))
    return found.select(source_move_id="move_id", **{name: pl.col(column) for name, column in columns.items()}).unique(
        "source_move_id", keep="first"
    )


def _text(moves: pl.DataFrame, name: str) -> pl.Expr:
    """A column that may be missing, as text."""
    return (pl.col(name) if name in moves.columns else pl.lit(None)).cast(pl.String).alias(name)
