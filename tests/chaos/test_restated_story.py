"""The story of test_signed_month.py under `restate`: October is reopened, and what is cumulated ends the same."""

import os
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.october_story import (
    COGS_AFTER,
    LEDGER_AFTER,
    NOVEMBER,
    SIGNER,
    causes_of,
    change_october,
    in_december,
    totals,
)
from tests.sample_company import OCTOBER, SEPTEMBER, running_company

pytestmark = pytest.mark.skipif(os.environ.get("CHAOS") != "all", reason="closes six months: make chaos")

WHY = "freight LC-99 came late"


def test_the_signed_month_is_reopened_restated_and_ends_as_under_catch_up(opened_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(opened_home, home)
    with running_company(home) as company, in_december():
        company.edit_text("mappings/close.yaml", "  costing:\n", "  costing:\n    late_cost: restate\n")
        for command in (("close", SEPTEMBER), ("close", OCTOBER), ("sign", OCTOBER, "--as", SIGNER)):
            outcome = company.tieout(*command)
            assert outcome.exit_code == 0, outcome.message
        signed_cogs, signed_stock = totals(company)
        change_october(company)

        assert company.tieout("close", OCTOBER).exit_code == 4
        facts = company.tieout("diff", OCTOBER, "--json").json
        assert (facts["cogs_change"], facts["stock_change"]) == ("-3.37", "300.58")
        early = company.tieout("close", NOVEMBER)
        assert early.exit_code == 3
        assert "period 2026-10: is not locked, so it takes landed costs that became known since" in early.message
        again = company.tieout("close", OCTOBER, "--reopen", WHY, "--as", "Bo")
        assert again.exit_code == 0, again.message
        assert company.books.statuses()["DEMO-COGS-2026-10-v1"] == "VOIDED"
        assert "unexplained" not in {cause for _, cause in causes_of(company, OCTOBER)}
        status = company.tieout("status", "--json")
        assert "reopened: Bo, " in status.out
        assert WHY in status.out
        assert "Reopened by Bo on " in company.tieout("diff", OCTOBER).out

        november = company.tieout("close", NOVEMBER)
        assert november.exit_code == 0, november.message
        assert totals(company) == (COGS_AFTER, LEDGER_AFTER)
        assert not [tag for tag in company.books.statuses() if "2026-11" in tag]
    assert (signed_cogs, signed_stock) == ("71311.81", "106131.61")
