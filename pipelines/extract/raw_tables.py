"""Lands inputs in `raw`: rows as received, append-only, each with its run, its moment and the hash of what was read."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from pipelines.extract.source_shapes import Source
from pipelines.warehouse import Warehouse
from schemas.control import Loads
from schemas.frames import dtypes_of

OWN_COLUMNS = ("_run_id", "_loaded_at", "_source_hash")
"""Columns of a raw table that are ours."""

_TYPES: dict[type[pl.DataType], str] = {
    pl.Int8: "TINYINT", pl.Int16: "SMALLINT", pl.Int32: "INTEGER", pl.Int64: "BIGINT", pl.Int128: "HUGEINT",
    pl.UInt8: "UTINYINT", pl.UInt16: "USMALLINT", pl.UInt32: "UINTEGER", pl.UInt64: "UBIGINT",
    pl.String: "VARCHAR", pl.Boolean: "BOOLEAN", pl.Date: "DATE", pl.Time: "TIME", pl.Float32: "FLOAT",
    pl.Float64: "DOUBLE", pl.Binary: "BLOB", pl.Duration: "INTERVAL", pl.Null: "VARCHAR",
}  # fmt: skip


@dataclass(frozen=True)
class Load:
    """One input as it was read in this run."""

    input_name: str
    rows: pl.DataFrame
    source_hash: str
    """sha256 of the file."""
    content_hash: str
    """The same with how the YAML reads it: equal to the current load's, nothing is landed."""
    origin: str
    """Where the rows come from, for the comment of the table."""


def current_loads(source: Source, warehouse: Warehouse) -> pl.DataFrame:
    """The latest row of control.loads for each input of a source, and for its typing (input_name null)."""
    return warehouse.query(
        "select * from control.loads where source_name = $1"
        " qualify row_number() over (partition by input_name order by loaded_at desc) = 1",
        [source.name],
    )


def land(source: Source, load: Load, warehouse: Warehouse, run_id: str, loaded_at: datetime) -> None:
    """Append the rows of an input to its raw table and note the load in control.loads.

    A raw table gets a new column when the input has one, and never loses one. A column whose type changes becomes
    text, which holds what was there before.
    """
    table = source.raw_table(load.input_name)
    types = {name: _duckdb_type(dtype) for name, dtype in load.rows.schema.items()}
    _fit_table(table, types, f"Rows of {load.origin} as received (input {load.input_name} of {source.name})", warehouse)
    stamps = [pl.lit(run_id), pl.lit(loaded_at).cast(pl.Datetime("us", "UTC")), pl.lit(load.source_hash)]
    stamped = load.rows.with_columns(**dict(zip(OWN_COLUMNS, stamps, strict=True)))
    warehouse.append(table, stamped)
    note_load(source, load.input_name, run_id, load.content_hash, load.rows.height, loaded_at, warehouse)


def note_load(
    source: Source,
    input_name: str | None,
    run_id: str,
    content_hash: str,
    row_count: int,
    loaded_at: datetime,
    warehouse: Warehouse,
) -> None:
    """Write a row into control.loads; input_name null is the typing of the core tables."""
    row = {
        "source_name": source.name,
        "input_name": input_name,
        "run_id": run_id,
        "content_hash": content_hash,
        "row_count": row_count,
        "loaded_at": loaded_at,
    }
    warehouse.append("control.loads", pl.DataFrame([row], schema=dtypes_of(Loads)))


def quoted(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def raw_columns(table: str, warehouse: Warehouse) -> dict[str, str]:
    """DuckDB type by column name of a raw table, without our own columns; empty where there is no table."""
    found = warehouse.query(
        "select column_name, data_type from duckdb_columns()"
        " where schema_name = 'raw' and table_name = $1 and not internal order by column_index",
        [table.removeprefix("raw.")],
    )
    return {name: kind for name, kind in found.iter_rows() if name not in OWN_COLUMNS}


def _fit_table(table: str, types: dict[str, str], comment: str, warehouse: Warehouse) -> None:
    """Make the raw table, or make it fit the columns that came."""
    existing = {name.lower(): kind for name, kind in raw_columns(table, warehouse).items()}
    if not existing:
        columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in types.items())
        own = "_run_id varchar not null, _loaded_at timestamp with time zone not null, _source_hash varchar not null"
        warehouse.execute(f"create table {table} ({columns}, {own})")
        _comment(table, list(types), comment, warehouse)
        return
    for name, kind in types.items():
        if name.lower() not in existing:
            warehouse.execute(f"alter table {table} add column {quoted(name)} {kind}")
            _comment_column(table, name, "As received", warehouse)
        elif existing[name.lower()] not in (kind, "VARCHAR"):
            warehouse.execute(f"alter table {table} alter column {quoted(name)} type varchar")


def _comment(table: str, names: list[str], comment: str, warehouse: Warehouse) -> None:
    """Say in DuckDB what the table and its columns are."""
    escaped = comment.replace("'", "''")
    warehouse.execute(f"comment on table {table} is '{escaped}'")
    for name in names:
        _comment_column(table, name, "As received", warehouse)
    _comment_column(table, "_run_id", "The run that landed the row (control.runs)", warehouse)
    _comment_column(table, "_loaded_at", "When it was landed", warehouse)
    _comment_column(table, "_source_hash", "sha256 of the file", warehouse)


def _comment_column(table: str, name: str, comment: str, warehouse: Warehouse) -> None:
    warehouse.execute(f"comment on column {table}.{quoted(name)} is '{comment}'")


def _duckdb_type(dtype: pl.DataType) -> str:
    """The DuckDB type that holds a received column without loss."""
    if isinstance(dtype, pl.Decimal):
        return f"DECIMAL({dtype.precision},{dtype.scale})"
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone:
            return "TIMESTAMP WITH TIME ZONE"
        return "TIMESTAMP_NS" if dtype.time_unit == "ns" else "TIMESTAMP"
    if isinstance(dtype, pl.List | pl.Array) and dtype.inner is not None:
        inner = dtype.inner if isinstance(dtype.inner, pl.DataType) else dtype.inner()
        return f"{_duckdb_type(inner)}[]"
    if isinstance(dtype, pl.Struct):
        fields = (f"{quoted(name)} {_duckdb_type(inner)}" for name, inner in pl.Schema(dtype.to_schema()).items())
        return f"STRUCT({', '.join(fields)})"
    return _TYPES.get(type(dtype), "VARCHAR")
