"""Late landed costs under `restate`: the open month of their goods is closed again, and both months tie out."""

import pytest

from tests.sample_company import OCTOBER, SEPTEMBER, Company

ACCOUNTS = ("630", "310", "311")
"""Stock on hand, COGS, and COGS of wholesale."""


def balances(company: Company, day: str) -> dict[str, str]:
    return {account: company.books.balance(account, day) for account in ACCOUNTS}


@pytest.mark.thorough
def test_late_costs_go_into_the_open_month_of_their_goods_and_end_at_the_same_balances(closed: Company) -> None:
    september, october = balances(closed, "2026-09-30"), balances(closed, "2026-10-31")
    file = "mappings/close.yaml"
    text = (closed.home / file).read_text(encoding="utf-8")
    assert "  costing:\n" in text
    closed.rewrite(file, text.replace("  costing:\n", "  costing:\n    late_cost: restate\n"))

    stopped = closed.tieout("close", OCTOBER)
    assert stopped.exit_code == 3, stopped.message
    assert "period 2026-09: is not locked, so it takes landed costs that became known since" in stopped.message
    for month in (SEPTEMBER, OCTOBER):
        outcome = closed.tieout("close", month)
        assert outcome.exit_code == 0, outcome.message

    assert balances(closed, "2026-10-31") == october
    assert balances(closed, "2026-09-30") != september
