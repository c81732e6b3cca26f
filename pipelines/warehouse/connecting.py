"""Opening the DuckDB file: our configuration, and DuckDB's complaints in a reader's words."""

from __future__ import annotations  # text only: a live annotation of a DuckDB type is reported as a leak at exit

import time
from pathlib import Path

import duckdb

from pipelines.errors import DataProblem, Incomplete
from pipelines.settings import Settings

PAUSE = 0.2
"""Seconds between two tries while a program that does not know our lock has the file open."""

OPEN_ELSEWHERE = ("Could not set lock on file", "being used by another process")
"""How DuckDB says so, on POSIX systems and on Windows."""


def connect(file: Path, settings: Settings, *, read_only: bool = False, wait: float = 0.0) -> duckdb.DuckDBPyConnection:
    """A connection in UTC with the threads and memory of the settings; SQL sees no Python variables.

    Raises:
        Incomplete: when another program, such as a DuckDB shell, keeps the file open (exit 7).
        DataProblem: when the file cannot be read as a DuckDB file of this release of DuckDB (exit 3).
    """
    give_up = time.monotonic() + wait
    while True:
        try:
            connection = duckdb.connect(str(file), read_only=read_only, config=_configuration(settings))
            break
        except duckdb.IOException as error:
            if not any(sign in str(error) for sign in OPEN_ELSEWHERE):
                raise DataProblem(_unreadable_text(file, error)) from None
            if time.monotonic() >= give_up:
                raise Incomplete(_open_elsewhere_text(file, error)) from None
            time.sleep(PAUSE)
        except duckdb.Error as error:
            raise DataProblem(_unreadable_text(file, error)) from None
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _configuration(settings: Settings) -> dict[str, str | bool | int | float | list[str]]:
    """Nothing is fetched, nothing is guessed; limits only where the settings have some."""
    configuration: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "python_enable_replacements": False,
    }
    if settings.threads is not None:
        configuration["threads"] = settings.threads
    if settings.memory is not None:
        configuration["memory_limit"] = settings.memory
    return configuration


def _open_elsewhere_text(file: Path, error: Exception) -> str:
    return (
        f"The warehouse {file} is open in another program that does not take turns with tieout: {_first_line(error)}\n"
        "    Close it there and run the command again; to look inside, open the published copy beside it."
    )


def _unreadable_text(file: Path, error: Exception) -> str:
    return (
        f"The warehouse {file} cannot be opened: {_first_line(error)}\n"
        "    If it is damaged, put a backup in its place (the folder backups beside it), then run the command again."
    )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
