"""Cut-off journals of a company that wants them, their reversals, and the gate of units before anything is posted."""

import json
from decimal import Decimal

from tests.end_to_end.xero_accountants import accountants_of
from tests.sample_company import OCTOBER, Company

ACCOUNTS = {"805": "goods_received_not_invoiced", "636": "goods_in_transit", "637": "shipped_not_invoiced"}
SETTINGS = "{received_not_billed: true, billed_not_received: true, shipped_not_invoiced: clearing}"


def wish_for_cut_off_journals(company: Company) -> None:
    """Accounts in Xero and in the mappings, and the settings."""
    kinds = {"805": "CURRLIAB", "636": "CURRENT", "637": "CURRENT"}
    for code, role in ACCOUNTS.items():
        company.books.change("accounts", code=code, name=role.replace("_", " "), type=kinds[code], tax_type="NONE")
    roles = "\n".join(f'  {role}: "{code}"' for code, role in ACCOUNTS.items())
    company.edit_text("mappings/accounts.yaml", "accounts:\n", f"accounts:\n{roles}\n")
    company.edit_text("mappings/close.yaml", "  approval:", f"  cut_off_journals: {SETTINGS}\n  approval:")


def test_goods_without_a_bill_are_accrued_at_the_cut_off_and_taken_back_on_day_one(closed: Company) -> None:
    # PO-312 came on 29 October for 8,032.72; its bill is of 4 November. SO-1105 is kept out by a rule and stays so.
    wish_for_cut_off_journals(closed)
    outcome = closed.tieout("close", OCTOBER)
    assert outcome.exit_code == 0, outcome.message
    assert closed.books.balance("630", "2026-10-31") == "106158.13"  # 106,131.61 of the ledger, 26.52 of SO-1105
    assert closed.books.balance("805", "2026-10-31") == "-8032.72"
    assert (closed.books.balance("805", "2026-11-01"), closed.books.balance("630", "2026-11-01")) == (
        "0.00",
        "98125.41",
    )
    lines = closed.query(
        "select journal_key, account_code, line_amount from close.journal_lines where journal_key like 'CUTOFF%' "
        "order by all"
    )
    assert lines.rows() == [
        ("CUTOFF-2026-10-RECEIVED", "630", Decimal("8032.72")),
        ("CUTOFF-2026-10-RECEIVED", "805", Decimal("-8032.72")),
        ("CUTOFF-2026-10-RECEIVED-REVERSAL", "630", Decimal("-8032.72")),
        ("CUTOFF-2026-10-RECEIVED-REVERSAL", "805", Decimal("8032.72")),
    ]
    steps = closed.query("from close.tie_outs where period = date '2026-10-01' and account_code in ('630', '805')")
    amounts = {(row["account_code"], row["cause"]): str(row["amount"]) for row in steps.to_dicts()}
    assert amounts["630", "received_not_billed"] == "-8032.72"
    assert amounts["630", "carried_by_cut_off"] == "8032.72"
    assert amounts["805", "stock_ledger"] == amounts["805", "xero_balance"] == "-8032.72"
    order = closed.query(
        "select order_number, opened_on::varchar, age_band, open_amount from close.clearing_orders "
        "where account_code = '805' and period = date '2026-10-01'"
    )
    assert order.rows() == [("PO-312", "2026-10-29", "0-30 days", Decimal("-8032.72"))]

    with accountants_of(closed):
        closed.books.change("journals/void", journal="DEMO-CUTOFF-2026-10-RECEIVED-v1")
    voided = closed.tieout("tie-out", OCTOBER, "--json")
    assert voided.exit_code == 0, voided.message
    found = {(one["account_code"], one["cause"]): one["amount"] for one in voided.json["causes"]}
    assert (found["630", "voided"], found["805", "voided"]) == ("-8032.72", "8032.72")


def test_units_that_the_source_has_otherwise_stop_before_anything_is_posted(closed: Company) -> None:
    before = closed.books.statuses()
    counted = closed.query(
        "select '2026-10-31' as as_of, sku, location, sum(quantity)::varchar as quantity from core.stock_moves "
        "where moved_on <= date '2026-10-31' and sku in (select sku from core.products where is_stocked) "
        "group by sku, location having sum(quantity) <> 0 order by sku, location"
    ).to_dicts()
    sku, location, there = counted[0]["sku"], counted[0]["location"], Decimal(counted[0]["quantity"])
    closed.rewrite("data/sample/files/stock.csv", as_csv(counted))
    source = closed.home / "mappings/sources/omni.yaml"
    text = source.read_text(encoding="utf-8")
    text = text.replace("inputs:\n", "inputs:\n  stated_stock: {file: stock.csv}\n", 1)
    columns = "as_of::date as as_of, sku, location, quantity::decimal(18, 4) as quantity, null as value"
    select = f"select {columns} from stated_stock"
    start = text.index("  stock_on_hand: |\n")
    source.write_text(f"{text[:start]}  stock_on_hand: {json.dumps(select)}\n", encoding="utf-8")
    fits = closed.tieout("close", OCTOBER)
    assert fits.exit_code == 0, fits.message

    counted[0]["quantity"] = str(there + 2)
    closed.rewrite("data/sample/files/stock.csv", as_csv(counted))
    stopped = closed.tieout("close", OCTOBER)
    assert stopped.exit_code == 6
    assert stopped.message.splitlines()[:2] == [
        "2026-10: the stock ledger is not the source's stock on hand. Nothing was posted.",
        "core.stock_on_hand: units differ on 2026-10-31 (1 row)",
    ]
    assert stopped.message.splitlines()[-1] == (
        f"    First: {sku} {location} {there:,.0f} in the ledger, {there + 2:,.0f} in the source"
    )
    closed.edit_text("mappings/close.yaml", "  approval:", "  tie_out: {stock_on_hand: list}\n  approval:")
    listed = closed.tieout("close", OCTOBER)
    assert listed.exit_code == 0, listed.message
    assert "Stock ledger against the source's stock on hand on 2026-10-31" in listed.out
    assert closed.books.statuses() == before


def as_csv(rows: list[dict[str, str]]) -> str:
    """Rows as a file."""
    return "\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]) + "\n"
