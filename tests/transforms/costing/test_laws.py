"""Laws that hold for every table of moves."""

import random
from dataclasses import replace
from datetime import date
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
POOLS: list[Pool] = ["sku", "sku_location"]
METHOD, POOL = st.sampled_from(METHODS), st.sampled_from(POOLS)


def quick(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def valued(moves: list[Move], method: CostingMethod, pool: Pool) -> pl.DataFrame:
    frame = frame_of(moves)
    costs = check(ValuedMoves, value_moves(frame, CostingPolicy(method, pool)))
    return frame.join(costs, on="move_id", how="left", validate="1:1", maintain_order="left")


def by_engine(moves: list[Move], method: CostingMethod, pool: Pool) -> dict[str, Answer]:
    rows = valued(moves, method, pool).select("move_id", "cost_amount", "provisional_amount", "is_provisional")
    return {move_id: Answer(*answer) for move_id, *answer in rows.iter_rows()}


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("method", METHODS)
@quick(30)
@given(moves=plain_ledgers())
def test_plain_pools_cost_what_a_bookkeeper_finds(moves: list[Move], method: CostingMethod, pool: Pool) -> None:
    assert by_engine(moves, method, pool) == cost_by_hand(moves, method, pool)


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("method", METHODS)
@quick(30)
@given(moves=ledgers())
def test_linked_pools_cost_what_a_bookkeeper_finds(moves: list[Move], method: CostingMethod, pool: Pool) -> None:
    assert by_engine(moves, method, pool) == cost_by_hand(moves, method, pool)


@quick(40)
@given(moves=plain_ledgers(), method=METHOD, unit=st.sampled_from(["0.0001", "0.3333", "98765432.1234"]))
def test_large_and_small_quantities_are_exact(moves: list[Move], method: CostingMethod, unit: str) -> None:
    # up to some 100 units of 10^8 at up to 100: pools beyond 10^11, where a float no longer holds a cent
    scaled = [replace(move, quantity=move.quantity * Decimal(unit)) for move in moves]
    assert by_engine(scaled, method, "sku") == cost_by_hand(scaled, method, "sku", Decimal(unit))


@quick(40)
@given(moves=ledgers(), method=METHOD, pool=POOL, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(moves: list[Move], method: CostingMethod, pool: Pool, seed: int) -> None:
    shuffled = random.Random(seed).sample(moves, len(moves))  # noqa: S311 - no secret
    assert by_engine(shuffled, method, pool) == by_engine(moves, method, pool)


@quick(60)
@given(moves=ledgers(), method=METHOD, pool=POOL)
def test_a_pool_without_quantity_has_no_value(moves: list[Move], method: CostingMethod, pool: Pool) -> None:
    keys = ["sku"] if pool == "sku" else ["sku", "location"]
    closing = valued(moves, method, pool).group_by(keys).agg(pl.col("quantity", "cost_amount").sum())
    assert closing.filter((pl.col("quantity") == 0) & (pl.col("cost_amount") != 0)).is_empty()


@quick(60)
@given(moves=plain_ledgers(), method=METHOD, pool=POOL)
def test_stock_that_is_on_hand_is_worth_something_or_nothing_but_never_less(
    moves: list[Move], method: CostingMethod, pool: Pool
) -> None:
    keys = ["sku"] if pool == "sku" else ["sku", "location"]
    closing = valued(moves, method, pool).group_by(keys).agg(pl.col("cost_amount").sum())
    assert closing.filter(pl.col("cost_amount") < 0).is_empty()


@quick(60)
@given(moves=ledgers(), method=METHOD)
def test_transfers_move_value_and_make_none(moves: list[Move], method: CostingMethod) -> None:
    covered = [move for move in moves if move.kind in {"opening", "transfer_out", "transfer_in"}]
    rows = valued([_plenty("A"), _plenty("B"), *covered], method, "sku_location")
    transfers = rows.filter(pl.col("kind").is_in(("transfer_out", "transfer_in")))
    assert not transfers["cost_amount"].sum()


@quick(60)
@given(moves=ledgers(), method=METHOD, pool=POOL)
def test_assemblies_bring_in_what_their_components_took_out(
    moves: list[Move], method: CostingMethod, pool: Pool
) -> None:
    plenty = [_plenty(sku, place) for sku in ("A", "B", "P", "Q") for place in ("Main", "Shop")]
    rows = valued([*plenty, *moves], method, pool)
    assemblies = rows.filter(pl.col("kind").is_in(("assembly_out", "assembly_in")))
    by_document = assemblies.group_by("document_id").agg(pl.col("cost_amount").sum())
    assert by_document.filter(pl.col("cost_amount") != 0).is_empty()


@quick(40)
@given(moves=plain_ledgers(), method=METHOD)
def test_a_month_closed_alone_costs_what_it_costs_in_the_whole_ledger(moves: list[Move], method: CostingMethod) -> None:
    known_at_once = [move for move in moves if move.kind != "landed_cost"]
    last = max(move.moved_on for move in known_at_once).replace(day=1)
    closed = [move for move in known_at_once if move.moved_on < last]
    whole = by_engine(known_at_once, method, "sku")
    assert by_engine(closed, method, "sku") == {move.move_id: whole[move.move_id] for move in closed}


@quick(60)
@given(moves=plain_ledgers(), method=METHOD)
def test_a_pool_that_is_empty_on_a_day_after_its_charges_has_no_value_on_that_day(
    moves: list[Move], method: CostingMethod
) -> None:
    charged = max((move.moved_on for move in moves if move.kind == "landed_cost"), default=date(2026, 1, 1))
    by_day = valued(moves, method, "sku").group_by("sku", "moved_on").agg(pl.col("quantity", "cost_amount").sum())
    totals = pl.col("quantity", "cost_amount").cum_sum().over("sku", order_by="moved_on")
    months = pl.col("moved_on").dt.month_end() == pl.col("moved_on")
    closed = by_day.with_columns(totals).filter(pl.col("moved_on") >= charged)
    # the periodic average has no value inside a month
    seen = closed.filter(months) if method == "periodic_average" else closed
    assert seen.filter((pl.col("quantity") == 0) & (pl.col("cost_amount") != 0)).is_empty()


def _plenty(sku: str, location: str = "Main") -> Move:
    """Opening stock that keeps every later issue covered."""
    first = date(2026, 1, 1)
    return Move(
        f"plenty-{sku}-{location}", "opening", first, Decimal(500), Decimal("3.123457"), sku=sku, location=location
    )
