"""Puts what is known of some moves beside all of them, by their position, without a join."""

import numpy as np
import polars as pl


def attach(rows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Add columns that only some rows have; nulls elsewhere.

    Args:
        rows: a table in input order.
        found: `row` (position in `rows`, each once) and the columns to add.
    """
    columns = found.drop("row")
    if found.is_empty():
        return rows.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in columns.schema.items())
    places = np.full(rows.height, found.height, dtype=np.uint32)
    places[found["row"].to_numpy()] = np.arange(found.height, dtype=np.uint32)
    # one row of nulls behind the others stands for all that have nothing
    nothing = pl.DataFrame({name: [None] for name in columns.columns}, schema=columns.schema)
    return rows.hstack(pl.concat([columns, nothing])[pl.Series(places)])


def take_rows(rows: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
    """Rows at some places; columns without any value, and whole numbers that are all 0, are made anew instead."""
    empty = [name for name in rows.columns if rows[name].null_count() == rows.height]
    zero = [name for name in rows.columns if name not in empty and _is_zero(rows[name])]
    taken = rows.drop(*empty, *zero)[places]
    constants = [pl.lit(None, rows.schema[name]).alias(name) for name in empty]
    constants += [pl.lit(0, dtype=rows.schema[name]).alias(name) for name in zero]
    return taken.with_columns(constants).select(rows.columns)


def _is_zero(values: pl.Series) -> bool:
    return values.dtype.is_integer() and not values.null_count() and values.min() == 0 == values.max()
