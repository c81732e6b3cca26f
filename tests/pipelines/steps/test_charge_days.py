"""Which month books freight that comes after its goods: that of its bill, or that of the goods while it is open."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from pipelines.errors import DataProblem
from pipelines.settings import Settings
from pipelines.steps.charge_days import stop_on_restated_months
from pipelines.steps.context import CloseContext
from pipelines.steps.stock import value_stock
from pipelines.warehouse import Warehouse
from schemas.policies import CloseLateCost
from tests.pipelines.steps.closing import close_of, fill

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
LAST = {JUNE: date(2026, 6, 30), JULY: date(2026, 7, 31)}

Booked = list[tuple[str, str, str, str]]
"""Month, move, stock value, COGS."""

CAUGHT_UP = [
    ("2026-06", "receipt:R1", "100.00", "0.00"),
    ("2026-06", "sale:S1", "-40.00", "40.00"),
    ("2026-07", "charge:F1:R1", "20.00", "0.00"),
    ("2026-07", "sale:S1", "-8.00", "8.00"),
    ("2026-07", "sale:S2", "-36.00", "36.00"),
]
"""Ten tents at 10.00 came in June, and four were sold: 40.00. Freight of 20.00 comes in July: 2.00 for each tent."""

RESTATED = [
    ("2026-06", "charge:F1:R1", "20.00", "0.00"),
    ("2026-06", "receipt:R1", "100.00", "0.00"),
    ("2026-06", "sale:S1", "-48.00", "48.00"),
    ("2026-07", "sale:S2", "-36.00", "36.00"),
]


@pytest.fixture
def warehouse(settings: Settings, opened: Warehouse) -> Iterator[Warehouse]:
    """June is closed before its freight is known; nothing of a test stays."""
    with opened.scratch():
        fill(
            opened,
            "receipt_lines",
            {"receipt_line_id": "R1", "received_date": "2026-06-02", "quantity": 10, "unit_price": 10},
        )
        fill(
            opened,
            "sale_lines",
            {"sale_line_id": "S1", "moved_date": "2026-06-20", "moved_quantity": 4},
            {"sale_line_id": "S2", "moved_date": "2026-07-20", "moved_quantity": 3},
        )
        fill(opened, "products", {"sku": "TENT"})
        value_stock(closing(settings, JUNE, "catch_up"), opened)
        fill(opened, "charges", {"charge_id": "F1", "charge_amount": 20, "charge_date": "2026-07-10"})
        yield opened


def lock(warehouse: Warehouse, day: date) -> None:
    """Let Xero lock a day."""
    row = {
        "organisation_id": "O",
        "name": "Company",
        "base_currency": "NZD",
        "period_lock_date": day,
        "mirrored_at": datetime(2026, 7, 1, tzinfo=UTC),
    }
    columns = warehouse.read("xero.organisation").schema
    warehouse.replace("xero.organisation", pl.DataFrame([{name: row.get(name) for name in columns}], schema=columns))


def closing(settings: Settings, month: date, late_cost: CloseLateCost, threshold: str = "0.00") -> CloseContext:
    return close_of(settings, month, LAST[month], late_cost=late_cost, threshold=threshold)


def booked(warehouse: Warehouse) -> Booked:
    rows = warehouse.query(
        "select strftime(period, '%Y-%m'), move_id, cost_amount::varchar, recognised_amount::varchar"
        " from close.bookings where period >= '2026-06-01' order by all"
    )
    return rows.rows()


def test_by_default_the_month_of_the_bill_catches_up(settings: Settings, warehouse: Warehouse) -> None:
    value_stock(closing(settings, JUNE, "catch_up"), warehouse)
    value_stock(closing(settings, JULY, "catch_up"), warehouse)

    assert booked(warehouse) == CAUGHT_UP


def test_the_month_of_the_goods_is_restated_when_it_is_closed_again(settings: Settings, warehouse: Warehouse) -> None:
    value_stock(closing(settings, JUNE, "restate"), warehouse)
    value_stock(closing(settings, JULY, "restate"), warehouse)

    assert booked(warehouse) == RESTATED


@pytest.mark.parametrize(("threshold", "expected"), [("20.00", RESTATED), ("20.01", CAUGHT_UP)])
def test_from_the_threshold_on_a_charge_restates(
    threshold: str, expected: Booked, settings: Settings, warehouse: Warehouse
) -> None:
    value_stock(closing(settings, JUNE, "threshold", threshold), warehouse)
    value_stock(closing(settings, JULY, "threshold", threshold), warehouse)

    assert booked(warehouse) == expected


def test_a_month_that_xero_has_locked_is_not_restated(settings: Settings, warehouse: Warehouse) -> None:
    lock(warehouse, LAST[JUNE])
    value_stock(closing(settings, JUNE, "restate"), warehouse)
    value_stock(july := closing(settings, JULY, "restate"), warehouse)

    assert booked(warehouse) == CAUGHT_UP
    stop_on_restated_months(july, warehouse)  # nothing stands in the way


def test_what_a_month_was_restated_with_stays_when_it_is_locked(settings: Settings, warehouse: Warehouse) -> None:
    value_stock(closing(settings, JUNE, "restate"), warehouse)
    lock(warehouse, LAST[JUNE])
    value_stock(closing(settings, JULY, "restate"), warehouse)

    assert booked(warehouse) == RESTATED


def test_a_month_does_not_take_what_belongs_to_an_open_one(settings: Settings, warehouse: Warehouse) -> None:
    july = closing(settings, JULY, "restate")
    value_stock(july, warehouse)

    with pytest.raises(DataProblem) as stopped:
        stop_on_restated_months(july, warehouse)
    assert "2026-07 would book late costs of earlier months that are open. Nothing was posted." in str(stopped.value)
    assert [str(problem) for problem in stopped.value.problems] == [
        "period 2026-06: is not locked, so it takes landed costs that became known since (late_cost: restate)"
        " (1 row, 20.00)\n"
        "    Close it again, then 2026-07: tieout close 2026-06. Or lock it in Xero: 2026-07 takes them then.\n"
        "    First: PO-1"
    ]

    value_stock(closing(settings, JUNE, "restate"), warehouse)
    value_stock(july, warehouse)
    stop_on_restated_months(july, warehouse)
    assert booked(warehouse) == RESTATED


@pytest.mark.thorough
def test_every_policy_ends_at_the_same_stock_and_cogs(settings: Settings, warehouse: Warehouse) -> None:
    totals = "select sum(cost_amount), sum(recognised_amount) from close.bookings"
    found = set()
    policies: list[CloseLateCost] = ["catch_up", "restate", "threshold"]
    for policy in policies:
        for month in (JUNE, JULY):
            value_stock(closing(settings, month, policy, "15.00"), warehouse)
        found.add(warehouse.query(totals).row(0))
    # 3 of 10 tents are left, at 12.00
    assert found == {(Decimal("36.00"), Decimal("84.00"))}
