"""Every row of the file with what costing found beside it, as a stream: the file is never in memory as a whole."""

import polars as pl

from pipelines.value_table.columns import ADDED
from pipelines.value_table.moves import MovesTable
from transforms.costing.standard.rows import own_rows


def beside_input(read: MovesTable, valued: pl.DataFrame, count: int, known: pl.Series | None) -> pl.LazyFrame:
    """Lay results beside the rows of a file.

    Args:
        read: the file.
        valued: ValuedMoves of its rows in order, or of the known ones; under `standard` own rows behind them.
        count: how many of them are rows of the file.
        known: whether each row of the file was known; None: all were.

    Returns:
        Every column of the file and what costing adds, in the file's order; null where a row was not known. Own rows
        of standard costing stand behind them.
    """
    found = valued.select(list(ADDED))
    beside = _at_known(found.head(count), known).lazy()
    rows = pl.concat([read.passed, beside], how="horizontal")
    if valued.height == count:
        return rows
    return pl.concat([rows, _own_rows(read, valued, known).hstack(found.slice(count)).lazy()])


def _at_known(found: pl.DataFrame, known: pl.Series | None) -> pl.DataFrame:
    """Results at the places of their rows, nulls at the others."""
    if known is None:
        return found
    place = (known.cum_sum().cast(pl.UInt32) - 1).to_frame("place").select(pl.when(known).then("place")).to_series()
    return found.select(pl.all().gather(place))


def _own_rows(read: MovesTable, valued: pl.DataFrame, known: pl.Series | None) -> pl.DataFrame:
    """Variances and changes of standard in the columns of the file."""
    file = read.passed.collect()
    kept = file if known is None else file.filter(known)
    as_text = kept.with_columns(pl.col("move_id", "sku", "kind").cast(pl.String))
    return own_rows(as_text, valued).cast(file.schema)
