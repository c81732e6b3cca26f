"""The inputs of a source as they arrive: read or fetched, hashed, and only then understood."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

import polars as pl

from pipelines.errors import UsageProblem
from pipelines.extract.file_bytes import UnreadableInputError
from pipelines.extract.raw_tables import OWN_COLUMNS, Load
from pipelines.extract.source_files import receive_files
from pipelines.extract.source_shapes import FileInput, Input
from schemas.problems import Problem

Fetcher = Callable[[str], Iterable[Mapping[str, object]]]
"""Gives the rows of a resource of an API."""


CONNECTIONS = {
    "omni": "Set TIEOUT_OMNI_USERNAME and TIEOUT_OMNI_KEY (and TIEOUT_OMNI_URL for another server).",
    "core": "Set TIEOUT_CORE_ACCOUNT_ID and TIEOUT_CORE_KEY (and TIEOUT_CORE_URL for another server).",
}
"""What has to be set for each API."""


class Received(Protocol):
    """An input that has arrived."""

    @property
    def source_hash(self) -> str:
        """sha256 of what arrived."""

    @property
    def content_hash(self) -> str:
        """The same, with how the YAML reads it."""

    def rows(self) -> pl.DataFrame:
        """The rows as received."""


class ReceivedRows:
    """The rows of an API resource."""

    def __init__(self, rows: Iterable[Mapping[str, object]]) -> None:
        self._lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=str) for row in rows]

    @cached_property
    def source_hash(self) -> str:
        """sha256 of the rows as JSON, a line each, sorted: an API may give the same rows in another order."""
        return hashlib.sha256("\n".join(sorted(self._lines)).encode()).hexdigest()

    @property
    def content_hash(self) -> str:
        """The same: there is one way to read them."""
        return self.source_hash

    def rows(self) -> pl.DataFrame:
        """One column `row` with the JSON of each row."""
        return pl.DataFrame({"row": self._lines}, schema={"row": pl.String})


def receive(name: str, definition: Input, folder: Path, fetchers: Mapping[str, Fetcher]) -> Received:
    """Read the files of an input, or fetch its rows.

    Raises:
        UnreadableInputError: when a file is missing or empty.
        UsageProblem: when it comes from a server that no connection is set up for (exit 2).
        Incomplete: when the server cannot be reached (exit 7), from the fetcher.
    """
    if isinstance(definition, FileInput):
        return receive_files(definition, folder)
    if definition.api not in fetchers:
        found = f"the input {name} reads {definition.api}: {definition.resource}, and no connection to it is set up"
        fix = CONNECTIONS.get(definition.api, "")
        raise UsageProblem("A source cannot be reached.", [Problem(definition.defined_at, found, fix)])
    return ReceivedRows(fetchers[definition.api](definition.resource))


def understand(name: str, definition: Input, received: Received) -> Load:
    """The rows of an input, ready to land.

    Raises:
        UnreadableInputError: damaged, cut off, not what the YAML says, or columns with names that are ours.
    """
    rows = received.rows()
    taken = [column for column in rows.columns if column.lower() in OWN_COLUMNS]
    if taken:
        found = f'the input {name} has a column "{taken[0]}", a name that raw tables use for themselves'
        raise UnreadableInputError(Problem(definition.defined_at, found, "Name the columns: columns: [...]"))
    origin = f"{definition.api} {definition.resource}" if not isinstance(definition, FileInput) else definition.file
    return Load(
        input_name=name,
        rows=rows,
        source_hash=received.source_hash,
        content_hash=received.content_hash,
        is_json=isinstance(received, ReceivedRows),
        origin=origin,
    )


def find_row_count_problem(name: str, definition: Input, row_count: int) -> Problem | None:
    """The problem of an input that has fewer or more rows than its YAML expects."""
    expected = definition.expect_rows
    if expected is None or expected.holds(row_count):
        return None
    found = f"the input {name} has {row_count:,} rows, and expect_rows says {expected.written}"
    return Problem(definition.defined_at, found, "Is the export complete? If it is right, change expect_rows.")
