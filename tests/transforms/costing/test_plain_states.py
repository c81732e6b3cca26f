"""Plain pools are valued again from the point before which nothing was learned, to the same cent."""

import random
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from schemas.policies import CostingPolicy, LateCost
from tests.transforms.costing.bookings_by_definition import book_by_definition, book_by_engine
from tests.transforms.costing.naive import Move
from tests.transforms.costing.tables import frame_of
from transforms.costing import value_moves
from transforms.costing.booking import known_states, plain_states
from transforms.costing.booking.booked_periods import booking_shifts
from transforms.costing.plain.fifo import settle_plain_fifo

FIFO = CostingPolicy("fifo")


def busy_pools(months: int, price: int = 7, seed: int = 1) -> list[Move]:
    """Two pools that receive, sell and are charged every week; freight comes a month later, some rows are late."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    moves: list[Move] = []
    for week in range(months * 4):
        for sku in ("A", "B"):
            day, name = date(2026, 1, 5) + timedelta(days=7 * week + rng.randrange(5)), f"{sku}{week}"
            entered = day + timedelta(days=40) if week % 7 == 3 else None
            unit_cost = Decimal(price) + Decimal(rng.randrange(10**6)) / 10**6
            moves += [
                Move(f"r{name}", "receipt", day, Decimal(9), unit_cost, sku=sku, known_on=entered),
                # B sells more than it has for a while, then less
                Move(f"s{name}", "sale", day, Decimal(-10 if sku == "B" and week % 12 < 6 else -8), sku=sku),
            ]
            freight = Decimal(100 + rng.randrange(900)) / 100
            charged = day + timedelta(days=35)
            moves.append(Move(f"l{name}", "landed_cost", charged, amount=freight, source_move_id=f"r{name}", sku=sku))
    return moves


@pytest.mark.parametrize("late_cost", ["catch_up", "restate", "prospective"])
@pytest.mark.parametrize("seed", [1, 2])
def test_busy_pools_book_what_each_month_knew(late_cost: LateCost, seed: int) -> None:
    moves, policy = busy_pools(5, seed=seed), CostingPolicy("fifo", late_cost=late_cost)
    assert book_by_engine(moves, policy) == book_by_definition(moves, policy)


def test_what_has_gone_may_be_worth_more_than_64_bits_hold() -> None:
    # nine units at 30 million each: four receipts are more than 2^63 ten-billionths
    moves = busy_pools(5, price=30_000_000)
    assert book_by_engine(moves, FIFO) == book_by_definition(moves, FIFO)


def test_a_credit_that_came_before_its_charge_books_what_each_month_knew() -> None:
    # the credit alone is more than the receipt cost: that month contradicts itself
    moves = [
        *busy_pools(3),
        Move("rC", "receipt", date(2026, 1, 5), Decimal(5), Decimal(1), sku="C"),
        Move("sC", "sale", date(2026, 1, 6), Decimal(-2), sku="C"),
        Move("minus", "landed_cost", date(2026, 2, 5), amount=Decimal(-6), source_move_id="rC", sku="C"),
        Move("plus", "landed_cost", date(2026, 3, 5), amount=Decimal(9), source_move_id="rC", sku="C"),
    ]
    booked = book_by_engine(moves, FIFO)
    assert booked[date(2026, 3, 1), "sC"].cost == Decimal("-1.20")
    assert (date(2026, 2, 1), "sC") not in booked


def test_moves_before_anything_that_was_learned_are_not_valued_again(monkeypatch: pytest.MonkeyPatch) -> None:
    moves = frame_of(busy_pools(24))
    valued, priced = value_moves(moves, FIFO), list[int]()

    def settle(rows: pl.DataFrame) -> pl.DataFrame:
        priced.append(rows.height)
        return settle_plain_fifo(rows)

    monkeypatch.setattr(plain_states, "settle_plain_fifo", settle)
    monkeypatch.setattr(known_states, "value_moves", lambda *_: pytest.fail("valued from the beginning"))
    assert booking_shifts(moves, valued, FIFO).height
    # from the beginning it would be some 24 * 1/2 times all moves
    assert sum(priced) < 5 * moves.height
