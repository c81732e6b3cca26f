"""A local Xero server with the demo company's books, as new for each test."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.sandbox.xero import open_books, running_sandbox
from tests.pipelines.sandbox.xero.local_xero import LocalXero, connect


@pytest.fixture(scope="session")
def xero_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shared server keeps its books, and a copy of them as they were when new."""
    folder = tmp_path_factory.mktemp("xero")
    open_books(folder / "new.sqlite").close()
    (folder / "books.sqlite").write_bytes((folder / "new.sqlite").read_bytes())
    return folder


@pytest.fixture(scope="session")
def shared_xero(xero_folder: Path) -> Iterator[LocalXero]:
    """One server for all tests: starting and stopping one takes a quarter of a second."""
    with running_sandbox(xero_folder / "books.sqlite") as url, closing(connect(url)) as client:
        yield client


@pytest.fixture
def xero(shared_xero: LocalXero, xero_folder: Path) -> Iterator[LocalXero]:
    """The server, its books as new: the file is all that it remembers, but for the faults."""
    with (
        closing(sqlite3.connect(xero_folder / "new.sqlite")) as new,
        closing(sqlite3.connect(xero_folder / "books.sqlite")) as books,
    ):
        new.backup(books)
    yield shared_xero
    shared_xero.http.delete("/_sandbox/faults").raise_for_status()
    shared_xero.http.delete("/_sandbox/late-commits").raise_for_status()
    problems, shared_xero.answers.problems = shared_xero.answers.problems, []
    assert problems == []
