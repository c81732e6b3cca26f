"""Extracts a source: its inputs land in raw, its selects run on a connection of their own, core is replaced whole."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.errors import DataProblem
from pipelines.extract.api.raw_versions import Stamp
from pipelines.extract.api.reading import ReadInput
from pipelines.extract.api.shapes import Api
from pipelines.extract.api_inputs import ApiInputs
from pipelines.extract.core_columns import core_table
from pipelines.extract.core_filling import fill_table, note_filling, read_table_reports
from pipelines.extract.core_tables import TypedTable, find_column_problems, type_rows
from pipelines.extract.drift_report import read_drift
from pipelines.extract.file_bytes import UnreadableInputError
from pipelines.extract.raw_tables import Load, current_loads, land
from pipelines.extract.received import Received, find_row_count_problem, receive, rename_columns, understand
from pipelines.extract.refusals import read_refusals
from pipelines.extract.report import ExtractReport, InputReport
from pipelines.extract.retention import forget_old_rows
from pipelines.extract.shared_selects import SharedSelects
from pipelines.extract.source_shapes import FileInput, Source
from pipelines.extract.source_sql import SourceConnection, SqlFaultError
from pipelines.extract.wish import WHAT_CHANGED, ExtractWish
from pipelines.settings import Settings
from pipelines.steps.source_days import digest_core
from pipelines.warehouse import Warehouse
from pipelines.warehouse.arrow import StreamedQuery
from schemas.problems import Problem
from schemas.tables import SOURCE_TABLES

MANY_ROWS = 100_000
"""A close digests the days of fewer rows itself, as soon as it needs them."""

Progress = Callable[[str, int, int], None]
"""Told what is done next, how many steps are done, and how many there are."""


@dataclass(frozen=True)
class _Extract:
    """One extract on its way."""

    source: Source
    settings: Settings
    warehouse: Warehouse
    apis: Mapping[str, Api]
    progress: Progress
    run_id: str
    moment: datetime

    @property
    def files(self) -> dict[str, FileInput]:
        """The inputs that are files."""
        return {str(name): one for name, one in self.source.inputs.items() if isinstance(one, FileInput)}

    @property
    def api_inputs(self) -> ApiInputs:
        """The inputs that come from APIs."""
        return ApiInputs(self.source, self.warehouse)

    def tell(self, share: float, what: str) -> None:
        """Tell how far the servers are read."""
        inputs = len(self.source.inputs)
        self.progress(what, len(self.files) + round(share * (inputs - len(self.files))), self._total)

    @property
    def _total(self) -> int:
        return 2 * len(self.source.inputs) + len(self.source.tables) + 1

    def step(self, what: str, done: int) -> None:
        """Tell what is done next."""
        self.progress(what, done, self._total)


def extract_source(
    source: Source,
    settings: Settings,
    warehouse: Warehouse,
    apis: Mapping[str, Api],
    progress: Progress | None = None,
    *,
    run_id: str | None = None,
    wish: ExtractWish = WHAT_CHANGED,
) -> ExtractReport:
    """Land the inputs of a source in raw and fill the core tables with its selects.

    What is already the current load is not landed again, and where neither input nor YAML nor model changed since the
    core tables were filled, nothing is written at all.

    Args:
        source: from `read_source`.
        settings: `data_dir` is where relative paths start; threads and memory hold for the selects too.
        warehouse: open for writing.
        apis: open connections by the name of the API: {"omni": connect_omni(settings)}.
        progress: told about each step.
        run_id: key of the run in control.runs; a new one where there is none.
        wish: what is asked of the APIs: what changed, everything, the days of a backfill, or nothing (offline).

    Returns:
        What was landed, filled, refused and left empty. Refused rows are in raw.rejected_rows.

    Raises:
        DataProblem: a file that is missing, damaged or cut off, too few rows, a select that does not fit: all problems
            at once, core unchanged (exit 3).
        UsageProblem: an API without connection (exit 2). Incomplete: an API cannot be read to the end (exit 7); what
            was received stays, and the next extract goes on from there.
    """
    started = time.monotonic()
    run = _Extract(source, settings, warehouse, apis, progress or _be_silent, run_id or uuid4().hex, datetime.now(UTC))
    received = _receive_files(run)
    read = _read_apis(run, wish)
    known = {row["input_name"]: row for row in current_loads(source, warehouse).iter_rows(named=True)}
    typing_hash = _typing_hash(source, received, read)
    if _is_current(typing_hash, run):
        inputs = _input_reports(run, [InputReport(name, known[name]["row_count"], False) for name in received], read)
        run_before = str(warehouse.read("control.core_tables")["run_id"][0])
        return _report(run, run_before, inputs, started, is_unchanged=True)
    loads = _understand_files(run, received)
    changed = [load for load in loads if known.get(load.input_name, {}).get("content_hash") != load.content_hash]
    with warehouse.transaction():
        for load in changed:
            land(source, load, warehouse, run.run_id, run.moment)
    with warehouse.transaction():
        typed = _type_all(run, loads)
        run.step("fill core", 2 * len(source.inputs) + len(source.tables))
        note_filling(source, typed, typing_hash, warehouse, run.run_id, run.moment)
    forget_old_rows(source, warehouse, settings.raw_months, run.moment)
    if sum(table.row_count for table in typed.values()) >= MANY_ROWS:
        digest_core(warehouse)
    files = [InputReport(load.input_name, load.rows.height, load in changed) for load in loads]
    inputs = _input_reports(run, files, read)
    return _report(run, run.run_id, inputs, started, is_unchanged=False)


def _be_silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


def _receive_files(run: _Extract) -> dict[str, Received]:
    """Every file as it arrives, or all problems."""
    received: dict[str, Received] = {}
    problems: list[Problem] = []
    for done, (name, definition) in enumerate(run.files.items()):
        run.step(f"read {name}", done)
        try:
            received[name] = receive(definition, run.settings.data_dir)
        except UnreadableInputError as error:
            problems.append(error.problem)
    _stop_at(problems, run, "has inputs that cannot be read")
    return received


def _understand_files(run: _Extract, received: Mapping[str, Received]) -> list[Load]:
    """The rows of every file, or all problems."""
    loads: list[Load] = []
    problems: list[Problem] = []
    for done, (name, definition) in enumerate(run.files.items(), len(run.files)):
        run.step(f"understand {name}", done)
        try:
            load = understand(name, definition, received[name])
        except UnreadableInputError as error:
            problems.append(error.problem)
            continue
        loads.append(load)
        if problem := find_row_count_problem(name, definition, load.rows.height):
            problems.append(problem)
    _stop_at(problems, run, "has inputs that cannot be read")
    return loads


def _read_apis(run: _Extract, wish: ExtractWish) -> dict[str, ReadInput]:
    """The API inputs, brought up to date or as they stand."""
    if wish.is_offline:
        read = run.api_inputs.stand()
    else:
        asked = wish.of(run.settings, run.source.content.source.time_zone)
        read = run.api_inputs.read(run.apis, asked, Stamp(run.run_id, run.moment), run.tell)
    definitions = run.api_inputs.definitions
    counted = {name: find_row_count_problem(name, definitions[name], one.row_count) for name, one in read.items()}
    _stop_at([problem for problem in counted.values() if problem], run, "has inputs that cannot be read")
    return read


def _input_reports(run: _Extract, files: list[InputReport], read: Mapping[str, ReadInput]) -> tuple[InputReport, ...]:
    """What became of each input, in the order of the YAML."""
    reports = {one.name: one for one in files}
    for name, one in read.items():
        reports[name] = InputReport(name, one.row_count, one.is_changed, one.pages, one.deleted)
    return tuple(reports[str(name)] for name in run.source.inputs)


def _type_all(run: _Extract, loads: list[Load]) -> dict[str, TypedTable]:
    """Fill a core table from every select, its rows cast and split, or raise all problems; the caller commits."""
    typed: dict[str, TypedTable] = {}
    settings, zone = run.settings, run.source.content.source.time_zone
    frames: dict[str, pl.DataFrame | StreamedQuery] = {
        load.input_name: rename_columns(load.rows, run.files[load.input_name]) for load in loads
    }
    assumed = {str(name): str(one.value) for name, one in run.source.assumptions.items()}
    with (
        TemporaryDirectory(prefix=".selects-", dir=settings.warehouse.parent) as spill,
        run.api_inputs.rows(run.apis) as streams,
        SourceConnection(frames | streams, zone, settings.threads, settings.memory, assumed, Path(spill)) as connection,
    ):
        shared = SharedSelects(run.source, connection)
        problems = shared.problems
        is_in_order = all(isinstance(one, FileInput) for one in run.source.inputs.values())
        for done, (name, sql) in enumerate(run.source.tables.items(), 2 * len(run.source.inputs)):
            run.step(f"select {name}", done)
            table = core_table(f"core.{name}")
            try:
                with shared.ready_for(str(name)), connection.select(str(name), sql) as selected:
                    wrong = find_column_problems(table, list(selected.columns), name.place)
                    problems += wrong
                    if not wrong:
                        typed[table.name] = type_rows(table, selected, is_in_order=is_in_order)
                    if not problems:
                        fill_table(table, selected.stream(typed[table.name].good_rows), run.warehouse)
            except SqlFaultError as error:
                if error.problem not in problems:  # of a shared select, which several tables read
                    problems.append(error.problem)
    _stop_at(problems, run, "has selects that cannot be used; core is as it was")
    return typed


def _stop_at(problems: list[Problem], run: _Extract, what: str) -> None:
    """Raise all problems, where there are any."""
    if problems:
        raise DataProblem(f"The source {run.source.name} {what}.", problems)


def _typing_hash(source: Source, received: Mapping[str, Received], read: Mapping[str, ReadInput]) -> str:
    """sha256 of everything that decides what core holds: inputs, YAML, models, our own code."""
    inputs: dict[str, object] = {name: one.content_hash for name, one in sorted(received.items())}
    inputs |= {name: one.landed_version for name, one in sorted(read.items())}
    models = [repr(core_table(name)) for name in SOURCE_TABLES]
    code = [path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.rglob("*.py"))]
    day = ""
    if re.search(r"\bnow\(\)|\bcurrent_date\b|\btoday\(\)", source.text, re.IGNORECASE):
        day = str(datetime.now(ZoneInfo(source.content.source.time_zone)).date())  # a select that says "today"
    return hashlib.sha256(json.dumps([inputs, source.text, models, code, day]).encode()).hexdigest()


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
    written = (f"{name} is {one.value}: {one.means}" for name, one in run.source.assumptions.items())
    found = (f"{name} is {means}" for api in run.apis.values() for name, means in sorted(api.calls.notes.items()))
    return ExtractReport(
        run.source.name,
        run_id,
        is_unchanged,
        inputs,
        tables,
        time.monotonic() - started,
        (*written, *found),
        read_drift(run.source, run.warehouse),
        tuple((api.calls.server, api.calls.made, api.calls.left) for api in run.apis.values()),
        read_refusals(run.warehouse),
    )
