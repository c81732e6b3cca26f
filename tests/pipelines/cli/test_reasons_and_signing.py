"""After a month is posted: a plan says why each line changes, a sign-off freezes it, and a diff names what changed."""

import json

from tests.sample_company import SEPTEMBER, Company


def test_a_changed_document_is_named_by_plan_and_diff(closed: Company) -> None:
    signed = closed.tieout("sign", SEPTEMBER, "--as", "Ana Lopez")
    assert signed.exit_code == 0, signed.message
    assert signed.out.startswith("Ana Lopez signed 2026-09: ")
    closed.edit_rows("Adjustments", "ADJ-41", lambda row: row["lineItems"][0].update(qty=-2, qtyAdjusted=-2))

    planned = closed.tieout("plan", SEPTEMBER, "--json")
    assert planned.exit_code == 0, planned.message
    changed = closed.query("select distinct why from post.plan_lines where why <> 'new' order by why")["why"].to_list()
    assert any("edited document ADJ-41: quantity" in why for why in changed), changed
    files = sorted((closed.settings.warehouse.parent / "plans").glob("2026-09-*.json"))
    first = {file.name: file.read_bytes() for file in files}
    assert closed.tieout("plan", SEPTEMBER).exit_code == 0
    assert {file.name: file.read_bytes() for file in files} == first

    told = closed.tieout("diff", SEPTEMBER, "--json")
    assert told.exit_code == 0, told.message
    facts = json.loads(told.out)
    assert [row["document"] for cause in facts["causes"] for row in cause["rows"]] == ["ADJ-41"]
    assert facts["stock_change"] == facts["causes"][0]["stock_effect"] != "0.00"

    months = closed.tieout("status", "--json")
    assert months.exit_code == 0, months.message
    assert "Ana Lopez" in months.out
