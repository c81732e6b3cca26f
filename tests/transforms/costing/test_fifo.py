"""Plain FIFO in 64 bits is exact where products and sums over all pools leave them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.policies import CostingPolicy
from tests.transforms.costing.naive import Move
from tests.transforms.costing.tables import frame_of
from transforms.costing import value_moves
from transforms.costing.integers import COST_OF_ONE_CENT
from transforms.costing.loop.pool_books import to_cents
from transforms.costing.plain.fifo import Costs, _share
from transforms.costing.plain.pool_runs import PoolRuns

SIZES = st.one_of(st.integers(1, 10), st.integers(1, 2**40), st.integers(10**15, 10**16))
MANY = st.one_of(st.integers(1, 10**6), st.integers(10**9, 2 * 10**15))


@settings(max_examples=40)
@given(units=SIZES, rest=st.fractions(0, 1), taken=st.fractions(0, 1))
def test_a_share_of_a_layer_is_exact_where_the_product_needs_128_bits(
    units: int, rest: Fraction, taken: Fraction
) -> None:
    left, used = int(rest * (units - 1)), int(taken * units)
    found = _share(*(np.array([number], dtype=np.int64) for number in (left, used, units)))
    assert found.tolist() == [left * used // units]


@settings(max_examples=40)
@given(st.lists(st.integers(-(2**61), 2**61), max_size=3), st.lists(st.integers(-(2**40), 2**40), max_size=40))
def test_cents_with_what_is_left_of_them_round_as_the_whole_cost_does(large: list[int], small: list[int]) -> None:
    costs = Costs.of(np.array([*large, *small, 0], dtype=np.int64))
    total = Costs(np.array([costs.cents.sum()]), np.array([costs.left.sum()]))
    assert total.rounded().tolist() == [to_cents(sum(large) + sum(small))]
    half = Costs.of(np.array([COST_OF_ONE_CENT // 2, -(COST_OF_ONE_CENT // 2)], dtype=np.int64))
    assert half.rounded().tolist() == [1, -1]


def test_totals_inside_pools_are_right_where_the_sum_over_all_pools_wraps() -> None:
    pools = np.repeat(np.arange(5), 3)
    values = np.full(15, 2**61, dtype=np.int64)
    assert PoolRuns.of(pools).total(values).tolist() == [2**61, 2**62, 3 * 2**61] * 5
    assert PoolRuns.of(pools[:0]).total(values[:0]).tolist() == []


@settings(max_examples=25, deadline=None)
@given(
    receipts=st.lists(st.tuples(MANY, st.integers(0, 10**12)), min_size=1, max_size=4),
    parts=st.lists(st.integers(1, 10**16), min_size=1, max_size=6),
)
def test_dear_and_many_units_cost_what_fractions_say(receipts: list[tuple[int, int]], parts: list[int]) -> None:
    received, wanted = sum(units for units, _ in receipts), sum(parts)
    issues = [part for part in (received * part // wanted for part in parts) if part]
    moves = [_move(f"r{at}", units, Decimal(cost).scaleb(-6)) for at, (units, cost) in enumerate(receipts)]
    moves += [_move(f"s{at}", -units, None) for at, units in enumerate(issues)]
    valued = value_moves(frame_of(moves), CostingPolicy("fifo"))
    ends = [sum(issues[: at + 1]) for at in range(len(issues))]
    totals = [Fraction(0), *(_cost_up_to(receipts, end) for end in ends)]
    cents = [to_cents(before) - to_cents(after) for before, after in pairwise(totals)]
    found = valued.filter(pl.col("move_id").str.starts_with("s"))["cost_amount"].to_list()
    assert found == [Decimal(cent).scaleb(-2) for cent in cents]


def _cost_up_to(receipts: list[tuple[int, int]], end: int) -> Fraction:
    """Cost of the first units, in ten-billionths."""
    cost = Fraction(0)
    for units, unit_cost in receipts:
        taken = min(units, end)
        cost, end = cost + taken * unit_cost, end - taken
    return cost


def _move(move_id: str, units: int, unit_cost: Decimal | None) -> Move:
    kind = "sale" if units < 0 else "receipt"
    return Move(move_id, kind, date(2026, 9, 1), Decimal(units).scaleb(-4), unit_cost)
