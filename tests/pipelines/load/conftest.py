"""A local Xero with new books, an empty warehouse beside it, and a client between them."""

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


@pytest.fixture
def settings(tmp_path: Path, books: LocalBooks) -> Settings:
    return sandbox_settings(tmp_path, books.url)


@pytest.fixture
def warehouse(settings: Settings) -> Iterator[Warehouse]:
    with open_warehouse(settings, publishes=False) as found:
        yield found


@pytest.fixture
def client(settings: Settings) -> Iterator[XeroClient]:
    with connect(settings, backoff=0.0) as found:
        yield found
