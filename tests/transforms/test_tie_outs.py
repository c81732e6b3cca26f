"""From the stock ledger to Xero's balance: every cause from its own documents, and what is left."""

from datetime import date
from decimal import Decimal

import polars as pl

from schemas.checking import check
from schemas.closing import LeftOut, TieOuts
from schemas.documents import Products
from tests.transforms.builders import PLAIN_ACCOUNTS, Row, accounts, bookings, core, day, pick, table
from transforms.matching import match_bills
from transforms.tie_out.ledger import (
    PERIODIC,
    cause_of_billing,
    cause_of_method,
    cause_of_recognition,
    sum_ledger,
)
from transforms.tie_out.steps import ALWAYS_SHOWN, CAUSE_SCHEMA, STEPS, TOTALS
from transforms.tie_outs import tie_out

SEPTEMBER, CUT_OFF = date(2026, 9, 1), date(2026, 9, 30)
RULES = accounts({"role": "stock_on_hand", "category": "Made", "account_code": "631"}, *PLAIN_ACCOUNTS)
SHOWN = ("account_code", "cause", "amount", "document_number")


def money_frame(**amounts: str) -> pl.LazyFrame:
    """`account_code`, `amount`; keywords are codes after a letter."""
    codes = [code[1:] for code in amounts]
    values = pl.Series([Decimal(text) for text in amounts.values()], dtype=pl.Decimal(18, 2))
    return pl.LazyFrame({"account_code": pl.Series(codes, dtype=pl.String), "amount": values})


def causes(*rows: tuple[str | None, str, str, str]) -> pl.LazyFrame:
    """Account, cause, amount and number of a document."""
    named = [
        {"account_code": code, "cause": cause, "amount": Decimal(amount), "document_number": number, "note": ""}
        for code, cause, amount, number in rows
    ]
    blank = dict.fromkeys(CAUSE_SCHEMA)
    return pl.LazyFrame([blank | row for row in named], schema=dict(CAUSE_SCHEMA), orient="row")


def walk(ledger: pl.LazyFrame, found: pl.LazyFrame, balances: pl.LazyFrame) -> pl.DataFrame:
    return check(
        TieOuts, tie_out(ledger.with_columns(account_role=pl.lit("stock_on_hand")), found, balances, SEPTEMBER)
    )


def test_the_walk_goes_from_the_ledger_to_the_balance() -> None:
    # ledger 1,000.00; 80.00 dispatched and not in COGS: Xero has more; 250.00 received and not billed: Xero has less;
    # so 830.00 is expected. Xero says 829.50, and 0.50 less is not explained
    found = causes(
        ("630", "dispatched_not_recognised", "30.00", "SO-1"),
        ("630", "dispatched_not_recognised", "50.00", "SO-2"),
        ("630", "received_not_billed", "-250.00", "PO-1"),
        ("310", "draft_in_xero", "-9.00", "COGS-2026-09"),
    )
    steps = walk(money_frame(a630="1000.00"), found, money_frame(a630="829.50", a310="77.00"))
    assert steps["cause"].to_list() == [step for step in STEPS if step in ALWAYS_SHOWN | TOTALS]
    assert pick(steps.filter(pl.col("amount") != 0), "cause", "amount", "document_count") == [
        ("stock_ledger", "1000.00", 0),
        ("dispatched_not_recognised", "80.00", 2),
        ("received_not_billed", "-250.00", 1),
        ("expected_in_xero", "830.00", 0),
        ("xero_balance", "829.50", 0),
        ("unexplained", "-0.50", 0),
    ]


def test_every_stock_account_is_proved_by_itself() -> None:
    # one account too high by what the other is too low: both are shown
    steps = walk(money_frame(a630="10.00", a631="20.00"), causes(), money_frame(a630="11.00", a631="19.00"))
    rest = steps.filter(cause="unexplained")
    assert pick(rest, "account_code", "amount") == [("630", "1.00"), ("631", "-1.00")]


def test_an_account_that_xero_does_not_list_holds_nothing() -> None:
    steps = walk(money_frame(a630="10.00"), causes(), money_frame())
    assert pick(steps.filter(cause="unexplained"), "amount") == [("-10.00",)]


def test_the_ledger_has_every_account_of_the_mappings_also_without_stock() -> None:
    ledger = sum_ledger(
        bookings({"move_id": "1", "cost_amount": "12.34"}, {"move_id": "2", "cost_amount": "-2"}).lazy(), RULES
    )
    assert sorted(pick(ledger, "account_code", "amount")) == [("630", "10.34"), ("631", "0.00")]
    assert sorted(pick(sum_ledger(bookings().lazy(), RULES), "account_code", "amount")) == [
        ("630", "0.00"),
        ("631", "0.00"),
    ]


