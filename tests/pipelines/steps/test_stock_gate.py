"""The gate against the source's own stock on hand: on the day that it was stated for, and never in silence."""

from collections.abc import Iterator
from datetime import date

import pytest

from pipelines.errors import DoesNotTieOut
from pipelines.settings import Settings
from pipelines.steps.stock import value_stock
from pipelines.steps.stock_gate import check_stock_on_hand, stop_on_stock_difference
from pipelines.tie_out_reports import stock_check_table
from pipelines.warehouse import Warehouse, open_warehouse
from schemas.tables import SOURCE_TABLES
from tests.pipelines.steps.closing import close_of, company_settings
from tests.transforms.builders import Row, table

JUNE = (date(2026, 6, 1), date(2026, 6, 30))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return company_settings(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def opened(settings: Settings) -> Iterator[Warehouse]:
    with open_warehouse(settings, publishes=False) as warehouse:
        yield warehouse


@pytest.fixture
def warehouse(settings: Settings, opened: Warehouse) -> Iterator[Warehouse]:
    """June ends with 10 - 4 = 6 tents; in July 5 come, 2 arrive in Wellington, 1 is sold on the 3rd."""
    with opened.scratch():
        fill(opened, "products", {"sku": "TENT"})
        fill(
            opened,
            "receipt_lines",
            {"receipt_line_id": "R1", "received_date": "2026-06-02", "quantity": 10, "unit_price": 10},
            {"receipt_line_id": "R2", "received_date": "2026-07-01", "quantity": 5, "unit_price": 10},
        )
        fill(
            opened,
            "sale_lines",
            {"sale_line_id": "S1", "moved_date": "2026-06-20", "moved_quantity": 4},
            {"sale_line_id": "S2", "moved_date": "2026-07-03", "moved_quantity": 1},
        )
        # it left in June: only its arrival lies after the month
        sent: Row = {"transfer_line_id": "T", "dispatched_date": "2026-06-29", "received_date": "2026-07-02"}
        fill(opened, "transfer_lines", sent | {"quantity": 2})
        value_stock(close_of(settings, *JUNE), opened)
        yield opened


def fill(warehouse: Warehouse, name: str, *rows: Row) -> None:
    warehouse.replace(f"core.{name}", table(SOURCE_TABLES[f"core.{name}"], *rows))


def state(warehouse: Warehouse, day: str, auckland: int, wellington: int = 2) -> None:
    """What the source has at a day."""
    units = {"Auckland": auckland, "Wellington": wellington}
    fill(warehouse, "stock_on_hand", *({"as_of": day, "location": at, "quantity": n} for at, n in units.items()))


def test_stock_of_the_third_day_of_the_next_month_is_compared_with_the_ledger_of_that_day(
    settings: Settings, warehouse: Warehouse
) -> None:
    state(warehouse, "2026-07-03", 8)  # 6 - 2 + 5 - 1 in Auckland, 2 in Wellington
    checks = check_stock_on_hand(close_of(settings, *JUNE), warehouse)
    columns = ("as_of", "location", "ledger_quantity", "stated_quantity")
    assert [(row[0], row[1], int(row[2]), int(row[3])) for row in checks.select(columns).rows()] == [
        (date(2026, 7, 3), "Auckland", 8, 8),
        (date(2026, 7, 3), "Wellington", 2, 2),
    ]
    stop_on_stock_difference(close_of(settings, *JUNE), warehouse)


def test_a_sale_of_the_stated_day_may_lie_after_the_hour_of_the_list(settings: Settings, warehouse: Warehouse) -> None:
    state(warehouse, "2026-07-03", 9)  # before the sale of that day
    stop_on_stock_difference(close_of(settings, *JUNE), warehouse)


def test_units_that_differ_after_the_month_stop_the_close(settings: Settings, warehouse: Warehouse) -> None:
    state(warehouse, "2026-07-03", 11)
    with pytest.raises(DoesNotTieOut) as stopped:
        stop_on_stock_difference(close_of(settings, *JUNE), warehouse)
    (problem,) = stopped.value.problems
    assert (problem.found, problem.examples) == (
        "units differ on 2026-07-03",
        ("TENT Auckland 8 in the ledger, 11 in the source",),
    )


@pytest.mark.parametrize(
    ("day", "note"),
    [
        (None, "Not compared: the source states no stock on hand (core.stock_on_hand is empty)."),
        (
            "2026-06-10",
            "Not compared: the source stated its stock on 2026-06-10, before the cut-off.",
        ),
    ],
)
def test_what_cannot_be_compared_is_said(settings: Settings, warehouse: Warehouse, day: str | None, note: str) -> None:
    if day is None:
        fill(warehouse, "stock_on_hand")
    else:
        state(warehouse, day, 10)
    stop_on_stock_difference(close_of(settings, *JUNE), warehouse)
    assert stock_check_table(warehouse, JUNE[0]).note == note


@pytest.mark.parametrize(
    ("auckland", "note"), [(8, "2 compared: both sides have the same."), (11, "2 compared: 1 differ.")]
)
def test_what_was_compared_is_told_with_what_differs(
    settings: Settings, warehouse: Warehouse, auckland: int, note: str
) -> None:
    state(warehouse, "2026-07-03", auckland)
    check_stock_on_hand(close_of(settings, *JUNE), warehouse)
    assert stock_check_table(warehouse, JUNE[0]).note == note


def test_units_of_what_is_no_product_are_a_difference(settings: Settings, warehouse: Warehouse) -> None:
    rows: list[Row] = [
        {"as_of": "2026-07-03", "sku": "TENT", "location": "Auckland", "quantity": 8},
        {"as_of": "2026-07-03", "sku": "TENT", "location": "Wellington", "quantity": 2},
        {"as_of": "2026-07-03", "sku": "option 4711", "location": "Auckland", "quantity": 5},
    ]
    fill(warehouse, "stock_on_hand", *rows)
    checks = check_stock_on_hand(close_of(settings, *JUNE), warehouse)
    unknown = checks.filter(sku="option 4711")
    assert unknown.select("ledger_quantity", "stated_quantity").rows() == [(0, 5)]
