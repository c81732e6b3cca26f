"""Runs the trade selects of a source YAML over rows made by hand."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.extract.source_shapes import FileInput, Source
from pipelines.extract.source_sql import SourceConnection
from pipelines.extract.source_yaml import read_source
from tests.data.selected_rows import read_rows

Row = dict[str, Any]
AUCKLAND = "Pacific/Auckland"
SOURCES = Path(__file__).parents[2] / "mappings" / "sources"


def read(name: str) -> Source:
    """The source of a name."""
    return read_source(SOURCES / f"{name}.yaml")


def select(
    source: Source,
    table: str,
    zone: str = AUCKLAND,
    assumed: Mapping[str, str] | None = None,
    /,
    **inputs: Sequence[Mapping[str, object]],
) -> list[Row]:
    """Rows of one select, by their first column; an input that is not given is empty."""
    frames = {str(name): _frame(one, inputs.get(str(name), [])) for name, one in source.inputs.items()}
    values = {str(name): str(one.value) for name, one in source.assumptions.items()} | dict(assumed or {})
    sql = next(sql for name, sql in source.tables.items() if str(name) == table)
    with SourceConnection(frames, zone, 1, None, values) as connection:
        for name, shared in source.shared.items():
            connection.share(str(name), shared)
        with connection.select(table, sql) as selected:
            return read_rows(selected, "order by 1")


def _frame(definition: object, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    if not isinstance(definition, FileInput):
        return pl.DataFrame({"row": [json.dumps(row) for row in rows]}, schema={"row": pl.String})
    columns = [str(name) for name in definition.if_absent] or list(rows[0] if rows else KNOWN[definition.file])
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], dict.fromkeys(columns, pl.String))


KNOWN = {
    "currency_rates.csv": ("currency", "date", "base_for_one"),
    "opening_stock.csv": ("opening_id", "sku", "branch", "date", "quantity", "unit_cost"),
    "landed_costs.csv": ("charge_id", "purchase_order", "type", "date", "base_amount", "carrier"),
    "supplier_bills.csv": ("bill_line_id", "bill_number", "purchase_order", "sku", "supplier", "date", "currency",
                           "amount", "base_for_one"),
}  # fmt: skip
"""Columns of the files that must be there."""
