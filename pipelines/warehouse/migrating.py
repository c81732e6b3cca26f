"""Carries a warehouse to this release's layout: numbered migrations, one transaction each."""

from __future__ import annotations  # text only: a live annotation of a DuckDB type is reported as a leak at exit

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.errors import DataProblem
from pipelines.release import code_version
from schemas.dictionary import comment_statements

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
"""The migrations that belong to this release."""


@dataclass(frozen=True)
class Migration:
    """One step from a layout to the next."""

    number: int
    name: str
    sql: str


def read_migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """The migrations of a folder in their order; files are named NNNN_name.sql and numbered from 1 without a gap.

    Raises:
        ValueError: for a missing or doubled number.
    """
    files = sorted(folder.glob("*.sql"))
    found = [
        Migration(int(match[1]), match[2], file.read_text(encoding="utf-8"))
        for file in files
        if (match := re.fullmatch(r"(\d{4})_(\w+)\.sql", file.name))
    ]
    if [each.number for each in found] != list(range(1, len(files) + 1)):
        raise ValueError(f"the migrations in {folder} are not numbered 0001, 0002, ... without a gap")
    return found


def current_version(connection: duckdb.DuckDBPyConnection) -> int:
    """Layout of an open file: number of its last migration, 0 for an empty file.

    Raises:
        DataProblem: for a DuckDB file that holds tables and is no warehouse of ours.
    """
    tables = {
        f"{schema}.{table}"
        for schema, table in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    }
    if "control.schema_version" in tables:
        rows = connection.execute("select coalesce(max(version), 0) from control.schema_version").fetchall()
        return int(rows[0][0])
    if tables:
        raise DataProblem(
            f"The file holds tables and is not a warehouse of tieout: {', '.join(sorted(tables)[:3])}.\n"
            "    Give another file with TIEOUT_WAREHOUSE."
        )
    return 0


def pending_migrations(connection: duckdb.DuckDBPyConnection, migrations: list[Migration]) -> list[Migration]:
    """What a file still has to go through.

    Raises:
        DataProblem: when the file was written by a newer release (exit 3); nothing was changed.
    """
    have, know = current_version(connection), len(migrations)
    if have > know:
        rows = connection.execute("select max_by(code_version, version) from control.schema_version").fetchall()
        raise DataProblem(
            f"The warehouse was written by a newer release of tieout: its layout is {have} (tieout {rows[0][0]}), "
            f"and this release (tieout {code_version()}) knows layouts up to {know}.\n"
            "    Nothing was changed. Update tieout, or put back a backup from before the update."
        )
    return migrations[have:]


def apply_migrations(connection: duckdb.DuckDBPyConnection, pending: list[Migration], backup: Path | None) -> None:
    """Apply migrations in their order, each with its row in control.schema_version or not at all; the last one with
    the comments of all tables.

    Raises:
        DataProblem: when one fails; those before it stay, and it says where the backup is.
    """
    for migration in pending:
        connection.execute("begin transaction")
        try:
            _apply(connection, migration)
            if migration is pending[-1]:
                connection.execute(";".join(comment_statements(_existing_columns(connection))))
            connection.execute("commit")
        except duckdb.Error as error:
            connection.execute("rollback")
            kept = f" The file from before the upgrade: {backup}." if backup else ""
            raise DataProblem(
                f"Migration {migration.number:04} ({migration.name}) failed and was undone: {error}\n   {kept}"
                " Please report this with the message above."
            ) from None


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    connection.execute(migration.sql)
    connection.execute(
        "insert into control.schema_version (version, migration_name, applied_at, code_version) values (?, ?, ?, ?)",
        [migration.number, migration.name, datetime.now(UTC), code_version()],
    )


def _existing_columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """(table with schema, column) of every column of the file."""
    rows = connection.execute("select schema_name, table_name, column_name from duckdb_columns() where not internal")
    return [(f"{schema}.{table}", column) for schema, table, column in rows.fetchall()]
