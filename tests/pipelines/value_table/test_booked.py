"""Pools that a late fact cannot reach are left out, and nothing is booked otherwise for that."""

import os
from dataclasses import replace

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.value_table.booked import find_shifts
from schemas.policies import CostingPolicy
from tests.transforms.costing.generated import FIRST, ledgers
from tests.transforms.costing.naive import Move
from tests.transforms.costing.tables import frame_of
from transforms.costing import MoveProblems, value_moves
from transforms.costing.booking.booked_periods import booking_shifts

POLICIES = st.builds(
    CostingPolicy,
    st.sampled_from(["fifo", "moving_average", "periodic_average", "specific"]),
    st.sampled_from(["sku", "sku_location"]),
    st.sampled_from(["catch_up", "restate", "prospective"]),
)
EXAMPLES = settings(max_examples=400 if os.environ.get("CHAOS") == "all" else 12, suppress_health_check=[*HealthCheck])


@st.composite
def companies(draw: st.DrawFn) -> list[Move]:
    """Two ledgers side by side over some months, which share no SKU."""
    both = [(draw(ledgers()), mark) for mark in ("", "'")]
    return [_renamed(move, mark) for moves, mark in both for move in moves]


def _renamed(move: Move, mark: str) -> Move:
    names = {
        name: value + mark
        for name in ("move_id", "sku", "document_id", "source_move_id")
        if (value := getattr(move, name))
    }
    return replace(move, moved_on=FIRST + 4 * (move.moved_on - FIRST), **names)


@EXAMPLES
@given(moves=companies(), policy=POLICIES)
def test_leaving_out_what_learns_nothing_late_books_the_same(moves: list[Move], policy: CostingPolicy) -> None:
    frame = frame_of(moves)
    try:
        valued = value_moves(frame, policy)
    except MoveProblems:
        return
    whole = booking_shifts(frame, valued, policy)
    found = find_shifts(frame, valued, policy, None).filter(pl.any_horizontal(pl.exclude("row", "period") != 0))
    assert_frame_equal(found.select(whole.columns).sort("row", "period"), whole)
