"""Laws that hold for every table of moves."""

import os
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.checking import check
from schemas.policies import CostingMethod, CostingPolicy, LateCost, Pool, ProspectiveShare, ReturnCost
from schemas.stock import ValuedMoves
from tests.transforms.costing.generated import ledgers, plain_ledgers, revaluations
from tests.transforms.costing.naive import INFLOWS, Answer, CannotRevalue, Move, cost_by_hand
from tests.transforms.costing.tables import frame_of
from transforms.costing import MoveProblems, value_moves
from transforms.costing.moves.connected_pools import pool_columns

METHODS: list[CostingMethod] = ["fifo", "moving_average", "periodic_average", "specific"]
POOLS: list[Pool] = ["sku", "sku_location"]
CHARGES = ("landed_cost", "revaluation")
LATE_COSTS: list[LateCost] = ["catch_up", "prospective"]
SHARES: list[ProspectiveShare | None] = [None, "layer", "on_hand"]
RETURNS: list[ReturnCost | None] = [None, "receipt", "current"]
METHOD, POOL = st.sampled_from(METHODS), st.sampled_from(POOLS)
LATE, RETURN = st.sampled_from(LATE_COSTS), st.sampled_from(RETURNS)
POLICIES = st.builds(CostingPolicy, METHOD, POOL, LATE, st.sampled_from(SHARES), RETURN)


