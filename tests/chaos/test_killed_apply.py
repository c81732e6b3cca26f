"""A real `tieout apply` is killed anywhere, with faults on: afterwards the books hold what was planned, once."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest

from pipelines.demo import demo_folder, demo_settings
from pipelines.load.apply import apply_plan
from pipelines.sandbox.cin7.serving import running_sandbox as running_cin7
from pipelines.sandbox.xero.serving import running_sandbox as running_xero
from pipelines.warehouse import open_warehouse
from tests.chaos.deadly_server import Trap, deadly
from tests.chaos.kill_points import KillPoint, draw_kill_points
from tests.made_once import MakeOnce
from tests.pipelines.load.local_books import LocalBooks
from tests.sample_company import ROOT, SEPTEMBER, Company, running_company

REQUESTS = 14
"""About as many as an undisturbed run makes: 7 creations of two journals, voids, evidence and notes."""

POINTS = draw_kill_points(200, REQUESTS)
CHOSEN = POINTS if os.environ.get("CHAOS") == "all" else []
"""All in make chaos; make test kills around each request in tests/pipelines/load/test_apply_killed.py."""
LONGEST = 120.0
_MAY_STOP = (2, 7)
"""How a run with faults may end: tokens refused twice in a row, or to be run again."""

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL, which this system does not have")


@dataclass(frozen=True)
class Planned:
    """A company with a plan that creates and voids, and what the books hold once it is applied."""

    home: Path
    standing: dict[str, str]
    made: int


@pytest.fixture(scope="session")
def planned(made_once: MakeOnce, opened_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """September posted to its 20th, and planned as a whole; the expected books come from an undisturbed run."""

    def make(home: Path) -> None:
        shutil.copytree(opened_home, home, dirs_exist_ok=True)
        with running_company(home) as company:
            for arguments in (("close", SEPTEMBER, "--to", "2026-09-20"), ("plan", SEPTEMBER)):
                outcome = company.tieout(*arguments)
                assert outcome.exit_code == 0, outcome.message

    home = made_once("planned-company", make)
    with _company(home, tmp_path_factory.mktemp("undisturbed"), Trap()) as company:
        assert company.tieout("apply", "latest").exit_code == 0
        return Planned(home, company.books.standing(), len(company.books.statuses()))


@pytest.mark.parametrize("point", CHOSEN, ids=str)
def test_a_kill_anywhere_leaves_each_planned_document_once(planned: Planned, tmp_path: Path, point: KillPoint) -> None:
    trap = Trap()
    with _company(planned.home, tmp_path, trap) as company:
        if point.fault:
            company.books.change("faults", **point.fault)
        _apply_and_die(company, point, trap)

        with _resumed(point):
            codes = [company.tieout("apply", "latest").exit_code]
            company.books.end_faults()
            while codes[-1] in _MAY_STOP and len(codes) < 4:
                codes.append(company.tieout("apply", "latest").exit_code)

            _check(company, planned, codes)
            if point.number % 4 == 0 or company.books.waiting():
                company.books.change("late-commits")  # what is still on its way arrives after all
                again = [company.tieout("plan", SEPTEMBER).exit_code, company.tieout("apply", "latest").exit_code]
                _check(company, planned, again)


def _check(company: Company, planned: Planned, codes: list[int]) -> None:
    """The books hold the planned documents, and the warehouse knows them as Xero does."""
    assert codes[-1] == 0, codes
    assert company.books.standing() == planned.standing
    with open_warehouse(company.settings, publishes=False) as warehouse:
        posted = warehouse.read("post.documents", "status = 'POSTED'")
        assert set(posted["tag"]) == set(planned.standing)
        by_id = {str(one["journal_id"]): str(one["status"]) for one in company.books.journals()}
        assert {by_id[one] for one in posted["manual_journal_id"]} == {"POSTED"}
        assert warehouse.read("post.outbox", "state <> 'confirmed' and action in ('create', 'end')").is_empty()


def _apply_and_die(company: Company, point: KillPoint, trap: Trap) -> None:
    """Apply in a process of its own, which is killed at its point; a point that is never reached kills nobody."""
    trap.arm(point.step, point.count)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.killed_tieout", point.step, str(point.count), "apply", "latest"],
        env={**_own_environment(), "PYTHONPATH": str(ROOT), **company.environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    trap.process_id = process.pid
    _, message = process.communicate(timeout=LONGEST)
    trap.process_id = None
    assert process.returncode in {-signal.SIGKILL, 0, *_MAY_STOP}, message


def _own_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("TIEOUT_", "PREFECT_"))}


@contextmanager
def _resumed(point: KillPoint) -> Iterator[None]:
    """The next runs wait for nothing; late ones come when Xero has forgotten the keys."""
    later = timedelta(minutes=10 if point.is_late else 0)
    ready = partial(apply_plan, pause=lambda _: None, clock=lambda: datetime.now(UTC) + later)
    with patch("pipelines.month_end.apply_plan", ready):
        yield


@contextmanager
def _company(template: Path, folder: Path, trap: Trap) -> Iterator[Company]:
    """A copy of a company with its Xero; its Cin7 is asked again only by the last plan, from the same documents."""
    home = folder / "home"
    shutil.copytree(template, home)
    log = home / "requests.jsonl"
    with (
        deadly(trap),
        running_cin7(home / "data/sample/omni") as cin7,
        running_xero(demo_folder(home) / "books.sqlite", log=log) as xero,
        LocalBooks(xero, log) as books,
    ):
        yield Company(demo_settings(home, cin7, xero), books)
