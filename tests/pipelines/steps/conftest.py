"""A company whose first month is June 2026 and its warehouse without documents, one for the tests of a module."""

from collections.abc import Iterator

import pytest

from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_warehouse
from tests.pipelines.steps.closing import company_settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return company_settings(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def opened(settings: Settings) -> Iterator[Warehouse]:
    """Tests write into it in its `scratch()`, so that nothing of them stays."""
    with open_warehouse(settings, publishes=False) as warehouse:
        yield warehouse
