"""What COGS leaves out, line by line, with its value and the reason."""

from datetime import date

import polars as pl

from schemas.checking import check
from schemas.closing import LeftOut
from schemas.documents import SaleLines
from schemas.policies import RecognitionPolicy
from schemas.stock import Bookings
from tests.transforms.builders import Row, bookings, pick, table
from transforms.left_out import list_left_out

SEPTEMBER, CUT_OFF = date(2026, 9, 1), date(2026, 9, 30)
LINE: Row = {"sale_line_id": "1", "moved_quantity": 3, "moved_date": "09-28", "accounting_status": "imported"}
MOVED: Row = {"move_id": "sale:1", "moved_quantity": -3, "cost_amount": "-30"}
STOCKED = pl.LazyFrame({"sku": ["TENT"]})
SHOWN = ("category", "reason", "quantity", "cost_amount")


def left_out(lines: list[Row], booked: list[Row], policy: RecognitionPolicy | None = None) -> pl.DataFrame:
    return check(
        LeftOut,
        list_left_out(
            table(SaleLines, *lines).lazy(),
            bookings(*booked).lazy(),
            STOCKED,
            policy or RecognitionPolicy(),
            SEPTEMBER,
            CUT_OFF,
        ),
    )


def test_what_is_in_both_books_is_not_listed() -> None:
    assert left_out([LINE], [MOVED | {"recognised_amount": "30"}]).is_empty()


def test_dispatched_and_invoiced_next_month() -> None:
    # the ledger has lost 30.00 of stock that Xero still holds
    assert pick(left_out([LINE | {"invoice_date": "10-02"}], [MOVED]), *SHOWN) == [
        ("dispatched_not_recognised", "recognised on 2026-10-02", "3.0000", "30.00")
    ]


def test_dispatched_and_not_invoiced_at_all() -> None:
    assert pick(left_out([LINE | {"invoice_date": None}], [MOVED]), *SHOWN) == [
        ("dispatched_not_recognised", "no invoice or credit note date", "3.0000", "30.00")
    ]


def test_invoiced_and_dispatched_next_month() -> None:
    line = LINE | {"invoice_date": "09-30", "moved_date": "10-02"}
    early = {"move_id": "sale:1", "recognised_amount": "30"}
    assert pick(left_out([line], [early]), *SHOWN) == [
        ("recognised_not_dispatched", "dispatched on 2026-10-02", "3.0000", "-30.00")
    ]


def test_invoiced_and_not_dispatched_has_no_cost_yet() -> None:
    line = LINE | {"invoice_date": "09-30", "moved_date": None, "moved_quantity": 0, "ordered_quantity": 4}
    assert pick(left_out([line], []), *SHOWN) == [
        ("recognised_not_dispatched", "not fully dispatched", "4.0000", "0.00")
    ]


def test_a_part_shipped_line_stays_out_until_it_is_cured() -> None:
    line = LINE | {"ordered_quantity": 4}
    assert pick(left_out([line], [MOVED]), *SHOWN) == [
        ("excluded_by_rule", "moved quantity differs from the ordered quantity", "3.0000", "30.00")
    ]


def test_an_excluded_status_is_said_in_words() -> None:
    found = left_out([LINE | {"accounting_status": "not_imported"}], [MOVED])
    assert pick(found, "category", "reason") == [("excluded_by_rule", "accounting status is not imported")]


def test_a_sale_that_was_recognised_and_then_excluded_is_the_ledgers_alone_again() -> None:
    booked_back = [
        MOVED | {"recognised_amount": "30", "period": "2026-08-01"},
        MOVED | {"cost_amount": 0, "recognised_amount": "-30"},
    ]
    assert pick(left_out([LINE | {"accounting_status": "error"}], booked_back), *SHOWN) == [
        ("excluded_by_rule", "accounting status is error", "3.0000", "30.00")
    ]


def test_goods_taken_back_and_not_credited_count_the_other_way() -> None:
    line = LINE | {"kind": "sale_return", "invoice_date": None}
    taken_back = {"move_id": "sale:1", "kind": "sale_return", "moved_quantity": 3, "cost_amount": "30"}
    assert pick(left_out([line], [taken_back]), "category", "cost_amount") == [("dispatched_not_recognised", "-30.00")]


def test_drafts_and_what_is_no_stock_are_not_listed() -> None:
    lines = [
        LINE | {"invoice_date": "10-02", "status": "draft"},
        LINE | {"sale_line_id": "2", "invoice_date": "10-02", "sku": "SERVICE"},
    ]
    assert left_out(lines, []).is_empty()


def test_a_line_of_next_month_is_not_listed() -> None:
    assert left_out([LINE | {"moved_date": "10-02", "invoice_date": "10-02"}], []).is_empty()


def test_the_revenue_stands_beside_the_cost() -> None:
    found = left_out([LINE | {"invoice_date": "10-02", "revenue_amount": "59.70"}], [MOVED])
    assert pick(found, "revenue_amount") == [("59.70",)]


def test_nothing_leaves_nothing_out() -> None:
    assert left_out([], []).is_empty()
    assert table(Bookings).is_empty()
