"""Whole months of a small company: each odd case through ledger, journals and tie-out, with numbers checked by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl

from schemas.maps import MappingTables
from schemas.policies import ClosePolicy, CostingPolicy
from tests.transforms.builders import Row, core, day, mappings, pick
from tests.transforms.small_company import Company, Month
from transforms.stock_moves import IN_TRANSIT

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
POLICY = ClosePolicy(first_period=SEPTEMBER, base_currency="NZD")
RECEIVED: Row = {"receipt_line_id": "1", "quantity": 10, "unit_price": "10", "received_date": "09-02"}
BILLED: Row = {"bill_line_id": "1", "bill_date": "09-05", "line_amount": "100"}
SOLD: Row = {"sale_line_id": "1", "moved_quantity": 4, "moved_date": "09-10"}
BOUGHT: dict[str, list[Row]] = {"receipt_lines": [RECEIVED], "bill_lines": [BILLED]}


def journal_lines(month: Month) -> list[tuple[object, ...]]:
    return pick(month.lines, "journal_key", "account_code", "line_amount")


def ties_out(month: Month) -> bool:
    return set(month.unexplained().values()) == {Decimal("0.00")}


def ledger(month: Month, account_code: str = "630") -> str:
    return str(month.cause("stock_ledger", account_code))


def test_an_ordinary_month() -> None:
    # bought 10 at 10.00, sold 4: COGS 40.00, 60.00 on hand
    month = Company(POLICY).close(core(**BOUGHT, sale_lines=[SOLD]), SEPTEMBER)
    assert journal_lines(month) == [("COGS-2026-09", "310", "40.00"), ("COGS-2026-09", "630", "-40.00")]
    assert ledger(month) == "60.00"
    assert ties_out(month)


def test_freight_that_is_billed_a_month_late() -> None:
    # 30.00 of freight on 10 units, of which 4 were sold in September: 12.00 to late COGS, 18.00 stays in stock
    company = Company(POLICY)
    documents = core(
        **BOUGHT, sale_lines=[SOLD], charges=[{"charge_id": "F1", "charge_amount": "30", "charge_date": "10-07"}]
    )
    september, october = company.close(documents, SEPTEMBER), company.close(documents, OCTOBER)
    assert ledger(september) == "60.00"
    assert journal_lines(october) == [
        ("COGS-2026-10", "310", "12.00"),
        ("COGS-2026-10", "630", "-12.00"),
        ("LANDED-2026-10-PO-1", "630", "30.00"),
        ("LANDED-2026-10-PO-1", "425", "-30.00"),
    ]
    assert set(october.lines.filter(journal_key="COGS-2026-10")["description"]) == {"Late cost of earlier months"}
    assert pick(october.journals, "journal_date") == [(day("10-31"),), (day("10-07"),)]
    assert pick(october.rolled, "opening_value", "landed_cost_value", "late_cost_value", "closing_value") == [
        ("60.00", "30.00", "-12.00", "78.00")
    ]
    assert ties_out(september)
    assert ties_out(october)


def test_freight_whose_goods_arrive_in_two_parts() -> None:
    # 30.00 on the first part in September; the same 30.00 over both parts in October, half each
    company = Company(POLICY)
    parts = [RECEIVED, RECEIVED | {"receipt_line_id": "2", "received_date": "10-12"}]
    bills = [BILLED, BILLED | {"bill_line_id": "2", "bill_date": "10-12"}]
    charges = [{"charge_id": "F1", "charge_amount": "30", "charge_date": "09-07"}]
    documents = core(receipt_lines=parts, bill_lines=bills, charges=charges)
    september, october = company.close(documents, SEPTEMBER), company.close(documents, OCTOBER)
    assert journal_lines(september) == [
        ("LANDED-2026-09-PO-1", "630", "30.00"),
        ("LANDED-2026-09-PO-1", "425", "-30.00"),
    ]
    assert journal_lines(october) == []
    moved = october.sources.filter(pl.col("role") == "stock_on_hand")
    assert pick(moved, "line_number", "source_id", "source_amount") == [(0, "F1:1", "-15.00"), (0, "F1:2", "15.00")]
    assert ledger(october) == "230.00"
    assert ties_out(september)
    assert ties_out(october)
    assert journal_lines(company.close(documents, NOVEMBER)) == []


def test_freight_that_is_billed_before_its_goods_come_in() -> None:
    company = Company(POLICY)
    later = RECEIVED | {"received_date": "10-12"}
    charges = [{"charge_id": "F1", "charge_amount": "30", "charge_date": "09-07"}]
    documents = core(receipt_lines=[later], bill_lines=[BILLED], charges=charges)
    september, october = company.close(documents, SEPTEMBER), company.close(documents, OCTOBER)
    assert journal_lines(september) == []
    assert september.cause("billed_not_received") == Decimal("100.00")
    assert pick(october.journals, "journal_key", "journal_date") == [("LANDED-2026-10-PO-1", day("10-12"))]
    assert ledger(october) == "130.00"
    assert ties_out(september)
    assert ties_out(october)


def test_goods_received_in_one_month_and_billed_in_the_next_at_another_rate() -> None:
    # 10 x USD 10 at 1.60 = 160.00 on receipt; billed at 1.70 = 170.00: stock was 10.00 too high in Xero
    dollars = {"currency_code": "USD"}
    documents = core(
        receipt_lines=[RECEIVED | dollars | {"currency_rate": "1.6"}],
        bill_lines=[BILLED | dollars | {"currency_rate": "1.7", "bill_date": "10-05"}],
    )
    company = Company(POLICY)
    september, october = company.close(documents, SEPTEMBER), company.close(documents, OCTOBER)
    assert september.cause("received_not_billed") == Decimal("-160.00")
    assert journal_lines(october) == [("VALUATION-2026-10", "315", "10.00"), ("VALUATION-2026-10", "630", "-10.00")]
    assert ledger(october) == "160.00"
    assert ties_out(september)
    assert ties_out(october)


def test_goods_sent_back_to_the_supplier_at_more_than_the_credit() -> None:
    # 10 at 10.00 and 20.00 of freight: 12.00 each. 2 go back at 24.00, the credit is 20.00: 4.00 is lost
    documents = core(
        receipt_lines=[
            RECEIVED,
            RECEIVED
            | {"receipt_line_id": "2", "kind": "purchase_return", "quantity": 2, "received_date": "09-20"}
            | {"returned_receipt_line_id": "1"},
        ],
        bill_lines=[BILLED, BILLED | {"bill_line_id": "2", "line_amount": "-20"}],
        charges=[{"charge_id": "F1", "charge_amount": "20", "charge_date": "09-07"}],
    )
    month = Company(POLICY).close(documents, SEPTEMBER)
    assert journal_lines(month)[2:] == [("VALUATION-2026-09", "318", "4.00"), ("VALUATION-2026-09", "630", "-4.00")]
    assert ledger(month) == "96.00"
    assert ties_out(month)


def test_a_sale_dispatched_in_one_month_and_invoiced_in_the_next() -> None:
    documents = core(**BOUGHT, sale_lines=[SOLD | {"moved_date": "09-30", "invoice_date": "10-01"}])
    company = Company(POLICY)
    september, october = company.close(documents, SEPTEMBER), company.close(documents, OCTOBER)
    assert journal_lines(september) == []
    assert september.cause("dispatched_not_recognised") == Decimal("40.00")
    assert journal_lines(october) == [("COGS-2026-10", "310", "40.00"), ("COGS-2026-10", "630", "-40.00")]
    assert ties_out(september)
    assert ties_out(october)


def test_a_sale_invoiced_in_one_month_and_dispatched_in_the_next() -> None:
    documents = core(**BOUGHT, sale_lines=[SOLD | {"moved_date": "10-01", "invoice_date": "09-30"}])
    company = Company(POLICY)
    september, october = company.close(documents, SEPTEMBER), company.close(documents, OCTOBER)
    assert journal_lines(september) == [("COGS-2026-09", "310", "40.00"), ("COGS-2026-09", "630", "-40.00")]
    assert ledger(september) == "100.00"
    assert september.cause("recognised_not_dispatched") == Decimal("-40.00")
    assert journal_lines(october) == []
    assert ledger(october) == "60.00"
    assert ties_out(september)
    assert ties_out(october)


def test_a_part_shipped_sale_and_a_return() -> None:
    # 3 of 4 shipped: out of stock, never in COGS; one of another sale came back
    sales = [
        SOLD | {"moved_quantity": 3, "ordered_quantity": 4},
        SOLD | {"sale_line_id": "2", "moved_quantity": 2},
        SOLD
        | {"sale_line_id": "3", "kind": "sale_return", "moved_quantity": 1, "moved_date": "09-20"}
        | {"returned_sale_line_id": "2"},
    ]
    month = Company(POLICY).close(core(**BOUGHT, sale_lines=sales), SEPTEMBER)
    assert journal_lines(month) == [("COGS-2026-09", "310", "10.00"), ("COGS-2026-09", "630", "-10.00")]
    assert month.cause("excluded_by_rule") == Decimal("30.00")
    assert ledger(month) == "60.00"
    assert ties_out(month)


def test_documents_that_vanish_after_their_month_was_closed() -> None:
    # a sale of 4 and a breakage of 1: 50.00 come back, each from the account it went to
    lost = {"adjustment_line_id": "1", "quantity": -1, "adjustment_date": "09-12"}
    company = Company(POLICY)
    september = company.close(core(**BOUGHT, sale_lines=[SOLD], adjustment_lines=[lost]), SEPTEMBER)
    october = company.close(core(**BOUGHT), OCTOBER)
    assert ("ADJUSTMENT-2026-09-ADJ-1", "429", "10.00") in journal_lines(september)
    assert journal_lines(october) == [
        ("COGS-2026-10", "630", "40.00"),
        ("COGS-2026-10", "310", "-40.00"),
        ("VALUATION-2026-10", "630", "10.00"),
        ("VALUATION-2026-10", "429", "-10.00"),
    ]
    assert ledger(october) == "100.00"
    assert ties_out(september)
    assert ties_out(october)


def test_a_transfer_on_its_way_at_the_month_end_is_stock_and_no_journal() -> None:
    sent = {"transfer_line_id": "1", "quantity": 5, "dispatched_date": "09-28", "received_date": "10-02"}
    company = Company(replace(POLICY, costing=CostingPolicy(pool="sku_location")))
    documents = core(**BOUGHT, transfer_lines=[sent])
    september, october = company.close(documents, SEPTEMBER), company.close(documents, OCTOBER)
    assert pick(september.rolled, "location", "closing_quantity", "closing_value") == [
        ("Auckland", "5.0000", "50.00"),
        (IN_TRANSIT, "5.0000", "50.00"),
    ]
    assert pick(october.rolled.filter(pl.col("closing_quantity") != 0), "location", "closing_value") == [
        ("Auckland", "50.00"),
        ("Wellington", "50.00"),
    ]
    assert journal_lines(september) == journal_lines(october) == []
    assert ties_out(october)


def test_locations_with_accounts_of_their_own() -> None:
    outlet: MappingTables = mappings({"role": "stock_on_hand", "location": "Outlet", "account_code": "632"})
    sent = {"transfer_line_id": "1", "quantity": 5, "dispatched_date": "09-28", "received_date": "09-28"}
    policy = replace(POLICY, costing=CostingPolicy(pool="sku_location"))
    month = Company(policy, outlet).close(core(**BOUGHT, transfer_lines=[sent | {"to_location": "Outlet"}]), SEPTEMBER)
    assert journal_lines(month) == [("VALUATION-2026-09", "632", "50.00"), ("VALUATION-2026-09", "630", "-50.00")]
    assert (ledger(month), ledger(month, "632")) == ("50.00", "50.00")
    assert ties_out(month)


def test_a_category_with_a_stock_account_of_its_own() -> None:
    made: MappingTables = mappings({"role": "stock_on_hand", "category": "Made", "account_code": "631"})
    documents = core(
        products=[{"sku": "BIKE", "category": "Made"}],
        production_lines=[
            {"production_line_id": "1", "sku": "BIKE", "quantity": 2, "unit_cost": "40", "produced_date": "09-03"}
        ],
        sale_lines=[SOLD | {"sku": "BIKE", "moved_quantity": 1}],
    )
    month = Company(POLICY, made).close(documents, SEPTEMBER)
    assert journal_lines(month) == [
        ("COGS-2026-09", "310", "40.00"),
        ("COGS-2026-09", "631", "-40.00"),
        ("PRODUCTION-2026-09", "631", "80.00"),
        ("PRODUCTION-2026-09", "635", "-80.00"),
    ]
    assert (ledger(month), ledger(month, "631")) == ("0.00", "40.00")
    assert ties_out(month)


def test_a_sale_of_goods_that_were_never_received_costs_nothing_until_they_are() -> None:
    company = Company(POLICY)
    september = company.close(core(sale_lines=[SOLD]), SEPTEMBER)
    october = company.close(core(**BOUGHT, sale_lines=[SOLD]), OCTOBER)
    assert journal_lines(september) == []
    assert set(pick(october.lines, "description", "account_code", "line_amount")) == {
        ("Late cost of earlier months", "310", "40.00"),
        ("Late cost of earlier months", "630", "-40.00"),
    }
    assert ledger(october) == "60.00"


def test_what_came_before_the_first_month_is_in_the_opening_balance_and_not_booked_again() -> None:
    # received, billed 0.50 too high and freighted in August, 4 of 10 sold in August: Xero opens with what it holds.
    # In September 20.00 of customs arrive: 8.00 of it belongs to the sale of August
    early = {
        "receipt_lines": [RECEIVED | {"received_date": "08-02"}],
        "bill_lines": [BILLED | {"bill_date": "08-05", "line_amount": "100.50"}],
        "sale_lines": [SOLD | {"moved_date": "08-10"}],
    }
    charges = [
        {"charge_id": "F1", "charge_amount": "30", "charge_date": "08-07"},
        {"charge_id": "F2", "charge_amount": "20", "charge_date": "09-07", "charge_type": "customs"},
    ]
    month = Company(POLICY).close(core(**early, charges=charges), SEPTEMBER)
    assert journal_lines(month) == [
        ("COGS-2026-09", "310", "8.00"),
        ("COGS-2026-09", "630", "-8.00"),
        ("LANDED-2026-09-PO-1", "630", "20.00"),
        ("LANDED-2026-09-PO-1", "426", "-20.00"),
    ]
    # opening (100 + 30) x 6/10 = 78.00, and 20.00 - 8.00 of customs
    assert pick(month.rolled, "opening_value", "closing_value") == [("78.00", "90.00")]


def test_a_run_in_mid_month_is_dated_its_day_and_the_next_one_covers_it() -> None:
    documents = core(**BOUGHT, sale_lines=[SOLD, SOLD | {"sale_line_id": "2", "moved_date": "09-20"}])
    to_the_15th = Company(POLICY).close(documents, SEPTEMBER, date(2026, 9, 15))
    whole = Company(POLICY).close(documents, SEPTEMBER)
    assert pick(to_the_15th.journals, "journal_key", "journal_date", "debit_amount") == [
        ("COGS-2026-09", day("09-15"), "40.00")
    ]
    assert pick(whole.journals, "journal_key", "journal_date", "debit_amount") == [
        ("COGS-2026-09", day("09-30"), "80.00")
    ]
    assert ties_out(to_the_15th)


def test_the_periodic_method_books_no_cogs_and_no_adjustments() -> None:
    lost = {"adjustment_line_id": "1", "quantity": -1, "adjustment_date": "09-12"}
    policy = replace(POLICY, inventory_method="periodic")
    company = Company(policy)
    september = company.close(core(**BOUGHT, sale_lines=[SOLD], adjustment_lines=[lost]), SEPTEMBER)
    october = company.close(core(**BOUGHT, sale_lines=[SOLD]), OCTOBER)
    assert journal_lines(september) == journal_lines(october) == []
    assert september.cause("kept_by_method") == Decimal("50.00")
    assert october.cause("kept_by_method") == Decimal("40.00")
    assert ties_out(september)
    assert ties_out(october)


def test_an_empty_month() -> None:
    company = Company(POLICY)
    month = company.close(core(), SEPTEMBER)
    assert journal_lines(month) == []
    assert ties_out(month)
    assert company.close(core(), OCTOBER).rolled.is_empty()
