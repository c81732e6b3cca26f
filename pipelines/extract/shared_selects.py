"""Selects that several tables of a source read by name: each is run once, and its rows go when the last table is done.

Rows that memory does not hold lie in the folder of the connection meanwhile. A select that one table reads once is not
kept: it runs as a part of that one.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.extract.source_kinds import Sql
from pipelines.extract.source_shapes import Source
from pipelines.extract.source_sql import SourceConnection, SqlFaultError
from schemas.problems import Problem


class SharedSelects:
    """The shared selects of a source, over the inputs in a connection."""

    def __init__(self, source: Source, connection: SourceConnection) -> None:
        """Bind each to the inputs and to those above it; none is run yet."""
        self._connection = connection
        self._selects = {str(name): sql for name, sql in source.shared.items()}
        self._faults: dict[str, SqlFaultError] = {}
        self._kept: set[str] = set()
        readers = [*self._selects.values(), *source.tables.values()]
        self._worth_keeping = {name for name in self._selects if sum(_mentions(sql, name) for sql in readers) > 1}
        self._wanted = {str(table): self._behind(sql) for table, sql in source.tables.items()}
        for name, sql in self._selects.items():
            if not self._faults.keys() & self._behind(sql):
                with self._noting(name):
                    connection.share(name, sql)

    @property
    def problems(self) -> list[Problem]:
        """What DuckDB refused so far, also of those that no table reads."""
        return [fault.problem for fault in self._faults.values()]

    @contextmanager
    def ready_for(self, table: str) -> Iterator[None]:
        """Have what a table reads, and afterwards forget what it was the last one to read.

        Raises:
            SqlFaultError: of a shared select that the table reads, with the line of that one; else from the block.
        """
        wanted = self._wanted[table]
        for name in wanted:
            if name in self._faults:
                raise self._faults[name]
            if name in self._worth_keeping:
                self._keep(name)
        try:
            yield
        except SqlFaultError:
            for name in wanted:
                self._keep(name)  # one that ran as a part of the table may be what failed: it fails alone, too
            raise
        finally:
            self._forget_after(table)

    def _behind(self, sql: Sql) -> list[str]:
        """The shared selects that a select reads, itself or through others, each after what it reads."""
        read = {name for name in self._selects if _names(sql, name)}
        for name in reversed(self._selects):
            if name in read:
                read |= {other for other in self._selects if other != name and _names(self._selects[name], other)}
        return [name for name in self._selects if name in read]

    def _keep(self, name: str) -> None:
        """Run one and keep its rows."""
        if name in self._kept:
            return
        with self._noting(name):
            self._connection.keep(name, self._selects[name])
        if name in self._faults:
            raise self._faults[name]
        self._kept.add(name)

    def _forget_after(self, table: str) -> None:
        """Drop the rows that no later table reads."""
        tables = list(self._wanted)
        later = {name for other in tables[tables.index(table) + 1 :] for name in self._wanted[other]}
        for name in self._kept - later:
            self._connection.forget(name)
            self._kept.remove(name)

    @contextmanager
    def _noting(self, name: str) -> Iterator[None]:
        """Remember that one cannot be run, so that the tables that read it need not find out anew."""
        try:
            yield
        except SqlFaultError as fault:
            self._faults[name] = fault


def _names(sql: Sql, name: str) -> bool:
    """Whether a select has a name somewhere in its text; where it does not read it after all, that costs time alone."""
    return _mentions(sql, name) > 0


def _mentions(sql: Sql, name: str) -> int:
    """How often."""
    return len(re.findall(rf"\b{name}\b", sql.text, re.IGNORECASE))
