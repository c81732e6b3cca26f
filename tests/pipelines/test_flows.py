"""The Prefect flow on a real server: what it leaves there, what it tries again, and who waits for whom."""

import contextvars
import importlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest

from pipelines.demo import demo_settings
from pipelines.errors import ApprovalNeeded, DataProblem, Incomplete, UsageProblem, XeroRefusal
from pipelines.flow_pages import TITLES
from pipelines.load.xero_answers import LimitReached
from pipelines.prefect_home import telling_of_a_lost_server
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse
from tests.pipelines.prefect_runs import PrefectServer
from tests.sample_company import BAR, OCTOBER, ROOT, SEPTEMBER, Company, copy_what_it_needs, start_tieout

WITHOUT_PREFECT = "import sys; sys.modules['prefect'] = None; from pipelines.cli import main; main()"
SECONDS = 60.0


@pytest.fixture(scope="module")
def flows(prefect_server: PrefectServer) -> ModuleType:
    """pipelines.flows, imported where Prefect knows the server."""
    assert prefect_server.url
    return importlib.import_module("pipelines.flows")


@pytest.fixture(scope="module")
def turns(flows: ModuleType) -> ModuleType:
    """pipelines.flow_turns."""
    assert flows
    return importlib.import_module("pipelines.flow_turns")


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


