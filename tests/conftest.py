"""What tests of several folders share: golden texts, and the made-up company, closed once for all of them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from pipelines.demo import demo_settings
from pipelines.settings import Settings
from tests.golden_texts import GoldenTexts
from tests.made_once import MakeOnce
from tests.sample_company import OCTOBER, SEPTEMBER, Company, copy_what_it_needs, running_company

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
"""No test asks, or writes to, the keyring of the person who runs it; the commands that tests start inherit this."""

os.environ["TIEOUT_PACK_AFTER_CLOSE"] = "false"
"""Only tests of the close pack draw one: charts take half a second."""


settings.register_profile("anywhere", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "anywhere")
"""A busy machine is no fault. CI draws the same examples each time: what turns it red is the change; people draw new
ones."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden with what the tests find")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what is marked `thorough` to make chaos."""
    if os.environ.get("CHAOS") == "all":
        return
    for item in items:
        if item.get_closest_marker("thorough"):
            item.add_marker(pytest.mark.skip(reason="thorough: make chaos"))


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> GoldenTexts:
    """Committed texts that people read."""
    return GoldenTexts(is_updating=bool(request.config.getoption("--update-golden")))


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MakeOnce:
    """Costly things, made once for all workers of the session."""
    folder = tmp_path_factory.getbasetemp()
    return MakeOnce(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)


@pytest.fixture(scope="session")
def opened_home(made_once: MakeOnce) -> Path:
    """A company whose books are opened and whose documents were never extracted by a close. Read only."""

    def make(home: Path) -> None:
        copy_what_it_needs(home)
        with running_company(home):
            pass

    return made_once("opened-company", make)


@pytest.fixture(scope="session")
def closed_home(made_once: MakeOnce, opened_home: Path) -> Path:
    """The same company after September and October. Read only."""

    def make(home: Path) -> None:
        shutil.copytree(opened_home, home, dirs_exist_ok=True)
        with running_company(home) as company:
            for period in (SEPTEMBER, OCTOBER):
                outcome = company.tieout("close", period)
                assert outcome.exit_code == 0, outcome.message

    return made_once("closed-company", make)


@pytest.fixture(scope="session")
def closed_settings(closed_home: Path) -> Settings:
    """Settings of the company after two closed months; its servers are gone. Read only."""
    nowhere = "http://127.0.0.1:9"
    return demo_settings(closed_home, nowhere, nowhere)


@pytest.fixture
def opened(opened_home: Path, tmp_path: Path) -> Iterator[Company]:
    """A copy of the company before its first close, to change at will; its servers run."""
    shutil.copytree(opened_home, tmp_path / "home")
    with running_company(tmp_path / "home") as company:
        yield company


@pytest.fixture(scope="module")
def untouched(opened_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The company before its first close, for commands that stop before they change anything; its servers run."""
    home = tmp_path_factory.mktemp("untouched") / "home"
    shutil.copytree(opened_home, home)
    with running_company(home) as company:
        yield company


@pytest.fixture
def closed(closed_home: Path, tmp_path: Path) -> Iterator[Company]:
    """A copy of the company after two closed months, to change at will; its servers run."""
    shutil.copytree(closed_home, tmp_path / "home")
    with running_company(tmp_path / "home") as company:
        yield company
