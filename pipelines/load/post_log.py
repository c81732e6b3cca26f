"""What was posted, kept outside the warehouse: one append-only file of JSON lines a plan, and the way back.

The warehouse is one file, and a file gets lost, or an old copy takes its place. Xero shows what stands there, but not
who approved it, which tags were used up, or what a request of unknown outcome was about. So after each `apply` the rows
of the plan are written down; a line is never changed, the last one of a row counts.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.errors import DataProblem
from pipelines.load.mirror_rows import frame_of
from pipelines.load.plan_store import StoredPlan
from pipelines.signing.state_files import export_states, restore_states
from pipelines.warehouse import Warehouse
from schemas.problems import Problem
from schemas.tables import TABLES

Row = Mapping[str, Any]


@dataclass(frozen=True)
class LoggedTable:
    """A table of the log: what its rows are known by, and which of them belong to a plan."""

    keys: tuple[str, ...]
    of_plan: str
    """SQL condition with the plan's hash as $1 and its period as $2."""


LOGGED = {
    "post.plans": LoggedTable(("plan_hash",), "plan_hash = $1"),
    "post.plan_documents": LoggedTable(("plan_hash", "position"), "plan_hash = $1"),
    "post.approvals": LoggedTable(("plan_hash", "approved_by"), "plan_hash = $1"),
    "post.documents": LoggedTable(("tag",), "period = $2"),
    "post.outbox": LoggedTable(("plan_hash", "action", "tag"), "plan_hash = $1"),
    "post.requests": LoggedTable(("idempotency_key",), "plan_hash = $1"),
}
"""In the order in which they are written."""

LOGGED_SYNC = {
    "post.planned_sync": LoggedTable(("plan_hash", "position"), "plan_hash = $1"),
    "post.synced_documents": LoggedTable(("document_key",), "plan_hash = $1"),
}
"""The same of plans of documents."""


def export_plan(warehouse: Warehouse, plan: StoredPlan, folder: Path, now: datetime) -> Path | None:
    """Append the rows of a plan that are new, or changed since they were written.

    Args:
        warehouse: post.*, and xero.organisation, which says whose journals these are.
        plan: the plan that was applied, or tried.
        folder: where the files are; it is made.
        now: the present moment.

    Returns:
        The file; None where no organisation is known yet, so nothing was sent.
    """
    organisation = warehouse.read("xero.organisation")
    if organisation.is_empty():
        return None
    organisation_id = str(organisation.item(0, "organisation_id"))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{plan.title}-{plan.short_hash}.jsonl"
    known = {_name(entry): entry["row"] for entry in _entries(file)}
    lines = [
        json.dumps({"at": now.isoformat(), "organisation_id": organisation_id, "table": table, "row": row})
        for table, row in _rows_of(warehouse, plan)
        if known.get((table, _key(table, row))) != row
    ]
    if lines:
        _cut_torn_line(file)
        with file.open("a", encoding="utf-8", newline="\n") as handle:
            handle.write("".join(f"{line}\n" for line in lines))
            handle.flush()
            os.fsync(handle.fileno())
    export_states(warehouse, organisation_id, folder)
    return file


def restore_posts(warehouse: Warehouse, folder: Path) -> int:
    """Put back the rows of the log that a lost or older warehouse does not have.

    A row that the warehouse has stays, unless the log's is further: a journal that was ended, a document that Xero
    judged. Rows of another organisation than the one that is mirrored are left alone. The source rows that were signed
    come back too (pipelines/signing/state_files.py).

    Args:
        warehouse: xero.organisation, and post.*, which is completed.
        folder: where the files are.

    Returns:
        The number of rows that were put back or brought up to date, and of states of signed rows.

    Raises:
        DataProblem: a line of a file cannot be read (exit 3).
    """
    organisation = warehouse.read("xero.organisation")
    if organisation.is_empty() or not folder.is_dir():
        return 0
    organisation_id = str(organisation.item(0, "organisation_id"))
    latest: dict[tuple[str, tuple[str, ...]], tuple[str, Row]] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for entry in _entries(file):
            name = _name(entry)
            if entry["organisation_id"] != organisation_id or name[0] not in _tables():
                continue
            if name not in latest or entry["at"] >= latest[name][0]:
                latest[name] = (entry["at"], entry["row"])
    count = 0
    with warehouse.transaction():
        for table in _tables():
            rows = {name[1]: row for name, (_, row) in latest.items() if name[0] == table}
            count += _complete(warehouse, table, rows)
        return count + restore_states(warehouse, organisation_id, folder)


