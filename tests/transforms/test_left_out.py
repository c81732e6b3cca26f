"""What COGS leaves out, line by line, with its value and the reason."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from schemas.checking import check
from schemas.closing import LeftOut
from schemas.documents import SaleLines, UncountedLines
from schemas.dtypes import MONEY, QUANTITY
from schemas.policies import RecognitionPolicy
from schemas.stock import Bookings
from tests.transforms.builders import Row, bookings, pick, table
from transforms.left_out import OpenLines, list_left_out

SEPTEMBER, CUT_OFF = date(2026, 9, 1), date(2026, 9, 30)
LINE: Row = {"sale_line_id": "1", "moved_quantity": 3, "moved_date": "09-28", "accounting_status": "imported"}
MOVED: Row = {"move_id": "sale:1", "moved_quantity": -3, "cost_amount": "-30"}
STOCKED = pl.LazyFrame({"sku": ["TENT"]})
SHOWN = ("category", "reason", "quantity", "cost_amount")


def left_out(
    lines: list[Row],
    booked: list[Row],
    policy: RecognitionPolicy | None = None,
    uncounted: list[Row] | None = None,
    on_hand: tuple[str, str] | None = None,
) -> pl.DataFrame:
    """What is left out at the end of September; `on_hand`: units of TENT and what they cost."""
    units, value = on_hand or ("0", "0")
    values = pl.LazyFrame({"sku": ["TENT"], "quantity": [Decimal(units)], "value": [Decimal(value)]})
    given = OpenLines(
        table(SaleLines, *lines).lazy(),
        table(UncountedLines, *(uncounted or [])).lazy(),
        bookings(*booked).lazy(),
        values.with_columns(pl.col("quantity").cast(QUANTITY), pl.col("value").cast(MONEY)),
        STOCKED,
    )
    return check(LeftOut, list_left_out(given, policy or RecognitionPolicy(), SEPTEMBER, CUT_OFF))


def test_what_is_in_both_books_is_not_listed() -> None:
    assert left_out([LINE], [MOVED | {"recognised_amount": "30"}]).is_empty()


def test_dispatched_and_invoiced_next_month() -> None:
    # the ledger has lost 30.00 of stock that Xero still holds
    assert pick(left_out([LINE | {"invoice_date": "10-02"}], [MOVED]), *SHOWN) == [
        ("dispatched_not_recognised", "recognised on 2026-10-02", "3.0000", "30.00")
    ]


def test_dispatched_and_not_invoiced_at_all() -> None:
    assert pick(left_out([LINE | {"invoice_date": None}], [MOVED]), *SHOWN) == [
        ("dispatched_not_recognised", "no invoice date", "3.0000", "30.00")
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


RETURN: Row = LINE | {"kind": "sale_return"}
TAKEN_BACK: Row = {"move_id": "sale:1", "kind": "sale_return", "moved_quantity": 3, "cost_amount": "30"}


@pytest.mark.parametrize(
    ("changes", "category", "reason"),
    [
        ({"moved_date": None, "moved_quantity": 0, "ordered_quantity": 3, "invoice_date": "09-30"},
         "recognised_not_dispatched", "not completely taken back"),
        ({"invoice_date": None}, "dispatched_not_recognised", "no credit note date"),
        ({"ordered_quantity": 4}, "excluded_by_rule", "quantity taken back differs from that of the credit note"),
        ({"invoice_date": "09-30", "moved_date": "10-02"}, "recognised_not_dispatched", "taken back on 2026-10-02"),
        ({"accounting_status": "error"}, "excluded_by_rule", "accounting status is error"),
    ],
)  # fmt: skip
def test_a_return_has_reasons_of_its_own_cin7_3a(changes: Row, category: str, reason: str) -> None:
    """cin7.md section 3A, COGS content and timing: credit notes mirror the rule of orders (cin7.md section 1.7)."""
    booked = [] if category == "recognised_not_dispatched" else [TAKEN_BACK]
    assert pick(left_out([RETURN | changes], booked), "category", "reason") == [(category, reason)]


def test_both_directions_have_their_value_for_sales_and_for_returns() -> None:
    # 3 tents of 10.00 each were sold and left; 2 of them are credited and not back yet, 3 others ordered and invoiced
    """cin7.md section 5, question 5: the cost of a return: that of its sale, where that is known."""
    gone = {"sale_line_id": "1", "moved_quantity": 3, "moved_date": "09-28", "invoice_date": "10-02"}
    waiting = {"moved_date": None, "moved_quantity": 0, "invoice_date": "09-30"}
    back = waiting | {"sale_line_id": "2", "kind": "sale_return", "ordered_quantity": 2, "returned_sale_line_id": "1"}
    ordered = waiting | {"sale_line_id": "3", "ordered_quantity": 3}
    found = left_out([gone, back, ordered], [MOVED], on_hand=("8", "100"))
    # dispatched, not invoiced: its own 30.00; credited, not back: 2 at the sale's 10.00; invoiced, still here: 3 of
    # the 8 on hand, which cost 12.50 each
    assert pick(found.sort("move_id"), "category", "cost_amount", "goods_amount") == [
        ("dispatched_not_recognised", "30.00", "30.00"),
        ("recognised_not_dispatched", "0.00", "-20.00"),
        ("recognised_not_dispatched", "0.00", "37.50"),
    ]


@pytest.mark.parametrize(
    ("changes", "reason", "goods"),
    [
        ({"status": "draft"}, "the order is a draft, yet goods were dispatched", "25.00"),
        ({"status": "void"}, "the order is void, yet goods were dispatched", "25.00"),
        ({"status": "void", "kind": "sale_return"}, "the credit note is void, yet goods were taken back", "-25.00"),
    ],
)
def test_a_draft_or_void_document_whose_goods_moved_is_listed_with_their_value(
    changes: Row, reason: str, goods: str
) -> None:
    # 3 of 12 tents that cost 100.00; nothing of it is in the ledger or in COGS
    found = left_out([LINE | {"invoice_date": "10-02"} | changes], [], on_hand=("12", "100"))
    assert pick(found, "category", "reason", "cost_amount", "goods_amount") == [("not_counted", reason, "0.00", goods)]


def test_what_a_source_does_not_count_though_goods_moved_is_listed_too() -> None:
    bought: Row = {"line_id": "7", "document_kind": "purchase", "document_number": "PO-7", "quantity": 4,
                   "moved_date": "09-03", "reason": "the purchase order is void, yet goods were received"}  # fmt: skip
    lost = bought | {"line_id": "8", "document_kind": "adjustment", "quantity": -1}
    earlier = bought | {"line_id": "9", "moved_date": "08-31"}
    found = left_out([], [], uncounted=[bought, lost, earlier], on_hand=("10", "100"))
    assert pick(found, "move_id", "reason", "quantity", "cost_amount", "goods_amount") == [
        ("uncounted:7", bought["reason"], "4.0000", "0.00", "-40.00"),
        ("uncounted:8", bought["reason"], "1.0000", "0.00", "10.00"),
    ]


def test_drafts_that_have_not_moved_and_what_is_no_stock_are_not_listed() -> None:
    lines = [
        LINE | {"invoice_date": "09-30", "moved_date": None, "moved_quantity": 0, "status": "draft"},
        LINE | {"sale_line_id": "2", "invoice_date": "10-02", "sku": "SERVICE"},
        LINE | {"sale_line_id": "3", "moved_date": "08-31", "status": "void"},
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
