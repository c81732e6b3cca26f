"""Deployments of the document sync: frequency, start and time zone of each kind, as `prefect deploy` takes them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from pipelines.document_schedules import starts_at, write_deployments
from pipelines.errors import DataProblem, UsageProblem
from pipelines.settings import Settings

ZONE = "Pacific/Auckland"
KINDS = """
from: "2026-09-01"
kinds: { contacts: {}, bills: {} }
tax_types: { purchases: { "15%": INPUT2, exempt: NONE } }
"""


def settings_with(tmp_path: Path, schedule: str) -> Settings:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings/documents.yaml").write_text(KINDS + schedule, encoding="utf-8")
    return Settings(home=tmp_path, time_zone=ZONE)


def test_auto_sync_each_kind_with_a_schedule_is_a_deployment_and_all_can_be_run_by_hand(tmp_path: Path) -> None:
    schedule = """
schedule:
  bills: { cron: "0 6 * * 1-5" }
  contacts: { every: "30 minutes", start: "2026-12-01 06:00" }
"""
    file = tmp_path / "prefect-documents.yaml"
    assert write_deployments(settings_with(tmp_path, schedule), file) == 3
    found = {one["name"]: one for one in yaml.safe_load(file.read_text(encoding="utf-8"))["deployments"]}
    assert {name: (one["parameters"], one["schedules"]) for name, one in found.items()} == {
        "sync-documents": ({}, []),
        "sync-contacts": (
            {"kinds": "contacts", "not_before": "2026-12-01T06:00:00"},
            [{"slug": "contacts", "interval": 1800, "anchor_date": "2026-12-01T06:00:00", "timezone": ZONE}],
        ),
        "sync-bills": (
            {"kinds": "bills"}, [{"slug": "bills", "cron": "0 6 * * 1-5", "timezone": ZONE}],
        ),
    }  # fmt: skip
    assert list(found) == ["sync-documents", "sync-contacts", "sync-bills"]
    assert {one["entrypoint"] for one in found.values()} == {"pipelines.document_flow.document_sync"}


def test_a_schedule_that_cannot_be_deployed_is_told_with_its_line(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, 'schedule: { bills: { cron: "at six" } }')
    with pytest.raises(DataProblem) as caught:
        write_deployments(settings, tmp_path / "out.yaml")
    assert "documents.yaml:5:" in str(caught.value)
    assert 'schedule.bills.cron is "at six", which are not five fields' in str(caught.value)
    assert not (tmp_path / "out.yaml").exists()


def test_without_documents_there_is_nothing_to_deploy(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    with pytest.raises(UsageProblem, match="nothing to send"):
        write_deployments(Settings(home=tmp_path), tmp_path / "out.yaml")


def test_a_start_without_a_zone_is_in_the_organisations_own() -> None:
    start = starts_at(datetime.fromisoformat("2026-12-01T06:00:00"), ZONE)
    assert start.astimezone(UTC) == datetime(2026, 11, 30, 17, tzinfo=UTC)
