"""Large states are valued by the compiled loop, from columns that were read once: every month books the same."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas.policies import CostingMethod, CostingPolicy, LateCost
from tests.transforms.costing.bookings_by_definition import book_by_definition, book_by_engine
from tests.transforms.costing.generated import revaluations
from tests.transforms.costing.kernel_ledgers import dense_ledger
from tests.transforms.costing.naive import Move
from tests.transforms.costing.tables import frame_of, read_table
from tests.transforms.costing.test_booked_periods import POLICIES, STANDARDS, months_of_moves
from transforms.costing import MoveProblems, value_moves
from transforms.costing.booking import known_states
from transforms.costing.booking.booked_periods import booking_shifts

EXAMPLES = settings(max_examples=400 if os.environ.get("CHAOS") == "all" else 15, suppress_health_check=[*HealthCheck])
NEVER_LARGE = 10**9


@contextmanager
def large_from(rows: int) -> Iterator[None]:
    """So many rows of a state are enough for the compiled loop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known_states, "MANY_ROWS", rows)
        patch.setattr(known_states, "ENOUGH_ROWS", rows)
        yield


@EXAMPLES
@given(moves=months_of_moves(), policy=POLICIES)
def test_every_month_books_what_its_end_knew(moves: list[Move], policy: CostingPolicy) -> None:
    with large_from(1):
        assert book_by_engine(moves, policy) == book_by_definition(moves, policy)


@EXAMPLES
@given(moves=months_of_moves(), changes=revaluations(), policy=POLICIES, costs=st.sampled_from([None, STANDARDS]))
def test_pools_that_are_revalued_and_standard_costs_too(
    moves: list[Move], changes: list[Move], policy: CostingPolicy, costs: pl.DataFrame | None
) -> None:
    frame = frame_of([*moves, *changes])
    try:
        valued = value_moves(frame, policy, costs)
    except MoveProblems:
        return
    both = []
    for rows in (1, NEVER_LARGE):
        with large_from(rows):
            both.append(booking_shifts(frame, valued, policy, costs))
    assert_frame_equal(*both)


@pytest.mark.parametrize("method", ["fifo", "moving_average", "periodic_average", "specific"])
@pytest.mark.parametrize("late_cost", ["catch_up", "restate", "prospective"])
def test_goods_that_go_in_circles_book_the_same(method: CostingMethod, late_cost: LateCost) -> None:
    dice = random.Random(7)  # noqa: S311 - no secret
    policy = CostingPolicy(method, "sku_location", late_cost)
    delays = [timedelta(days=days) for days in (0, 0, 0, 0, 4, 20, 45)]
    moves = [replace(move, known_on=move.moved_on + dice.choice(delays)) for move in dense_ledger(300, seed=3)]
    frame = frame_of(moves)
    valued = value_moves(frame, policy)
    both = []
    for rows in (1, NEVER_LARGE):
        with large_from(rows):
            both.append(booking_shifts(frame, valued, policy))
    assert both[0].height
    assert_frame_equal(*both)


CREDIT_BEFORE_CHARGE = """
    9-1   receipt     r 5 at 1.00 sku=A
    9-2   sale        s -2 sku=A
    9-1   receipt     q 5 at 2.00 sku=B
    9-2   sale        t -2 sku=B
    10-5  landed_cost m 0 for -6.00 source=r sku=A
    10-5  landed_cost n 0 for 1.00 source=q sku=B
    10-9  sale        u -1 sku=A
    11-5  landed_cost p 0 for 9.00 source=r sku=A
    12-1  landed_cost o 0 for 1.00 source=q sku=B
"""


@pytest.mark.parametrize("rows", [1, NEVER_LARGE])
def test_a_pool_that_contradicts_itself_for_a_month_leaves_the_others_alone(rows: int) -> None:
    # in October A's receipt costs 5.00 - 6.00; B's costs 11.00
    moves = read_table(CREDIT_BEFORE_CHARGE)[0]
    with large_from(rows):
        booked = book_by_engine(moves, CostingPolicy("moving_average"))
    assert (date(2026, 10, 1), "s") not in booked
    assert booked[date(2026, 11, 1), "s"].cost == Decimal("-1.20")
    assert booked[date(2026, 10, 1), "t"].cost == Decimal("-0.40")
    assert booked[date(2026, 12, 1), "t"].cost == Decimal("-0.40")


BY_PRODUCT_AND_RETURN_ENTERED_LATE = """
    9-1   receipt         r 4 at 5.00 sku=A
    9-2   assembly_out    c -4 sku=A document=M
    9-2   assembly_in     p 2 sku=P document=M
    9-2   assembly_in     q 1 at 2.00 sku=Q document=M known=10-5
    9-3   sale            s -1 sku=P
    9-4   receipt         t 2 at 3.00 sku=B
    9-5   receipt         u 1 at 1.00 sku=B location=Shop
    9-6   transfer_out    o -2 sku=B document=T
    9-6   transfer_in     i 2 sku=B document=T location=Shop
    9-7   receipt         x 2 at 8.00 sku=B location=Shop
    9-8   purchase_return b -2 sku=B source=t location=Shop known=10-8
    9-9   sale            v -2 sku=B location=Shop
"""


@pytest.mark.parametrize("rows", [1, NEVER_LARGE])
def test_what_is_kept_back_and_whose_layer_it_is_is_that_of_the_month(rows: int) -> None:
    moves, policy = read_table(BY_PRODUCT_AND_RETURN_ENTERED_LATE)[0], CostingPolicy("fifo", "sku_location")
    with large_from(rows):
        booked = book_by_engine(moves, policy)
    # October keeps back 2.00 of the components' 20.00
    assert booked[date(2026, 9, 1), "s"].cost == Decimal("-10.00")
    assert booked[date(2026, 10, 1), "s"].late == Decimal("-1.00")
    # in September 1.00 + 3.00 were sold; the return took t's layer, which left 1.00 + 8.00
    assert booked[date(2026, 9, 1), "v"].cost == Decimal("-4.00")
    assert booked[date(2026, 10, 1), "v"].late == Decimal("5.00")
    assert booked[date(2026, 10, 1), "b"].cost == Decimal("-6.00")
    assert booked == book_by_definition(moves, policy)


def test_what_64_bits_do_not_hold_is_valued_from_the_table() -> None:
    # 600 million are more than 2^62 ten-billionths
    dear = "".join(
        f"""
        9-1   receipt     r{sku} 3 for 600000000.00 sku={sku}
        9-2   sale        s{sku} -1 sku={sku}
        10-5  landed_cost f{sku} 0 for 1.00 source=r{sku} sku={sku}"""
        for sku in "AB"
    )
    with large_from(1):
        booked = book_by_engine(read_table(dear)[0], CostingPolicy("moving_average"))
    assert booked[date(2026, 9, 1), "sA"].cost == Decimal("-200000000.00")
    assert booked[date(2026, 10, 1), "sB"].late == Decimal("0.33")


def test_large_states_are_not_valued_as_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_states, "value_moves", lambda *_: pytest.fail("read, linked and sorted again"))
    moves = read_table(CREDIT_BEFORE_CHARGE.replace("-6.00", "6.00"))[0]
    with large_from(1):
        booked = book_by_engine(moves, CostingPolicy("moving_average"))
    assert booked[date(2026, 10, 1), "s"].late == Decimal("2.40")
