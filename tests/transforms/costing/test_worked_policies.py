"""More examples for a pencil: suppliers' goods sent back, chains of transfers and assemblies, revaluations, lots.

A line reads as in test_worked_examples; a second number behind the arrow is what the move adds to COGS.
"""

import pytest

from schemas.policies import CostingMethod, CostingPolicy, ReturnCost
from tests.transforms.costing.tables import assert_costs, assert_costs_under

EVERY_METHOD: list[CostingMethod] = ["fifo", "moving_average", "periodic_average", "specific"]


def test_a_perpetual_card_of_the_textbooks_under_fifo() -> None:
    # the stock card that introductions to accounting draw: balance, two purchases, two sales
    # s1 = 200 x 4.00 + 100 x 4.40; s2 = 200 x 4.40 + 150 x 4.75; left: 250 x 4.75 = 1,187.50
    assert_costs_under(
        """
        1  opening o   200 at 4.00 ->   800.00
        10 receipt r1  300 at 4.40 ->  1320.00
        15 sale    s1 -300         -> -1240.00 1240.00
        18 receipt r2  400 at 4.75 ->  1900.00
        24 sale    s2 -350         -> -1592.50 1592.50
        """,
        CostingPolicy("fifo"),
    )


def test_the_same_card_under_the_moving_average() -> None:
    # 2,120.00 / 500 = 4.24; s1 = 300 of them; (848.00 + 1,900.00) / 600 = 4.58; s2 = 350 of them; left: 250 x 4.58
    assert_costs_under(
        """
        1  opening o   200 at 4.00 ->   800.00
        10 receipt r1  300 at 4.40 ->  1320.00
        15 sale    s1 -300         -> -1272.00 1272.00
        18 receipt r2  400 at 4.75 ->  1900.00
        24 sale    s2 -350         -> -1603.00 1603.00
        """,
        CostingPolicy("moving_average"),
    )


def test_the_same_card_under_the_periodic_average() -> None:
    # 4,020.00 / 900 = 4.466666...: 300 and 350 of them
    assert_costs_under(
        """
        1  opening o   200 at 4.00 ->   800.00
        10 receipt r1  300 at 4.40 ->  1320.00
        15 sale    s1 -300         -> -1340.00 1340.00
        18 receipt r2  400 at 4.75 ->  1900.00
        24 sale    s2 -350         -> -1563.33 1563.33
        """,
        CostingPolicy("periodic_average"),
    )


@pytest.mark.parametrize(
    ("method", "returns", "sent_back", "sold"),
    [
        ("fifo", "receipt", "-40.00", "-80.00"),  # its own layer goes; then 6 at 10.00 and 1 at 20.00
        ("fifo", "current", "-20.00", "-100.00"),  # the oldest go; then 4 at 10.00 and 3 at 20.00
        ("moving_average", "current", "-30.00", "-105.00"),  # 15.00 each
        ("moving_average", "receipt", "-40.00", "-98.00"),  # 20.00 each; what is left: 140.00 / 10 = 14.00 each
    ],
)
def test_goods_sent_back_leave_at_their_own_cost_or_at_the_current_one(
    method: CostingMethod, returns: ReturnCost, sent_back: str, sold: str
) -> None:
    assert_costs_under(
        f"""
        1 receipt         r1 6 at 10.00
        2 receipt         r2 6 at 20.00
        3 purchase_return p -2 source=r2 -> {sent_back} 0.00
        4 sale            s -7           -> {sold}
        """,
        CostingPolicy(method, purchase_return=returns),
    )


def test_at_an_average_goods_sent_back_take_no_more_than_the_pool_is_worth() -> None:
    # 2 at 1.00 and 2 at 9.00: 5.00 each; after 3 sold 5.00 is left for 1; the last unit takes all of it
    assert_costs_under(
        """
        1 receipt         r1  2 at 1.00
        2 receipt         r2  2 at 9.00
        3 sale            s  -3           -> -15.00
        4 purchase_return p  -1 source=r2 ->  -5.00
        """,
        CostingPolicy("moving_average", purchase_return="receipt"),
    )
    # 3 at 1.00 and 1 at 9.00: 3.00 each; of 6.00 for 2 its 9.00 takes all; what is left costs nothing
    assert_costs_under(
        """
        1 receipt         r1  3 at 1.00
        2 receipt         r2  1 at 9.00
        3 sale            s  -2           -> -6.00
        4 purchase_return p  -1 source=r2 -> -6.00
        5 sale            t  -1           ->  0.00
        """,
        CostingPolicy("moving_average", purchase_return="receipt"),
    )


def test_goods_sent_back_take_their_freight_with_them() -> None:
    assert_costs_under(
        """
        1 receipt         r  10 at 10.00
        2 landed_cost     f   0 for 15.00 source=r
        3 purchase_return p  -4 source=r  -> -46.00
        """,
        CostingPolicy("fifo"),
    )


