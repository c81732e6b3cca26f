"""A month of a company on Cin7 Core, closed end to end through Prefect on a real server."""

import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from pipelines.flow_pages import TITLES
from tests.pipelines.conftest import prefect_server
from tests.pipelines.prefect_runs import PrefectServer
from tests.sample_company import SEPTEMBER, Company, copy_what_it_needs, running_company

pytestmark = pytest.mark.skipif(os.environ.get("CHAOS") != "all", reason="starts a Prefect server: make chaos")

__all__ = ["prefect_server"]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """The sample company on Cin7 Core before its first close."""
    copy_what_it_needs(tmp_path)
    choice = tmp_path / "mappings/close.yaml"
    choice.write_text(choice.read_text(encoding="utf-8").replace("source: omni", "source: core"), encoding="utf-8")
    with running_company(tmp_path) as running:
        yield running


def test_a_month_closes_from_core_through_prefect(prefect_server: PrefectServer, company: Company) -> None:
    flows = importlib.import_module("pipelines.flows")
    with patch.dict(os.environ, company.environment):
        said = flows.month_end(period=SEPTEMBER)
        again = flows.month_end(period=SEPTEMBER)
    assert said == "2026-09: 12 documents sent to Xero. It ties out."
    assert again == "2026-09: nothing was left to post. It ties out."
    run = prefect_server.last_run()
    pages = prefect_server.pages(run)
    assert run.name == "close 2026-09"
    assert set(pages) == set(TITLES)
    assert "| **630** | **Unexplained** |  | **0.00** |" in pages["tie-out"]
