"""Laws that hold for every table of moves."""

import random
from collections import defaultdict
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.checking import check
from schemas.policies import CostingMethod, CostingPolicy, Pool
from schemas.stock import ValuedMoves
from tests.transforms.costing.generated import ledgers, plain_ledgers
from tests.transforms.costing.naive import Answer, Move, cost_by_hand
from tests.transforms.costing.tables import frame_of
from transforms.costing import value_moves

METHODS: list[CostingMethod] = ["fifo", "moving_average", "periodic_average"]
POLICIES = [(method, pool) for method in METHODS for pool in ("sku", "sku_location")]
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def by_engine(moves: list[Move], method: CostingMethod, pool: Pool) -> dict[str, Answer]:
    valued = check(ValuedMoves, value_moves(frame_of(moves), CostingPolicy(method, pool)))
    columns = valued.select("move_id", "cost_amount", "provisional_amount", "is_provisional").iter_rows()
    return {
        move_id: Answer(cost, provisional, is_provisional) for move_id, cost, provisional, is_provisional in columns
    }


@pytest.mark.parametrize(("method", "pool"), POLICIES)
@QUICK
@given(moves=plain_ledgers())
def test_plain_pools_cost_what_a_bookkeeper_finds(moves: list[Move], method: CostingMethod, pool: Pool) -> None:
    assert by_engine(moves, method, pool) == cost_by_hand(moves, method, pool)


@pytest.mark.parametrize(("method", "pool"), POLICIES)
@QUICK
@given(moves=ledgers())
def test_dependent_pools_cost_what_a_bookkeeper_finds(moves: list[Move], method: CostingMethod, pool: Pool) -> None:
    assert by_engine(moves, method, pool) == cost_by_hand(moves, method, pool)
