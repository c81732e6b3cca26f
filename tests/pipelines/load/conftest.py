"""A local Xero with new books, an empty warehouse beside it, and a client between them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.load.xero_client import XeroClient, connect
from pipelines.sandbox.xero import running_sandbox
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_warehouse
from tests.pipelines.load.closed_months import sandbox_settings
from tests.pipelines.load.local_books import LocalBooks


@pytest.fixture
def books(tmp_path: Path) -> Iterator[LocalBooks]:
    log = tmp_path / "requests.jsonl"
    with running_sandbox(tmp_path / "books.sqlite", log=log) as url, LocalBooks(url, log) as found:
        yield found


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: laying out a new warehouse takes longer than most tests."""
    settings = Settings(home=tmp_path_factory.mktemp("empty"))
    with open_warehouse(settings, publishes=False):
        pass
    return settings.warehouse


@pytest.fixture
def warehouse_file(tmp_path: Path, empty_warehouse: Path) -> Path:
    file = Settings(home=tmp_path).warehouse
    file.parent.mkdir()
    shutil.copy(empty_warehouse, file)
    return file


@pytest.fixture
def warehouse(tmp_path: Path, warehouse_file: Path) -> Iterator[Warehouse]:
    with open_warehouse(Settings(home=tmp_path, warehouse=warehouse_file), publishes=False) as found:
        yield found


@pytest.fixture
def client(tmp_path: Path, books: LocalBooks) -> Iterator[XeroClient]:
    with connect(sandbox_settings(tmp_path, books.url), backoff=0.0) as found:
        yield found
