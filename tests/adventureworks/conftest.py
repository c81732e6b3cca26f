"""AdventureWorks, closed once for all tests of this folder."""

import os

import pytest

from tests.adventureworks.closed_months import ClosedMonths, close_adventureworks
from tests.made_once import MakeOnce
from tests.reference_data import ADVENTUREWORKS, why_absent


@pytest.fixture(scope="session")
def months(made_once: MakeOnce) -> ClosedMonths:
    """Thirty-nine closed months. Read only."""
    if not ADVENTUREWORKS.is_dir():
        pytest.skip(why_absent(ADVENTUREWORKS, "the AdventureWorks data", "ADVENTUREWORKS"))
    if os.environ.get("CHAOS") != "all":
        pytest.skip("closes 39 months, which takes three minutes: make chaos")
    return ClosedMonths(made_once("adventureworks", close_adventureworks))
