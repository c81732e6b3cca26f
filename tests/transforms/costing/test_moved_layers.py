"""With a pencil: goods that were transferred go back to their supplier at the cost of their own receipt.

Under FIFO by location a transfer carries its layers to the end of the target's queue, in source order, and each layer
stays that of its receipt, however often it moves. A line reads as in test_worked_examples.
"""

import polars as pl
import pytest

from schemas.policies import CostingPolicy, LateCost
from tests.transforms.costing.bookings_by_definition import assert_bookings
from tests.transforms.costing.tables import assert_costs_under, frame_of, read_table
from transforms.costing import value_moves
from transforms.costing.loop.dependent_pools import MOST_EXACT_MOVES

BY_PLACE = CostingPolicy("fifo", "sku_location")

SENT_TO_THE_SHOP = """
    1 receipt      q   3 at  9.00 location=Shop
    1 receipt      r1  4 at 10.00
    2 receipt      r2  4 at 12.00
    3 transfer_out o  -6 document=T               -> -64.00
    3 transfer_in  i   6 document=T location=Shop ->  64.00
""".strip()
"""The shop then has, oldest first: 3 at 9.00, 4 of r1 at 10.00, 2 of r2 at 12.00; Main has 2 of r2 at 12.00."""


@pytest.mark.parametrize(
    ("returned", "sent_back", "sold"),
    [
        ("-2 source=r2", "-24.00", "-47.00"),  # both of r2; then 3 at 9.00 and 2 at 10.00
        ("-1 source=r2", "-12.00", "-47.00"),  # the other one stays where it stands, behind r1
        ("-3 source=r2", "-33.00", "-48.00"),  # both of r2 and, as there are no more, the oldest: one at 9.00
        ("-4 source=r1", "-40.00", "-51.00"),  # then 3 at 9.00 and 2 at 12.00
        ("-2 source=q ", "-18.00", "-49.00"),  # what was received in the shop itself: 1 at 9.00 and 4 at 10.00 follow
    ],
)
def test_goods_sent_back_from_where_they_were_transferred_to_leave_at_the_cost_of_their_receipt(
    returned: str, sent_back: str, sold: str
) -> None:
    assert_costs_under(
        f"""
        {SENT_TO_THE_SHOP}
        4 purchase_return p {returned} location=Shop -> {sent_back} 0.00
        5 sale            s -5 location=Shop         -> {sold}
        """,
        BY_PLACE,
    )


def test_like_any_other_issue_they_take_the_oldest_layer_where_the_policy_says_so() -> None:
    assert_costs_under(
        f"""
        {SENT_TO_THE_SHOP}
        4 purchase_return p -2 source=r2 location=Shop -> -18.00 0.00
        """,
        CostingPolicy("fifo", "sku_location", purchase_return="current"),
    )


def test_layers_stay_those_of_their_receipt_from_place_to_place_and_back() -> None:
    # the shop gets 5 of r1 and 2 of r2, the depot 5 of r1 and 1 of r2; Main gets 2 of r1 back, behind 3 of r2
    # p1 = 1 at 20.00, of r2 by way of the shop; p2 = 2 at 10.00, though r2 is older in Main; p3 = the 3 of r2 in Main
    assert_costs_under(
        """
        1 receipt         r1  5 at 10.00
        2 receipt         r2  5 at 20.00
        3 transfer_out    o1 -7 document=T1                  ->  -90.00
        3 transfer_in     i1  7 document=T1 location=Shop
        4 transfer_out    o2 -6 document=T2 location=Shop    ->  -70.00
        5 transfer_in     i2  6 document=T2 location=Depot
        6 transfer_out    o3 -2 document=T3 location=Depot   ->  -20.00
        6 transfer_in     i3  2 document=T3                  ->   20.00
        7 purchase_return p1 -1 source=r2   location=Depot   ->  -20.00
        7 purchase_return p2 -2 source=r1                    ->  -20.00
        8 purchase_return p3 -3 source=r2                    ->  -60.00
        9 sale            s  -3 location=Depot               ->  -30.00
        9 sale            t  -1 location=Shop                ->  -20.00
        """,
        BY_PLACE,
    )


