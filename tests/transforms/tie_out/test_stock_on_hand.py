"""The gate of units and value: the ledger against what the source states, SKU by SKU and place by place."""

from datetime import date

import polars as pl

from schemas.checking import check
from schemas.stock import StockMoves
from schemas.stock_counts import StockChecks, StockOnHand
from tests.transforms.builders import Row, bookings, pick, table
from transforms.tie_out.stock_on_hand import choose_day, compare_stock

PERIOD, CUT_OFF = date(2026, 10, 1), date(2026, 10, 31)


def compared(moves: list[Row], stated: list[Row], booked: list[Row], as_of: date = CUT_OFF) -> pl.DataFrame:
    found = compare_stock(
        table(StockMoves, *moves, kind="adjustment_in").lazy(),
        bookings(*booked).lazy(),
        table(StockOnHand, *stated, as_of=as_of).lazy(),
        PERIOD,
        CUT_OFF,
        as_of,
    )
    return check(StockChecks, found)


def test_units_and_value_are_compared_at_the_cut_off() -> None:
    # 10 came and 3 left: 7 units of 21.00; the source states 8 units of 24.00. What moved in November is left out
    moves: list[Row] = [
        {"move_id": "1", "quantity": 10, "moved_on": "2026-10-02"},
        {"move_id": "2", "quantity": -3, "moved_on": "2026-10-31"},
        {"move_id": "3", "quantity": -5, "moved_on": "2026-11-01"},
    ]
    booked: list[Row] = [{"move_id": "1", "cost_amount": "30"}, {"move_id": "2", "cost_amount": "-9"}]
    found = compared(moves, [{"sku": "TENT", "quantity": 8, "value": "24"}], booked)
    assert pick(found, "ledger_quantity", "stated_quantity", "quantity_difference", "value_difference") == [
        ("7.0000", "8.0000", "-1.0000", "-3.00")
    ]


def test_what_only_one_side_lists_is_a_difference_and_nothing_on_both_sides_is_no_row() -> None:
    moves: list[Row] = [
        {"move_id": "1", "sku": "TENT", "quantity": 2, "moved_on": "2026-10-02"},
        {"move_id": "2", "sku": "PEG", "quantity": 4, "moved_on": "2026-10-02"},
        {"move_id": "3", "sku": "PEG", "quantity": -4, "moved_on": "2026-10-03"},
    ]
    stated: list[Row] = [{"sku": "PEG", "quantity": 0}, {"sku": "MUG", "quantity": 1}]
    found = compared(moves, stated, [])
    assert pick(found, "sku", "quantity_difference") == [("MUG", "-1.0000"), ("TENT", "2.0000")]


def test_value_is_not_compared_on_another_day() -> None:
    moves: list[Row] = [{"move_id": "1", "quantity": 2, "moved_on": "2026-10-02"}]
    found = compared(moves, [{"sku": "TENT", "quantity": 2, "value": "9"}], [], date(2026, 11, 3))
    assert pick(found, "quantity_difference", "value_difference") == [("0.0000", None)]


def test_the_nearest_day_from_the_cut_off_on_serves() -> None:
    days = [date(2026, 10, 30), date(2026, 11, 2), date(2026, 11, 1)]
    assert choose_day(days, CUT_OFF, most_days=5) == date(2026, 11, 1)
    assert choose_day(days, CUT_OFF, most_days=0) is None
