"""Cut-off journals of a company that wants them, their reversals, and the gate of units before anything is posted."""

import json
from decimal import Decimal

import pytest

from tests.end_to_end.october_story import causes_of
from tests.end_to_end.xero_accountants import Accountants, accountants_of, line
from tests.sample_company import OCTOBER, Company

ACCOUNTS = {"805": "goods_received_not_invoiced", "636": "goods_in_transit", "637": "shipped_not_invoiced"}
SETTINGS = "{received_not_billed: true, billed_not_received: true, shipped_not_invoiced: clearing}"
ALLOWANCE = "639"
ENDS = "2026-10-31", "2026-11-01"
STAND = ("stock_ledger", "expected_in_xero", "xero_balance")


def wish_for_cut_off_journals(company: Company) -> None:
    """Accounts in Xero and in the mappings, and the settings; damaged goods use up a write-down allowance."""
    kinds = {"805": "CURRLIAB", "636": "CURRENT", "637": "CURRENT", ALLOWANCE: "CURRENT"}
    for code, kind in kinds.items():
        name = ACCOUNTS.get(code, "allowance for slow stock").replace("_", " ")
        company.books.change("accounts", code=code, name=name, type=kind, tax_type="NONE")
    roles = "\n".join(f'  {role}: "{code}"' for code, role in ACCOUNTS.items())
    company.edit_text("mappings/accounts.yaml", "accounts:\n", f"accounts:\n{roles}\n")
    wishes = f'  cut_off_journals: {SETTINGS}\n  tie_out: {{allowances: ["{ALLOWANCE}"]}}\n  approval:'
    company.edit_text("mappings/close.yaml", "  approval:", wishes)
    company.edit_text("mappings/adjustments.yaml", '{ account: "429" }', f'{{ account: "{ALLOWANCE}" }}')


def let_documents_cross_the_month_end(company: Company, people: Accountants) -> None:
    """PO-399 is billed on 30 October and comes on 5 November; SO-1337 left in October and is invoiced in November."""
    file = company.home / "data/sample/omni/PurchaseOrders.json"
    orders = json.loads(file.read_text(encoding="utf-8"))
    (model,) = (one for one in orders if one["reference"] == "PO-312")
    line_item = model["lineItems"][-1] | {"id": 199901, "transactionId": 7399}
    new = {"id": 7399, "reference": "PO-399", "supplierInvoiceReference": "INV-9199", "lineItems": [line_item]}
    dates = {"invoiceDate": "2026-10-29T11:00:00Z", "fullyReceivedDate": "2026-11-04T11:00:00Z"}
    file.write_text(json.dumps([*orders, model | new | dates]), encoding="utf-8")
    bills = "data/sample/files/supplier_bills.csv"
    row = "BILL-900,INV-9199,PO-399,PCK-COVER,Tasman Packworks Ltd,2026-10-30,NZD,326.08,\n"
    company.rewrite(bills, (company.home / bills).read_text(encoding="utf-8") + row)
    head = {"Type": "ACCPAY", "Date": "2026-10-30", "DueDate": "2026-11-30", "InvoiceNumber": "INV-9199"}
    people.enter(
        "Invoices", **head, Contact={"Name": "Tasman Packworks Ltd"}, LineItems=[line("630", "326.08", "34 covers")]
    )
    company.edit_rows("SalesOrders", "SO-1337", lambda order: order.update(invoiceDate="2026-11-01T11:00:00Z"))
    company.books.change(
        "journals/enter",
        narration="Slow stock written down to what it will fetch",
        date="2026-10-20",
        lines=[{"account_code": "429", "amount": "500.00"}, {"account_code": ALLOWANCE, "amount": "-500.00"}],
    )


