"""Reading and writing tables of an open warehouse: frames in, frames out, checked against their models."""

from __future__ import annotations  # text only: a live annotation of a DuckDB type is reported as a leak at exit

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import duckdb
import polars as pl

from pipelines.errors import DataProblem
from pipelines.warehouse.arrow import ArrowStream, Streamed, StreamedQuery, read_relation
from pipelines.warehouse.marks import BlockFile, find_mark
from schemas.checking import check
from schemas.tables import TABLES

INCOMING = "incoming_rows"
TABLE_NAME = re.compile(r"[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*")


class WarehouseFailure(DataProblem):
    """DuckDB could not run a statement: a disk that is full, memory that is used up, SQL that is wrong."""


class Warehouse:
    """An open warehouse; `open_warehouse` and `open_published` make one."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, blocks: BlockFile | None = None) -> None:
        self._open_connection: duckdb.DuckDBPyConnection | None = connection
        self._blocks = blocks
        self._is_in_transaction = False
        self.has_written = False

    @property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        if self._open_connection is None:
            raise RuntimeError("the warehouse is closed: use it inside its `with` block")
        return self._open_connection

    def close(self) -> None:
        """Close the file and let go of the connection.

        DuckDB's module reports every connection that is alive when Python exits, on the user's terminal; a thread's
        stack or a kept traceback may hold this object until then, and must not hold the connection.
        """
        if self._open_connection is not None:
            self._open_connection.close()
            self._open_connection = None

    def read(self, table: str, where: str | None = None, parameters: Sequence[object] = ()) -> pl.DataFrame:
        """Rows of a table such as "close.bookings", all or those of an SQL condition, as stored."""
        condition = f" where {where}" if where else ""
        return self.query(f"from {_known(table)}{condition}", parameters)

    def query(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> pl.DataFrame:
        """The rows of a select, parameters as of `execute`; decimals and dates arrive as such, instants in UTC."""
        given = dict(parameters) if isinstance(parameters, Mapping) else list(parameters)
        try:
            return read_relation(self._connection.sql(sql, params=given or None))
        except duckdb.Error as error:
            failure = plain_error(error)
        raise failure

    def find(
        self, table: str, column: str, keys: pl.DataFrame, where: str = "true", parameters: Sequence[object] = ()
    ) -> pl.DataFrame:
        """Rows of a table whose value of a column is one of those of a frame.

        The rows' numbers are looked up first: in one query DuckDB would read every column of every row for the join.

        Args:
            table: name with schema.
            column: of the table and of the frame.
            keys: the values wanted.
            where: SQL condition beside it, with `parameters`.
        """
        name = _known(table)
        if keys.is_empty():
            return self.query(f"from {name} limit 0")
        with self.offering("wanted_keys", keys.select(column).unique()):
            found = f"select rowid from {name} where {where} and {column} in (from wanted_keys)"
            return self.query(f"from {name} where rowid in ({found})", parameters)

    def find_mark(self, table: str) -> str | None:
        """Text that is equal only while the rows of a table are, without reading them; None where nobody can tell."""
        if self._blocks is None:
            return None
        try:
            return find_mark(self._connection, self._blocks, _known(table))
        except duckdb.Error as error:
            failure = plain_error(error)
        raise failure

    def write_to_file(self) -> None:
        """Let what was committed lie in the file itself, as it does after closing; inside a transaction it waits."""
        if not self._is_in_transaction:
            self.execute("checkpoint")

    @contextmanager
    def streaming(self) -> Iterator[Callable[[str, pl.Schema], StreamedQuery]]:
        """Give queries to another DuckDB of this process, batch after batch: a table need not fit into memory.

        In the block, call what is given with a select and its columns; it sees what was committed when it is scanned.
        """
        cursors: list[duckdb.DuckDBPyConnection] = []

        def query(sql: str, schema: pl.Schema) -> StreamedQuery:
            def run() -> object:
                cursor = self._connection.cursor()  # its own: one connection has one open result
                cursors.append(cursor)
                return cursor.sql(sql).__arrow_c_stream__()

            return StreamedQuery(run, schema)

        try:
            yield query
        finally:
            while cursors:
                cursors.pop().close()

    @contextmanager
    def offering(self, name: str, frame: Streamed) -> Iterator[None]:
        """Let the SQL of the block read a frame, or what another DuckDB streams, by a name without a schema."""
        self._connection.register(name, ArrowStream(frame))
        try:
            yield
        finally:
            self._connection.unregister(name)

    def execute(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> None:
        """Run a statement that changes something; parameters are ? in their order, or $name."""
        self.has_written = True
        given = dict(parameters) if isinstance(parameters, Mapping) else list(parameters)
        try:
            self._connection.execute(sql, given or None).complete()
        except duckdb.Error as error:
            failure = plain_error(error)
        else:
            return
        raise failure

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Add rows to a table.

        Args:
            table: name with schema.
            frame: its rows, columns in any order.

        Raises:
            SchemaViolation: when the rows break the table's model (schemas.tables); nothing is written.
        """
        model = TABLES.get(table)
        rows = check(model, frame) if model else frame
        self.has_written = True
        if rows.is_empty():
            return
        self._connection.register(INCOMING, ArrowStream(rows))
        try:
            self.execute(f"insert into {_known(table)} by name from {INCOMING}")
        finally:
            self._connection.unregister(INCOMING)

    def replace(
        self, table: str, frame: pl.DataFrame, where: str | None = None, parameters: Sequence[object] = ()
    ) -> None:
        """Put rows in the place of others, in one transaction.

        Args:
            table: name with schema.
            frame: the new rows, columns in any order.
            where: SQL condition of the rows that go, with `parameters`; None: all.

        Raises:
            SchemaViolation: when the new rows break the table's model; the old ones stay.
        """
        with self.transaction():
            condition = f" where {where}" if where else ""
            self.execute(f"delete from {_known(table)}{condition}", parameters)
            self.append(table, frame)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it; a block inside another one belongs to the outer."""
        if self._is_in_transaction:
            yield
            return
        self.execute("begin transaction")
        self._is_in_transaction = True
        try:
            yield
        except BaseException:
            with suppress(WarehouseFailure):  # DuckDB may have ended the transaction itself
                self.execute("rollback")
            raise
        else:
            self.execute("commit")
        finally:
            self._is_in_transaction = False

    @contextmanager
    def scratch(self) -> Iterator[None]:
        """Nothing of the block stays: for a preview, which may be looked at inside the block."""
        with suppress(_Undo), self.transaction():
            yield
            raise _Undo


class _Undo(Exception):
    """Ends a transaction without keeping it."""


def plain_error(error: duckdb.Error) -> WarehouseFailure:
    """DuckDB's complaint without its traceback.

    Raise it outside the `except` block: what keeps a DuckDB traceback, as Prefect does with a failed task, keeps the
    connection, and the user would see it reported as a leak.
    """
    return WarehouseFailure(f"DuckDB could not run a statement of the warehouse. {type(error).__name__}: {error}")


def _known(table: str) -> str:
    """The name as it goes into SQL: schema and table, so that no SQL can hide in it."""
    if not TABLE_NAME.fullmatch(table):
        raise ValueError(f'"{table}" is not the name of a table with its schema, such as close.bookings')
    return ".".join(f'"{part}"' for part in table.split("."))