def test_transfers_arrive_behind_what_is_there_in_the_order_in_which_they_left() -> None:
    # Main sends 1 at 1.00 and 2 at 2.00; the shop has 1 at 9.00 and sells it first
    assert_costs(
        """
        1 receipt      r1  1 at 1.00                  ->  1.00
        2 receipt      r2  5 at 2.00                  -> 10.00
        2 receipt      q   1 at 9.00 location=Shop    ->  9.00
        3 transfer_out o  -3 document=T               -> -5.00
        5 transfer_in  i   3 document=T location=Shop ->  5.00
        6 sale         s1 -2 location=Shop            -> -10.00
        7 sale         s2 -2 location=Shop            -> -4.00
        """,
        "fifo",
        "sku_location",
    )


def test_freight_of_a_transfer_is_cost_of_what_arrived() -> None:
    assert_costs(
        """
        1 receipt      r  4 at 5.00
        2 transfer_out o -4 document=T
        2 transfer_in  i  4 document=T location=Shop             -> 20.00
        3 landed_cost  f  0 for 2.00 source=i location=Shop      ->  2.00
        4 sale         s -2 location=Shop                        -> -11.00
        """,
        "fifo",
        "sku_location",
    )


def test_inside_one_pool_freight_of_a_transfer_goes_to_what_is_on_hand() -> None:
    # the transfer brings no layer: 3 of its 4 units are on hand at most, so a quarter is COGS; 15.00 + 1.50 for 3
    assert_costs_under(
        """
        1 receipt      r  4 at 5.00
        2 transfer_out o -4 document=T                           ->   0.00
        2 transfer_in  i  4 document=T location=Shop             ->   0.00
        3 sale         s -1 location=Shop                        ->  -5.00
        4 landed_cost  f  0 for 2.00 source=i location=Shop      ->   1.50 0.50
        5 sale         t -3 location=Shop                        -> -16.50
        """,
        CostingPolicy("fifo"),
    )


@pytest.mark.parametrize("method", EVERY_METHOD)
def test_three_levels_of_assemblies_share_their_cost(method: CostingMethod) -> None:
    # 12 kg of flour and 2 of yeast make dough for 10.00; dough makes 8 loaves (share 3) and crumbs (share 1);
    # 2 loaves at 7.50 / 8 and a jar at 1.00 make a hamper
    assert_costs(
        """
        1 receipt      f  12 for 8.40 sku=flour                    ->  8.40
        1 receipt      y   2 for 1.60 sku=yeast                    ->  1.60
        1 receipt      j   1 for 1.00 sku=jar                      ->  1.00
        2 assembly_out a1 -12 sku=flour  document=dough            -> -8.40
        2 assembly_out a2 -2  sku=yeast  document=dough            -> -1.60
        2 assembly_in  a3  5  sku=dough  document=dough            -> 10.00
        3 assembly_out b1 -5  sku=dough  document=bread            -> -10.00
        3 assembly_in  b2  8  sku=loaf   document=bread share=3    ->  7.50
        3 assembly_in  b3  1  sku=crumbs document=bread share=1    ->  2.50
        4 assembly_out c1 -2  sku=loaf   document=hamper           -> -1.88
        4 assembly_out c2 -1  sku=jar    document=hamper           -> -1.00
        4 assembly_in  c3  1  sku=hamper document=hamper           ->  2.88
        5 sale         s  -1  sku=hamper                           -> -2.88
        """,
        method,
    )


@pytest.mark.parametrize("method", EVERY_METHOD)
def test_rework_takes_its_own_product_back_in_and_keeps_the_value(method: CostingMethod) -> None:
    # 3 made of 3 for 30.00; 1 of them goes back with a part for 2.00 and comes out again
    assert_costs(
        """
        1 receipt      r   3 at 10.00 sku=blank
        1 receipt      q   1 at 2.00  sku=part
        2 assembly_out a1 -3 sku=blank document=make    -> -30.00
        2 assembly_in  a2  3 sku=good  document=make    ->  30.00
        3 assembly_out b1 -1 sku=good  document=rework  -> -10.00
        3 assembly_out b2 -1 sku=part  document=rework  ->  -2.00
        4 assembly_in  b3  1 sku=good  document=rework  ->  12.00
        5 sale         s  -3 sku=good                   -> -32.00
        """,
        method,
    )


def test_goods_that_come_back_from_another_place_keep_their_cost() -> None:
    # A to B and back: settled in time, nothing is made and nothing lost
    assert_costs(
        """
        1 receipt      r  2 for 5.01                         ->  5.01
        2 transfer_out a -1 document=T1                      -> -2.51
        2 transfer_in  b  1 document=T1 location=Shop        ->  2.51
        3 transfer_out c -1 document=T2 location=Shop        -> -2.51
        3 transfer_in  d  1 document=T2                      ->  2.51
        4 sale         s -2                                  -> -5.01
        """,
        "fifo",
        "sku_location",
    )


