"""The books: one SQLite file that holds everything the organisation knows, and survives a restart and a kill."""

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.errors import DataProblem
from pipelines.sandbox.xero.book_tables import BOOKS_VERSION, VERSIONS
from pipelines.sandbox.xero.demo_chart import fill_demo_chart
from pipelines.sandbox.xero.wire import EPOCH
from schemas.problems import Problem

Clock = Callable[[], datetime]
Parameters = Sequence[object] | Mapping[str, object]


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


class Books:
    """A connection to the books; amounts in them are whole cents of base currency, debits positive."""

    def __init__(self, path: Path, clock: Clock = utc_now) -> None:
        self.path = path
        self.clock = clock
        # One event loop answers all requests, but it may run in another thread than the one that opened the books.
        self._connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row

    def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """The first row of a query, or none."""
        found: sqlite3.Row | None = self._connection.execute(sql, parameters).fetchone()
        return found

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement."""
        self._connection.execute(sql, parameters)

    def insert(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Add rows with equal columns to a table."""
        if rows:
            columns = list(rows[0])
            values = ", ".join(f":{column}" for column in columns)
            self._connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})", rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of the block is committed, or nothing of it. Blocks may be nested."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Inside a transaction: undo the block, and only the block, when it raises."""
        self._connection.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO attempt")
            raise
        finally:
            self._connection.execute("RELEASE attempt")

    def now_ms(self) -> int:
        """Milliseconds since 1970: the precision of UpdatedDateUTC."""
        return (self.clock() - EPOCH) // timedelta(milliseconds=1)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def open_books(path: Path, clock: Clock = utc_now) -> Books:
    """Open the books in a file, and fill a new file with the demo company's chart.

    Raises:
        DataProblem: the file is no books of ours, or of a newer release.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    books = Books(path, clock)
    try:
        # A rollback journal, not WAL: between two requests the books are this one file.
        books.execute("PRAGMA journal_mode = DELETE")
        books.execute("PRAGMA synchronous = FULL")
        books.execute("PRAGMA foreign_keys = ON")
        with books.writing():
            _create_or_check(books)
    except sqlite3.DatabaseError as error:
        books.close()
        raise _not_books(path, str(error)) from error
    except DataProblem:
        books.close()
        raise
    return books


def _create_or_check(books: Books) -> None:
    """Make the tables of a new file, and those that an older one lacks; refuse a file that holds something else."""
    version = _first(books, "PRAGMA user_version")
    is_new = version == 0 and _first(books, "SELECT count(*) FROM sqlite_master") == 0
    if not is_new and not 1 <= version <= BOOKS_VERSION:
        raise _not_books(books.path, f"version {version} of the tables, and this release reads {BOOKS_VERSION}")
    for statements in VERSIONS[version:]:
        for statement in statements:
            books.execute(statement)
    books.execute(f"PRAGMA user_version = {BOOKS_VERSION}")
    if is_new:
        books.insert("settings", [{"name": "token_key", "value": uuid.uuid4().hex}])
        fill_demo_chart(books)


def _first(books: Books, sql: str) -> int:
    """The one number that a query gives."""
    row = books.row(sql)
    return int(row[0]) if row else 0


def _not_books(path: Path, found: str) -> DataProblem:
    """The error for a file that is not ours to write into."""
    fix = "Name another file with --books, or delete this one to start with the demo company."
    return DataProblem("The books of the local Xero server cannot be used.", [Problem(str(path), found, fix)])
