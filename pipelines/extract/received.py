"""The files of a source as they arrive: read, hashed, and only then understood."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import polars as pl

from pipelines.extract.api.shapes import Api
from pipelines.extract.file_bytes import UnreadableInputError
from pipelines.extract.raw_tables import OWN_COLUMNS, Load
from pipelines.extract.source_files import receive_files
from pipelines.extract.source_shapes import ApiInput, FileInput, Input
from schemas.problems import Problem

CONNECTIONS = {
    "omni": "Set TIEOUT_OMNI_USERNAME and TIEOUT_OMNI_KEY (and TIEOUT_OMNI_URL for another server).",
    "core": "Set TIEOUT_CORE_ACCOUNT_ID and TIEOUT_CORE_KEY (and TIEOUT_CORE_URL for another server).",
}
"""What has to be set for each API."""


class Received(Protocol):
    """A file, or several, that has arrived."""

    @property
    def source_hash(self) -> str:
        """sha256 of what arrived."""

    @property
    def content_hash(self) -> str:
        """The same, with how the YAML reads it."""

    def rows(self) -> pl.DataFrame:
        """The rows as received."""


def receive(definition: FileInput, folder: Path) -> Received:
    """Read the files of an input.

    Raises:
        UnreadableInputError: when a file is missing or empty.
    """
    return receive_files(definition, folder)


def find_connection_problem(name: str, definition: ApiInput, apis: Mapping[str, Api]) -> Problem | None:
    """The problem of an input whose server has no connection."""
    if definition.api in apis:
        return None
    found = f"the input {name} reads {definition.api}: {definition.resource}, and no connection to it is set up"
    return Problem(definition.defined_at, found, CONNECTIONS.get(definition.api, ""))


def understand(name: str, definition: FileInput, received: Received) -> Load:
    """The rows of an input, ready to land.

    Raises:
        UnreadableInputError: damaged, cut off, not what the YAML says, or columns with names that are ours.
    """
    rows = received.rows()
    taken = [column for column in rows.columns if column.lower() in OWN_COLUMNS]
    if taken:
        found = f'the input {name} has a column "{taken[0]}", a name that raw tables use for themselves'
        raise UnreadableInputError(Problem(definition.defined_at, found, "Name the columns: columns: [...]"))
    return Load(
        input_name=name,
        rows=rows,
        source_hash=received.source_hash,
        content_hash=received.content_hash,
        origin=definition.file,
    )


def rename_columns(rows: pl.DataFrame, definition: FileInput) -> pl.DataFrame:
    """The rows with the names that the selects read, where an older file has others; a column of that name stays."""
    found = {column.lower(): column for column in rows.columns}
    asked = {str(old).lower(): str(new) for old, new in (definition.renamed or {}).items()}
    return rows.rename({found[old]: new for old, new in asked.items() if old in found and new.lower() not in found})


def find_row_count_problem(name: str, definition: Input | ApiInput, row_count: int) -> Problem | None:
    """The problem of an input that has fewer or more rows than its YAML expects."""
    expected = definition.expect_rows
    if expected is None or expected.holds(row_count):
        return None
    found = f"the input {name} has {row_count:,} rows, and expect_rows says {expected.written}"
    return Problem(definition.defined_at, found, "Is the export complete? If it is right, change expect_rows.")
