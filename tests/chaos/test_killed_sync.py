"""A real `tieout apply` of the sample company's documents is killed anywhere, with faults on: the same books, once."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest

from pipelines.load.xero_client import connect
from pipelines.load.xero_scopes import sync_scopes
from pipelines.sync.apply import SyncMeans
from pipelines.warehouse import open_warehouse
from schemas.sync import SYNC_KINDS
from tests.chaos.deadly_server import Trap
from tests.chaos.kill_points import KillPoint, draw_kill_points
from tests.chaos.killed_company import company_from, kill_and_finish, needs_kill
from tests.made_once import MakeOnce
from tests.pipelines.sync.standing_books import Standing, standing_books
from tests.sample_company import Company, running_company

REQUESTS = 26
"""About as many as an undisturbed run makes, with 12 documents a request."""

CHOSEN = draw_kill_points(72, REQUESTS, seed=20261122) if os.environ.get("CHAOS") == "all" else []
"""`make test` kills a smaller sync (tests/pipelines/sync/test_sync_killed.py)."""


pytestmark = needs_kill
DOCUMENTS = "data/sample"


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
    with company_from(home, tmp_path_factory.mktemp("one-go"), Trap(), DOCUMENTS) as company:
        outcome = company.tieout("apply", "latest")
        assert outcome.exit_code == 0, outcome.message
        return Planned(home, _standing(company))


@pytest.mark.parametrize("point", CHOSEN, ids=str)
def test_documents_synced_in_killed_pieces_leave_the_books_of_one_go(
    planned: Planned, tmp_path: Path, point: KillPoint
) -> None:
    trap = Trap()
    with company_from(planned.home, tmp_path, trap, DOCUMENTS) as company:
        check = partial(_check, planned)
        kill_and_finish(company, point, trap, _resumed(point), ("plan", "--documents"), check, KILLED="documents")


def _check(planned: Planned, company: Company, codes: list[int]) -> None:
    assert codes[-1] == 0, codes
    assert _standing(company) == planned.standing
    with open_warehouse(company.settings, publishes=False) as warehouse:
        assert warehouse.read("post.outbox", "state <> 'confirmed'").is_empty()
        differing = warehouse.read("sync.totals", "tie_out = 'documents' and document_count = 0")
        assert differing.is_empty()


def _standing(company: Company) -> Standing:
    with connect(company.settings, scopes=sync_scopes(SYNC_KINDS)) as client:
        return standing_books(client)


@contextmanager
def _resumed(point: KillPoint) -> Iterator[None]:
    """The next runs wait for nothing; late ones come when Xero has forgotten the keys."""
    later = timedelta(minutes=10 if point.is_late else 0)
    ready = partial(SyncMeans, pause=lambda _: None, clock=lambda: datetime.now(UTC) + later)
    with patch("pipelines.document_sync.SyncMeans", ready):
        yield
