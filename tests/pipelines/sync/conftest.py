"""The local Xero, an empty warehouse and a client that may sync, as the tests of journals have them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.load.xero_client import XeroClient, connect
from pipelines.load.xero_scopes import sync_scopes
from schemas.sync import SYNC_KINDS
from tests.pipelines.load.closed_months import sandbox_settings
from tests.pipelines.load.conftest import books, empty_warehouse, warehouse, warehouse_file
from tests.pipelines.load.local_books import LocalBooks

__all__ = ["books", "empty_warehouse", "warehouse", "warehouse_file"]


@pytest.fixture
def client(tmp_path: Path, books: LocalBooks) -> Iterator[XeroClient]:
    with connect(sandbox_settings(tmp_path, books.url), backoff=0.0, scopes=sync_scopes(SYNC_KINDS)) as found:
        yield found