def test_a_second_run_on_a_warehouse_waits_and_says_for_whom_and_another_warehouse_does_not(
    flows: ModuleType, turns: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LOOK_SECONDS", 0.05)
    said, entered, may_end = Queue[str](), Queue[str](), threading.Event()
    monkeypatch.setattr(turns, "get_run_logger", lambda: Told(said))
    first = start(held_run("first", company_at(tmp_path, "one"), entered, may_end))
    assert entered.get(timeout=SECONDS) == "first"
    second = start(held_run("second", company_at(tmp_path, "one"), entered, may_end))
    told = said.get(timeout=SECONDS)
    assert told.startswith(f"Waits for its turn on {tmp_path / 'one' / 'data' / 'demo' / 'warehouse.duckdb'}: ")
    assert 'the flow run "first", since 20' in told
    other = start(held_run("other", company_at(tmp_path, "two"), entered, may_end))
    assert entered.get(timeout=SECONDS) == "other"
    assert entered.empty()
    may_end.set()
    assert entered.get(timeout=SECONDS) == "second"
    for thread in (first, second, other):
        thread.join(SECONDS)
        assert not thread.is_alive()


def test_a_run_that_waited_too_long_ends_with_the_name_of_the_holder_and_a_way_out(
    flows: ModuleType, turns: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "QUEUE_SECONDS", 0.0)
    settings, entered, may_end = company_at(tmp_path, "one"), Queue[str](), threading.Event()
    first = start(held_run("slow run", settings, entered, may_end))
    assert entered.get(timeout=SECONDS) == "slow run"
    with pytest.raises(Incomplete) as busy:
        held_run("second", settings, entered, may_end)()
    may_end.set()
    first.join(SECONDS)
    assert 'is busy: the flow run "slow run", since 20' in str(busy.value)
    assert f"prefect gcl update {turns.limit_name(settings)} --active-slots 0" in str(busy.value)


def test_a_turn_that_a_dead_run_left_behind_is_taken_over(
    flows: ModuleType, turns: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefect's server forgets leases when it is restarted, and keeps their slots."""
    monkeypatch.setattr(turns, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(turns, "ABANDONED_SECONDS", 0.2)
    settings, entered, may_end = company_at(tmp_path, "one"), Queue[str](), threading.Event()
    orchestration = importlib.import_module("prefect.client.orchestration")
    with orchestration.get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(turns.limit_name(settings), 1)
        client.increment_concurrency_slots([turns.limit_name(settings)], 1, "concurrency")
    may_end.set()
    held_run("next", settings, entered, may_end)()
    assert entered.get_nowait() == "next"


def test_companies_with_their_file_at_the_same_place_do_not_wait_for_each_other(
    turns: ModuleType, tmp_path: Path
) -> None:
    settings = company_at(tmp_path, "one")
    other = settings.model_copy(update={"organisation": "OTHER"})
    assert turns.limit_name(settings) != turns.limit_name(other)


@pytest.mark.thorough
def test_the_screen_of_a_demo_that_stops_holds_our_own_words_only(
    prefect_server: PrefectServer, tmp_path: Path
) -> None:
    """One month closes and the next one does not: no line of Prefect's, no warning, no traceback, no leak report."""
    copy_what_it_needs(tmp_path)
    adjustments = tmp_path / "data/sample/omni/Adjustments.json"
    rows = json.loads(adjustments.read_text(encoding="utf-8"))
    (count,) = (row for row in rows if row["reference"] == "ADJ-51")
    count["adjustmentReason"] = "Lost"
    adjustments.write_text(json.dumps(rows), encoding="utf-8")
    known = {
        "TIEOUT_HOME": str(tmp_path),
        "PREFECT_API_URL": prefect_server.url,
    }  # a server that runs already is quicker
    out, err = (process := start_tieout("demo", environment=known, folder=tmp_path)).communicate(timeout=180)
    assert "2026-09: 12 documents sent to Xero. It ties out." in out
    assert process.returncode == DataProblem.exit_code
    assert [line for line in err.splitlines() if line.strip() and not BAR.search(line)] == [
        "2026-10 cannot close yet. Nothing was posted.",
        'core.adjustment_lines, Lost: adjustment reason "Lost" has no account (1 row, 12.54)',
        '    Add to mappings/adjustments.yaml under reasons:  "Lost": {account: "..."}',
        "    First: ADJ-51",
    ]


def test_without_a_server_prefect_lives_under_tieout_home(tmp_path: Path) -> None:
    script = (
        "import pipelines.flows\n"
        "from prefect.settings import get_current_settings as found\n"
        "print(found().api.url, found().home, found().server.analytics_enabled)\n"
    )
    process = run_script(script, TIEOUT_HOME=str(tmp_path))
    assert process.stdout == f"None {tmp_path / '.prefect'} False\n", process.stderr


def test_a_demo_that_is_told_to_end_runs_what_is_registered_for_its_end(tmp_path: Path) -> None:
    """So the server that Prefect started for it ends with it."""
    script = (
        "import atexit, os, pathlib, signal, sys\n"
        "from pipelines.prefect_home import prepare_prefect\n"
        "atexit.register(print, 'server stopped')\n"
        "prepare_prefect(pathlib.Path(sys.argv[1]), is_quiet=True)\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    process = run_script(script, str(tmp_path))
    assert (process.returncode, process.stdout) == (143, "server stopped\n"), process.stderr


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.prefect.cloud/api/accounts/1", None),
        ("http://prefect.company:4200/api", None),
        ("http://127.0.0.1:4200/api", "http://127.0.0.1:4200/api"),
    ],
)
def test_the_demo_tells_no_server_of_another_machine(tmp_path: Path, given: str, kept: str | None) -> None:
    script = (
        "import os, pathlib, sys\n"
        "from pipelines.prefect_home import prepare_prefect\n"
        "prepare_prefect(pathlib.Path(sys.argv[1]), is_quiet=True)\n"
        "print(os.environ.get('PREFECT_API_URL'))\n"
    )
    process = run_script(script, str(tmp_path), PREFECT_API_URL=given, PREFECT_PROFILE="work")
    assert process.stdout == f"{kept}\n", process.stderr


def test_a_server_that_does_not_answer_is_told_in_a_sentence(flows: ModuleType) -> None:
    prefect_settings = importlib.import_module("prefect.settings")
    nobody = prefect_settings.temporary_settings({prefect_settings.PREFECT_API_URL: "http://127.0.0.1:9/api"})
    with nobody, pytest.raises(Incomplete) as lost, telling_of_a_lost_server():
        flows.month_end()
    assert str(lost.value) == (
        "Prefect's server does not answer: Failed to reach API at http://127.0.0.1:9/api/\n"
        "    What was committed stays. Check PREFECT_API_URL, or unset it to run without a server."
    )


def run_script(script: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TIEOUT_", "PREFECT_"))}
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**own, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


class Told:
    """Stands for a logger."""

    def __init__(self, said: "Queue[str]") -> None:
        self._said = said

    def info(self, message: str, *arguments: object) -> None:
        """Keep the message."""
        self._said.put(message % arguments)


def held_run(name: str, settings: Settings, entered: "Queue[str]", may_end: threading.Event) -> Callable[[], None]:
    """A flow run that holds the turn of a warehouse until it may end."""
    turns = importlib.import_module("pipelines.flow_turns")

    def hold() -> None:
        with turns.one_at_a_time(settings):
            entered.put(name)
            assert may_end.wait(SECONDS)

    run: Callable[[], None] = importlib.import_module("prefect").flow(name="held", flow_run_name=name)(hold)
    return run


def start(run: Callable[[], None]) -> threading.Thread:
    """In a thread that talks to the same server."""
    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True)
    thread.start()
    return thread


def company_at(folder: Path, name: str) -> Settings:
    home = folder / name
    home.mkdir(exist_ok=True)
    return demo_settings(home, "http://127.0.0.1:9", "http://127.0.0.1:9")


def task_runs(server: PrefectServer) -> dict[str, Any]:
    """How often each task of the last run was run, by name; Prefect adds a few letters to it."""
    run = server.last_run()
    found = server.post("/task_runs/filter", {"flow_runs": {"id": {"any_": [str(run.id)]}}})
    return {one["name"].rpartition("-")[0]: one["run_count"] for one in found}
