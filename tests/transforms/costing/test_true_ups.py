"""How much of a correction the covering receipt brought, and how much late costs added: worked by hand."""

from datetime import date

import polars as pl
import pytest

from schemas.policies import CostingPolicy
from tests.transforms.costing.bookings_by_definition import assert_bookings
from tests.transforms.costing.tables import frame_of, read_table
from transforms.costing import value_moves
from transforms.costing.booking import booked_periods, known_states

SHORT_BY_TWO = """
    9-1  receipt r  4 at 5.00
    9-10 sale    s -6
    10-5 receipt q 10 at 6.00
"""
"""September sells 6 of 4: two are owed, at the last known cost of 5.00. The receipt of October covers them."""


def test_late_freight_in_the_month_of_the_covering_receipt_is_told_apart_from_the_true_up() -> None:
    # the two cost 6.00 by the receipt (2 x 1.00 more than 5.00), and 11.00 with its freight (2 x 5.00 more than that)
    assert_bookings(
        SHORT_BY_TWO + "10-20 landed_cost f 0 for 50.00 source=q",
        CostingPolicy(late_cost="catch_up"),
        """
        9  r  20.00
        9  s -30.00 cogs 30.00
        10 s -12.00 cogs 12.00 true-up 2.00 late 10.00
        10 q  60.00
        10 f  50.00
        """,
    )


def test_freight_of_the_month_after_is_late_cost_of_that_month() -> None:
    assert_bookings(
        SHORT_BY_TWO + "11-20 landed_cost f 0 for 50.00 source=q",
        CostingPolicy(late_cost="catch_up"),
        """
        9  r  20.00
        9  s -30.00 cogs 30.00
        10 s  -2.00 cogs 2.00 true-up 2.00
        10 q  60.00
        11 s -10.00 cogs 10.00 late 10.00
        11 f  50.00
        """,
    )


@pytest.mark.parametrize(
    ("policy", "freight"),
    [
        # known with its receipt, the freight is part of what the receipt costs
        (CostingPolicy(late_cost="catch_up"), "10-5  landed_cost f 0 for 50.00 source=q"),
        # entered later, but as if it had been known from the start
        (CostingPolicy(late_cost="restate"), "10-20 landed_cost f 0 for 50.00 source=q"),
        # a month has one average: all of its costs are known at once
        (CostingPolicy("periodic_average", late_cost="catch_up"), "10-20 landed_cost f 0 for 50.00 source=q"),
    ],
)
def test_freight_that_counts_with_its_receipt_is_part_of_the_true_up(policy: CostingPolicy, freight: str) -> None:
    assert_bookings(
        SHORT_BY_TWO + freight,
        policy,
        """
        9  r  20.00
        9  s -30.00 cogs 30.00
        10 s -12.00 cogs 12.00 true-up 12.00
        10 q  60.00
        10 f  50.00
        """,
    )


def test_under_prospective_the_freight_of_what_has_gone_is_late_cost_of_its_own() -> None:
    assert_bookings(
        SHORT_BY_TWO + "10-20 landed_cost f 0 for 50.00 source=q",
        CostingPolicy(late_cost="prospective"),
        """
        9  r  20.00
        9  s -30.00 cogs 30.00
        10 s  -2.00 cogs 2.00 true-up 2.00
        10 q  60.00
        10 f  40.00 cogs 10.00 late 10.00
        """,
    )


def test_a_receipt_that_was_entered_late_and_takes_the_place_of_the_covering_one_adds_late_cost() -> None:
    # by the receipt of October the two cost 6.00; the one of 15 September, entered on 20 October, covers them at 7.00
    assert_bookings(
        SHORT_BY_TWO + "9-15 receipt b 2 at 7.00 known=10-20",
        CostingPolicy(late_cost="catch_up"),
        """
        9  r  20.00
        9  s -30.00 cogs 30.00
        10 s  -4.00 cogs 4.00 true-up 2.00 late 2.00
        10 q  60.00
        10 b  14.00
        """,
    )


