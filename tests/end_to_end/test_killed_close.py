"""The law of recovery: a real close that is killed anywhere is finished by the next one, each journal once."""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from pipelines.warehouse.places import holder_file
from tests.made_once import MakeOnce
from tests.sample_company import SEPTEMBER, Company, await_end, running_company

JOURNALS_OF_SEPTEMBER = 12
LONGEST = 120.0
_CHANCE = random.Random(20260930)  # noqa: S311 the points are the same in every run
POINTS = [round((fifth + _CHANCE.random()) / 5, 3) for fifth in range(5)]
"""Moments of the kills, as parts of the time from the first touch of the warehouse to the end."""


@pytest.fixture(scope="session")
def seconds(made_once: MakeOnce, opened_home: Path) -> float:
    """How long a close that nobody disturbs has to do with the warehouse."""

    def make(folder: Path) -> None:
        shutil.copytree(opened_home, folder / "home")
        with running_company(folder / "home") as company:
            process = start_close(company)
            began = time.monotonic()
            _, err = await_end(process, LONGEST)
            assert process.returncode == 0, err
            (folder / "seconds").write_text(str(time.monotonic() - began), encoding="utf-8")

    return float((made_once("undisturbed-close", make) / "seconds").read_text(encoding="utf-8"))


@pytest.mark.thorough
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL, which this system does not have")
@pytest.mark.parametrize("point", POINTS if os.environ.get("CHAOS") == "all" else POINTS[1:2])
def test_a_close_that_is_killed_is_finished_by_the_next_one(opened: Company, seconds: float, point: float) -> None:
    process = start_close(opened)
    try:
        process.communicate(timeout=point * seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()

    finished = opened.tieout("close", SEPTEMBER)
    assert finished.exit_code == 0, finished.message
    assert len(opened.books.statuses()) == len(opened.books.standing()) == JOURNALS_OF_SEPTEMBER
    unexplained = opened.query("select amount from close.tie_outs where cause = 'unexplained'")
    assert {str(amount) for amount in unexplained["amount"]} == {"0.00"}
    states = opened.query("select status from control.runs order by started_at")["status"].to_list()
    assert states[-1] == "done"
    assert "running" not in states

    again = opened.tieout("close", SEPTEMBER)
    assert (again.exit_code, len(opened.books.statuses())) == (0, JOURNALS_OF_SEPTEMBER)


def start_close(company: Company) -> "subprocess.Popen[str]":
    """A close in a process of its own, which has just taken hold of the warehouse."""
    process = company.start("close", SEPTEMBER)
    given_up = time.monotonic() + LONGEST
    while not holder_file(company.settings.warehouse).exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < given_up
        time.sleep(0.005)
    return process
