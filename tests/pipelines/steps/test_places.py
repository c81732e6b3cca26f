"""Stock of closed months follows its product into another category, and a rule to another stock account."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.settings import Settings
from pipelines.steps import booked_places
from pipelines.steps.context import CloseContext
from pipelines.steps.stock import value_stock
from pipelines.warehouse import Warehouse, open_warehouse
from tests.pipelines.steps.closing import close_of, company_settings, fill
from tests.pipelines.steps.test_stock import assert_as_from_the_beginning

JUNE, JULY, AUGUST, SEPTEMBER, OCTOBER = (
    (date(2026, month, 1), date(2026, month, day)) for month, day in ((6, 30), (7, 31), (8, 31), (9, 30), (10, 31))
)
RULES = """
  - { role: stock_on_hand, category: Made, account: "631" }
  - { role: stock_on_hand, sku: LAMP, account: "632", from: 2026-07 }
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Made goods on 631, and lamps on 632 from July on."""
    settings = company_settings(tmp_path_factory.mktemp("places"))
    file = settings.mappings / "accounts.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("\nrules:\n", f"\nrules:{RULES}"), encoding="utf-8")
    return settings


@pytest.fixture
def warehouse(settings: Settings, tmp_path: Path) -> Iterator[Warehouse]:
    """10 tents at 10.00 and 5 lamps at 4.00 in June, of which 4 tents are sold."""
    with open_warehouse(settings.model_copy(update={"warehouse": tmp_path / "w.duckdb"}), publishes=False) as opened:
        fill(opened, "products", {"sku": "TENT", "category": "Bought"}, {"sku": "LAMP"})
        fill(
            opened,
            "receipt_lines",
            {"receipt_line_id": "1", "received_date": "2026-06-02", "quantity": 10, "unit_price": 10},
            {"receipt_line_id": "2", "received_date": "2026-06-02", "quantity": 5, "unit_price": 4, "sku": "LAMP"},
        )
        fill(opened, "sale_lines", {"sale_line_id": "1", "moved_date": "2026-06-20", "moved_quantity": 4})
        yield opened


def stock(warehouse: Warehouse) -> list[tuple[str, str, str]]:
    """SKU, account and value of what is on hand."""
    return warehouse.query(
        "select sku, stock_account_code, sum(cost_amount)::varchar from close.bookings group by all"
        " having sum(cost_amount) <> 0 order by all"
    ).rows()


def close(settings: Settings, warehouse: Warehouse, month: tuple[date, date]) -> CloseContext:
    closed = close_of(settings, *month)
    value_stock(closed, warehouse)
    assert_as_from_the_beginning(closed, warehouse)
    return closed


def test_a_close_that_reads_only_what_changed_moves_stock_to_the_account_of_now(
    settings: Settings, warehouse: Warehouse
) -> None:
    close(settings, warehouse, JUNE)
    assert stock(warehouse) == [("LAMP", "630", "20.00"), ("TENT", "630", "60.00")]
    close(settings, warehouse, JULY)
    assert stock(warehouse) == [("LAMP", "632", "20.00"), ("TENT", "630", "60.00")]
    fill(warehouse, "products", {"sku": "TENT", "category": "Made"}, {"sku": "LAMP"})
    close(settings, warehouse, JULY)  # once more, now that the tents are another category
    assert stock(warehouse) == [("LAMP", "632", "20.00"), ("TENT", "631", "60.00")]
    close(settings, warehouse, AUGUST)
    assert warehouse.read("close.bookings", "period = ?", [AUGUST[0]]).is_empty()


def test_what_is_closed_again_after_the_change_stands_on_the_new_account_from_then_on(
    settings: Settings, warehouse: Warehouse
) -> None:
    for month in (JUNE, JULY):
        close(settings, warehouse, month)
    fill(warehouse, "products", {"sku": "TENT", "category": "Made"}, {"sku": "LAMP"})
    for month in (JUNE, JULY):
        close(settings, warehouse, month)
    kinds = warehouse.query("select distinct sku from close.bookings where kind = 'renamed_in'")
    assert kinds.rows() == [("LAMP",)]
    assert stock(warehouse) == [("LAMP", "632", "20.00"), ("TENT", "631", "60.00")]


def test_a_category_that_is_taken_away_is_none(settings: Settings, warehouse: Warehouse) -> None:
    close(settings, warehouse, JUNE)
    fill(warehouse, "products", {"sku": "TENT"}, {"sku": "LAMP"})
    close(settings, warehouse, JULY)
    tents = warehouse.read("close.bookings", "period = ? and sku = 'TENT'", [JULY[0]])
    by_category = tents.group_by("category").agg(pl.col("moved_quantity").sum().cast(pl.String)).sort("category")
    assert by_category.rows() == [(None, "6.0000"), ("Bought", "-6.0000")]


def test_bookings_are_looked_through_only_after_a_change(
    settings: Settings, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[date] = []

    def count_looks(closed: CloseContext, opened: Warehouse) -> bool:
        is_as_booked = really(closed, opened)
        looked.extend([] if is_as_booked else [closed.period])
        return is_as_booked

    really = booked_places._is_as_booked
    monkeypatch.setattr(booked_places, "_is_as_booked", count_looks)
    for month in (JUNE, JULY, AUGUST):
        close(settings, warehouse, month)
    assert looked == [JULY[0]]  # the rule for lamps begins in July
    fill(warehouse, "products", {"sku": "TENT", "category": "Made"}, {"sku": "LAMP"})
    for month in (SEPTEMBER, OCTOBER):
        close(settings, warehouse, month)
    assert looked == [JULY[0], SEPTEMBER[0]]


@pytest.mark.parametrize("last", [JULY, AUGUST])
def test_a_change_between_months_that_are_closed_again_is_not_overlooked(
    settings: Settings, warehouse: Warehouse, last: tuple[date, date]
) -> None:
    for month in (JUNE, JULY, AUGUST):
        close(settings, warehouse, month)
    fill(warehouse, "products", {"sku": "TENT", "category": "Made"}, {"sku": "LAMP"})
    close(settings, warehouse, JUNE)  # in June they are made goods now, in July they were not
    fill(warehouse, "products", {"sku": "TENT", "category": "Bought"}, {"sku": "LAMP"})
    close(settings, warehouse, last)
    up_to = warehouse.query(
        "select sku, stock_account_code, sum(cost_amount)::varchar from close.bookings where period <= ? group by all"
        " having sum(cost_amount) <> 0 order by all",
        [last[0]],
    )
    assert up_to.rows() == [("LAMP", "632", "20.00"), ("TENT", "630", "60.00")]
