"""A month that is posted and locked changes: the difference goes into the first open month, and both tie out."""

import pytest

from tests.sample_company import OCTOBER, SEPTEMBER, Company


@pytest.mark.thorough
def test_a_change_of_a_locked_month_goes_into_the_next_one_and_ties_out(opened: Company) -> None:
    assert opened.tieout("close", SEPTEMBER).exit_code == 0
    before = opened.books.balance("311", "2026-09-30")
    opened.books.change("lock-date", lock_date="2026-09-30")
    text = (opened.home / "mappings/accounts.yaml").read_text(encoding="utf-8")
    assert 'account: "311"' in text
    opened.rewrite("mappings/accounts.yaml", text.replace('account: "311"', 'account: "316"'))

    planned = opened.tieout("plan", SEPTEMBER, "--json")
    assert planned.exit_code == 0, planned.message
    applied = opened.tieout("apply", "latest", "--json")

    assert applied.exit_code == 0, applied.message
    rows = [row for table in planned.json["tables"][:1] for row in table["rows"] if row[0] != "unchanged"]
    assert [(row[0], row[1], row[2]) for row in rows] == [("corrected", "DEMO-COGS-2026-09-v2", "2026-10-01")]
    assert opened.books.balance("311", "2026-09-30") == before
    assert opened.books.balance("311", "2026-10-01") == "0.00"
    event = '{"event": "progress", "step": "Post to Xero", "done": 1, "total": 1, "what": "documents"}'
    assert event in applied.message
    assert opened.tieout("plan", SEPTEMBER, "--json").json["changes"] == 0
    closed = opened.tieout("close", OCTOBER)
    assert closed.exit_code == 0, closed.message
