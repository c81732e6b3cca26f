"""Goods change their category, and with it their stock account, between two closes: both accounts tie out."""

import json

import pytest

from tests.sample_company import OCTOBER, SEPTEMBER, Company

HAT = "CLO-CAP-OLIVE"
"""Received and billed in September, sold in both months."""
STOCK, HATS = "630", "620"


def put_hats_into_a_category_of_their_own(company: Company) -> None:
    file = company.home / "data/sample/omni/Products.json"
    products = json.loads(file.read_text(encoding="utf-8"))
    (caps,) = [one for one in products if any(option["code"] == HAT for option in one["productOptions"])]
    hats = [option for option in caps["productOptions"] if option["code"] == HAT]
    caps["productOptions"] = [option for option in caps["productOptions"] if option["code"] != HAT]
    products.append({**caps, "id": 5100, "name": "Sun hat", "category": "Hats", "productOptions": hats})
    file.write_text(json.dumps(products), encoding="utf-8")


@pytest.mark.thorough  # tests/pipelines/steps/test_places.py has the same without Xero
def test_stock_follows_its_category_to_another_account_and_both_tie_out(opened: Company) -> None:
    rule = f'\n  - {{ role: stock_on_hand, category: Hats, account: "{HATS}" }}\n'
    opened.edit_text("mappings/accounts.yaml", "\nrules:\n", f"\nrules:{rule}")
    assert opened.tieout("close", SEPTEMBER).exit_code == 0
    put_hats_into_a_category_of_their_own(opened)

    outcome = opened.tieout("close", OCTOBER)
    assert outcome.exit_code == 0, outcome.message
    assert "It ties out." in outcome.out
    held = opened.query(
        "select account_code, cause, amount from close.tie_outs where period = date '2026-10-01'"
        " and cause in ('stock_ledger', 'unexplained') order by all"
    )
    amounts = {(code, cause): amount for code, cause, amount in held.iter_rows()}
    assert (amounts[HATS, "unexplained"], amounts[STOCK, "unexplained"]) == (0, 0)
    (closing,) = opened.query(
        f"select sum(cost_amount) from close.bookings where sku = '{HAT}' and period <= date '2026-10-01'"
    ).row(0)
    assert amounts[HATS, "stock_ledger"] == closing > 0
    moved = opened.query(
        "select account_code, line_amount from close.journal_lines where period = date '2026-10-01'"
        " and description = 'Moved between stock accounts' order by line_amount"
    ).rows()
    (before,) = opened.query(
        f"select sum(cost_amount) from close.bookings where sku = '{HAT}' and period <= date '2026-09-01'"
    ).row(0)
    assert [code for code, _ in moved] == [STOCK, HATS]
    assert moved[1][1] >= before  # what was sent and not invoiced by then is COGS of October, from the new account
    assert sum(amount for _, amount in moved) == 0
