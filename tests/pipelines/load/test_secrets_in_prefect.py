"""Marked secrets go through a flow on a real Prefect server: none is in its pages, logs, states or files."""

import importlib
import json
import os
from pathlib import Path
from unittest.mock import patch

import pytest

from pipelines.masking import HIDDEN, HiddenError
from tests.pipelines.load.marked_secrets import marked_company, quoting
from tests.pipelines.prefect_runs import PrefectServer
from tests.sample_company import SEPTEMBER


def test_a_flow_that_posts_and_then_fails_leaves_no_secret_on_the_server(
    prefect_server: PrefectServer, opened_home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    flows = importlib.import_module("pipelines.flows")
    with (
        marked_company(opened_home, tmp_path / "home") as (company, marks),
        patch.dict(os.environ, company.environment),
    ):
        with (
            patch("pipelines.month_end.tie_out_month", quoting(marks)),
            pytest.raises(HiddenError, match=r"LookupError: cannot send \*+"),
        ):
            flows.month_end(period=SEPTEMBER)
        left = _everything_of_the_last_run(prefect_server)

        assert "DEMO-COGS-2026-09-v1" in company.books.standing()
        assert f"LookupError: cannot send {HIDDEN}" in left
        assert len(marks.texts) > 5, "no access token was given"
        assert marks.found_in(left + caplog.text) == []
        assert marks.found_under(prefect_server.home) == {}
        assert marks.found_under(company.home) == {}


def _everything_of_the_last_run(server: PrefectServer) -> str:
    """Pages, logs and states of the run and of its tasks."""
    importlib.import_module("prefect.logging.handlers").APILogWorker.instance().drain()
    run = server.last_run()
    by_run = {"flow_run_id": {"any_": [str(run.id)]}}
    parts = [
        server.pages(run),
        server.post("/logs/filter", {"logs": by_run, "limit": 200}),
        server.post("/task_runs/filter", {"flow_runs": {"id": {"any_": [str(run.id)]}}, "limit": 50}),
        run.model_dump(mode="json"),
    ]
    return json.dumps(parts, default=str)
