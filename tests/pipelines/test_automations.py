"""The automation on a real server: a run that fails, and one that is late, send word to people."""

import importlib
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any
from unittest.mock import patch

import pytest

from pipelines.errors import UsageProblem
from tests.pipelines.prefect_runs import PrefectServer, wait_until

SECONDS = 60.0


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[str, "Queue[dict[str, str]]"]]:
    """Where notifications arrive: an address and what came."""
    arrived: Queue[dict[str, str]] = Queue()

    class Receive(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receive) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", arrived
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def letters(
    prefect_server: PrefectServer, mailbox: tuple[str, "Queue[dict[str, str]]"]
) -> Iterator["Queue[dict[str, str]]"]:
    """What the automation sends; registered twice, first without a notification block."""
    blocks, automations = (
        importlib.import_module(name) for name in ("prefect.blocks.notifications", "pipelines.automations")
    )
    url, arrived = mailbox
    words = {"subject": "{{subject}}", "body": "{{body}}"}
    blocks.CustomWebhookNotificationBlock(name="finance", url=url, json_data=words).save("finance")
    first = automations.register_automation()
    second = automations.register_automation("custom-webhook/finance")
    assert first.id == second.id
    assert [one["name"] for one in prefect_server.post("/automations/filter", {})] == [automations.NAME]
    yield arrived
    automations.Automation.read(name=automations.NAME).delete()


def test_a_failed_run_is_told_with_what_stands_in_the_way(
    prefect_server: PrefectServer, letters: "Queue[dict[str, str]]", tmp_path: Path
) -> None:
    flows = importlib.import_module("pipelines.flows")
    (tmp_path / "mappings").mkdir()
    with patch.dict(os.environ, {"TIEOUT_HOME": str(tmp_path)}), pytest.raises(Exception, match="mappings do not hold"):
        flows.month_end(period="2026-09")
    letter = letters.get(timeout=SECONDS)
    assert letter["subject"] == "tieout: close 2026-09 is Failed"
    assert letter["body"].startswith("The mappings do not hold. Nothing was posted.\n")
    assert "accounts.yaml" in letter["body"]
    for name in ("prefect.automation.triggered", "prefect.automation.action.executed"):
        assert wait_until(partial(prefect_server.events, name), name)


def test_a_late_run_is_told_and_a_failed_one_of_another_flow_is_not(
    prefect_server: PrefectServer, letters: "Queue[dict[str, str]]"
) -> None:
    prefect, states = importlib.import_module("prefect"), importlib.import_module("prefect.states")
    prefect.flow(name="another flow")(lambda: states.Failed(message="not ours"))(return_state=True)
    wait_until(lambda: prefect_server.events("prefect.flow-run.Failed")[0]["payload"], "the event of the other flow")
    late = late_run(prefect_server)
    letter = letters.get(timeout=SECONDS)
    assert letter["subject"] == f"tieout: {late['name']} is Late"
    assert letter["body"].startswith("It should have started at 20")
    assert letters.empty()


def test_it_is_registered_from_the_command_line(
    prefect_server: PrefectServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prefect_server.url
    monkeypatch.setattr("sys.argv", ["automations"])
    importlib.import_module("pipelines.automations").main()
    assert capsys.readouterr().out == "Automation registered: tieout: a close failed or is late\n"


def test_an_automation_needs_a_server(
    prefect_server: PrefectServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prefect_server.url
    settings = importlib.import_module("prefect.settings")
    monkeypatch.setattr("sys.argv", ["automations"])
    with settings.temporary_settings({settings.PREFECT_API_URL: None}), pytest.raises(SystemExit) as ended:
        importlib.import_module("pipelines.automations").main()
    assert ended.value.code == UsageProblem.exit_code
    assert capsys.readouterr().err == "An automation lives on a server, and none is named. Set PREFECT_API_URL.\n"


@pytest.mark.parametrize("block", ["finance", "slack-webhook/nobody"])
def test_a_block_that_the_server_does_not_have_is_told(prefect_server: PrefectServer, block: str) -> None:
    assert prefect_server.url
    automations = importlib.import_module("pipelines.automations")
    with pytest.raises(UsageProblem, match=f"--notify {block}"):
        automations.describe_automation(block)


def late_run(server: PrefectServer) -> dict[str, Any]:
    """A run of the flow that should have started a minute ago."""
    flow_id = server.post("/flows/", {"name": "month-end"})["id"]
    moment = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": moment}}
    run: dict[str, Any] = server.post("/flow_runs/", {"flow_id": flow_id, "state": state, "parameters": {}})
    return run