def quick(examples: int) -> settings:
    """Few examples in make test; with CHAOS=all many times as many."""
    more = 5 if os.environ.get("CHAOS") == "all" else 1
    return settings(max_examples=more * examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def valued(moves: list[Move], policy: CostingPolicy) -> pl.DataFrame:
    frame = frame_of(moves)
    costs = check(ValuedMoves, value_moves(frame, policy))
    return frame.join(costs, on="move_id", how="left", validate="1:1", maintain_order="left")


def by_engine(moves: list[Move], policy: CostingPolicy) -> dict[str, Answer]:
    is_charge = pl.col("kind").is_in(CHARGES)
    expensed = pl.when(is_charge).then("cogs_amount").otherwise(pl.lit(Decimal("0.00")))
    rows = valued(moves, policy).select("move_id", "cost_amount", "provisional_amount", "is_provisional", expensed)
    return {move_id: Answer(*answer) for move_id, *answer in rows.iter_rows()}


def assert_as_by_hand(moves: list[Move], policy: CostingPolicy, unit: Decimal = Decimal(1)) -> None:
    try:
        expected = cost_by_hand(moves, policy, unit)
    except CannotRevalue:
        with pytest.raises(MoveProblems, match="a revaluation"):
            value_moves(frame_of(moves), policy)
        return
    assert by_engine(moves, policy) == expected


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("method", METHODS)
@quick(10)
@given(moves=plain_ledgers())
def test_plain_pools_cost_what_a_bookkeeper_finds(moves: list[Move], method: CostingMethod, pool: Pool) -> None:
    assert_as_by_hand(moves, CostingPolicy(method, pool))


@pytest.mark.parametrize("late_cost", LATE_COSTS)
@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("method", METHODS)
@quick(15)
@given(moves=ledgers(), changes=revaluations(), share=st.sampled_from(SHARES), returns=RETURN)
def test_linked_pools_cost_what_a_bookkeeper_finds(
    moves: list[Move],
    changes: list[Move],
    method: CostingMethod,
    pool: Pool,
    late_cost: LateCost,
    share: ProspectiveShare | None,
    returns: ReturnCost | None,
) -> None:
    assert_as_by_hand(moves + changes, CostingPolicy(method, pool, late_cost, share, returns))


@quick(25)
@given(moves=plain_ledgers(), method=METHOD, unit=st.sampled_from(["0.0001", "0.3333", "98765432.1234"]))
def test_large_and_small_quantities_are_exact(moves: list[Move], method: CostingMethod, unit: str) -> None:
    # up to some 100 units of 10^8 at up to 100: pools beyond 10^11, where a float no longer holds a cent
    # and no credits: half the price of many units is more than that of few
    charged = [move for move in moves if move.kind not in CHARGES or (move.amount or 0) > 0]
    scaled = [replace(move, quantity=move.quantity * Decimal(unit)) for move in charged]
    assert_as_by_hand(scaled, CostingPolicy(method), Decimal(unit))


@quick(25)
@given(moves=ledgers(), policy=POLICIES, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(moves: list[Move], policy: CostingPolicy, seed: int) -> None:
    shuffled = random.Random(seed).sample(moves, len(moves))  # noqa: S311 - no secret
    assert by_engine(shuffled, policy) == by_engine(moves, policy)


@quick(30)
@given(moves=ledgers(), policy=POLICIES)
def test_a_pool_without_quantity_has_no_value(moves: list[Move], policy: CostingPolicy) -> None:
    closing = valued(moves, policy).group_by(pool_columns(policy)).agg(pl.col("quantity", "cost_amount").sum())
    assert closing.filter((pl.col("quantity") == 0) & (pl.col("cost_amount") != 0)).is_empty()


@quick(30)
@given(moves=plain_ledgers(), policy=POLICIES)
def test_stock_that_is_on_hand_is_worth_something_or_nothing_but_never_less(
    moves: list[Move], policy: CostingPolicy
) -> None:
    closing = valued(moves, policy).group_by(pool_columns(policy)).agg(pl.col("cost_amount").sum())
    assert closing.filter(pl.col("cost_amount") < 0).is_empty()


@quick(30)
@given(moves=ledgers(), method=METHOD)
def test_transfers_move_value_and_make_none(moves: list[Move], method: CostingMethod) -> None:
    covered = [move for move in moves if move.kind in {"opening", "transfer_out", "transfer_in"}]
    rows = valued([_plenty("A"), _plenty("B"), *covered], CostingPolicy(method, "sku_location"))
    transfers = rows.filter(pl.col("kind").is_in(("transfer_out", "transfer_in")))
    assert not transfers["cost_amount"].sum()


@quick(30)
@given(moves=ledgers(), policy=POLICIES)
def test_assemblies_bring_in_what_their_components_took_out(moves: list[Move], policy: CostingPolicy) -> None:
    plenty = [_plenty(sku, place) for sku in ("A", "B", "P", "Q") for place in ("Main", "Shop")]
    rows = valued([*plenty, *moves], policy)
    assemblies = rows.filter(pl.col("kind").is_in(("assembly_out", "assembly_in")))
    is_by_product = (pl.col("kind") == "assembly_in") & pl.col("unit_cost").is_not_null()
    by_document = assemblies.group_by("document_id").agg(
        pl.col("cost_amount").sum().alias("made"),
        pl.col("cost_amount").filter(is_by_product).sum().alias("by_products"),
        -pl.col("cost_amount").filter(kind="assembly_out").sum().alias("components"),
    )
    # a by-product that is dearer than all components keeps its cost
    too_dear = pl.max_horizontal(pl.col("by_products") - pl.col("components"), 0)
    assert by_document.filter(pl.col("made") != too_dear).is_empty()


@quick(25)
@given(moves=plain_ledgers(), method=METHOD)
def test_a_month_closed_alone_costs_what_it_costs_in_the_whole_ledger(moves: list[Move], method: CostingMethod) -> None:
    known_at_once = [move for move in moves if move.kind not in CHARGES]
    last = max(move.moved_on for move in known_at_once).replace(day=1)
    closed = [move for move in known_at_once if move.moved_on < last]
    whole = by_engine(known_at_once, CostingPolicy(method))
    assert by_engine(closed, CostingPolicy(method)) == {move.move_id: whole[move.move_id] for move in closed}


@quick(30)
@given(moves=plain_ledgers(), method=METHOD)
def test_a_pool_that_is_empty_on_a_day_after_its_charges_has_no_value_on_that_day(
    moves: list[Move], method: CostingMethod
) -> None:
    charges = [move for move in moves if move.kind in CHARGES]
    named = {move.source_move_id for move in charges}
    both = [*charges, *(move for move in moves if move.move_id in named)]  # a bill may come before its receipt
    charged = max((move.moved_on for move in both), default=date(2026, 1, 1))
    by_day = (
        valued(moves, CostingPolicy(method)).group_by("sku", "moved_on").agg(pl.col("quantity", "cost_amount").sum())
    )
    totals = pl.col("quantity", "cost_amount").cum_sum().over("sku", order_by="moved_on")
    months = pl.col("moved_on").dt.month_end() == pl.col("moved_on")
    closed = by_day.with_columns(totals).filter(pl.col("moved_on") >= charged)
    # the periodic average has no value inside a month
    seen = closed.filter(months) if method == "periodic_average" else closed
    assert seen.filter((pl.col("quantity") == 0) & (pl.col("cost_amount") != 0)).is_empty()


@quick(30)
@given(moves=ledgers(), policy=POLICIES)
def test_a_charge_is_in_stock_or_in_cogs_and_nowhere_else(moves: list[Move], policy: CostingPolicy) -> None:
    # each pool rounds running totals of its charges: a row is a cent off at most
    charges = valued(moves, policy).filter(pl.col("kind").is_in(CHARGES))
    off = (pl.col("cost_amount") + pl.col("cogs_amount") - pl.col("amount")).abs()
    assert charges.filter(off > Decimal("0.01")).is_empty()


@quick(30)
@given(moves=ledgers(), method=METHOD, pool=POOL, returns=RETURN)
def test_restating_and_catching_up_cost_the_same(
    moves: list[Move], method: CostingMethod, pool: Pool, returns: ReturnCost | None
) -> None:
    restated, caught_up = (CostingPolicy(method, pool, late, None, returns) for late in ("restate", "catch_up"))
    assert by_engine(moves, restated) == by_engine(moves, caught_up)


@quick(30)
@given(moves=plain_ledgers(), method=METHOD, pool=POOL)
def test_a_receipt_in_two_halves_of_the_same_price_changes_nothing(
    moves: list[Move], method: CostingMethod, pool: Pool
) -> None:
    known_at_once = [move for move in moves if move.kind not in CHARGES]
    priced = [replace(m, amount=None, unit_cost=m.unit_cost or Decimal(0)) if m.kind in INFLOWS else m
              for m in known_at_once]  # fmt: skip
    halves = [half for move in priced for half in (_halves(move) if move.kind == "receipt" else [move])]
    whole, split = (by_engine(some, CostingPolicy(method, pool)) for some in (priced, halves))
    sales = [move.move_id for move in priced if move.kind == "sale"]
    assert [split[sale] for sale in sales] == [whole[sale] for sale in sales]


@quick(30)
@given(moves=plain_ledgers(), policy=POLICIES)
def test_prices_times_a_hundred_cost_a_hundred_times_as_much(moves: list[Move], policy: CostingPolicy) -> None:
    # but for the cents to which the totals before and after a move are rounded
    dear = [replace(m, unit_cost=m.unit_cost and m.unit_cost * 100, amount=m.amount and m.amount * 100) for m in moves]
    cheap_costs, dear_costs = (by_engine(some, policy) for some in (moves, dear))
    assert all(abs(dear_costs[key].cost - 100 * cheap_costs[key].cost) <= Decimal("1.01") for key in cheap_costs)


def _halves(move: Move) -> list[Move]:
    return [replace(move, move_id=f"{move.move_id}{half}", quantity=move.quantity / 2) for half in ("a", "b")]


def _plenty(sku: str, location: str = "Main") -> Move:
    """Opening stock that keeps every later issue covered."""
    first = date(2026, 1, 1)
    return Move(
        f"plenty-{sku}-{location}", "opening", first, Decimal(500), Decimal("3.123457"), sku=sku, location=location
    )
