"""The deployments of prefect.yaml on a real server: what `prefect deploy` makes of them, and a worker that runs one."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.pipelines.prefect_runs import PrefectServer, wait_until
from tests.sample_company import SEPTEMBER, Company

ZONE = "Pacific/Auckland"
NOISE = ("nanobind", "leaked", "Traceback", "Warning")


@pytest.fixture(scope="module")
def deployed(prefect_server: PrefectServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Both deployments by name, deployed with the time zone in tieout.toml, as a person does it."""
    home = tmp_path_factory.mktemp("deployed")
    (home / "tieout.toml").write_text(f'time_zone = "{ZONE}"\n', encoding="utf-8")
    prefect_server.post("/work_pools/", {"name": "tieout", "type": "process"})
    done = prefect_server.run("-m", "prefect", "--no-prompt", "deploy", "--all", TIEOUT_HOME=str(home))
    assert done.returncode == 0, done.stdout + done.stderr
    return {one["name"]: one for one in prefect_server.post("/deployments/filter", {})}


def test_one_closes_on_the_third_and_the_other_previews_every_morning_in_the_organisations_time_zone(
    deployed: dict[str, dict[str, Any]],
) -> None:
    found = {name: (one["parameters"], one["schedules"][0]["schedule"]) for name, one in deployed.items()}
    assert found == {
        "month-end-close": ({"action": "close"}, {"cron": "0 6 3 * *", "timezone": ZONE, "day_or": True}),
        "mid-month-preview": ({"action": "preview"}, {"cron": "30 5 * * *", "timezone": ZONE, "day_or": True}),
    }


def test_the_scheduler_plans_them_at_that_hour_of_that_zone(
    prefect_server: PrefectServer, deployed: dict[str, dict[str, Any]]
) -> None:
    wanted = {"deployments": {"id": {"any_": [deployed["mid-month-preview"]["id"]]}}}
    runs = wait_until(lambda: prefect_server.post("/flow_runs/filter", wanted), "the next runs")
    starts = {datetime.fromisoformat(run["expected_start_time"]).astimezone(ZoneInfo(ZONE)) for run in runs}
    assert {(start.hour, start.minute) for start in starts} == {(5, 30)}


def test_the_run_form_asks_for_month_day_and_action(deployed: dict[str, dict[str, Any]]) -> None:
    for deployment in deployed.values():
        fields = deployment["parameter_openapi_schema"]["properties"]
        assert [field["title"] for field in fields.values()] == [
            "Month",
            "Up to",
            "Action",
            "Hours to wait for approval",
        ]
        assert all(field["description"] for field in fields.values())
        assert fields["action"]["enum"] == ["close", "preview"]
        assert fields["period"]["anyOf"][0]["pattern"] == r"^\d{4}-(0[1-9]|1[0-2])$"
        assert deployment["enforce_parameter_schema"]


def test_a_run_with_a_wrong_month_is_refused_before_it_starts(
    prefect_server: PrefectServer, deployed: dict[str, dict[str, Any]]
) -> None:
    path = f"/deployments/{deployed['month-end-close']['id']}/create_flow_run"
    with pytest.raises(httpx.HTTPStatusError, match=r"409|422"):
        prefect_server.post(path, {"parameters": {"period": "2026-13"}, "enforce_parameter_schema": True})


def test_a_worker_runs_a_deployment_to_the_end(
    prefect_server: PrefectServer, deployed: dict[str, dict[str, Any]], opened: Company
) -> None:
    from prefect.client.orchestration import get_client  # noqa: PLC0415

    with get_client(sync_client=True) as client:
        run = client.create_flow_run_from_deployment(
            deployed["month-end-close"]["id"], parameters={"action": "close", "period": SEPTEMBER}
        )
        worker = prefect_server.run(
            "-m", "prefect", "worker", "start", "--pool", "tieout", "--run-once", **opened.environment
        )
        ended = client.read_flow_run(run.id)
    assert worker.returncode == 0, worker.stdout + worker.stderr
    assert ended.state is not None
    assert ended.state.is_completed(), worker.stdout + worker.stderr
    assert ended.name == "close 2026-09"
    assert not [line for line in (worker.stdout + worker.stderr).splitlines() if any(word in line for word in NOISE)]
    assert "| **630** | **Unexplained** |  | **0.00** |" in prefect_server.pages(ended)["tie-out"]
    assert "DEMO-COGS-2026-09-v1" in opened.books.standing()
