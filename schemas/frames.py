"""Tells the columns of a frame that a model is for."""

import pandera.polars as pa
import polars as pl


def dtypes_of(model: type[pa.DataFrameModel]) -> dict[str, pl.DataType]:
    """Column types of a model, in its order: the `schema` of a frame of it, also where there is no row."""
    return {name: column.dtype.type for name, column in model.to_schema().columns.items()}
