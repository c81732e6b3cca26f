"""Opens the warehouse for writing, or its published copy for reading."""

from __future__ import annotations  # text only: a live annotation of a DuckDB type is reported as a leak at exit

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.errors import DataProblem
from pipelines.settings import Settings
from pipelines.warehouse.connecting import connect
from pipelines.warehouse.copies import back_up, is_published, publish, published_at
from pipelines.warehouse.lock import hold
from pipelines.warehouse.marks import beside_connection
from pipelines.warehouse.migrating import (
    MIGRATIONS,
    Migration,
    apply_migrations,
    current_version,
    pending_migrations,
    read_migrations,
)
from pipelines.warehouse.places import read_copy
from pipelines.warehouse.tables import Warehouse

WAIT = 60.0
"""Seconds that a command waits for another one by default."""


class PublishedWarehouse(Warehouse):
    """The published copy: what the last run left, for reading."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, moment: datetime) -> None:
        super().__init__(connection)
        self.published_at = moment

    @property
    def age(self) -> timedelta:
        """How old the copy is."""
        return datetime.now(UTC) - self.published_at


@contextmanager
def open_warehouse(
    settings: Settings,
    wait: float = WAIT,
    *,
    publishes: bool = True,
    notify: Callable[[str], None] | None = None,
    migrations: Path = MIGRATIONS,
) -> Iterator[Warehouse]:
    """Open the warehouse for writing, alone: lock, upgrade to this release's layout, close, publish the copy.

    Whatever was committed inside is published, also when the block ends with an error. Never keep it open while a
    person or a server is waited for, and never open it inside itself.

    Args:
        settings: says which file, and how many threads and how much memory.
        wait: seconds to wait for another process.
        publishes: False leaves the published copy to the next session, for a small note such as "a run began".
        notify: told once, in words, when there is somebody to wait for.
        migrations: folder of the numbered migrations.

    Raises:
        Incomplete: when another process has it (exit 7).
        DataProblem: when the file is damaged, not ours, or from a newer release (exit 3).
    """
    file = settings.warehouse
    file.parent.mkdir(parents=True, exist_ok=True)
    with hold(file, wait, notify):
        known = read_migrations(migrations)
        if not file.exists() or file.stat().st_size == 0:
            _create(file, settings, known)
        with beside_connection(file) as blocks:
            warehouse = Warehouse(_open_upgraded(file, settings, wait, known), blocks)
            try:
                yield warehouse
            finally:
                warehouse.close()
                if publishes and (warehouse.has_written or not is_published(file)):
                    publish(file)


@contextmanager
def open_published(settings: Settings, *, migrations: Path = MIGRATIONS) -> Iterator[PublishedWarehouse]:
    """Open the published copy, read-only: writers go on meanwhile, and do not change what this sees.

    Args:
        settings: says which warehouse.
        migrations: folder of the numbered migrations.

    Raises:
        DataProblem: when nothing has been published yet, or a release with another layout did (exit 3).
    """
    copy = read_copy(settings.warehouse)
    if not copy.exists():
        raise DataProblem(
            f"There is no warehouse to read yet: {copy} does not exist.\n"
            "    Run `tieout close PERIOD` or `tieout extract` first, or set TIEOUT_WAREHOUSE."
        )
    warehouse = PublishedWarehouse(
        _open_known(copy, settings, read_migrations(migrations)), published_at(settings.warehouse)
    )
    try:
        yield warehouse
    finally:
        warehouse.close()


def _open_known(copy: Path, settings: Settings, migrations: list[Migration]) -> duckdb.DuckDBPyConnection:
    """A connection to the published copy, if it has this release's layout."""
    connection = connect(copy, settings, read_only=True)
    try:
        is_older = bool(pending_migrations(connection, migrations))
    except BaseException:
        connection.close()
        raise
    if is_older:
        connection.close()
        raise DataProblem(
            f"The published copy {copy} has the layout of an earlier release of tieout.\n"
            "    Run `tieout migrate`: it carries the warehouse to this release, after a backup, and publishes it."
        )
    return connection


def _open_upgraded(
    file: Path, settings: Settings, wait: float, migrations: list[Migration]
) -> duckdb.DuckDBPyConnection:
    """A connection to the file in its newest layout."""
    connection = connect(file, settings, wait=wait)
    try:
        pending = pending_migrations(connection, migrations)
        if pending:
            label = f"layout-{current_version(connection)}"
            connection.close()
            backup = back_up(file, label)
            connection = connect(file, settings, wait=wait)
            apply_migrations(connection, pending, backup)
    except BaseException:
        connection.close()
        raise
    return connection


def _create(file: Path, settings: Settings, migrations: list[Migration]) -> None:
    """Build a new file aside, so that it is complete when it appears."""
    fresh = file.with_name(f"{file.name}.new")
    for leftover in (fresh, fresh.with_name(f"{fresh.name}.wal")):
        leftover.unlink(missing_ok=True)
    connection = connect(fresh, settings)
    try:
        apply_migrations(connection, migrations, backup=None)
    finally:
        connection.close()
    fresh.replace(file)
