"""Going on from closing layers: after every close the tables are what valuing everything from the beginning gives."""

import os
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.errors import DataProblem
from pipelines.settings import Settings
from pipelines.steps.context import CloseContext
from pipelines.steps.source_changes import find_horizon
from pipelines.steps.stock import read_core, value_stock
from pipelines.warehouse import Warehouse
from schemas.policies import Pool
from tests.pipelines.steps.changing_company import ChangingCompany
from tests.pipelines.steps.closing import Method, close_of
from transforms.bookings import book_period
from transforms.costing import value_moves
from transforms.known_charges import allocate_known_charges
from transforms.stock_moves import build_stock_moves

SEEDS = int(os.environ.get("STORIES", "1"))
"""Stories for each method; more of them now and then: STORIES=20."""

VALUED = ["move_id", "cost_amount", "unit_cost_applied", "provisional_amount", "is_provisional", "cogs_amount"]


def from_the_beginning(close: CloseContext, warehouse: Warehouse) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """StockMoves, ValuedMoves and Bookings of the month, computed from all documents."""
    core, policy = read_core(warehouse), close.policy
    allocations = allocate_known_charges(core, close.maps.charge_types, policy.base_currency, close.cut_off)
    horizon = find_horizon(warehouse, policy.recognition, close.cut_off)
    moves = build_stock_moves(core, allocations, policy.recognition, policy.base_currency, horizon).collect()
    valued = value_moves(moves, policy.costing)
    before = warehouse.read("close.bookings", "period < ?", [close.period]).lazy()
    booked = book_period(
        moves.lazy(), valued.lazy(), core.products, close.maps.accounts, before, close.period, close.cut_off
    )
    assert_frame_equal(warehouse.read("close.landed_cost_allocations"), allocations.collect(), check_row_order=False)
    return moves, valued, booked.collect()


def assert_as_from_the_beginning(close: CloseContext, warehouse: Warehouse) -> None:
    moves, valued, booked = from_the_beginning(close, warehouse)
    assert_frame_equal(warehouse.read("core.stock_moves"), moves, check_row_order=False)
    assert_frame_equal(warehouse.read("close.valued_moves").select(VALUED), valued, check_row_order=False)
    standing = warehouse.read("close.bookings", "period = ?", [close.period])
    assert_frame_equal(standing, booked, check_row_order=False)


def tell_story(settings: Settings, warehouse: Warehouse, seed: int, method: Method, pool: Pool) -> int:
    """Close and close again while documents change, and compare after each close; how many closes there were."""
    company, done = ChangingCompany(Random(seed), has_lots=method == "specific"), 0  # noqa: S311 chance that can be told again
    with warehouse.scratch():
        company.begin()
        for period, cut_off in company.closes():
            company.fill(warehouse)
            close = close_of(settings, period, cut_off, method, pool)
            try:
                value_stock(close, warehouse)
            except DataProblem:
                return done
            assert_as_from_the_beginning(close, warehouse)
            done += 1
            company.add_documents(period, company.random.randint(0, 12))
            company.change_documents(company.random.choice([0, 0, 1, 3]))
    return done


OTHERS: list[tuple[Method, Pool]] = [
    ("fifo", "sku"), ("moving_average", "sku"), ("moving_average", "sku_location"), ("periodic_average", "sku"),
    ("periodic_average", "sku_location"), ("specific", "sku_location"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "pool"),
    [
        ("fifo", "sku_location"),
        *(pytest.param(*other, marks=pytest.mark.thorough) for other in OTHERS),
    ],
)
def test_every_close_leaves_what_valuing_from_the_beginning_leaves(
    settings: Settings, opened: Warehouse, method: Method, pool: Pool
) -> None:
    closes = [tell_story(settings, opened, seed, method, pool) for seed in range(SEEDS)]

    assert min(closes) > 1
