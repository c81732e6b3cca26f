"""After a month is posted: a plan says why each line changes, keeps it as a file, and status names the preparer."""

import pytest

from tests.sample_company import SEPTEMBER, Company


@pytest.mark.thorough
def test_a_plan_names_the_document_behind_a_changed_line_and_writes_the_same_file_again(closed: Company) -> None:
    closed.edit_rows("Adjustments", "ADJ-41", lambda row: row["lineItems"][0].update(qty=-2, qtyAdjusted=-2))

    planned = closed.tieout("plan", SEPTEMBER, "--as", "Bo Chen")
    assert planned.exit_code == 0, planned.message
    changed = closed.query("select distinct why from post.plan_lines where why <> 'new' order by why")["why"].to_list()
    assert any("edited document ADJ-41: quantity" in why for why in changed), changed
    files = sorted((closed.settings.warehouse.parent / "plans").glob("2026-09-*.json"))
    first = {file.name: file.read_bytes() for file in files}
    assert closed.tieout("plan", SEPTEMBER).exit_code == 0
    assert {file.name: file.read_bytes() for file in files} == first

    months = closed.tieout("status", "--json")
    assert months.exit_code == 0, months.message
    (who,) = [one for one in months.json["tables"] if one["title"] == "Who and when (UTC)"]
    assert who["rows"][0][who["columns"].index("Planned")].startswith("Bo Chen, ")


def test_a_month_that_nobody_signed_cannot_be_reopened(closed: Company) -> None:
    for reason, words in (("late freight", "is not signed, so there is nothing to reopen"), ("  ", "needs a reason")):
        stopped = closed.tieout("close", SEPTEMBER, "--reopen", reason)
        assert (stopped.exit_code, words in stopped.message) == (2, True), stopped.message
