"""Journals of a month that looks at changes only: they are what looking at all receipts, bills and charges gives."""

import os
from datetime import date
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.errors import DataProblem
from pipelines.settings import Settings
from pipelines.steps.context import CloseContext
from pipelines.steps.journals import build_month
from pipelines.steps.purchase_changes import find_scope
from pipelines.steps.stock import value_stock
from pipelines.warehouse import Warehouse
from tests.pipelines.steps.changing_company import ChangingCompany
from tests.pipelines.steps.closing import close_of, fill

SEEDS = int(os.environ.get("STORIES", "1"))
JUNE, JULY = (date(2026, 6, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2026, 7, 31))
BUILT = ["journals", "journal_entries", "journal_lines", "journal_line_sources", "exceptions", "left_out"]


def build(close: CloseContext, warehouse: Warehouse) -> dict[str, pl.DataFrame]:
    build_month(close, warehouse)
    return {name: warehouse.read(f"close.{name}", "period = ?", [close.period]) for name in BUILT}


def build_from_everything(close: CloseContext, warehouse: Warehouse) -> dict[str, pl.DataFrame]:
    """The same with no digests of earlier months to compare with; afterwards they are there again."""
    kept = warehouse.read("close.entry_digests")
    warehouse.execute("delete from close.entry_digests")
    built = build(close, warehouse)
    warehouse.replace("close.entry_digests", kept)
    return built


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_month_journals_what_looking_at_everything_would(
    settings: Settings, opened: Warehouse, seed: int
) -> None:
    company, months = ChangingCompany(Random(seed), months=2), set()  # noqa: S311 chance that can be told again
    with opened.scratch():
        company.begin()
        for period, cut_off in company.closes():
            company.fill(opened)
            close = close_of(settings, period, cut_off)
            try:
                value_stock(close, opened)
            except DataProblem:
                break
            found = build(close, opened)
            if period > JUNE[0]:  # the first month looks at everything anyway
                wanted = build_from_everything(close, opened)
                for name in BUILT:
                    assert_frame_equal(found[name], wanted[name], check_row_order=False)
            months.add(period)
            company.add_documents(period, company.random.randint(0, 12))
            company.change_documents(company.random.choice([0, 0, 1, 3]))
    assert len(months) > 1


def test_a_month_looks_at_its_own_receipts_and_at_those_that_got_a_bill(settings: Settings, opened: Warehouse) -> None:
    lines = [
        {"receipt_line_id": "R1", "received_date": "2026-06-02", "quantity": 10, "unit_price": 10, "purchase_id": "1"},
        {"receipt_line_id": "R2", "received_date": "2026-06-09", "quantity": 10, "unit_price": 12, "purchase_id": "2"},
        {"receipt_line_id": "R3", "received_date": "2026-07-09", "quantity": 10, "unit_price": 12, "purchase_id": "3"},
    ]
    bill = {"bill_line_id": "B1", "receipt_line_id": "R2", "bill_date": "2026-07-20", "line_amount": 125}
    june, july = close_of(settings, *JUNE), close_of(settings, *JULY)
    with opened.scratch():
        fill(opened, "products", {"sku": "TENT"})
        fill(opened, "receipt_lines", *lines)
        value_stock(june, opened)
        build_month(june, opened)
        value_stock(july, opened)
        scope = find_scope(july, opened)
        fill(opened, "bill_lines", bill)
        billed = find_scope(july, opened)
        opened.execute("delete from core.bill_lines")
        opened.execute("update core.receipt_lines set unit_price = 11 where receipt_line_id = 'R1'")
        for month in (june, july):
            value_stock(month, opened)
        revalued = find_scope(july, opened)
    assert scope.receipt_lines["receipt_line_id"].to_list() == ["R3"]
    assert sorted(billed.receipt_lines["receipt_line_id"]) == ["R2", "R3"]
    # June has other bookings than those that its journals were built from: no digest says what else may differ
    assert sorted(revalued.receipt_lines["receipt_line_id"]) == ["R1", "R2", "R3"]
