"""control.runs tells when a command ran and how it ended, also when it was killed."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import DoesNotTieOut, Incomplete
from pipelines.runs import record_run
from pipelines.settings import Settings
from pipelines.warehouse import open_published, open_warehouse

OCTOBER = date(2026, 10, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def _runs(settings: Settings) -> list[dict[str, object]]:
    with open_published(settings) as published:
        return published.query("select * from control.runs order by started_at").to_dicts()


def test_a_run_is_recorded_with_its_month_and_its_end(settings: Settings) -> None:
    with record_run(settings, "close", OCTOBER) as run:
        with open_warehouse(settings, wait=0) as warehouse:
            assert warehouse.read("control.runs")["status"].to_list() == ["running"]
        run.message = "nothing left to post"

    (row,) = _runs(settings)
    assert (row["run_id"], row["command"], row["period"]) == (run.run_id, "close", OCTOBER)
    assert (row["status"], row["exit_code"], row["message"]) == ("done", 0, "nothing left to post")
    assert row["code_version"]


@pytest.mark.parametrize(
    ("error", "exit_code", "message"),
    [
        (DoesNotTieOut("3.20 is unexplained.\nLook at ..."), 6, "3.20 is unexplained."),
        (SystemExit(4), 4, "SystemExit: 4"),
        (KeyboardInterrupt(), 130, "KeyboardInterrupt: "),
        (ZeroDivisionError("by zero"), 1, "ZeroDivisionError: by zero"),
    ],
)
def test_a_run_that_fails_is_recorded_with_its_exit_code(
    settings: Settings, error: BaseException, exit_code: int, message: str
) -> None:
    with pytest.raises(type(error)), record_run(settings, "close", OCTOBER):
        raise error

    (row,) = _runs(settings)
    assert (row["status"], row["exit_code"], row["message"]) == ("failed", exit_code, message)
    assert row["finished_at"] is not None


def test_a_run_that_was_killed_is_marked_by_the_next_one(settings: Settings) -> None:
    program = (
        "import os\nfrom pathlib import Path\nfrom pipelines.runs import record_run\n"
        f"from pipelines.settings import Settings\nsettings = Settings(home=Path({str(settings.home)!r}))\n"
        "with record_run(settings, 'extract'):\n    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False)

    with record_run(settings, "close"):
        pass

    assert [(row["command"], row["status"]) for row in _runs(settings)] == [("extract", "killed"), ("close", "done")]


def test_a_busy_warehouse_stops_a_run_before_it_begins(settings: Settings) -> None:
    with open_warehouse(settings), pytest.raises(Incomplete), record_run(settings, "close", wait=0):
        pytest.fail("the run began")


def test_the_run_s_own_error_is_told_when_its_end_cannot_be_recorded(settings: Settings) -> None:
    with open_warehouse(settings):
        pass

    def fail_while_busy() -> None:
        with record_run(settings, "close", wait=0), open_warehouse(settings):
            pass
        with record_run(settings, "close", wait=0):
            settings.warehouse.write_bytes(b"damaged" * 1000)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        fail_while_busy()
    assert "could not be recorded: The warehouse" in caught.value.__notes__[0]