def test_freight_of_a_component_reaches_the_product() -> None:
    assert_costs(
        """
        1 receipt      r  2 at 5.00 sku=wheel
        2 assembly_out u -2 sku=wheel document=K          -> -13.00
        2 assembly_in  k  1 sku=cart  document=K          ->  13.00
        3 sale         s -1 sku=cart                      -> -13.00
        9 landed_cost  f  0 for 3.00 source=r sku=wheel   ->   3.00
        """,
        "fifo",
    )


def test_under_fifo_a_pool_set_to_a_unit_cost_has_it_in_every_layer() -> None:
    # a write-down to net realisable value (IAS 2.28): 4 at 5.00 and 4 at 6.00 become 8 at 4.50
    assert_costs(
        """
        1 receipt     r1 4 at 5.00   ->  20.00
        1 receipt     r2 4 at 6.00   ->  24.00
        2 revaluation v  0 at 4.50   ->  -8.00
        3 sale        s -4           -> -18.00
        """,
        "fifo",
    )


def test_under_fifo_an_amount_falls_on_the_layers_by_their_cost() -> None:
    # 11.00 down from 44.00 is a quarter: 3.75 and 4.50
    assert_costs(
        """
        1 receipt     r1 4 at 5.00
        1 receipt     r2 4 at 6.00
        2 revaluation v  0 for -11.00 -> -11.00
        3 sale        s -4            -> -15.00
        4 sale        t -4            -> -18.00
        """,
        "fifo",
    )


def test_each_lot_is_a_pool_of_its_own_and_fifo_inside() -> None:
    assert_costs(
        """
        1 receipt         r1 1 at 5.00 lot=L1
        2 receipt         r2 2 at 9.00 lot=L2
        3 receipt         r3 1 at 8.00 lot=L2
        4 sale            s1 -1 lot=L2           -> -9.00
        5 sale_return     b   1 lot=L2 source=s1 ->  9.00
        6 sale            s2 -2 lot=L2           -> -17.00
        7 adjustment_out  l  -1 lot=L1           -> -5.00
        """,
        "specific",
    )


def test_a_surplus_takes_the_value_of_what_is_on_hand_under_fifo_too() -> None:
    # 1 at 4.00 and 3 at 6.00: 22.00 / 4 = 5.50, as a layer behind the others
    assert_costs(
        """
        1 receipt       r1 2 at 4.00
        2 receipt       r2 3 at 6.00
        3 sale          s -1          -> -4.00
        4 adjustment_in f  1          ->  5.50
        5 sale          t -4          -> -22.00
        6 sale          u -1          -> -5.50
        """,
        "fifo",
    )


def test_with_nothing_on_hand_the_last_known_cost_counts() -> None:
    assert_costs(
        """
        1 receipt       r1 2 at 4.00
        2 receipt       r2 1 at 6.00
        3 sale          s -3         -> -14.00
        4 adjustment_in f  1         ->   6.00
        5 sale          t -2         -> -12.00
        """,
        "fifo",
    )


def test_at_a_monthly_average_a_revaluation_changes_what_is_left_at_the_end_of_the_month() -> None:
    # 10 at 8.00; 4 sold; on the 6 that are left -6.00: 7.00 each
    assert_costs_under(
        """
        5  receipt     r  10 at 8.00  ->  80.00
        15 revaluation v   0 for -6.00 ->  -6.00
        20 sale        s  -4           -> -32.00 32.00
        10-2 sale      t  -6           -> -42.00 42.00
        """,
        CostingPolicy("periodic_average"),
    )


def test_at_a_monthly_average_a_revaluation_of_what_is_sold_out_by_the_end_changes_the_average() -> None:
    # nothing is left at the end of September, so its average takes it: (80.00 - 6.00) / 10 = 7.40
    assert_costs_under(
        """
        5  receipt     r  10 at 8.00   ->  80.00
        15 revaluation v   0 for -6.00 ->  -6.00
        20 sale        s  -4           -> -29.60 29.60
        25 sale        t  -6           -> -44.40 44.40
        """,
        CostingPolicy("periodic_average"),
    )
    # 4 for the month, worth 28.00; at 4.00 each: -12.00
    assert_costs_under(
        """
        9-5  receipt     r   2 at 5.00 ->  10.00
        10-3 revaluation v   0 at 4.00 -> -12.00
        10-5 receipt     q   2 at 9.00 ->  18.00
        10-9 sale        s  -4         -> -16.00 16.00
        """,
        CostingPolicy("periodic_average"),
    )
    # each pool by itself: Main ends without stock, the shop does not
    assert_costs_under(
        """
        5 receipt      r   4 at 5.00                         ->  20.00
        6 revaluation  v   0 for 4.00                        ->   4.00
        7 transfer_out o  -4 document=T                      -> -24.00
        7 transfer_in  i   4 document=T location=Shop        ->  24.00
        8 revaluation  w   0 for 1.00 location=Shop          ->   1.00
        9 sale         s  -2 location=Shop                   -> -12.00 12.00
        """,
        CostingPolicy("periodic_average", "sku_location"),
    )
