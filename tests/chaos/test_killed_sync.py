"""A real `tieout apply` of the sample company's documents is killed anywhere, with faults on: the same books, once."""

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
from pipelines.load.xero_client import connect
from pipelines.load.xero_scopes import sync_scopes
from pipelines.sandbox.cin7.serving import running_sandbox as running_cin7
from pipelines.sandbox.xero.serving import running_sandbox as running_xero
from pipelines.sync.apply import SyncMeans
from pipelines.warehouse import open_warehouse
from schemas.sync import SYNC_KINDS
from tests.chaos.deadly_server import Trap, deadly
from tests.chaos.kill_points import KillPoint, draw_kill_points
from tests.made_once import MakeOnce
from tests.pipelines.load.local_books import LocalBooks
from tests.pipelines.sync.standing_books import Standing, standing_books
from tests.sample_company import ROOT, Company, running_company

REQUESTS = 26
"""About as many as an undisturbed run makes, with 12 documents a request."""

CHOSEN = draw_kill_points(72, REQUESTS, seed=20261122) if os.environ.get("CHAOS") == "all" else []
"""`make test` kills a smaller sync (tests/pipelines/sync/test_sync_killed.py)."""

LONGEST = 180.0
_MAY_STOP = (2, 7)
"""How a run with faults may end: tokens refused twice in a row, or to be run again."""

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL, which this system does not have")


@dataclass(frozen=True)
class Planned:
    """A company with a plan of all its documents, and what the books hold once it is applied."""

    home: Path
    standing: Standing


@pytest.fixture(scope="session")
def planned(made_once: MakeOnce, opened_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """Everything planned; the expected books come from one go."""

    def make(home: Path) -> None:
        shutil.copytree(opened_home, home, dirs_exist_ok=True)
        with running_company(home) as company:
            outcome = company.tieout("plan", "--documents")
            assert outcome.exit_code == 0, outcome.message

    home = made_once("planned-documents", make)
    with _company(home, tmp_path_factory.mktemp("one-go"), Trap()) as company:
        outcome = company.tieout("apply", "latest")
        assert outcome.exit_code == 0, outcome.message
        return Planned(home, _standing(company))


@pytest.mark.parametrize("point", CHOSEN, ids=str)
def test_documents_synced_in_killed_pieces_leave_the_books_of_one_go(
    planned: Planned, tmp_path: Path, point: KillPoint
) -> None:
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
                again = [company.tieout(*words).exit_code for words in (("plan", "--documents"), ("apply", "latest"))]
                _check(company, planned, again)


def _check(company: Company, planned: Planned, codes: list[int]) -> None:
    assert codes[-1] == 0, codes
    assert _standing(company) == planned.standing
    with open_warehouse(company.settings, publishes=False) as warehouse:
        assert warehouse.read("post.outbox", "state <> 'confirmed'").is_empty()
        differing = warehouse.read("sync.totals", "tie_out = 'documents' and document_count = 0")
        assert differing.is_empty()


def _standing(company: Company) -> Standing:
    with connect(company.settings, scopes=sync_scopes(SYNC_KINDS)) as client:
        return standing_books(client)


def _apply_and_die(company: Company, point: KillPoint, trap: Trap) -> None:
    """Apply in a process of its own, which is killed at its point; a point that is never reached kills nobody."""
    trap.arm(point.step, point.count)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TIEOUT_", "PREFECT_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.killed_tieout", point.step, str(point.count), "apply", "latest"],
        env={**own, "PYTHONPATH": str(ROOT), "KILLED": "documents", **company.environment},
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


@contextmanager
def _resumed(point: KillPoint) -> Iterator[None]:
    """The next runs wait for nothing; late ones come when Xero has forgotten the keys."""
    later = timedelta(minutes=10 if point.is_late else 0)
    ready = partial(SyncMeans, pause=lambda _: None, clock=lambda: datetime.now(UTC) + later)
    with patch("pipelines.document_sync.SyncMeans", ready):
        yield


@contextmanager
def _company(template: Path, folder: Path, trap: Trap) -> Iterator[Company]:
    """A copy of a company with its Xero; its Cin7 is asked again only by the last plan, from the same documents."""
    home = folder / "home"
    shutil.copytree(template, home)
    log = home / "requests.jsonl"
    with (
        deadly(trap),
        running_cin7(home / "data/sample") as cin7,
        running_xero(demo_folder(home) / "books.sqlite", log=log) as xero,
        LocalBooks(xero, log) as books,
    ):
        yield Company(demo_settings(home, cin7, xero), books)
