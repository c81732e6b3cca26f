"""A backup is a complete copy, made while nobody writes."""

from pathlib import Path

import pytest

from pipelines.backups import backup
from pipelines.errors import DataProblem, Incomplete
from pipelines.runs import record_run
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_a_backup_holds_what_the_warehouse_held(settings: Settings) -> None:
    with record_run(settings, "close"):
        pass

    copy = backup(settings)

    assert copy.parent == settings.warehouse.parent / "backups"
    with open_warehouse(Settings(home=settings.home, warehouse=copy)) as warehouse:
        assert warehouse.read("control.runs")["command"].to_list() == ["close"]


def test_two_backups_stand_beside_each_other(settings: Settings) -> None:
    with open_warehouse(settings):
        pass

    assert backup(settings) != backup(settings)


def test_there_is_nothing_to_back_up_before_the_first_run(settings: Settings) -> None:
    with pytest.raises(DataProblem, match="There is no warehouse to back up"):
        backup(settings)


def test_a_backup_waits_for_a_writer(settings: Settings) -> None:
    with open_warehouse(settings), pytest.raises(Incomplete):
        backup(settings, wait=0)
