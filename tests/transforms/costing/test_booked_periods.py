"""Which month books a change: against the definition, month by month, for every policy; and what was known on a day."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.policies import CostingPolicy, LateCost
from tests.transforms.costing.bookings_by_definition import Booked, book_by_definition, book_by_engine
from tests.transforms.costing.generated import FIRST, ledgers
from tests.transforms.costing.naive import Move
from tests.transforms.costing.tables import frame_of, read_table
from transforms.costing import value_moves
from transforms.costing.booking.booked_periods import SHIFTS, booking_shifts
from transforms.costing.moves.known_rows import known_moves

METHODS = st.sampled_from(["fifo", "moving_average", "periodic_average", "specific"])
LATE_COSTS = st.sampled_from(["catch_up", "restate", "prospective"])
POLICIES = st.builds(
    CostingPolicy,
    METHODS,
    st.sampled_from(["sku", "sku_location"]),
    LATE_COSTS,
    st.sampled_from([None, "layer", "on_hand"]),
    st.sampled_from([None, "receipt", "current"]),
)
AT_STANDARD = st.builds(CostingPolicy, st.just("standard"), st.sampled_from(["sku", "sku_location"]), LATE_COSTS)
STANDARDS = pl.DataFrame(
    {
        "sku": ["A", "B", "P", "Q", "A", "B"],
        "unit_cost": [
            Decimal("3.333333"),
            Decimal("7.5"),
            Decimal(2),
            Decimal("0.01"),
            Decimal(4),
            Decimal("7.777777"),
        ],
        "valid_from": [None] * 4 + [date(2026, 10, 9), date(2026, 11, 1)],
    }
)


def quick(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def months_of_moves(draw: st.DrawFn) -> list[Move]:
    """Moves over some months, of which some were entered late."""
    delays = st.sampled_from([None, None, None, 5, 40, 70])
    return [_stretched(move, draw(delays)) for move in draw(ledgers())]


def _stretched(move: Move, delay: int | None) -> Move:
    moved_on = FIRST + (move.moved_on - FIRST) * 4
    return replace(move, moved_on=moved_on, known_on=None if delay is None else moved_on + timedelta(days=delay))


@quick(30)
@given(moves=months_of_moves(), policy=POLICIES)
def test_every_month_books_what_its_end_knew_less_what_was_booked(moves: list[Move], policy: CostingPolicy) -> None:
    assert book_by_engine(moves, policy) == book_by_definition(moves, policy)


@quick(12)
@given(moves=months_of_moves(), policy=AT_STANDARD)
def test_at_standard_too(moves: list[Move], policy: CostingPolicy) -> None:
    by_hand, by_engine = book_by_definition(moves, policy, STANDARDS), book_by_engine(moves, policy, STANDARDS)
    # an own row that a month had and the end has not stands with the move that it hangs on: months agree in sum
    assert _by_month(by_engine) == _by_month(by_hand)


def _by_month(booked: dict[tuple[date, str], Booked]) -> dict[date, tuple[Decimal, Decimal]]:
    sums: defaultdict[date, list[Booked]] = defaultdict(list)
    for (period, _), found in booked.items():
        sums[period].append(found)
    totals = {period: (sum(f.cost for f in some), sum(f.cogs for f in some)) for period, some in sums.items()}
    return {period: (Decimal(cost), Decimal(cogs)) for period, (cost, cogs) in totals.items() if cost or cogs}


@quick(15)
@given(moves=months_of_moves(), policy=POLICIES)
def test_shifts_of_a_move_sum_to_nothing(moves: list[Move], policy: CostingPolicy) -> None:
    frame = frame_of(moves)
    shifts = booking_shifts(frame, value_moves(frame, policy), policy)
    assert shifts.schema == SHIFTS
    sums = shifts.group_by("row").agg(pl.col("cents", "cogs_cents").sum())
    assert sums.filter((pl.col("cents") != 0) | (pl.col("cogs_cents") != 0)).is_empty()


@quick(12)
@given(moves=months_of_moves(), policy=POLICIES)
def test_catching_up_has_booked_what_restating_books_once_everything_is_known(
    moves: list[Move], policy: CostingPolicy
) -> None:
    policies: list[LateCost] = ["restate", "catch_up"]
    restated, caught_up = (book_by_engine(moves, replace(policy, late_cost=late)) for late in policies)
    for ids in {move.move_id for move in moves}:
        totals = [sum(f.cost for (_, move_id), f in some.items() if move_id == ids) for some in (restated, caught_up)]
        assert totals[0] == totals[1]


def test_where_nothing_is_late_nothing_is_shifted() -> None:
    frame = frame_of(read_table("9-1 receipt r 2 at 5.00\n10-3 sale s -2\n11-1 receipt q 2 at 6.00")[0])
    assert booking_shifts(frame, value_moves(frame, CostingPolicy()), CostingPolicy()).is_empty()


def test_no_moves_have_no_shifts() -> None:
    frame = frame_of([])
    assert booking_shifts(frame, value_moves(frame, CostingPolicy()), CostingPolicy()).schema == SHIFTS


KNOWN_LATE = """
    9-1  receipt      r  4 at 5.00 known=9-20
    9-2  sale         s -1
    9-3  sale_return  b  1 source=s
    9-4  landed_cost  f  0 for 1.00 source=r known=9-5
    9-5  transfer_out o -1 document=T known=9-25
    9-6  transfer_in  i  1 document=T location=Shop
    9-7  landed_cost  g  0 for 1.00 source=i location=Shop
    9-8  purchase_return p -1 source=r
"""


@pytest.mark.parametrize(
    ("day", "known"),
    [
        (date(2026, 9, 1), []),
        (date(2026, 9, 10), ["s", "b"]),
        # the charge and the return to the supplier wait for their receipt
        (date(2026, 9, 20), ["r", "s", "b", "f", "p"]),
        # what came by transfer waits for what left, and its freight with it
        (date(2026, 9, 25), ["r", "s", "b", "f", "o", "i", "g", "p"]),
    ],
)
def test_a_row_is_known_with_everything_that_it_needs(day: date, known: list[str]) -> None:
    frame = frame_of(read_table(KNOWN_LATE)[0])
    assert frame.filter(known_moves(frame, day))["move_id"].to_list() == known


def test_without_a_day_of_entry_a_row_is_known_when_it_happens() -> None:
    frame = frame_of(read_table(KNOWN_LATE)[0]).drop("known_on")
    assert known_moves(frame, date(2026, 9, 5)).to_list() == [True] * 5 + [False] * 3


@quick(20)
@given(moves=months_of_moves(), policy=POLICIES, day=st.dates(FIRST, date(2027, 3, 31)))
def test_what_was_known_on_any_day_can_be_valued(moves: list[Move], policy: CostingPolicy, day: date) -> None:
    frame = frame_of(moves)
    known = frame.filter(known_moves(frame, day))
    assert value_moves(known, policy).height == known.height
