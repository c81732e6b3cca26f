"""The Prefect flow on a real server: what it leaves there, what it waits for, and what it tries again."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest

from pipelines.errors import ApprovalNeeded, DataProblem, Incomplete, UsageProblem, XeroRefusal
from pipelines.flow_pages import TITLES
from pipelines.load.xero_answers import LimitReached
from pipelines.warehouse import open_warehouse
from tests.pipelines.prefect_runs import PrefectServer
from tests.sample_company import OCTOBER, ROOT, SEPTEMBER, Company

WITHOUT_PREFECT = "import sys; sys.modules['prefect'] = None; from pipelines.cli import main; main()"


@pytest.fixture
def at_once(flows: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries without a pause."""
    monkeypatch.setattr(flows, "RETRY_SECONDS", [0.0, 0.0, 0.0])


@contextmanager
def settings_of(company: Company) -> Iterator[None]:
    with patch.dict(os.environ, company.environment):
        yield


def test_a_close_needs_no_prefect(opened: Company) -> None:
    process = subprocess.run(
        [sys.executable, "-c", WITHOUT_PREFECT, "plan", SEPTEMBER],
        env={**os.environ, **opened.environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert "DEMO-COGS-2026-09-v1" in process.stdout


def test_a_run_leaves_pages_a_name_and_what_it_did(
    flows: ModuleType, turns: ModuleType, prefect_server: PrefectServer, opened: Company
) -> None:
    with settings_of(opened):
        assert flows.month_end(period=SEPTEMBER) == "2026-09: 12 documents sent to Xero. It ties out."
    run = prefect_server.last_run()
    pages = prefect_server.pages(run)
    assert run.name == "close 2026-09"
    assert run.tags == [turns.limit_name(opened.settings)]
    assert set(pages) == set(TITLES)
    assert "| **630** | **Unexplained** |  | **0.00** |" in pages["tie-out"]


def test_a_run_that_stops_at_the_gate_tells_all_of_it_and_posts_nothing(
    flows: ModuleType, prefect_server: PrefectServer, opened: Company
) -> None:
    opened.edit_text("mappings/adjustments.yaml", "  Damaged in transit:", "  Damaged in the shop:")
    with settings_of(opened), pytest.raises(DataProblem) as stopped:
        flows.month_end(period=SEPTEMBER)
    run = prefect_server.last_run()
    assert run.state is not None
    assert (run.state.type.value, run.state.message) == ("FAILED", str(stopped.value))
    page = prefect_server.pages(run)["exceptions"]
    assert '**The run stopped at "Check exceptions and mappings".** 2026-09 cannot close yet.' in page
    assert 'adjustment reason "Damaged in transit" has no account' in page
    assert opened.books.standing() == {}


def test_a_plan_waits_in_the_ui_without_a_lock_and_is_posted_once_approved(
    flows: ModuleType, prefect_server: PrefectServer, opened: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.edit_text("mappings/close.yaml", "required: false", "required: true")
    seen: list[object] = []

    def answer(*, wait_for_input: type[Any], **_: object) -> object:
        """What a person does who reads the plan: the warehouse is free meanwhile, and nothing is posted."""
        with open_warehouse(opened.settings, 0.0) as warehouse:
            seen.append((warehouse.read("post.plans")["status"].to_list(), opened.books.standing()))
        return wait_for_input(name="Kiri")

    monkeypatch.setattr("pipelines.flow_approvals.pause_flow_run", answer)
    with settings_of(opened):
        assert flows.month_end(period=SEPTEMBER, approval_hours=1) == "2026-09: 12 documents sent to Xero. It ties out."
    assert seen == [(["planned"], {})]
    approvals = opened.query("select approved_by, login from post.approvals").rows()
    assert approvals == [("Kiri", "Prefect UI")]


@pytest.mark.thorough
def test_a_plan_that_nobody_approves_in_time_stays_pending(
    flows: ModuleType, opened: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.edit_text("mappings/close.yaml", "required: false", "required: true")
    too_late = importlib.import_module("prefect.exceptions").FlowPauseTimeout

    def never(**_: object) -> object:
        raise too_late("nobody resumed it")

    monkeypatch.setattr("pipelines.flow_approvals.pause_flow_run", never)
    with settings_of(opened), pytest.raises(ApprovalNeeded, match="waits for approval"):
        flows.month_end(period=SEPTEMBER, approval_hours=1)
    assert opened.query("select status from post.plans")["status"].to_list() == ["planned"]
    assert opened.books.standing() == {}


@pytest.mark.thorough
def test_a_preview_names_the_months_that_are_not_closed_yet(flows: ModuleType, opened: Company) -> None:
    with settings_of(opened):
        said = flows.month_end(period=OCTOBER, action="preview")
    assert said == (
        "2026-10: previewed up to 2026-10-31. Nothing was posted. "
        "Not closed yet, so their movements are in these figures: 2026-09."
    )


def test_a_month_that_has_not_ended_fails_in_a_sentence(
    flows: ModuleType, prefect_server: PrefectServer, opened: Company
) -> None:
    with settings_of(opened), pytest.raises(UsageProblem, match="2999-01"):
        flows.month_end(period="2999-01")
    run = prefect_server.last_run()
    assert run.state is not None
    assert run.state.message is not None
    assert run.state.message.startswith("2999-01")
    assert "**The run stopped before its first step.** 2999-01" in prefect_server.pages(run)["journals"]


@pytest.mark.usefixtures("at_once")
def test_xero_down_for_a_moment_is_asked_again(
    flows: ModuleType, prefect_server: PrefectServer, opened: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.load.xero_transport.READ_RETRIES", 0)  # what the client would bridge by itself
    opened.books.change("faults", name="html", on="reads", every=1, times=1)
    with settings_of(opened):
        flows.month_end(period=SEPTEMBER)
    assert task_runs(prefect_server) == {
        "Extract documents": 1,
        "Read Xero's settings": 2,
        "Value stock moves": 1,
        "Build journals": 1,
        "Check exceptions and mappings": 1,
        "Plan the changes in Xero": 1,
        "Post to Xero": 1,
        "Tie out to Xero": 1,
    }


@pytest.mark.usefixtures("at_once")
def test_prefect_never_sends_a_post_again(flows: ModuleType, prefect_server: PrefectServer, opened: Company) -> None:
    calls: list[str] = []

    def lose_the_answer(*_: object, **__: object) -> None:
        calls.append("post")
        raise Incomplete("No answer.")

    with patch("pipelines.month_end.apply_plan", lose_the_answer), settings_of(opened), pytest.raises(Incomplete):
        flows.month_end(period=SEPTEMBER)
    assert calls == ["post"]
    assert task_runs(prefect_server)["Post to Xero"] == 1


@pytest.mark.parametrize(
    ("error", "is_worth_it"),
    [
        (Incomplete("Xero cannot be reached."), True),
        (LimitReached("A minute's limit.", 30.0, is_day=False), True),
        (LimitReached("The day's limit.", 30000.0, is_day=True), False),
        (DataProblem("The mappings do not hold."), False),
        (XeroRefusal("A lock date stands in the way."), False),
        (ValueError("a bug"), False),
    ],
)
def test_only_a_server_that_was_not_there_is_worth_a_retry(
    flows: ModuleType, error: Exception, is_worth_it: bool
) -> None:
    failed = importlib.import_module("prefect.states").Failed(data=error)
    assert flows._is_worth_a_retry(None, None, failed) is is_worth_it


def test_the_run_form_has_titles_descriptions_choices_and_the_pattern_of_a_month(flows: ModuleType) -> None:
    fields = flows.month_end.parameters.model_dump_for_openapi()["properties"]
    assert {name: field["title"] for name, field in fields.items()} == {
        "period": "Month",
        "to": "Up to",
        "action": "Action",
        "approval_hours": "Hours to wait for approval",
    }
    assert all(field["description"] for field in fields.values())
    assert fields["action"]["enum"] == ["close", "preview"]
    assert {"pattern": r"^\d{4}-(0[1-9]|1[0-2])$", "type": "string"} in fields["period"]["anyOf"]


def task_runs(server: PrefectServer) -> dict[str, Any]:
    """How often each task of the last run was run, by name; Prefect adds a few letters to it."""
    run = server.last_run()
    found = server.post("/task_runs/filter", {"flow_runs": {"id": {"any_": [str(run.id)]}}})
    return {one["name"].rpartition("-")[0]: one["run_count"] for one in found}
