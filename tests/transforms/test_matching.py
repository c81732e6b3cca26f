"""Receipts and the bills that name them, up to a day."""

from datetime import date

from tests.transforms.builders import Row, core, pick
from transforms.matching import match_bills

RECEIVED = {"receipt_line_id": "1", "quantity": 10, "unit_price": "9", "received_date": "09-02"}
SHOWN = ("receipt_line_id", "is_received", "is_billed", "received_cost", "billed_amount", "bill_line_count")


def match(receipts: list[Row], bills: list[Row], cut_off: date = date(2026, 9, 30)) -> list[tuple[object, ...]]:
    products: list[Row] = [{"sku": "TENT"}, {"sku": "BOLT", "is_stocked": False}]
    documents = core(products=products, receipt_lines=receipts, bill_lines=bills)
    return sorted(pick(match_bills(documents, "NZD", cut_off), *SHOWN))


def test_a_receipt_stands_beside_the_sum_of_its_bill_lines() -> None:
    bills = [
        {"bill_line_id": "1a", "receipt_line_id": "1", "bill_date": "09-05", "line_amount": "60"},
        {"bill_line_id": "1b", "receipt_line_id": "1", "bill_date": "09-06", "line_amount": "29.98"},
    ]
    assert match([RECEIVED], bills) == [("1", True, True, "90.000000", "89.98", 2)]


def test_bills_after_the_cut_off_are_not_there_yet() -> None:
    bills = [{"bill_line_id": "1", "bill_date": "10-01", "line_amount": "90"}]
    assert match([RECEIVED], bills) == [("1", True, False, "90.000000", "0.00", 0)]


def test_a_bill_may_come_before_the_goods() -> None:
    bills = [{"bill_line_id": "1", "bill_date": "09-30", "line_amount": "90"}]
    for received in ("10-01", None):
        assert match([RECEIVED | {"received_date": received}], bills) == [("1", False, True, "90.000000", "90.00", 1)]


def test_a_line_that_is_neither_is_left_out() -> None:
    assert match([RECEIVED | {"received_date": "10-01"}], []) == []


def test_goods_sent_back_stand_with_a_minus_beside_the_credit() -> None:
    back = RECEIVED | {"kind": "purchase_return", "quantity": 2}
    credit = {"bill_line_id": "1", "bill_date": "09-30", "line_amount": "-18"}
    assert match([back], [credit]) == [("1", True, True, "-18.000000", "-18.00", 1)]


def test_both_sides_are_in_base_currency_each_at_its_own_rate() -> None:
    # received 10 x USD 9 at 1.6 = 144; billed USD 90 at 1.7: 90 / 0.588235 = 153.00
    dollars = {"currency_code": "USD"}
    bill = {"bill_line_id": "1", "bill_date": "09-30", "line_amount": "90", "currency_rate": "1.7"}
    assert match([RECEIVED | dollars | {"currency_rate": "1.6"}], [bill | dollars]) == [
        ("1", True, True, "144.000000", "153.00", 1)
    ]


def test_what_is_no_stock_is_not_matched() -> None:
    bills = [{"bill_line_id": "1", "bill_date": "09-05", "line_amount": "90"}]
    assert match([RECEIVED | {"sku": "BOLT"}], bills) == []


def test_nothing_gives_nothing() -> None:
    assert match([], []) == []
