"""The source rows that a sign-off rests on: kept once, and again only where they differ from the sign-off before.

A row is kept as JSON without its empty fields, so that a column of a later release does not make it another row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.load.json_text import decode_json
from pipelines.warehouse import Warehouse
from schemas.frames import dtypes_of
from schemas.tables import SOURCE_TABLES

Row = Mapping[str, Any]


@dataclass(frozen=True)
class SignedTable:
    """How a core table is signed."""

    key: str
    """SQL of what a row is known by."""
    day: str
    """SQL of the first day on which a row can count; rows of later days are no part of a month."""


SIGNED = {
    "products": SignedTable("sku", "date '0001-01-01'"),
    "currency_rates": SignedTable("currency_code || ' ' || rate_date", "rate_date"),
    "opening_stock": SignedTable("opening_id", "date '0001-01-01'"),
    "receipt_lines": SignedTable("receipt_line_id", "received_date"),
    "bill_lines": SignedTable("bill_line_id", "bill_date"),
    "charges": SignedTable("charge_id", "charge_date"),
    "adjustment_lines": SignedTable("adjustment_line_id", "adjustment_date"),
    "production_lines": SignedTable("production_line_id", "produced_date"),
    "transfer_lines": SignedTable("transfer_line_id", "dispatched_date"),
    "sale_lines": SignedTable("sale_line_id", "least(moved_date, invoice_date)"),
}
"""In the order in which changes are told: what decides costs before what they are the costs of."""

_STATE = """
    select core_table, row_key, counts_from, row_digest, row_json from post.signed_rows where sign_off <= $1
    qualify row_number() over (partition by core_table, row_key order by sign_off desc) = 1
"""


@dataclass(frozen=True)
class RowChange:
    """One source row that is not what it was when the month was signed."""

    core_table: str
    row_key: str
    counts_from: date
    old: Row | None
    """Its fields then; None: there was no such row."""
    new: Row | None
    """Its fields now; None: it is gone, or counts in later months only."""


def freeze_rows(warehouse: Warehouse, sign_off: int, day: date) -> tuple[int, str]:
    """Keep the rows that count up to a day, as far as the sign-offs before do not hold them.

    Args:
        warehouse: core.*, and post.signed_rows, which is completed; an open transaction of it.
        sign_off: number of the sign-off.
        day: last day of the month.

    Returns:
        The number of rows that count, and the sha256 over all of them.
    """
    warehouse.execute(f"create or replace temp table rows_now as {_rows_now()}", {"day": day})
    warehouse.execute(
        f"""
        insert into post.signed_rows by name
        with state as ({_STATE.replace("$1", "$sign_off")})
        select $sign_off as sign_off, core_table, row_key, coalesce(n.counts_from, s.counts_from) as counts_from,
               n.row_digest, n.row_json
        from rows_now n full join (from state where counts_from <= $day and row_json is not null) s
          using (core_table, row_key)
        where n.row_digest is distinct from s.row_digest
        """,
        {"sign_off": sign_off, "day": day},
    )
    found = warehouse.query(
        "select count(*), sha256(coalesce(string_agg(core_table || ' ' || row_key || ' ' || row_digest, '\n' "
        "order by core_table, row_key), '')) from rows_now"
    ).row(0)
    warehouse.execute("drop table rows_now")
    return int(found[0]), str(found[1])


def next_number(warehouse: Warehouse) -> int:
    """The number of the next state of the source rows: of a sign-off, or of a plan that is posted."""
    return int(
        warehouse.query(
            "select coalesce(max(n), 0) + 1 from (select max(sign_off) as n from post.signed_rows union all "
            "select max(sign_off) from post.sign_offs union all select max(frozen_as) from post.posted_inputs)"
        ).item()
    )


def changed_rows(warehouse: Warehouse, sign_off: int, day: date) -> list[RowChange]:
    """The rows that count up to a day and differ from those of a sign-off, in the order in which they are told.

    Args:
        warehouse: core.* as it was extracted last, and post.signed_rows.
        sign_off: number of the sign-off.
        day: last day of its month.
    """
    found = warehouse.query(
        f"""
        with state as (from ({_STATE}) where counts_from <= $2 and row_json is not null),
        rows_now as ({_rows_now().replace("$day", "$2")})
        select core_table, row_key, coalesce(n.counts_from, s.counts_from) as counts_from,
               s.row_json as old_json, n.row_json as new_json
        from rows_now n full join state s using (core_table, row_key)
        where n.row_digest is distinct from s.row_digest
        """,
        [sign_off, day],
    )
    changes = [
        RowChange(
            row["core_table"], row["row_key"], row["counts_from"], _decoded(row["old_json"]), _decoded(row["new_json"])
        )
        for row in found.to_dicts()
    ]
    order = list(SIGNED)
    return sorted(changes, key=lambda one: (order.index(one.core_table), one.counts_from, one.row_key))


def as_frame(core_table: str, rows: Iterable[Row]) -> pl.DataFrame:
    """Kept rows as a frame of the core table; fields that were empty, or unknown then, are null."""
    dtypes = dtypes_of(SOURCE_TABLES[f"core.{core_table}"])
    typed = [{name: _typed(row.get(name), dtype) for name, dtype in dtypes.items()} for row in rows]
    return pl.DataFrame(typed, schema=dtypes, orient="row")


def describe_change(change: RowChange) -> str:
    """What is different in a row: new, gone, or its fields before and after."""
    if change.old is None:
        return "new"
    if change.new is None:
        return "gone"
    names = list(SOURCE_TABLES[f"core.{change.core_table}"].to_schema().columns)
    found = [
        f"{name} {_shown(change.old.get(name))} -> {_shown(change.new.get(name))}"
        for name in names
        if change.old.get(name) != change.new.get(name)
    ]
    return "; ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")


def document_of(change: RowChange) -> str:
    """The number that people know the row's document by."""
    row: Any = change.new or change.old or {}
    numbers = ("sale_number", "purchase_number", "adjustment_number", "transfer_number", "production_number")
    named = next((row[name] for name in (*numbers, "bill_number", "sku", "currency_code") if row.get(name)), "")
    return str(named)


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return "none" if value is None else str(value)


def _rows_now() -> str:
    """SQL of the rows that count up to $day: core_table, row_key, counts_from, row_digest, row_json."""
    parts = [
        f"""
        select '{name}' as core_table, {table.key} as row_key, {table.day} as counts_from,
               regexp_replace(to_json(t)::varchar, ',"[a-z0-9_]+":null', '', 'g') as row_json,
               md5(row_json) as row_digest
        from core.{name} t where {table.day} <= $day
        """
        for name, table in SIGNED.items()
    ]
    return " union all by name ".join(parts)


def _decoded(text: str | None) -> Row | None:
    return None if text is None else dict(decode_json(text))


def _typed(value: object, dtype: pl.DataType) -> object:
    """A JSON value as the column's type has it."""
    if value is None:
        return None
    if dtype == pl.Date:
        return date.fromisoformat(str(value))
    return Decimal(str(value)) if dtype.base_type() == pl.Decimal else value