def test_what_crosses_the_month_end_is_carried_by_journals_that_day_one_takes_back(closed: Company) -> None:
    # PO-312 came on 29 October for 8,032.72; its bill is of 4 November. SO-1105 is kept out by a rule and stays so.
    wish_for_cut_off_journals(closed)
    with accountants_of(closed) as people:
        let_documents_cross_the_month_end(closed, people)
    planned = closed.tieout("plan", OCTOBER, "--json")
    assert planned.exit_code == 0, planned.message
    applied = closed.tieout("apply", planned.json["plan_hash"])
    assert applied.exit_code == 0, applied.message

    assert {code: [closed.books.balance(code, day) for day in ENDS] for code in ("630", *ACCOUNTS)} == {
        "630": ["106158.13", "98504.56"],  # 106,131.61 of the ledger and 26.52 of SO-1105; then as without journals
        "805": ["-8032.72", "0.00"],
        "636": ["326.08", "0.00"],
        "637": ["53.07", "0.00"],
    }
    lines = closed.query(
        "select journal_key, account_code, line_amount from close.journal_lines where journal_key like 'CUTOFF%' "
        "and account_code <> '630' order by all"
    )
    assert [(key.removeprefix("CUTOFF-2026-10-"), code, str(amount)) for key, code, amount in lines.rows()] == [
        ("BILLED", "636", "326.08"),
        ("BILLED-REVERSAL", "636", "-326.08"),
        ("RECEIVED", "805", "-8032.72"),
        ("RECEIVED-REVERSAL", "805", "8032.72"),
        ("SHIPPED", "637", "53.07"),
        ("SHIPPED-REVERSAL", "637", "-53.07"),
    ]
    assert causes_of(closed, OCTOBER) == {
        ("630", "stock_ledger"): "106131.61",
        ("630", "excluded_by_rule"): "26.52",
        ("630", "dispatched_not_recognised"): "53.07",
        ("630", "received_not_billed"): "-8032.72",
        ("630", "billed_not_received"): "326.08",
        ("630", "carried_by_cut_off"): "7653.57",
        ("630", "expected_in_xero"): "106158.13",
        ("630", "xero_balance"): "106158.13",
        **{("805", step): "-8032.72" for step in STAND},
        **{("636", step): "326.08" for step in STAND},
        **{("637", step): "53.07" for step in STAND},
        # ADJ-46 uses up 124.79 of what the accountant wrote down
        (ALLOWANCE, "stock_ledger"): "124.79",
        (ALLOWANCE, "foreign"): "-500.00",
        (ALLOWANCE, "expected_in_xero"): "-375.21",
        (ALLOWANCE, "xero_balance"): "-375.21",
    }
    opened = closed.query(
        "select account_code, order_number, opened_on::varchar, age_band from close.clearing_orders "
        "where period = date '2026-10-01' and open_amount <> 0 order by all"
    )
    assert opened.rows() == [
        ("636", "PO-399", "2026-10-30", "0-30 days"),
        ("637", "SO-1337", "2026-10-29", "0-30 days"),
        ("805", "PO-312", "2026-10-29", "0-30 days"),
    ]

    closed.books.change("journals/void", journal="DEMO-CUTOFF-2026-10-RECEIVED-v1")
    voided = closed.tieout("tie-out", OCTOBER, "--json")
    assert voided.exit_code == 0, voided.message
    found = {(one["account_code"], one["cause"]): one["amount"] for one in voided.json["causes"]}
    assert (found["630", "voided"], found["805", "voided"]) == ("-8032.72", "8032.72")


@pytest.mark.thorough
def test_units_that_the_source_has_otherwise_stop_before_anything_is_posted(closed: Company) -> None:
    before = closed.books.statuses()
    counted = closed.query(
        "select '2026-10-31' as as_of, sku, location, sum(quantity)::varchar as quantity from core.stock_moves "
        "where moved_on <= date '2026-10-31' and sku in (select sku from core.products where is_stocked) "
        "group by sku, location having sum(quantity) <> 0 order by sku, location"
    ).to_dicts()
    sku, location, there = counted[0]["sku"], counted[0]["location"], Decimal(counted[0]["quantity"])
    source = closed.home / "mappings/sources/omni.yaml"
    text = source.read_text(encoding="utf-8")
    text = text.replace("inputs:\n", "inputs:\n  stated_stock: {file: stock.csv}\n", 1)
    columns = "as_of::date as as_of, sku, location, quantity::decimal(18, 4) as quantity, null as value"
    select = f"select {columns} from stated_stock"
    start = text.index("  stock_on_hand: |\n")
    source.write_text(f"{text[:start]}  stock_on_hand: {json.dumps(select)}\n", encoding="utf-8")

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
    differing = closed.query("select sku, location from close.stock_checks where quantity_difference <> 0")
    assert differing.rows() == [(sku, location)]  # the other places fit
    assert "Stock ledger against the source's stock on hand on 2026-10-31" in listed.out
    assert closed.books.statuses() == before


def as_csv(rows: list[dict[str, str]]) -> str:
    """Rows as a file."""
    return "\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]) + "\n"
