"""Which month books a change: against the definition, month by month, and as pencil examples."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.policies import CostingPolicy
from tests.transforms.costing.bookings_by_definition import Booked, book_by_definition
from tests.transforms.costing.generated import FIRST, ledgers
from tests.transforms.costing.naive import Move
from tests.transforms.costing.tables import frame_of
from transforms.costing import value_moves
from transforms.costing.booked_periods import booking_shifts

METHODS = st.sampled_from(["fifo", "moving_average", "periodic_average", "specific"])
POLICIES = st.builds(
    CostingPolicy,
    METHODS,
    st.sampled_from(["sku", "sku_location"]),
    st.sampled_from(["catch_up", "restate", "prospective"]),
    st.sampled_from([None, "layer", "on_hand"]),
    st.sampled_from([None, "receipt", "current"]),
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


def booked(moves: list[Move], policy: CostingPolicy) -> dict[tuple[date, str], Booked]:
    """What every month books of every move: its final cost in its own month, and the shifts."""
    frame = frame_of(moves)
    valued = value_moves(frame, policy)
    found: defaultdict[tuple[date, str], Booked] = defaultdict(Booked)
    for move_id, moved_on, cost, cogs in (
        frame.join(valued, on="move_id").select("move_id", "moved_on", "cost_amount", "cogs_amount").iter_rows()
    ):
        found[moved_on.replace(day=1), move_id] = Booked(cost, cogs)
    for row, period, *amounts in booking_shifts(frame, valued, policy).iter_rows():
        cost, cogs, true_up, late = (Decimal(cents) / 100 for cents in amounts)
        own = found[period, valued["move_id"][row]]
        own.cost, own.cogs, own.true_up, own.late = (
            own.cost + cost,
            own.cogs + cogs,
            own.true_up + true_up,
            own.late + late,
        )
    return {key: value for key, value in found.items() if value != Booked()}


@quick(150)
@given(moves=months_of_moves(), policy=POLICIES)
def test_every_month_books_what_its_end_knew_less_what_was_booked(moves: list[Move], policy: CostingPolicy) -> None:
    assert booked(moves, policy) == book_by_definition(moves, policy)
