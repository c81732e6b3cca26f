"""The one place where a source's SQL runs: an in-memory DuckDB that has the inputs and nothing else.

No file, no network, no extension, no setting and no Python variable can be reached from it, and what a select changes
is rolled back: a source YAML from a stranger can fill core tables and do nothing else. The one folder that DuckDB may
use is where it puts what memory does not hold.
"""

from __future__ import annotations  # text only: a live annotation of a DuckDB type is reported as a leak at exit

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from mappings.wording import nearest, quote
from pipelines.extract.core_casts import OR_AS_SENT
from pipelines.extract.source_kinds import Sql
from pipelines.warehouse.arrow import ArrowStream, StreamedQuery, read_relation
from schemas.problems import Problem

SELECTED = "selected_rows"
"""View that a select is while it is looked at: whoever reads it runs the select."""


class SqlFaultError(Exception):
    """A select that DuckDB refuses; holds the problem with its line of the YAML."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


@dataclass(frozen=True)
class Selected:
    """A select that is fit to run, as view `selected_rows` of its connection; each reading of the view runs it."""

    columns: Mapping[str, str]
    """DuckDB type by column name."""
    _connection: duckdb.DuckDBPyConnection

    def execute(self, sql: str) -> None:
        """Run one of our own statements over the select."""
        self._connection.execute(sql)

    def query(self, sql: str) -> pl.DataFrame:
        """Rows of one of our own selects over it."""
        return read_relation(self._connection.sql(sql))

    def stream(self, sql: str) -> StreamedQuery:
        """The same, batch after batch: another DuckDB reads it while the select is open."""
        return StreamedQuery(lambda: self._connection.sql(sql).__arrow_c_stream__())


class SourceConnection:
    """A DuckDB in memory with a source's inputs as tables."""

    def __init__(
        self,
        inputs: Mapping[str, pl.DataFrame | StreamedQuery],
        time_zone: str,
        threads: int | None = None,
        memory: str | None = None,
        assumptions: Mapping[str, str] | None = None,
        spill: Path | None = None,
    ) -> None:
        """Open it.

        Args:
            inputs: rows by input, or a stream of them.
            time_zone: of the source.
            threads: of DuckDB; None: all.
            memory: limit of DuckDB, such as 1GB; None: its own.
            assumptions: variables of the selects.
            spill: a folder of its own for what memory does not hold; None: what does not fit is an error.
        """
        config: dict[str, str | bool | int | float | list[str]] = {
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "temp_directory": str(spill or ""),
            "errors_as_json": "true",
        }
        config |= {name: str(value) for name, value in (("threads", threads), ("memory_limit", memory)) if value}
        self._connection = duckdb.connect(":memory:", config=config)
        self._input_names = sorted(inputs)
        self._shared_names: list[str] = []
        for name, frame in inputs.items():
            self._add(name, frame)
        self._connection.execute(OR_AS_SENT)
        self._connection.execute("set variable time_zone = $1", [time_zone])
        for name, value in (assumptions or {}).items():  # names of the YAML: small letters, digits and _
            self._connection.execute(f"set variable {name} = $1", [value])
        self._connection.execute(f"set timezone = '{time_zone}'")  # a name of the IANA list: checked when it was read
        self._connection.execute("set lock_configuration = true")

    def _add(self, name: str, frame: pl.DataFrame | StreamedQuery) -> None:
        """Copy an input into a table, in its order; what is streamed is read by each select that names it."""
        if isinstance(frame, StreamedQuery):
            self._connection.register(name, frame)
            return
        self._connection.register("incoming_rows", ArrowStream(frame))
        self._connection.execute(f'create table "{name}" as select * from incoming_rows')
        self._connection.unregister("incoming_rows")

    def __enter__(self) -> SourceConnection:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def select(self, table: str, sql: Sql) -> Iterator[Selected]:
        """Look at one select of a source, and run it; whatever happened inside is undone at the end.

        Raises:
            SqlFaultError: not one select, or refused by DuckDB, before the block or where the block runs it; the
                problem stands at the line of the YAML.
        """
        what = f"tables.{table}"
        self._check_single_select(what, sql)
        prefix = f"create temp view {SELECTED} as\n"
        self._connection.execute("begin transaction")
        try:
            self._connection.execute(prefix + sql.text)
            described = self._connection.execute(f"describe {SELECTED}").fetchall()
            yield Selected({str(row[0]): str(row[1]) for row in described}, self._connection)
        except duckdb.Error as error:
            raise SqlFaultError(self._problem(what, sql, error, len(prefix.encode()))) from None
        finally:
            self._connection.execute("rollback")

    def share(self, name: str, sql: Sql) -> None:
        """Let the selects that follow read a select by name, as they read an input; each of them runs it.

        Raises:
            SqlFaultError: not one select, or refused by DuckDB.
        """
        self._check_single_select(f"shared.{name}", sql)  # and the view refuses one that changes an input
        self._create("view", name, sql)
        self._shared_names.append(name)

    def keep(self, name: str, sql: Sql) -> None:
        """Run a shared select once: from now on its rows are read.

        Raises:
            SqlFaultError: the select stopped at a row; it cannot be read any more.
        """
        self._connection.execute(f'drop view "{name}"')
        self._create("table", name, sql)

    def forget(self, name: str) -> None:
        """Drop the rows of a shared select."""
        self._connection.execute(f'drop table "{name}"')

    def _create(self, kind: str, name: str, sql: Sql) -> None:
        """A view or a table of a shared select; nobody else sees it."""
        prefix = f'create temp {kind} "{name}" as\n'
        try:
            self._connection.execute(prefix + sql.text)
        except duckdb.Error as error:
            raise SqlFaultError(self._problem(f"shared.{name}", sql, error, len(prefix.encode()))) from None

    def _check_single_select(self, what: str, sql: Sql) -> None:
        """Refuse anything but one select."""
        try:
            statements = self._connection.extract_statements(sql.text)
        except duckdb.Error as error:
            raise SqlFaultError(self._problem(what, sql, error, 0)) from None
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            found = f"{what} is not one select" + (f" but {len(statements)} statements" if statements else "")
            fix = "Write one select; common table expressions (with ... as) may stand before it"
            raise SqlFaultError(Problem(str(sql.place), found, fix))

    def _problem(self, what: str, sql: Sql, error: duckdb.Error, offset: int) -> Problem:
        """DuckDB's complaint at the line of the YAML, with what to do about it where that is known."""
        details = _details(error)
        message = str(details.get("exception_message", "")).replace("\r", "").split("\n")
        position = details.get("position")
        at = sql.place_of(int(str(position)) - offset if position is not None else None)
        found, fix = self._in_words(details, message)
        return Problem(str(at), f"{what}: {found}", fix)

    def _in_words(self, details: Mapping[str, object], message: list[str]) -> tuple[str, str]:
        """What was found and what to write."""
        kind, name = details.get("exception_type"), str(details.get("name", ""))
        if kind == "Permission":
            return message[0], "The SQL of a source sees its inputs and nothing else; name the file under inputs"
        if kind == "Catalog" and details.get("type") == "Table":
            near = nearest(name, [*self._input_names, *self._shared_names])
            meant = f"Did you mean {quote(near)}? " if near else ""
            shared = f"; shared: {', '.join(self._shared_names)}" if self._shared_names else ""
            return f"no input is called {quote(name)}", f"{meant}Inputs: {', '.join(self._input_names)}{shared}"
        if kind == "Conversion":
            return message[0], "Use try_cast: a value that does not fit is then null, and its row is listed by itself"
        if message[0].startswith("Could not parse string"):
            return message[
                0
            ], "Use try_strptime: a value that does not fit is then null, and its row is listed by itself"
        hints = " ".join(line.strip() for line in message[1:] if line.strip())
        return message[0].rstrip("!"), hints.replace(": :", ":")  # DuckDB writes the colon twice


def _details(error: duckdb.Error) -> dict[str, object]:
    """The parts of an error: DuckDB is told to write them as JSON."""
    text = str(error)
    try:
        parts = json.loads(text[text.index("{") :])
    except ValueError:
        return {"exception_message": text}
    return parts if isinstance(parts, dict) else {"exception_message": text}