def test_what_recognition_leaves_out_stands_on_the_account_that_it_left() -> None:
    line: Row = {
        "period": "2026-09-01",
        "move_id": "sale:1",
        "category": "dispatched_not_recognised",
        "reason": "no invoice",
    }
    line |= {"document_number": "SO-1", "quantity": 3, "cost_amount": "30"}
    left_out = table(LeftOut, line, line | {"move_id": "sale:2", "cost_amount": 0})
    booked = bookings(
        {"move_id": "sale:1", "cost_amount": "-18", "stock_account_code": "630", "period": "2026-08-01"},
        {"move_id": "sale:1", "cost_amount": "-12", "stock_account_code": "631"},
    )
    found = cause_of_recognition(left_out.lazy(), booked.lazy())
    assert sorted(pick(found, *SHOWN)) == [
        ("630", "dispatched_not_recognised", "18.00", "SO-1"),
        ("631", "dispatched_not_recognised", "12.00", "SO-1"),
    ]


def bill_causes(receipts: list[Row], bills: list[Row], booked: list[Row]) -> list[tuple[object, ...]]:
    products: list[Row] = [{"sku": "TENT"}, {"sku": "BIKE", "category": "Made"}]
    matched = match_bills(core(products=products, receipt_lines=receipts, bill_lines=bills), "NZD", CUT_OFF)
    found = cause_of_billing(matched, bookings(*booked).lazy(), table(Products, *products).lazy(), RULES)
    return sorted(pick(found, *SHOWN))


RECEIVED: Row = {"receipt_line_id": "1", "quantity": 10, "unit_price": "9", "received_date": "09-02"}
BILLED: Row = {"bill_line_id": "1", "bill_date": "09-20", "line_amount": "90"}


def test_goods_without_a_bill_are_in_the_ledger_alone_at_the_ledgers_value() -> None:
    booked = [{"move_id": "receipt:1", "kind": "receipt", "cost_amount": "90"}]
    assert bill_causes([RECEIVED], [], booked) == [("630", "received_not_billed", "-90.00", "PO-1")]


def test_goods_sent_back_without_a_credit_are_still_in_xero() -> None:
    back = RECEIVED | {"kind": "purchase_return"}
    booked = [{"move_id": "receipt:1", "kind": "purchase_return", "cost_amount": "-90"}]
    assert bill_causes([back], [], booked) == [("630", "received_not_billed", "90.00", "PO-1")]


def test_a_bill_without_goods_shows_its_date() -> None:
    coming = core(products=[{"sku": "TENT"}], receipt_lines=[RECEIVED | {"received_date": None}], bill_lines=[BILLED])
    products = table(Products, {"sku": "TENT"}).lazy()
    found = cause_of_billing(match_bills(coming, "NZD", CUT_OFF), bookings().lazy(), products, RULES)
    assert pick(found, "document_date") == [(day("09-20"),)]


def test_a_bill_without_goods_is_in_xero_alone_on_the_account_of_its_product() -> None:
    coming = RECEIVED | {"received_date": None}
    assert bill_causes([coming], [BILLED], []) == [("630", "billed_not_received", "90.00", "PO-1")]
    assert bill_causes([coming | {"sku": "BIKE"}], [BILLED], []) == [("631", "billed_not_received", "90.00", "PO-1")]


def test_goods_with_their_bill_are_no_cause() -> None:
    assert bill_causes([RECEIVED], [BILLED], [{"move_id": "receipt:1", "kind": "receipt", "cost_amount": "90"}]) == []


def test_the_periodic_method_leaves_sales_and_adjustments_in_xero() -> None:
    # 40.00 of COGS and 12.00 of breakage stay in Xero's account; August is in its opening balance
    booked = bookings(
        {"move_id": "sale:0", "recognised_amount": "99", "period": "2026-08-01"},
        {"move_id": "sale:1", "cost_amount": "-40", "recognised_amount": "40"},
        {"move_id": "adjustment:1", "document_kind": "adjustment", "cost_amount": "-12"},
    )
    found = cause_of_method(booked.lazy(), SEPTEMBER)
    assert sorted(pick(found, *SHOWN)) == [
        ("630", PERIODIC, "12.00", "#adjustment:1"),
        ("630", PERIODIC, "40.00", "#sale:1"),
    ]
    steps = walk(money_frame(a630="48.00"), found, money_frame(a630="100.00"))
    assert pick(steps.filter(pl.col("cause").is_in([PERIODIC, "unexplained"])), "amount") == [("52.00",), ("0.00",)]


def test_an_empty_company_ties_out_at_nothing() -> None:
    steps = walk(sum_ledger(bookings().lazy(), RULES), causes(), money_frame())
    assert set(steps["amount"]) == {Decimal("0.00")}
    assert steps.height == 2 * len(ALWAYS_SHOWN | TOTALS)
