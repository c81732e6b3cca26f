"""Raw tables of API rows: every version as received, append-only; a view shows the current one of each row.

Pages are appended as they come, each committed. The view shows versions up to the last complete reading, so nobody
sees half a table; what an interrupted reading left behind becomes visible when the reading has gone on to its end.
"""

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

PACKED = {"row": " using compression zstd"}
"""How a column is stored where DuckDB's own choice is not the best: JSON of one list repeats its names in every row, so
this takes a fifth of the space and two thirds of the time to write, and reads as fast."""

ROWS = pl.Schema(dict.fromkeys(("row", "_key", "_row_hash", "_source_hash"), pl.String))
"""Rows as they are received: text, key, hash of the text, source hash."""

EVERY = 2**62
"""A version above all: up to it is every one, complete or not."""


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
        self.warehouse = warehouse

    def prepare(self, origin: str) -> None:
        """Make the table and its view where they are not there; a table of an earlier release gets the new columns."""
        existing = self.warehouse.query(
            "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = $1",
            [self.table.removeprefix("raw.")],
        )["column_name"].to_list()
        missing = {name: kind for name, (kind, _) in COLUMNS.items() if name not in existing}
        if not existing:
            columns = ", ".join(f"{quoted(name)} {kind}{PACKED.get(name, '')}" for name, kind in missing.items())
            self.warehouse.execute(f"create table {self.table} ({columns})")
        else:
            for name, kind in missing.items():
                self.warehouse.execute(f"alter table {self.table} add column {quoted(name)} {kind}")
        if missing:
            self._describe(origin)
        self._make_view(origin)

    def append(self, received: pl.DataFrame, stamp: Stamp) -> None:
        """Append rows that differ from their latest version.

        Args:
            received: `ROWS`, in the order received. What came before and did not change is not written again.
            stamp: of the run.
        """
        before = self.last_version()
        news = _without_known(received, self._latest(received["_key"]) if before else None)
        if news.is_empty():
            return
        numbered = news.with_row_index("_version", offset=before + 1).with_columns(
            pl.lit(value=False).alias("_is_deleted"),
            pl.lit(stamp.run_id).alias("_run_id"),
            pl.lit(stamp.loaded_at).cast(pl.Datetime("us", "UTC")).alias("_loaded_at"),
        )
        with self.warehouse.offering("received_rows", numbered):
            self.warehouse.execute(f"insert into {self.table} by name from received_rows")

    def _latest(self, keys: pl.Series) -> pl.DataFrame:
        """Hashes of the latest version of some rows, and whether that is deleted."""
        with self.warehouse.offering("received_keys", keys.unique().to_frame("_key")):
            return self.warehouse.query(
                f"""
                select _key, unnest(
                  max_by(
                    struct_pack(row_hash := _row_hash, source_hash := _source_hash, deleted := _is_deleted), _version
                  )
                )
                from {self.table} where _version is not null and _key in (select _key from received_keys)
                group by _key
                """
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
        latest = self.latest_sql(EVERY)
        found = self.warehouse.query(f"select _version from ({latest}) where {condition} order by 1", parameters)
        if found.is_empty():  # mostly, and then no row has been read
            return 0
        numbered = found.rename({"_version": "version_before"}).with_row_index("number", offset=self.last_version() + 1)
        with self.warehouse.offering("gone_rows", numbered):
            self.warehouse.execute(
                f"""
                insert into {self.table} by name
                select row, _key, _row_hash, _source_hash, true as _is_deleted, number as _version,
                  $run_id as _run_id, $loaded_at::timestamptz as _loaded_at
                from {self.table} join gone_rows on _version = version_before order by number
                """,
                {"run_id": stamp.run_id, "loaded_at": stamp.loaded_at},
            )
        return found.height

    def last_version(self) -> int:
        """The highest version that was appended, complete or not."""
        return int(self.warehouse.query(f"select coalesce(max(_version), 0) from {self.table}").item())

    def count(self, upto: int) -> int:
        """Rows that are current and not deleted, with versions up to one."""
        latest = (
            f"select max_by(_is_deleted, _version) as is_gone from {self.table} where _version <= {upto} group by _key"
        )
        return int(self.warehouse.query(f"select count(*) from ({latest}) where not is_gone").item())

    def latest_sql(self, upto: int | str, select: str = "select *") -> str:
        """SQL for the latest version of each row up to a version, without deleted ones."""
        return (
            f"{select} from {self.table} where not _is_deleted and _version in"
            f" (select max(_version) from {self.table} where _version <= {upto} group by _key)"
        )

    def _make_view(self, origin: str) -> None:
        """The view that selects read, with words on its columns; one of an earlier release has none there."""
        if self._view_columns().is_empty():
            self._create_view(origin)
        for name in self._view_columns().filter(pl.col("comment").is_null())["column_name"].to_list():
            self.warehouse.execute(f"comment on column {self.view}.{quoted(name)} is '{COLUMNS[name][1]}'")

    def _view_columns(self) -> pl.DataFrame:
        return self.warehouse.query(
            "select column_name, comment from duckdb_columns() where schema_name = 'raw' and table_name = $1",
            [self.view.removeprefix("raw.")],
        )

    def _create_view(self, origin: str) -> None:
        landed = (
            "(select coalesce(max(landed_version), 0) from control.api_inputs where source_name ="
            f" '{self._name['source_name']}' and input_name = '{self._name['input_name']}')"
        )
        self.warehouse.execute(f"create view {self.view} as {self.latest_sql(landed)}")
        self.warehouse.execute(f"comment on view {self.view} is 'Current rows of {origin}: one per key, none deleted'")

    def _describe(self, origin: str) -> None:
        """Say in DuckDB what the table and its columns are."""
        self.warehouse.execute(f"comment on table {self.table} is 'One row per version of a row of {origin}'")
        for name, (_, meaning) in COLUMNS.items():
            self.warehouse.execute(f"comment on column {self.table}.{quoted(name)} is '{meaning}'")


def _without_known(received: pl.DataFrame, latest: pl.DataFrame | None) -> pl.DataFrame:
    """Rows that differ from what stands before them: an earlier row of this batch with their key, else the latest one.

    Args:
        received: `ROWS`, in the order received.
        latest: hashes by key (`RawVersions._latest`); None where nothing was landed yet.
    """
    hashes = {"row_hash": "_row_hash", "source_hash": "_source_hash"}
    if latest is None:
        latest = pl.DataFrame(schema={"_key": pl.String, "row_hash": pl.String, "source_hash": pl.String,
                                      "deleted": pl.Boolean})  # fmt: skip
    before = received.select("_key", *hashes.values()).join(
        latest, on="_key", how="left", validate="m:1", maintain_order="left"
    )
    is_first = pl.col("_key").is_first_distinct()
    is_same = pl.all_horizontal(
        pl.when(is_first)
        .then(pl.col(known).eq_missing(pl.col(given)) & pl.col("deleted").not_().fill_null(value=False))
        .otherwise(pl.col(given).eq_missing(pl.col(given).shift().over("_key")))
        for known, given in hashes.items()
    )
    return received.filter(before.select(~is_same).to_series())