def test_goods_that_arrive_in_two_parts_are_those_that_left_first() -> None:
    # the shop gets r1, r1 and then r1, r2; of r1 it has three units in two layers, which both go
    assert_costs_under(
        """
        1 receipt         r1  3 at 10.00
        2 receipt         r2  3 at 20.00
        3 transfer_out    o  -4 document=T                 -> -50.00
        4 transfer_in     i1  2 document=T location=Shop   ->  20.00
        5 receipt         q   1 at 7.00 location=Shop
        6 transfer_in     i2  2 document=T location=Shop   ->  30.00
        7 purchase_return p  -3 source=r1 location=Shop    -> -30.00
        8 sale            s  -2 location=Shop              -> -27.00
        """,
        BY_PLACE,
    )


def test_inside_a_lot_too() -> None:
    # both receipts are of lot L; the other lot's transfer is none of its business
    assert_costs_under(
        """
        1 receipt         r1  2 at 10.00 lot=L
        1 receipt         r2  2 at 12.00 lot=L
        1 receipt         x   2 at 50.00 lot=M
        2 transfer_out    o  -4 document=T lot=L
        2 transfer_in     i   4 document=T lot=L location=Shop
        2 transfer_out    n  -2 document=T lot=M
        2 transfer_in     m   2 document=T lot=M location=Shop
        3 purchase_return p  -1 source=r2 lot=L location=Shop  -> -12.00
        4 sale            s  -1 lot=L location=Shop            -> -10.00
        """,
        CostingPolicy("specific", "sku_location"),
    )


def test_what_covers_units_that_the_shop_owed_is_not_there_any_more() -> None:
    # 2 of the 3 units of r cover the sale; one is left of it, and the second one sent back is the oldest, at 9.00
    assert_costs_under(
        """
        1 sale            s  -2 location=Shop              -> -20.00
        2 receipt         r   3 at 10.00
        3 transfer_out    o  -3 document=T
        3 transfer_in     i   3 document=T location=Shop
        4 receipt         q   1 at 9.00 location=Shop
        5 purchase_return p  -2 source=r location=Shop     -> -19.00
        """,
        BY_PLACE,
    )


def test_goods_that_left_before_they_were_there_are_a_layer_of_their_transfer() -> None:
    # what covers them later can be parts of many receipts: such a layer is nobody's, so the oldest unit goes back
    assert_costs_under(
        """
        1 receipt         q   1 at  9.00 location=Shop
        2 transfer_out    o  -2 document=T                 -> -20.00
        2 transfer_in     i   2 document=T location=Shop   ->  20.00
        3 receipt         r   2 at 10.00
        4 purchase_return p  -1 source=r location=Shop     ->  -9.00
        """,
        BY_PLACE,
    )


def test_made_goods_and_goods_that_customers_sent_back_are_no_part_of_the_receipt_any_more() -> None:
    # of the 4 of r two were sold, one came back and one was used: one is left of r; then the oldest, at 7.00
    assert_costs_under(
        """
        1 receipt         r   4 at 10.00
        2 sale            s  -2
        3 sale_return     b   1 source=s                      ->  10.00
        3 assembly_out    u  -1 document=M
        3 assembly_in     m   1 document=M sku=KIT            ->  10.00
        4 receipt         q   1 at 7.00 location=Shop
        5 transfer_out    o  -2 document=T
        5 transfer_in     i   2 document=T location=Shop      ->  20.00
        6 purchase_return p  -2 source=r location=Shop        -> -17.00
        """,
        BY_PLACE,
    )