def test_where_only_a_receipt_that_was_entered_late_covers_all_is_true_up() -> None:
    assert_bookings(
        """
        9-1  receipt r  4 at 5.00
        9-10 sale    s -6
        9-15 receipt b  2 at 7.00 known=10-20
        """,
        CostingPolicy(late_cost="catch_up"),
        """
        9  r  20.00
        9  s -30.00 cogs 30.00
        10 s  -4.00 cogs 4.00 true-up 4.00
        10 b  14.00
        """,
    )


def test_freight_of_a_receipt_follows_its_goods_into_the_pool_that_was_short() -> None:
    # October's transfer brings goods at 6.00 to the shop, which owed two at 5.00; their freight comes later in October
    assert_bookings(
        """
        9-1   receipt      r   4 at 5.00 location=Shop
        9-10  sale         s  -6 location=Shop
        10-5  receipt      q  10 at 6.00
        10-6  transfer_out o -10 document=T
        10-6  transfer_in  i  10 document=T location=Shop
        10-20 landed_cost  f   0 for 50.00 source=q
        """,
        CostingPolicy(pool="sku_location", late_cost="catch_up"),
        """
        9  r   20.00
        9  s  -30.00 cogs 30.00
        10 s  -12.00 cogs 12.00 true-up 2.00 late 10.00
        10 q   60.00
        10 o -110.00
        10 i  110.00
        10 f   50.00
        """,
    )


def test_only_pools_that_a_shortage_reaches_are_valued_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # the shop is short in September; the yard sends goods to the shop, and gets none from it
    moves = frame_of(
        read_table(
            """
            9-1  receipt      r  9 at 5.00 location=Yard
            9-2  transfer_out o -4 document=T location=Yard
            9-2  transfer_in  i  4 document=T location=Shop
            9-3  transfer_out p -2 document=U location=Yard
            9-3  transfer_in  j  2 document=U location=Fair
            9-10 sale         s -6 location=Shop
            9-11 sale         t -1 location=Fair
            10-5 receipt      q 10 at 6.00 location=Shop
            """
        )[0]
    )
    policy = CostingPolicy(pool="sku_location")
    again: list[set[str]] = []

    def count(state: pl.DataFrame, *others: object) -> pl.DataFrame:
        again.append(set(state["move_id"]))
        return value_moves(state, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(known_states, "value_moves", count)
    shifts = booked_periods.booking_shifts(moves, value_moves(moves, policy), policy)
    assert again == [{"r", "o", "i", "p", "s"}]
    assert shifts.select("row", "period", "true_up_cents").rows() == [
        (5, date(2026, 9, 1), 0),
        (5, date(2026, 10, 1), 200),
    ]


@pytest.mark.parametrize("rows_at_once", [1, 7, 10**6])
def test_states_give_the_same_one_by_one_and_together(rows_at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    table = "\n".join(
        f"""\
        9-1   receipt     r{sku}  4 at 5.00 sku={sku}
        9-10  sale        s{sku} -6 sku={sku}
        10-5  receipt     q{sku} 10 at 6.0{sku} sku={sku}
        10-20 landed_cost f{sku}  0 for 5{sku}.00 source=q{sku} sku={sku}
        11-20 landed_cost g{sku}  0 for 0.01 source=q{sku} sku={sku}
        12-1  sale_return b{sku}  1 sku={sku} source=s{sku}"""
        for sku in range(5)
    )
    moves = frame_of(read_table(table)[0])
    monkeypatch.setattr(known_states, "ROWS_AT_ONCE", rows_at_once)
    shifts = booked_periods.booking_shifts(moves, value_moves(moves, CostingPolicy()), CostingPolicy())
    october = shifts.filter(pl.col("period") == date(2026, 10, 1))
    # SKU 3: 2 x 1.03 more by the receipt, 2 x 5.30 more by its freight
    assert october.select("true_up_cents", "late_cents").rows() == [
        (200 + 2 * sku, 1000 + 20 * sku) for sku in range(5)
    ]
