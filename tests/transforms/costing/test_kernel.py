"""The compiled loop finds, to the cent, what the exact loop finds."""

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas.policies import CostingMethod, CostingPolicy, LateCost, ProspectiveShare
from schemas.problems import Problem
from tests.transforms.costing.generated import ledgers, plain_ledgers
from tests.transforms.costing.kernel_ledgers import LATE, POLICIES, SHARES, dense_ledger, rows_of, wild_ledgers
from tests.transforms.costing.naive import Move
from transforms.costing import MoveProblems
from transforms.costing.kernel import settling
from transforms.costing.kernel.settling import settle_connected, settle_separate
from transforms.costing.loop.exact_moves import settle_exactly

STANDARD = pl.DataFrame({"sku": ["A", "B"], "unit_cost": ["1.25", "0.003333"]}).cast({"unit_cost": pl.Decimal(18, 6)})

Found = pl.DataFrame | str


IS_HUNT = os.environ.get("CHAOS") == "all"


def quick(examples: int) -> settings:
    """Few examples in make test; make chaos draws new ones, many times as many."""
    return settings(
        max_examples=20 * examples if IS_HUNT else examples,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


def found_by(
    settle: object, rows: pl.DataFrame, policy: CostingPolicy, standard: pl.DataFrame | None, **more: int
) -> Found:
    assert callable(settle)
    try:
        found: pl.DataFrame = settle(rows, policy, standard, **more)
    except MoveProblems as error:
        return str(error)
    moved = rows.filter((pl.col("quantity") != 0) | pl.col("kind").is_in(["landed_cost", "revaluation"]))
    return (
        found.cast({name: pl.Int128 for name in found.columns if name not in {"row", "is_provisional"}})
        .filter(pl.col("row").is_in(moved["row"].implode()))
        .sort("row")
    )


def assert_same(exact: Found, compiled: Found) -> None:
    if isinstance(exact, str) or isinstance(compiled, str):
        assert exact == compiled
    else:
        assert_frame_equal(exact, compiled)


def rows_or_reject(moves: list[Move], policy: CostingPolicy) -> pl.DataFrame | None:
    try:
        return rows_of(moves, policy)
    except MoveProblems:
        return None


@quick(30)
@given(moves=wild_ledgers(), policy=POLICIES, standard=st.sampled_from([None, STANDARD]))
def test_connected_pools_cost_what_the_exact_loop_finds(
    moves: list[Move], policy: CostingPolicy, standard: pl.DataFrame | None
) -> None:
    rows = rows_or_reject(moves, policy)
    if rows is not None:
        assert_same(
            found_by(settle_exactly, rows, policy, standard), found_by(settle_connected, rows, policy, standard)
        )


@quick(30)
@given(moves=wild_ledgers(), policy=POLICIES, widen=st.sampled_from([2**40, 2**55, 2**57]))
def test_what_is_in_doubt_is_settled_by_the_exact_loop(moves: list[Move], policy: CostingPolicy, widen: int) -> None:
    rows = rows_or_reject(moves, policy)
    if rows is not None:
        assert_same(
            found_by(settle_exactly, rows, policy, None), found_by(settle_connected, rows, policy, None, widen=widen)
        )


@quick(40)
@given(
    moves=ledgers(),
    method=st.sampled_from(["fifo", "specific"]),
    late_cost=st.sampled_from(LATE),
    share=st.sampled_from(SHARES),
    widen=st.sampled_from([0, 2**55, 2**57]),
)
def test_layers_that_move_stay_those_of_their_receipt(
    moves: list[Move], method: CostingMethod, late_cost: LateCost, share: ProspectiveShare | None, widen: int
) -> None:
    policy = CostingPolicy(method, "sku_location", late_cost, share)
    rows = rows_of(moves, policy)
    assert_same(
        found_by(settle_exactly, rows, policy, None), found_by(settle_connected, rows, policy, None, widen=widen)
    )


@pytest.mark.parametrize("widen", [0, 2**57])
@pytest.mark.parametrize("amount", ["84.035", "84.04"])
def test_a_layer_that_moved_is_found_where_its_pool_is_settled_again(amount: str, widen: int) -> None:
    """The shop is in doubt about its cents; Main, where the goods were received, only where 7 do not divide them."""
    policy = CostingPolicy("fifo", "sku_location", "restate")
    sent = Move("out", "transfer_out", date(2026, 9, 2), Decimal(-3), location="Main", document_id="T")
    moves = [
        Move("old", "receipt", date(2026, 9, 1), Decimal(3), unit_cost=Decimal("9.005"), location="Shop"),
        Move("own", "receipt", date(2026, 9, 1), Decimal(7), amount=Decimal(amount), location="Main"),
        sent,
        replace(sent, move_id="in", kind="transfer_in", quantity=Decimal(3), location="Shop"),
        Move("sold", "sale", date(2026, 9, 3), Decimal(-1), location="Shop"),
        Move("back", "purchase_return", date(2026, 9, 4), Decimal(-1), location="Shop", source_move_id="own"),
        Move("rest", "sale", date(2026, 9, 5), Decimal(-1), location="Shop"),
    ]
    rows = rows_of(moves, policy)
    exact = found_by(settle_exactly, rows, policy, None)
    assert isinstance(exact, pl.DataFrame)
    assert exact["cents"][5] == -12_00
    assert_same(exact, found_by(settle_connected, rows, policy, None, widen=widen))


@pytest.mark.parametrize("widen", [0, 2**57])
def test_a_doubt_of_an_earlier_pass_is_a_doubt_where_goods_go_in_a_circle(widen: int) -> None:
    """Main waits for what Shop returns a day before it got it: a cent taken the wrong way at first would go round."""
    policy = CostingPolicy("moving_average", "sku_location", "restate")
    sides = [("T3", 22, "Shop", "Main"), ("T2", 23, "Main", "Shop")]
    moves = [
        Move("there", "opening", date(2026, 9, 21), Decimal(1), unit_cost=Decimal(0), location="Main"),
        Move("sold", "sale", date(2026, 9, 21), Decimal(-2), location="Main"),
        Move("bought", "receipt", date(2026, 9, 23), Decimal(2), unit_cost=Decimal("0.01"), location="Main"),
    ]
    for document, day, sender, receiver in sides:
        on, name = date(2026, 9, day), f"{document}-"
        moves += [
            Move(name + "out", "transfer_out", on, Decimal(-2), location=sender, document_id=document),
            Move(name + "in1", "transfer_in", on, Decimal(1), location=receiver, document_id=document),
            Move(name + "in2", "transfer_in", on, Decimal(1), location=receiver, document_id=document),
        ]
    rows = rows_of(moves, policy)
    assert_same(
        found_by(settle_exactly, rows, policy, None), found_by(settle_connected, rows, policy, None, widen=widen)
    )


def test_a_by_product_and_a_product_of_no_units_leave_the_rest_to_the_others() -> None:
    """9.00 and a by-product of 1.00 that comes in last; the product of no units has the largest share."""
    made = [("beam", 4, None, "1"), ("none", 0, None, "7"), ("board", 2, None, "2"), ("sawdust", 5, "0.20", None)]
    day = date(2026, 9, 1)
    moves = [
        Move("bought", "receipt", day, Decimal(1), amount=Decimal(10), sku="log"),
        Move("used", "assembly_out", day, Decimal(-1), sku="log", document_id="cut"),
    ] + [
        Move(
            f"made-{at}",
            "assembly_in",
            day,
            Decimal(units),
            unit_cost=None if cost is None else Decimal(cost),
            sku=sku,
            document_id="cut",
            cost_share=None if share is None else Decimal(share),
        )
        for at, (sku, units, cost, share) in enumerate(made)
    ]
    policy = CostingPolicy("fifo", "sku", "restate")
    compiled = found_by(settle_connected, rows_of(moves, policy), policy, None)
    assert isinstance(compiled, pl.DataFrame)
    assert dict(compiled.select("row", "cents").iter_rows()) == {0: 1000, 1: -1000, 2: 300, 4: 600, 5: 100}


@pytest.mark.parametrize("widen", [0, 2**55])
def test_an_average_in_doubt_is_in_doubt_for_every_sale_at_it(widen: int) -> None:
    first, later = date(2026, 9, 1), date(2026, 10, 2)
    moves = [
        Move("bought", "receipt", first, Decimal(18), amount=Decimal("11.73")),
        Move("sold", "sale", first, Decimal(-1)),
        Move("free", "receipt", later, Decimal(4), amount=Decimal(0)),
        Move("sold-1", "sale", later, Decimal(-1)),
        Move("sold-2", "sale", later, Decimal(-1)),
    ]
    policy = CostingPolicy("moving_average", "sku", "restate")
    rows = rows_of(moves, policy)
    exact = found_by(settle_exactly, rows, policy, None)
    assert isinstance(exact, pl.DataFrame)
    assert exact["unit_millionths"][3:].to_list() == [527_540, 527_540]
    assert_same(exact, found_by(settle_connected, rows, policy, None, widen=widen))


@pytest.mark.parametrize("widen", [0, 2**57])
def test_the_move_after_a_rounding_in_doubt_is_settled_again_too(widen: int) -> None:
    day = date(2026, 9, 1)
    moves = [
        Move("bought-1", "receipt", day, Decimal(8), amount=Decimal("60.00")),
        Move("bought-2", "receipt", day, Decimal(9), amount=Decimal("43.71")),
        Move("sold-1", "sale", day, Decimal(-6)),
        Move("sold-2", "sale", day, Decimal(-9)),
    ]
    policy = CostingPolicy("moving_average", "sku", "restate")
    rows = rows_of(moves, policy)
    exact = found_by(settle_exactly, rows, policy, None)
    assert isinstance(exact, pl.DataFrame)
    assert exact["cents"].to_list() == [60_00, 43_71, -36_60, -54_91]
    assert_same(exact, found_by(settle_connected, rows, policy, None, widen=widen))


@pytest.mark.parametrize("method", ["fifo", "moving_average", "periodic_average"])
@pytest.mark.parametrize("seed", range(4))
def test_goods_that_go_in_circles_before_they_are_there_cost_what_the_exact_loop_finds(
    method: CostingMethod, seed: int
) -> None:
    late: LateCost = "prospective" if seed % 2 else "restate"
    policy = CostingPolicy(method, "sku_location", late, purchase_return="receipt" if seed > 1 else None)
    rows = rows_of(dense_ledger(150, seed), policy)
    assert_same(found_by(settle_exactly, rows, policy, None), found_by(settle_connected, rows, policy, None))


def test_a_circle_that_only_the_rounding_of_its_pools_keeps_going_comes_to_an_end() -> None:
    policy = CostingPolicy("moving_average", "sku_location", "restate")
    rows = rows_of(dense_ledger(150, 26), policy)
    exact = found_by(settle_exactly, rows, policy, None)
    assert_same(exact, found_by(settle_connected, rows, policy, None))
    assert isinstance(exact, pl.DataFrame)
    pools = (
        rows.select("row", "pool", "quantity")
        .join(exact, on="row")
        .group_by("pool")
        .agg(pl.col("quantity", "cents").sum())
    )
    assert pools.filter((pl.col("quantity") == 0) & (pl.col("cents") != 0)).is_empty()


def in_separate_pools(moves: list[Move]) -> list[Move]:
    home = {move.move_id: move.location for move in moves}
    return [
        move
        for move in moves
        if move.document_id is None and home.get(move.source_move_id or "", move.location) == move.location
    ]


@quick(40)
@given(moves=st.one_of(plain_ledgers(), wild_ledgers()), policy=POLICIES, widen=st.sampled_from([0, 0, 2**57]))
def test_separate_pools_cost_what_the_exact_loop_finds(moves: list[Move], policy: CostingPolicy, widen: int) -> None:
    rows = rows_or_reject(in_separate_pools(moves), policy)
    if rows is not None and rows.height:
        by_pool = rows.sort("pool", "move_order")
        assert_same(
            found_by(settle_exactly, by_pool, policy, STANDARD),
            found_by(settle_separate, by_pool, policy, STANDARD, widen=widen, threads=1),
        )


def test_the_kernel_was_compiled_once_for_all_of_this() -> None:
    from transforms.costing.kernel.running import run  # noqa: PLC0415 - the tests above have loaded it

    signatures: list[object] = getattr(run, "signatures")  # noqa: B009 - numba adds it
    assert len(signatures) == 1


@pytest.mark.parametrize("method", ["fifo", "moving_average"])
def test_a_second_return_of_a_short_sale_asks_the_sale_and_not_the_first_return(method: CostingMethod) -> None:
    """Of 9 units sold 8 were short: the first return covers 7 of them at 1.00, a free unit covers the last one."""
    policy = CostingPolicy(method, "sku_location", "restate")
    moves = [
        Move("bought", "receipt", date(2026, 9, 1), Decimal(1), unit_cost=Decimal("1.00"), location="Main"),
        Move("sold", "sale", date(2026, 9, 2), Decimal(-9), location="Main"),
        Move("back-1", "sale_return", date(2026, 9, 3), Decimal(7), location="Main", source_move_id="sold"),
        Move("free", "receipt", date(2026, 9, 4), Decimal(1), unit_cost=Decimal(0), location="Main"),
        Move("back-2", "sale_return", date(2026, 9, 5), Decimal("4.5"), location="Shop", source_move_id="sold"),
    ]
    rows = rows_of(moves, policy)
    exact = found_by(settle_exactly, rows, policy, None)
    assert isinstance(exact, pl.DataFrame)
    assert exact["cents"].to_list() == [100, -800, 700, 0, 400]
    assert_same(exact, found_by(settle_connected, rows, policy, None))


@pytest.mark.parametrize(("seed", "widen", "left_to_exact_loop"), [(1, 0, 0), (6, 2**50, 0), (6, 2**57, 179)])
def test_pools_in_doubt_are_followed_through_the_passes_and_alone_settled_exactly_where_each_guess_was_right(
    seed: int, widen: int, left_to_exact_loop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = CostingPolicy("fifo", "sku_location", "restate")
    rows = rows_of(dense_ledger(150, seed), policy)
    heights = []

    def settle_rows(rows: pl.DataFrame, policy: CostingPolicy, problems: list[Problem]) -> pl.DataFrame | None:
        heights.append(rows.height)
        return original(rows, policy, problems)

    original = settling._settle_rows
    monkeypatch.setattr(settling, "_settle_rows", settle_rows)
    found = found_by(settle_connected, rows, policy, None, widen=widen)
    assert heights == [left_to_exact_loop]
    assert_same(found_by(settle_exactly, rows, policy, None), found)
