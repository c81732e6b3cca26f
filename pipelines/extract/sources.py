"""Extracts a source: its inputs land in raw, its selects run on a connection of their own, core is replaced whole."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pipelines.errors import DataProblem
from pipelines.extract.core_columns import core_table
from pipelines.extract.core_filling import fill_core, read_table_reports
from pipelines.extract.core_tables import TypedTable, find_column_problems, type_rows
from pipelines.extract.file_bytes import UnreadableInputError
from pipelines.extract.raw_tables import Load, current_loads, land
from pipelines.extract.received import Fetcher, Received, find_row_count_problem, receive, understand
from pipelines.extract.report import ExtractReport, InputReport
from pipelines.extract.source_shapes import Source
from pipelines.extract.source_sql import SourceConnection, SqlFaultError
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse
from schemas.problems import Problem
from schemas.tables import SOURCE_TABLES

Progress = Callable[[str, int, int], None]
"""Told what is done next, how many steps are done, and how many there are."""


@dataclass(frozen=True)
class _Extract:
    """One extract on its way."""

    source: Source
    settings: Settings
    warehouse: Warehouse
    fetchers: Mapping[str, Fetcher]
    progress: Progress
    run_id: str
    moment: datetime

    def step(self, what: str, done: int) -> None:
        """Tell what is done next."""
        self.progress(what, done, 2 * len(self.source.inputs) + len(self.source.tables) + 1)


def extract_source(
    source: Source,
    settings: Settings,
    warehouse: Warehouse,
    fetchers: Mapping[str, Fetcher],
    progress: Progress | None = None,
    *,
    run_id: str | None = None,
) -> ExtractReport:
    """Land the inputs of a source in raw and fill the core tables with its selects.

    What is already the current load is not landed again, and where neither input nor YAML nor model changed since the
    core tables were filled, nothing is written at all.

    Args:
        source: from `read_source`.
        settings: `data_dir` is where relative paths start; threads and memory hold for the selects too.
        warehouse: open for writing.
        fetchers: gives the rows of an API resource, by the name of the API: {"omni": client.rows}.
        progress: told about each step.
        run_id: key of the run in control.runs; a new one where there is none.

    Returns:
        What was landed, filled, refused and left empty. Refused rows are in raw.rejected_rows.

    Raises:
        DataProblem: a file that is missing, damaged or cut off, too few rows, a select that does not fit: all problems
            at once, core unchanged (exit 3).
        UsageProblem: an API without connection (exit 2). Incomplete: from a fetcher (exit 7).
    """
    started = time.monotonic()
    run = _Extract(
        source, settings, warehouse, fetchers, progress or _be_silent, run_id or uuid4().hex, datetime.now(UTC)
    )
    received = _receive_all(run)
    known = {row["input_name"]: row for row in current_loads(source, warehouse).iter_rows(named=True)}
    typing_hash = _typing_hash(source, received)
    if _is_current(typing_hash, run):
        inputs = tuple(InputReport(name, known[name]["row_count"], is_landed=False) for name in received)
        run_before = str(warehouse.read("control.core_tables")["run_id"][0])
        return _report(run, run_before, inputs, started, is_unchanged=True)
    loads = _understand_all(run, received)
    changed = [load for load in loads if known.get(load.input_name, {}).get("content_hash") != load.content_hash]
    with warehouse.transaction():
        for load in changed:
            land(source, load, warehouse, run.run_id, run.moment)
    typed = _type_all(run, loads)
    run.step("fill core", 2 * len(source.inputs) + len(source.tables))
    fill_core(source, typed, typing_hash, warehouse, run.run_id, run.moment)
    inputs = tuple(InputReport(load.input_name, load.rows.height, load in changed) for load in loads)
    return _report(run, run.run_id, inputs, started, is_unchanged=False)


def _be_silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


def _receive_all(run: _Extract) -> dict[str, Received]:
    """Every input as it arrives, or all problems."""
    received: dict[str, Received] = {}
    problems: list[Problem] = []
    for done, (name, definition) in enumerate(run.source.inputs.items()):
        run.step(f"read {name}", done)
        try:
            received[str(name)] = receive(str(name), definition, run.settings.data_dir, run.fetchers)
        except UnreadableInputError as error:
            problems.append(error.problem)
    _stop_at(problems, run, "has inputs that cannot be read")
    return received


def _understand_all(run: _Extract, received: Mapping[str, Received]) -> list[Load]:
    """The rows of every input, or all problems."""
    loads: list[Load] = []
    problems: list[Problem] = []
    for done, (name, definition) in enumerate(run.source.inputs.items(), len(run.source.inputs)):
        run.step(f"understand {name}", done)
        try:
            load = understand(str(name), definition, received[name])
        except UnreadableInputError as error:
            problems.append(error.problem)
            continue
        loads.append(load)
        if problem := find_row_count_problem(str(name), definition, load.rows.height):
            problems.append(problem)
    _stop_at(problems, run, "has inputs that cannot be read")
    return loads


def _type_all(run: _Extract, loads: list[Load]) -> dict[str, TypedTable]:
    """The rows of every select, cast and split, or all problems."""
    typed: dict[str, TypedTable] = {}
    problems: list[Problem] = []
    settings, zone = run.settings, run.source.content.source.time_zone
    frames = {load.input_name: load.rows for load in loads}
    assumed = {str(name): str(one.value) for name, one in run.source.assumptions.items()}
    with SourceConnection(frames, zone, settings.threads, settings.memory, assumed) as connection:
        for done, (name, sql) in enumerate(run.source.tables.items(), 2 * len(loads)):
            run.step(f"select {name}", done)
            table = core_table(f"core.{name}")
            try:
                with connection.select(str(name), sql) as selected:
                    wrong = find_column_problems(table, list(selected.columns), name.place)
                    problems += wrong
                    if not wrong:
                        typed[table.name] = type_rows(table, selected)
            except SqlFaultError as error:
                problems.append(error.problem)
    _stop_at(problems, run, "has selects that cannot be used; core is as it was")
    return typed


def _stop_at(problems: list[Problem], run: _Extract, what: str) -> None:
    """Raise all problems, where there are any."""
    if problems:
        raise DataProblem(f"The source {run.source.name} {what}.", problems)


def _typing_hash(source: Source, received: Mapping[str, Received]) -> str:
    """sha256 of everything that decides what core holds: inputs, YAML, models, our own code."""
    inputs = {name: one.content_hash for name, one in sorted(received.items())}
    models = [repr(core_table(name)) for name in SOURCE_TABLES]
    code = [path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(json.dumps([inputs, source.text, models, code]).encode()).hexdigest()


def _is_current(typing_hash: str, run: _Extract) -> bool:
    """Whether core was filled last from exactly this."""
    last = run.warehouse.query(
        "select source_name, content_hash from control.loads where input_name is null order by loaded_at desc limit 1"
    )
    return last.rows() == [(run.source.name, typing_hash)]


def _report(
    run: _Extract, run_id: str, inputs: tuple[InputReport, ...], started: float, *, is_unchanged: bool
) -> ExtractReport:
    """What this extract did."""
    tables = read_table_reports(run.warehouse)
    assumptions = tuple(f"{name} is {one.value}: {one.means}" for name, one in run.source.assumptions.items())
    return ExtractReport(run.source.name, run_id, is_unchanged, inputs, tables, time.monotonic() - started, assumptions)
