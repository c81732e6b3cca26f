"""A real `tieout apply` is killed anywhere, with faults on: afterwards the books hold what was planned, once."""

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

from pipelines.load.apply import apply_plan
from pipelines.warehouse import open_warehouse
from tests.chaos.deadly_server import Trap
from tests.chaos.kill_points import KillPoint, draw_kill_points
from tests.chaos.killed_company import company_from, kill_and_finish, needs_kill
from tests.made_once import MakeOnce
from tests.sample_company import SEPTEMBER, Company, running_company

REQUESTS = 14
"""About as many as an undisturbed run makes: 7 creations of two journals, voids, evidence and notes."""

POINTS = draw_kill_points(200, REQUESTS)
CHOSEN = POINTS if os.environ.get("CHAOS") == "all" else []
"""All in make chaos; make test kills around each request in tests/pipelines/load/test_apply_killed.py."""

pytestmark = needs_kill
DOCUMENTS = "data/sample/omni"


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
    with company_from(home, tmp_path_factory.mktemp("undisturbed"), Trap(), DOCUMENTS) as company:
        assert company.tieout("apply", "latest").exit_code == 0
        return Planned(home, company.books.standing(), len(company.books.statuses()))


@pytest.mark.parametrize("point", CHOSEN, ids=str)
def test_a_kill_anywhere_leaves_each_planned_document_once(planned: Planned, tmp_path: Path, point: KillPoint) -> None:
    trap = Trap()
    with company_from(planned.home, tmp_path, trap, DOCUMENTS) as company:
        check = partial(_check, planned)
        kill_and_finish(company, point, trap, _resumed(point), ("plan", SEPTEMBER), check)


def _check(planned: Planned, company: Company, codes: list[int]) -> None:
    """The books hold the planned documents, and the warehouse knows them as Xero does."""
    assert codes[-1] == 0, codes
    assert company.books.standing() == planned.standing
    with open_warehouse(company.settings, publishes=False) as warehouse:
        posted = warehouse.read("post.documents", "status = 'POSTED'")
        assert set(posted["tag"]) == set(planned.standing)
        by_id = {str(one["journal_id"]): str(one["status"]) for one in company.books.journals()}
        assert {by_id[one] for one in posted["manual_journal_id"]} == {"POSTED"}
        assert warehouse.read("post.outbox", "state <> 'confirmed' and action in ('create', 'end')").is_empty()


@contextmanager
def _resumed(point: KillPoint) -> Iterator[None]:
    """The next runs wait for nothing; late ones come when Xero has forgotten the keys."""
    later = timedelta(minutes=10 if point.is_late else 0)
    ready = partial(apply_plan, pause=lambda _: None, clock=lambda: datetime.now(UTC) + later)
    with patch("pipelines.month_end.apply_plan", ready):
        yield
