"""The law of recovery: a real close that is killed anywhere is finished by the next one, each journal once."""

import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.made_once import MakeOnce
from tests.sample_company import SEPTEMBER, Company, running_company

JOURNALS_OF_SEPTEMBER = 12
_CHANCE = random.Random(20260930)  # noqa: S311 the points are the same in every run
POINTS = [round(0.3 + 0.14 * (fifth + _CHANCE.random()), 3) for fifth in range(5)]
"""Moments of the kills, as parts of what an undisturbed close takes: before three tenths Python still imports."""


@pytest.fixture(scope="session")
def seconds(made_once: MakeOnce, opened_home: Path) -> float:
    """How long a close takes that nobody disturbs, with the start of its process."""

    def make(folder: Path) -> None:
        shutil.copytree(opened_home, folder / "home")
        with running_company(folder / "home") as company:
            started = time.monotonic()
            process = company.start("close", SEPTEMBER)
            _, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
            (folder / "seconds").write_text(str(time.monotonic() - started), encoding="utf-8")

    return float((made_once("undisturbed-close", make) / "seconds").read_text(encoding="utf-8"))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL, which this system does not have")
@pytest.mark.parametrize("point", POINTS)
def test_a_close_that_is_killed_is_finished_by_the_next_one(opened: Company, seconds: float, point: float) -> None:
    process = opened.start("close", SEPTEMBER)
    try:
        process.communicate(timeout=point * seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()

    finished = opened.tieout("close", SEPTEMBER)
    assert finished.exit_code == 0, finished.message
    assert len(opened.books.statuses()) == len(opened.books.standing()) == JOURNALS_OF_SEPTEMBER
    unexplained = opened.query("select amount from close.tie_outs where cause = 'unexplained'")
    assert [str(amount) for amount in unexplained["amount"]] == ["0.00"]
    states = opened.query("select status from control.runs order by started_at")["status"].to_list()
    assert states[-1] == "done"
    assert "running" not in states

    again = opened.tieout("close", SEPTEMBER)
    assert (again.exit_code, len(opened.books.statuses())) == (0, JOURNALS_OF_SEPTEMBER)
