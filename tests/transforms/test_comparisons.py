"""Shadow costing: what another method makes of the same month, and Cin7's figures beside ours."""

from datetime import date

import polars as pl

from schemas.policies import CostingMethod, CostingPolicy
from tests.transforms.builders import moves, pick
from transforms.comparisons import compare_documents, compare_with, standards_at, sum_by_sku
from transforms.costing import value_moves

PERIOD, CUT_OFF = date(2026, 9, 1), date(2026, 9, 30)
MONTH = moves(
    {"move_id": "opening:1", "kind": "opening", "moved_on": "08-31", "quantity": 10, "unit_cost": 4},
    {"move_id": "receipt:1", "kind": "receipt", "moved_on": "09-05", "quantity": 10, "unit_cost": 6},
    {"move_id": "sale:1", "kind": "sale", "moved_on": "09-10", "recognised_on": "09-10", "quantity": -12},
    {"move_id": "adjustment:1", "kind": "adjustment_out", "moved_on": "09-20", "quantity": -2},
    {"move_id": "sale:2", "kind": "sale", "moved_on": "09-30", "recognised_on": "10-02", "quantity": -1},
)
AMOUNTS = ("cogs_amount", "other_amount", "closing_value", "profit_effect", "stock_effect")


def by(method: CostingMethod, standards: pl.DataFrame | None = None) -> pl.DataFrame:
    return sum_by_sku(MONTH, value_moves(MONTH, CostingPolicy(method), standards), PERIOD, CUT_OFF)


def test_a_month_by_fifo_and_by_moving_average() -> None:
    fifo = by("fifo")
    # FIFO: 12 sold = 10 * 4 + 2 * 6 = 52; 2 lost = 12; 1 dispatched, not invoiced = 6; 5 left = 30
    # average of 100.00 for 20 = 5: 12 sold = 60; 2 lost = 10; 5 left = 25
    assert pick(compare_with(fifo, fifo, "fifo"), *AMOUNTS) == [("52.00", "12.00", "30.00", "0.00", "0.00")]
    average = compare_with(fifo, by("moving_average"), "moving_average")
    assert pick(average, *AMOUNTS) == [("60.00", "10.00", "25.00", "-6.00", "-5.00")]
    # 6.00 less profit: 5.00 less stock, and 1.00 less that waits in goods dispatched


def test_without_standard_costs_a_unit_keeps_what_it_cost_when_the_month_began() -> None:
    fifo_values = value_moves(MONTH, CostingPolicy("fifo"))
    standards = standards_at(MONTH, fifo_values, PERIOD)
    assert pick(standards, "sku", "unit_cost") == [("TENT", "4.000000")]
    standard = compare_with(by("fifo"), by("standard", standards), "standard")
    # 12 sold = 48; variance of the receipt 10 * 2 = 20 and 2 lost = 8 are other expense; 5 left = 20
    assert pick(standard, *AMOUNTS) == [("48.00", "28.00", "20.00", "-12.00", "-10.00")]


def test_a_sku_that_was_not_there_gets_what_came_in() -> None:
    new = moves(
        {"move_id": "receipt:9", "kind": "receipt", "moved_on": "09-05", "quantity": 3, "unit_cost": "3.333333"}
    )
    assert pick(standards_at(new, value_moves(new, CostingPolicy("fifo")), PERIOD), "unit_cost") == [("3.333333",)]


def test_documents_of_one_side_only_are_told() -> None:
    ours = {"document_number": ["SO-1", "SO-2"], "cogs_amount": ["10.00", "5.00"]}
    theirs = {"document_number": ["SO-1", "SO-3"], "cogs_amount": ["10.00", "7.00"]}
    left, right = (pl.DataFrame(one).cast({"cogs_amount": pl.Decimal(18, 2)}) for one in (ours, theirs))
    found = compare_documents(left, right, "document_number")
    assert pick(found, "document_number", "difference", "is_in") == [
        ("SO-3", "-7.00", "cin7"), ("SO-2", "5.00", "tieout"), ("SO-1", "0.00", "both"),
    ]  # fmt: skip