def _tables() -> dict[str, LoggedTable]:
    """The tables that the log holds: what was posted, and all of sign-offs and of what set them aside."""
    signed = {name: model for name, model in TABLES.items() if name.endswith((".sign_offs", ".reopenings"))}
    whole = {name: LoggedTable(tuple(model.to_schema().columns), "true") for name, model in signed.items()}
    return LOGGED | LOGGED_SYNC | whole


def _rows_of(warehouse: Warehouse, plan: StoredPlan) -> Iterator[tuple[str, Row]]:
    for name, table in _tables().items():
        values = {"$1": plan.plan_hash, "$2": plan.period}
        given = [value for mark, value in values.items() if mark in table.of_plan]
        for row in warehouse.read(name, table.of_plan.replace("$2", "$1"), given).iter_rows(named=True):
            yield name, {column: _plain(item) for column, item in row.items()}


def _complete(warehouse: Warehouse, table: str, logged: Mapping[tuple[str, ...], Row]) -> int:
    """Add what is missing, and replace what the log knows better."""
    if not logged:
        return 0
    stored = {_key(table, row): row for row in _stored(warehouse, table)}
    better = {key: row for key, row in logged.items() if key not in stored or _is_further(table, row, stored[key])}
    if not better:
        return 0
    columns = dict(zip(TABLES[table].to_schema().columns, frame_of(table, []).dtypes, strict=True))
    rows = [{name: _typed(row.get(name), dtype) for name, dtype in columns.items()} for row in better.values()]
    condition = " and ".join(f"{name}::varchar = ?" for name in _tables()[table].keys)
    for key in better:
        if key in stored:
            warehouse.execute(f"delete from {table} where {condition}", list(key))
    warehouse.append(table, frame_of(table, rows))
    return len(better)


def _stored(warehouse: Warehouse, table: str) -> Iterable[Row]:
    for row in warehouse.read(table).iter_rows(named=True):
        yield {column: _plain(item) for column, item in row.items()}


def _is_further(table: str, logged: Row, stored: Row) -> bool:
    """Whether the log saw more of a row's life than the warehouse."""
    if table in {"post.documents", "post.synced_documents"}:
        return stored["ended_at"] is None and logged["ended_at"] is not None
    if table == "post.outbox":
        return (stored["attempts"], stored["answered_at"] or "") < (logged["attempts"], logged["answered_at"] or "")
    if table == "post.requests":
        return stored["answered_at"] is None and logged["answered_at"] is not None
    return table == "post.plans" and stored["status"] == "planned" and logged["status"] != "planned"


def _cut_torn_line(file: Path) -> None:
    """Take away a last line that a kill cut short, so that the next one does not become part of it."""
    if file.exists() and not (content := file.read_bytes()).endswith(b"\n"):
        with file.open("rb+") as handle:
            handle.truncate(content.rfind(b"\n") + 1)


def _entries(file: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file; a last line that was cut short by a kill is no line."""
    if not file.exists():
        return
    text = file.read_text(encoding="utf-8")
    whole, _, _ = text.rpartition("\n")
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            yield json.loads(line)
        except ValueError:
            raise DataProblem(
                "What was posted earlier cannot be read back.",
                [
                    Problem(
                        f"{file}:{number}",
                        "is not a line of the post log",
                        "Put the file back from a copy, or move it elsewhere: Xero is asked for what stands there.",
                    )
                ],
            ) from None


def _name(entry: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return entry["table"], _key(entry["table"], entry["row"])


def _key(table: str, row: Row) -> tuple[str, ...]:
    keys = _tables()[table].keys if table in _tables() else ()
    return tuple(str(row[name]) for name in keys)


def _plain(value: object) -> object:
    """What JSON can hold: dates and instants as text in UTC, decimals with their digits."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def _typed(value: object, dtype: pl.DataType) -> object:
    """The value that `_plain` wrote down."""
    if value is None:
        return None
    if isinstance(dtype, pl.Datetime):
        return datetime.fromisoformat(str(value))
    if isinstance(dtype, pl.Date):
        return date.fromisoformat(str(value))
    return Decimal(str(value)) if isinstance(dtype, pl.Decimal) else value
