"""A warehouse is lost after a sign-off: the months are computed again, nothing is posted twice, the story goes on."""

import os

import pytest

from tests.end_to_end.october_story import (
    COGS_AFTER,
    LEDGER_AFTER,
    NOVEMBER,
    SIGNER,
    change_october,
    in_december,
    totals,
)
from tests.sample_company import OCTOBER, SEPTEMBER, Company

pytestmark = pytest.mark.skipif(os.environ.get("CHAOS") != "all", reason="computes three months again: make chaos")


def test_signed_months_come_back_from_the_post_log_and_are_caught_up_later(closed: Company) -> None:
    assert closed.tieout("sign", OCTOBER, "--as", SIGNER).exit_code == 0
    file, before = closed.settings.warehouse, closed.books.statuses()
    for lost in (file, file.with_name(f"{file.stem}.read{file.suffix}")):
        lost.unlink()
    with in_december():
        early = closed.tieout("close", NOVEMBER)
        assert early.exit_code == 3
        assert "period 2026-10: was posted from a warehouse that is gone, and is not in this one" in early.message
        for month in (SEPTEMBER, OCTOBER):
            again = closed.tieout("close", month)
            assert again.exit_code == 0, again.message
        assert closed.books.statuses() == before

        change_october(closed)
        assert closed.tieout("close", OCTOBER).exit_code == 4
        facts = closed.tieout("diff", OCTOBER, "--json").json
        assert (facts["cogs_change"], facts["stock_change"]) == ("-3.37", "300.58")
        november = closed.tieout("close", NOVEMBER)
        assert november.exit_code == 0, november.message
    assert totals(closed) == (COGS_AFTER, LEDGER_AFTER)
