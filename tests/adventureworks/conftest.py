"""AdventureWorks, closed once for all tests of this folder."""

import os

import pytest

from tests.adventureworks.closed_months import DATA, ClosedMonths, close_adventureworks
from tests.made_once import MakeOnce


@pytest.fixture(scope="session")
def months(made_once: MakeOnce) -> ClosedMonths:
    """Thirty-nine closed months. Read only."""
    if not DATA.is_dir():
        pytest.skip(f"needs the AdventureWorks data, which is not part of the repository: {DATA} is not there")
    if os.environ.get("CHAOS") != "all":
        pytest.skip("closes 39 months, which takes three minutes: make chaos")
    return ClosedMonths(made_once("adventureworks", close_adventureworks))
