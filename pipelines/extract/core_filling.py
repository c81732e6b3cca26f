"""Writes what the selects gave into core, all tables in one transaction, and notes it in control."""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from pipelines.extract.core_columns import CoreTable
from pipelines.extract.core_tables import TypedTable
from pipelines.extract.raw_tables import note_load
from pipelines.extract.report import TableReport
from pipelines.extract.source_shapes import Source
from pipelines.warehouse import Warehouse
from pipelines.warehouse.arrow import Streamed
from schemas.control import CoreTables, RejectedRows
from schemas.frames import dtypes_of
from schemas.tables import SOURCE_TABLES


def fill_table(table: CoreTable, rows: Streamed, warehouse: Warehouse) -> None:
    """Replace one core table with rows that its rules let pass (core_tables.type_rows), batch after batch.

    Rows lie in the order of their columns, the key first, so that the same documents give the same table however they
    arrived.
    """
    warehouse.execute(f"delete from {table.name}")
    with warehouse.offering("typed_rows", rows):
        warehouse.execute(f"insert into {table.name} by name select * from typed_rows order by {_order(table)}")


def note_filling(
    source: Source,
    typed: Mapping[str, TypedTable],
    typing_hash: str,
    warehouse: Warehouse,
    run_id: str,
    filled_at: datetime,
) -> None:
    """Empty the core tables that the source does not give, and replace raw.rejected_rows, which describes these rows.

    Runs in the transaction of `fill_table`: all of it happens, or nothing.
    """
    with warehouse.transaction():
        for name in SOURCE_TABLES:
            if name not in typed:
                warehouse.execute(f"delete from {name}")
        warehouse.replace("raw.rejected_rows", _rejected(source, typed, run_id))
        rows = [_note(source, name, typed.get(name), run_id, filled_at) for name in SOURCE_TABLES]
        warehouse.replace("control.core_tables", pl.DataFrame(rows, schema=dtypes_of(CoreTables)))
        row_count = sum(table.row_count for table in typed.values())
        note_load(source, None, run_id, typing_hash, row_count, filled_at, warehouse)


def _order(table: CoreTable) -> str:
    """The columns of a key that comes first, which no two rows share; else all columns."""
    key = set(table.keys[0])
    first = table.column_names[: len(key)]
    names = first if set(first) == key else table.column_names
    return ", ".join(f'"{name}" nulls first' for name in names)


def read_table_reports(warehouse: Warehouse) -> tuple[TableReport, ...]:
    """What control.core_tables says about each core table, in the order of the design."""
    order = list(SOURCE_TABLES)
    rows = warehouse.read("control.core_tables").rows(named=True)
    return tuple(
        TableReport(
            name=row["core_table"],
            is_given=row["is_given"],
            row_count=row["row_count"],
            rejected_count=row["rejected_count"],
            null_columns=_split(row["null_columns"]),
            rounded=_split(row["rounded_columns"]),
        )
        for row in sorted(rows, key=lambda row: order.index(row["core_table"]))
    )


def _note(source: Source, name: str, table: TypedTable | None, run_id: str, filled_at: datetime) -> dict[str, object]:
    """One row of control.core_tables."""
    rounded = [f"{column}={count}" for column, count in table.rounded] if table else []
    return {
        "core_table": name,
        "source_name": source.name,
        "run_id": run_id,
        "is_given": table is not None,
        "row_count": table.row_count if table else 0,
        "rejected_count": table.rejected_count if table else 0,
        "null_columns": ", ".join(table.null_columns) or None if table else None,
        "rounded_columns": ", ".join(rounded) or None,
        "filled_at": filled_at,
    }


def _rejected(source: Source, typed: Mapping[str, TypedTable], run_id: str) -> pl.DataFrame:
    """RejectedRows of all tables."""
    frames = [table.rejected for table in typed.values() if table.rejected.height]
    if not frames:
        return pl.DataFrame(schema=dtypes_of(RejectedRows))
    return pl.concat(frames).with_columns(run_id=pl.lit(run_id), source_name=pl.lit(source.name))


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(", ")) if text else ()
