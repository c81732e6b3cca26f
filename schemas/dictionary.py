"""What the models say about every table, as text: data dictionary, DuckDB comments, `create table` statements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandera.polars as pa
import polars as pl

from schemas.tables import TABLES

Models = Mapping[str, type[pa.DataFrameModel]]

SCHEMA_TEXTS = {
    "raw": "Rows as received from the sources, append-only, and the rows that were refused.",
    "core": "Typed documents of the sources, and the stock moves made from them.",
    "close": "What a close computed, per period: bookings, journals, roll-forward, exceptions, tie-out.",
    "post": "Plans, approvals, the outbox, and what Xero holds from us.",
    "sync": "What Xero should hold of invoices, bills, credits, deposits and payments; what stands in the way.",
    "xero": "Xero's own tables as last mirrored.",
    "control": "What the warehouse knows about itself: version, runs, loads.",
}
"""What each schema holds, in the order of the data's way."""

PLAIN_TYPES: dict[Any, str] = {
    pl.String: "VARCHAR",
    pl.Int64: "BIGINT",
    pl.Boolean: "BOOLEAN",
    pl.Date: "DATE",
}


@dataclass(frozen=True)
class ColumnText:
    """One column of a table, as a reader sees it."""

    name: str
    duckdb_type: str
    is_nullable: bool
    description: str


def describe_grain(model: type[pa.DataFrameModel]) -> str:
    """What one row of the table is: the first sentence or two of the model's docstring."""
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


def describe_columns(model: type[pa.DataFrameModel]) -> list[ColumnText]:
    """Every column of a model in its order, with the type that DuckDB gives it.

    Raises:
        ValueError: for a type that no table of ours has, such as a float.
    """
    columns = model.to_schema().columns.items()
    return [
        ColumnText(name, duckdb_type(column.dtype.type), bool(column.nullable), column.description or "")
        for name, column in columns
    ]


def duckdb_type(dtype: Any) -> str:  # noqa: ANN401 - Polars types are classes or instances of them
    """DuckDB's name of a Polars type; floats have none, because nothing in a result is a binary float."""
    if isinstance(dtype, pl.Decimal):
        return f"DECIMAL({dtype.precision},{dtype.scale})"
    if isinstance(dtype, pl.Datetime) and dtype.time_zone == "UTC":
        return "TIMESTAMP WITH TIME ZONE"
    for plain, name in PLAIN_TYPES.items():
        if dtype == plain:
            return name
    raise ValueError(f"no column of ours has the type {dtype}")


def create_statement(table: str, model: type[pa.DataFrameModel]) -> str:
    """The `create table` statement that gives exactly the model's columns, for a migration."""
    lines = [
        f"    {column.name} {column.duckdb_type.lower()}{'' if column.is_nullable else ' not null'}"
        for column in describe_columns(model)
    ]
    return f"create table {table} (\n" + ",\n".join(lines) + "\n);\n"


def comment_statements(existing: Iterable[tuple[str, str]], models: Models = TABLES) -> list[str]:
    """`comment on` statements for schemas' tables and columns that exist.

    Args:
        existing: (table, column) pairs of the file, table with its schema; what a model has beyond them is left out.
        models: table name to model.
    """
    present = set(existing)
    statements = []
    for table, model in models.items():
        columns = [column for column in describe_columns(model) if (table, column.name) in present]
        if columns:
            statements.append(f"comment on table {table} is {_quoted(describe_grain(model))}")
            statements += [f"comment on column {table}.{each.name} is {_quoted(each.description)}" for each in columns]
    return statements


def data_dictionary(models: Models = TABLES) -> str:
    """The data dictionary in Markdown: every schema, every table with its grain, every column with type and meaning."""
    parts = ["# Data dictionary"]
    for schema, text in SCHEMA_TEXTS.items():
        tables = {name: model for name, model in models.items() if name.startswith(f"{schema}.")}
        parts.append(f"## {schema}\n\n{text}")
        parts += [_table_text(name, model) for name, model in tables.items()]
    return "\n\n".join(parts) + "\n"


def _table_text(table: str, model: type[pa.DataFrameModel]) -> str:
    rows = [
        f"| `{each.name}` | {each.duckdb_type} | {'yes' if each.is_nullable else ''} | {_cell(each.description)} |"
        for each in describe_columns(model)
    ]
    head = ["| column | type | may be empty | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([f"### {table}", "", describe_grain(model), "", *head, *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
