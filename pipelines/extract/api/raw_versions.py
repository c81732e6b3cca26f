"""Raw tables of API rows: every version as received, append-only; a view shows the current one of each row.

Pages are appended as they come, each committed. The view shows versions up to the last complete reading, so nobody
sees half a table; what an interrupted reading left behind becomes visible when the reading has gone on to its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from pipelines.extract.raw_tables import quoted
from pipelines.warehouse import Warehouse

COLUMNS = {
    "row": ("json", "As received; of a deleted row: as it was last"),
    "_key": ("varchar", "Key of the row at the source"),
    "_row_hash": ("varchar", "sha256 of the row as received"),
    "_is_deleted": ("boolean", "Whether the source does not have the row any more"),
    "_version": ("bigint", "Rises with every row of this table; the highest one of a row is current"),
    "_run_id": ("varchar", "The run that landed the row (control.runs)"),
    "_loaded_at": ("timestamp with time zone", "When it was landed"),
    "_source_hash": ("varchar", "The same as _row_hash; of a document: _row_hash of its row in the list"),
}

ROWS = pl.Schema({"number": pl.Int64, "row": pl.String, "_key": pl.String, "_row_hash": pl.String,
                  "_source_hash": pl.String})  # fmt: skip


@dataclass(frozen=True)
class Stamp:
    """What every row of one run carries."""

    run_id: str
    loaded_at: datetime


class RawVersions:
    """The raw table of one input of an API."""

    def __init__(self, source_name: str, input_name: str, warehouse: Warehouse) -> None:
        self.table = f"raw.{source_name}_{input_name}"
        self.view = f"{self.table}_current"
        self._name = {"source_name": source_name, "input_name": input_name}
        self._warehouse = warehouse

    def prepare(self, origin: str) -> None:
        """Make the table and its view where they are not there; a table of an earlier release gets the new columns."""
        existing = self._warehouse.query(
            "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = $1",
            [self.table.removeprefix("raw.")],
        )["column_name"].to_list()
        missing = {name: kind for name, (kind, _) in COLUMNS.items() if name not in existing}
        if not existing:
            columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in missing.items())
            self._warehouse.execute(f"create table {self.table} ({columns})")
        else:
            for name, kind in missing.items():
                self._warehouse.execute(f"alter table {self.table} add column {quoted(name)} {kind}")
        if missing:
            self._describe(origin)
        self._make_view(origin)

    def append(self, rows: Sequence[tuple[str, str, str, str]], stamp: Stamp) -> None:
        """Append rows that differ from their latest version.

        Args:
            rows: text, key, hash of the text, source hash; in the order received. What came before and did not change
                is not written again.
            stamp: of the run.
        """
        columns = [list(range(len(rows))), *map(list, zip(*rows, strict=True))]
        frame = pl.DataFrame(dict(zip(ROWS, columns, strict=True)), schema=ROWS)
        with self._warehouse.offering("received_rows", frame):
            self._warehouse.execute(
                f"""
                insert into {self.table} by name
                with latest as (
                  select _key, max_by(struct_pack(r := _row_hash, s := _source_hash, d := _is_deleted), _version) as v
                  from {self.table} where _version is not null and _key in (select _key from received_rows)
                  group by _key
                ), compared as (
                  select n.*, lag(struct_pack(r := n._row_hash, s := n._source_hash, d := false))
                    over (partition by n._key order by number) as before
                  from received_rows n
                )
                select c.row, c._key, c._row_hash, c._source_hash, false as _is_deleted,
                  (select coalesce(max(_version), 0) from {self.table}) + row_number() over (order by number)
                    as _version,
                  $run_id as _run_id, $loaded_at::timestamptz as _loaded_at
                from compared c left join latest using (_key)
                where coalesce(c.before, v)
                  is distinct from struct_pack(r := c._row_hash, s := c._source_hash, d := false)
                order by number
                """,
                {"run_id": stamp.run_id, "loaded_at": stamp.loaded_at},
            )

    def mark_deleted(self, condition: str, parameters: dict[str, object], stamp: Stamp) -> int:
        """Append a deleted version for current rows, with the row as it was last.

        Args:
            condition: SQL over the latest versions (`row`, `_key`), which are not deleted.
            parameters: of the condition, by name.
            stamp: of the run.

        Returns:
            How many rows are deleted now.
        """
        before = self.last_version()
        self._warehouse.execute(
            f"""
            insert into {self.table} by name
            select row, _key, _row_hash, _source_hash, true as _is_deleted,
              $version + row_number() over (order by _version) as _version,
              $run_id as _run_id, $loaded_at::timestamptz as _loaded_at
            from ({self.latest_sql(2**62)}) where {condition} order by _version
            """,
            {"version": before, "run_id": stamp.run_id, "loaded_at": stamp.loaded_at, **parameters},
        )
        return self.last_version() - before

    def last_version(self) -> int:
        """The highest version that was appended, complete or not."""
        return int(self._warehouse.query(f"select coalesce(max(_version), 0) from {self.table}").item())

    def count(self, upto: int) -> int:
        """Rows that are current and not deleted, with versions up to one."""
        return int(self._warehouse.query(f"select count(*) from ({self.latest_sql(upto, 'select _key')})").item())

    def latest_sql(self, upto: int | str, select: str = "select *") -> str:
        """SQL for the latest version of each row up to a version, without deleted ones."""
        return (
            f"{select} from {self.table} where not _is_deleted and _version in"
            f" (select max(_version) from {self.table} where _version <= {upto} group by _key)"
        )

    def _make_view(self, origin: str) -> None:
        """The view that selects read."""
        found = self._warehouse.query(
            "select 1 from duckdb_views() where schema_name = 'raw' and view_name = $1",
            [self.view.removeprefix("raw.")],
        )
        if found.height:
            return
        landed = (
            "(select coalesce(max(landed_version), 0) from control.api_inputs where source_name ="
            f" '{self._name['source_name']}' and input_name = '{self._name['input_name']}')"
        )
        self._warehouse.execute(f"create view {self.view} as {self.latest_sql(landed)}")
        self._warehouse.execute(f"comment on view {self.view} is 'Current rows of {origin}: one per key, none deleted'")

    def _describe(self, origin: str) -> None:
        """Say in DuckDB what the table and its columns are."""
        self._warehouse.execute(f"comment on table {self.table} is 'One row per version of a row of {origin}'")
        for name, (_, meaning) in COLUMNS.items():
            self._warehouse.execute(f"comment on column {self.table}.{quoted(name)} is '{meaning}'")
