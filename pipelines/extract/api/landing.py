"""What a reading leaves in the warehouse: rows, where it goes on, and what is complete; each step one transaction."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from pipelines.extract.api.calls import Calls
from pipelines.extract.api.drift import DriftNews
from pipelines.extract.api.raw_versions import EVERY, RawVersions, Stamp
from pipelines.extract.api.reads import Read, read_from_json
from pipelines.extract.api.shapes import Resource
from pipelines.warehouse import Warehouse
from schemas.frames import dtypes_of
from schemas.tables import TABLES

MINE = "source_name = ? and input_name = ?"


@dataclass
class Progress:
    """Where the reading of an input stands, as control.extract_reads keeps it."""

    plan: str
    started_at: datetime
    reads: list[Read]
    latest: dict[str, str] = field(default_factory=dict)
    """The highest stamp seen, by followed field."""
    tries: int = 0
    """How often a list was read again because rows were missing or its total changed."""
    total: int | None = None
    """Rows of the list, where the server says so."""
    is_null_refused: bool = False
    """Whether the server does not answer for rows without a stamp."""
    is_swept: bool = False
    """Whether all keys were read."""
    pages: int = 0
    rows: int = 0


@dataclass
class InputState:
    """What the warehouse knows about an input."""

    source_name: str
    input_name: str
    warehouse: Warehouse
    resource: Resource

    def __post_init__(self) -> None:
        self.name = [self.source_name, self.input_name]
        self.raw = RawVersions(self.source_name, self.input_name, self.warehouse)

    def last(self) -> dict[str, Any] | None:
        """The row of control.api_inputs, where it was read to the end before."""
        found = self.warehouse.read("control.api_inputs", MINE, self.name)
        return found.row(0, named=True) if found.height else None

    def watermarks(self) -> dict[str, datetime]:
        """Watermark by followed field."""
        found = self.warehouse.read("control.watermarks", MINE, self.name)
        return dict(found.select("field_name", "watermark").iter_rows())

    def begun(self) -> Progress | None:
        """A reading that was interrupted."""
        found = self.warehouse.read("control.extract_reads", MINE, self.name)
        if found.is_empty():
            return None
        row = found.row(0, named=True)
        written = json.loads(row["reads"])
        reads = [read_from_json(one) for one in written["open"]]
        return Progress(
            row["plan"], row["started_at"], reads, written["latest"], written["tries"], written["total"],
            written["is_null_refused"], written["is_swept"], row["page_count"], row["row_count"],
        )  # fmt: skip

    def begin(self, progress: Progress) -> None:
        """Start over: what an earlier reading noted is forgotten, its rows stay."""
        self.warehouse.execute(f"delete from control.extract_keys where {MINE}", self.name)
        self.note(progress)

    def note(self, progress: Progress) -> None:
        """Write down where the reading goes on."""
        written = {
            "open": [read.as_json() for read in progress.reads],
            "latest": progress.latest,
            "tries": progress.tries,
            "total": progress.total,
            "is_null_refused": progress.is_null_refused,
            "is_swept": progress.is_swept,
        }
        row = {
            "source_name": self.source_name,
            "input_name": self.input_name,
            "plan": progress.plan,
            "reads": json.dumps(written),
            "page_count": progress.pages,
            "row_count": progress.rows,
            "started_at": progress.started_at,
        }
        self.warehouse.execute(f"delete from control.extract_reads where {MINE}", self.name)
        self._insert("control.extract_reads", [row])

    def keep_keys(self, keys: Iterable[str]) -> None:
        """Note keys that a whole list or a sweep gave."""
        kept = pl.DataFrame({"row_key": list(keys)}, schema={"row_key": pl.String})
        with self.warehouse.offering("kept_rows", kept):
            self.warehouse.execute(
                "insert into control.extract_keys by name"
                " select $source_name as source_name, $input_name as input_name, row_key from kept_rows",
                self.parameters,
            )

    def _insert(self, table: str, rows: list[dict[str, object]]) -> None:
        """Add rows of our own making: these tables are written with every page, so each column's type is enough."""
        with self.warehouse.offering("noted_rows", _frame(table, rows)):
            self.warehouse.execute(f"insert into {table} by name from noted_rows")

    def kept_repeats(self) -> list[str]:
        """Those of rows without a key of their own, which count how often the same row came."""
        kept = self.warehouse.read("control.extract_keys", f"{MINE} and contains(row_key, '#')", self.name)
        return kept["row_key"].to_list()

    def count_kept(self) -> int:
        """How many different keys were noted."""
        sql = f"select count(distinct row_key) from control.extract_keys where {MINE}"
        return int(self.warehouse.query(sql, self.name).item())

    def missing_keys(self) -> list[str]:
        """Keys that the source has and raw does not."""
        return self.warehouse.query(
            f"select distinct row_key from control.extract_keys where {MINE}"
            f" and row_key not in ({self.raw.latest_sql(EVERY, 'select _key')}) order by row_key",
            self.name,
        )["row_key"].to_list()

    def absent_condition(self) -> str:
        """SQL for rows whose key did not come."""
        return (
            "_key not in (select row_key from control.extract_keys where source_name = $source_name"
            " and input_name = $input_name)"
        )

    @property
    def parameters(self) -> dict[str, object]:
        """For `absent_condition`."""
        return {"source_name": self.source_name, "input_name": self.input_name}

    def count_absent(self) -> int:
        """Current rows whose key did not come."""
        sql = f"select count(*) from ({self.raw.latest_sql(EVERY)}) where {self.absent_condition()}"
        return int(self.warehouse.query(_positional(sql), self.name).item())

    def count_current(self, condition: str, parameters: dict[str, object]) -> int:
        """Current rows of a condition."""
        sql = f"select count(*) from ({self.raw.latest_sql(EVERY)}) where {condition}"
        return int(self.warehouse.query(sql, parameters).item())

    def complete(self, progress: Progress, server: str, api: str, run_id: str, swept_at: datetime | None) -> None:
        """Let readers see everything up to here, move the watermarks, and forget where the reading stood."""
        now = datetime.now(UTC)
        last = self.raw.last_version()
        row = {
            "source_name": self.source_name, "input_name": self.input_name, "api_name": api,
            "resource": self.resource.name, "server": server, "landed_version": last,
            "row_count": self.raw.count(last), "read_at": now, "swept_at": swept_at,
        }  # fmt: skip
        self.warehouse.replace("control.api_inputs", _frame("control.api_inputs", [row]), MINE, self.name)
        if not progress.plan.startswith("days"):
            self._move_watermarks(progress, now, run_id)
        self.forget_reading()

    def forget_reading(self) -> None:
        """Forget where the reading stood."""
        for table in ("control.extract_reads", "control.extract_keys"):
            self.warehouse.execute(f"delete from {table} where {MINE}", self.name)

    def _move_watermarks(self, progress: Progress, now: datetime, run_id: str) -> None:
        """Never back, never past now, and past the beginning only where pages came in the order of the field."""
        before = self.watermarks()
        for place, name in enumerate(self.resource.follows):
            seen = progress.latest.get(name)
            if seen is None:
                continue
            is_in_order = progress.plan == "changes" or place == 0
            limit = now if is_in_order and self.resource.paging == "stamp" else progress.started_at
            mark = min(datetime.fromisoformat(seen), limit)
            if mark <= before.get(name, datetime.min.replace(tzinfo=UTC)):
                continue
            row = {
                "source_name": self.source_name, "input_name": self.input_name, "field_name": name,
                "watermark": mark, "run_id": run_id,
            }  # fmt: skip
            self.warehouse.replace(
                "control.watermarks", _frame("control.watermarks", [row]), f"{MINE} and field_name = ?",
                [*self.name, name],
            )  # fmt: skip

    def forget(self) -> None:
        """Start from the beginning: another server or another resource."""
        self.warehouse.execute(f"delete from control.watermarks where {MINE}", self.name)
        self.forget_reading()

    def keep_drift(self, news: DriftNews) -> None:
        """Note fields and unknown values that were not seen before."""
        now = datetime.now(UTC)
        if news.fields:
            known = set(self.warehouse.read("control.source_fields", MINE, self.name)["field_path"].to_list())
            rows: list[dict[str, object]] = [
                {**self.parameters, "field_path": path, "is_known": is_known, "is_spelled": is_spelled,
                 "first_seen_at": now}
                for path, is_known, is_spelled in news.fields if path not in known
            ]  # fmt: skip
            self.warehouse.append("control.source_fields", _frame("control.source_fields", rows))
        if news.values:
            found = self.warehouse.read("control.source_values", MINE, self.name)
            seen = set(found.select("field_path", "unknown_value").iter_rows())
            values: list[dict[str, object]] = [
                {**self.parameters, "field_path": path, "unknown_value": value, "first_key": key, "first_seen_at": now}
                for path, value, key in news.values if (path, value) not in seen
            ]  # fmt: skip
            self.warehouse.append("control.source_values", _frame("control.source_values", values))


def remember_calls(calls: Calls, warehouse: Warehouse) -> None:
    """Tell the count of a connection what earlier runs made in the last day."""
    since = datetime.now(UTC) - timedelta(days=1)
    found = warehouse.read("control.api_calls", "connection = ? and minute_at > ?", [calls.connection, since])
    calls.remember(found.select("minute_at", "call_count").iter_rows())


def write_calls(calls: Calls, warehouse: Warehouse) -> None:
    """Write down the calls since the last time; those of more than two days ago go."""
    rows = [
        {"connection": calls.connection, "minute_at": minute, "call_count": count}
        for minute, count in calls.take_unwritten()
    ]
    if rows:
        old = datetime.now(UTC) - timedelta(days=2)
        warehouse.execute("delete from control.api_calls where minute_at < ?", [old])
        warehouse.append("control.api_calls", _frame("control.api_calls", rows))


def _frame(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Rows with the types of their table."""
    return pl.DataFrame(rows, schema=dtypes_of(TABLES[table]), orient="row")


def _positional(sql: str) -> str:
    """The SQL with ? for the two names."""
    return sql.replace("$source_name", "?").replace("$input_name", "?")


__all__ = ["InputState", "Progress", "Stamp", "remember_calls", "write_calls"]