FREIGHT_AFTER_THE_GOODS_MOVED = """
    9-1   receipt         r  10 at 10.00
    9-5   transfer_out    o  -4 document=T
    9-5   transfer_in     i   4 document=T location=Shop
    9-6   transfer_out    ob -1 document=B location=Shop
    9-6   transfer_in     ib  1 document=B
    9-7   purchase_return p  -1 source=r location=Shop
    10-5  landed_cost     f   0 for 9.00 source=r
    10-6  purchase_return p2 -1 source=r location=Shop
    10-7  sale            s  -7
"""
"""Of 10 units at 10.00 the shop got 4, sent one back to Main and one to the supplier: 7 are in Main, 2 in the shop."""


@pytest.mark.parametrize(
    ("late_cost", "expected"),
    [
        # 10.90 each from the start; what went back to the supplier in September is corrected in October
        (
            "catch_up",
            """
            9  r  100.00
            9  o  -40.00
            9  i   40.00
            9  ob -10.00
            9  ib  10.00
            9  p  -10.00
            10 o   -3.60
            10 i    3.60
            10 ob  -0.90
            10 ib   0.90
            10 p   -0.90
            10 f    9.00
            10 p2 -10.90
            10 s  -76.30 cogs 76.30
            """,
        ),
        (
            "restate",
            """
            9  r  100.00
            9  o  -43.60
            9  i   43.60
            9  ob -10.90
            9  ib  10.90
            9  p  -10.90
            9  f    9.00
            10 p2 -10.90
            10 s  -76.30 cogs 76.30
            """,
        ),
        # left of the receipt in its own place: 7 of 10 units, the one that came back among them; they take 6.30
        (
            "prospective",
            """
            9  r  100.00
            9  o  -40.00
            9  i   40.00
            9  ob -10.00
            9  ib  10.00
            9  p  -10.00
            10 f    6.30 cogs 2.70 late 2.70
            10 p2 -10.00
            10 s  -76.30 cogs 76.30
            """,
        ),
    ],
)
def test_freight_follows_its_receipt_to_what_goes_back_from_elsewhere(late_cost: LateCost, expected: str) -> None:
    assert_bookings(FREIGHT_AFTER_THE_GOODS_MOVED, CostingPolicy("fifo", "sku_location", late_cost), expected)


def test_a_transfer_that_was_entered_late_corrects_what_went_back_before() -> None:
    # in September the shop seems to have q alone; in October it turns out that it had r as well
    assert_bookings(
        """
        9-1  receipt         q  2 at  9.00 location=Shop
        9-1  receipt         r  2 at 12.00
        9-2  transfer_out    o -2 document=T known=10-5
        9-2  transfer_in     i  2 document=T known=10-5 location=Shop
        9-8  purchase_return p -1 source=r location=Shop
        """,
        BY_PLACE,
        """
        9  q  18.00
        9  r  24.00
        9  p  -9.00
        10 o -24.00
        10 i  24.00
        10 p  -3.00
        """,
    )


def test_large_tables_know_receipts_too() -> None:
    moves, expected = read_table(
        f"""
        {SENT_TO_THE_SHOP}
        4 purchase_return p -3 source=r2 location=Shop -> -33.00
        5 sale            s -5 location=Shop           -> -48.00
        """
    )
    names = ("move_id", "sku", "source_move_id", "document_id")
    count = MOST_EXACT_MOVES // len(moves) + 1
    copies = frame_of(moves).join(pl.int_range(count, eager=True).alias("copy").to_frame(), how="cross")
    many = copies.with_columns(pl.concat_str(pl.col(name), pl.lit("-"), "copy") for name in names)
    assert many.height > MOST_EXACT_MOVES

    valued = many.select("move_id").hstack(value_moves(many.drop("copy"), BY_PLACE).drop("move_id"))

    found = valued.select(pl.col("move_id").str.split("-").list.first(), pl.col("cost_amount").cast(pl.String))
    for move_id, cost in expected.items():
        assert found.filter(pl.col("move_id") == move_id)["cost_amount"].unique().to_list() == [cost]
