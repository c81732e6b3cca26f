"""Worked examples that can be checked with a pencil: movements in, what each one costs out.

A line reads: day (of September 2026, or month-day), kind, id, quantity, price (`at` a unit, or `for` all), notes, and
behind the arrow the signed change of stock value.
"""

import polars as pl
import pytest

from schemas.policies import CostingMethod, CostingPolicy
from tests.transforms.costing.tables import assert_costs, costs, frame_of, read_table
from transforms.costing import value_moves

METHODS: list[CostingMethod] = ["fifo", "moving_average", "periodic_average"]

BUY_TWICE_SELL_TWICE = """
    1  opening  o   10  at 2.00
    3  receipt  r   30  at 2.40
    5  sale     s1 -25
    9  receipt  q   20  at 2.70
    12 sale     s2 -30
"""


def test_fifo_sells_the_oldest_units_first() -> None:
    # s1 = 10 x 2.00 + 15 x 2.40; s2 = 15 x 2.40 + 15 x 2.70; left: 5 x 2.70 = 13.50
    found = costs(read_table(BUY_TWICE_SELL_TWICE)[0], "fifo")
    assert found == {"o": "20.00", "r": "72.00", "s1": "-56.00", "q": "54.00", "s2": "-76.50"}


def test_moving_average_changes_with_every_receipt() -> None:
    # after r: 92.00 / 40 = 2.30; s1 = 25 x 2.30; after q: (15 x 2.30 + 54.00) / 35 = 2.528571...; s2 = 30 of them
    found = costs(read_table(BUY_TWICE_SELL_TWICE)[0], "moving_average")
    assert found == {"o": "20.00", "r": "72.00", "s1": "-57.50", "q": "54.00", "s2": "-75.86"}


def test_periodic_average_is_one_for_the_month() -> None:
    # (20 + 72 + 54) / 60 = 2.433333...; 25 and 30 of them
    found = costs(read_table(BUY_TWICE_SELL_TWICE)[0], "periodic_average")
    assert found == {"o": "20.00", "r": "72.00", "s1": "-60.83", "q": "54.00", "s2": "-73.00"}


def test_periodic_average_starts_each_month_with_what_is_left() -> None:
    # September: 30 / 4 = 7.50; October: (2 x 7.50 + 2 x 10.50) / 4 = 9.00, whatever the order of the days
    assert_costs(
        """
        9-10  receipt r1  4  for 30.00  ->  30.00
        9-12  sale    s1 -2             -> -15.00
        10-2  sale    s2 -1             ->  -9.00
        10-20 receipt r2  2  at 10.50   ->  21.00
        10-25 sale    s3 -3             -> -27.00
        """,
        "periodic_average",
    )


def test_three_units_for_ten_cost_ten() -> None:
    # 10 / 3 = 3.333...: running totals 3.33, 6.67, 10.00
    assert_costs(
        """
        1 receipt r   3  for 10.00 -> 10.00
        2 sale    s1 -1            -> -3.33
        3 sale    s2 -1            -> -3.34
        4 sale    s3 -1            -> -3.33
        """,
        "fifo",
    )


def test_a_half_cent_rounds_away_from_zero() -> None:
    assert_costs("1 receipt r 2 at 0.005 -> 0.01\n2 sale s -1 -> -0.01\n3 sale t -1 -> 0.00", "moving_average")


def test_inflows_of_a_day_come_before_its_outflows_and_line_9_before_line_10() -> None:
    assert_costs(
        """
        1 sale    line:10 -1         -> -2.00
        1 sale    line:9  -1         -> -1.00
        1 receipt line:8   1 at 2.00 ->  2.00
        1 opening line:99  1 at 1.00 ->  1.00
        """,
        "fifo",
    )


@pytest.mark.parametrize("method", METHODS)
def test_freight_that_comes_later_prices_its_receipt_from_the_start(method: CostingMethod) -> None:
    # 10 units for 100 and 15 freight: 11.50 each, although the first 4 were sold before the freight bill came
    assert_costs(
        """
        1  receipt     r  10 at 10.00            -> 100.00
        5  sale        s1 -4                     -> -46.00
        20 landed_cost f   0 for 15.00 source=r  ->  15.00
        25 sale        s2 -6                     -> -69.00
        """,
        method,
    )


def test_a_return_comes_back_at_the_cost_of_its_sale() -> None:
    # FIFO: 3 of the units sold at 1.00 come back as the newest layer, behind the 10 at 2.00
    assert_costs(
        """
        1 receipt     r1 10 at 1.00           ->  10.00
        2 sale        s1 -6                   ->  -6.00
        3 receipt     r2 10 at 2.00           ->  20.00
        4 sale_return b1  3 source=s1         ->   3.00
        5 sale        s2 -5                   ->  -6.00
        6 sale        s3 -12                  -> -21.00
        """,
        "fifo",
    )


def test_a_return_without_a_known_sale_comes_back_at_the_current_cost() -> None:
    # on hand 2 at 1.00 and 4 at 2.00: 10.00 / 6 a unit, so 5.00 for 3
    assert_costs(
        """
        1 receipt     r1 4 at 1.00 ->  4.00
        2 receipt     r2 4 at 2.00 ->  8.00
        3 sale        s1 -2        -> -2.00
        4 sale_return b1 3         ->  5.00
        """,
        "fifo",
    )


def test_a_purchase_return_takes_its_own_layer_under_fifo_and_the_average_otherwise() -> None:
    table = """
        1 receipt         r1 10 at 1.00
        2 receipt         r2 10 at 2.00
        3 purchase_return p  -5 source=r2
        4 sale            s -12
    """
    assert costs(read_table(table)[0], "fifo") == {"r1": "10.00", "r2": "20.00", "p": "-10.00", "s": "-14.00"}
    assert costs(read_table(table)[0], "moving_average") == {"r1": "10.00", "r2": "20.00", "p": "-7.50", "s": "-18.00"}


def test_a_surplus_comes_in_at_the_current_cost_and_a_loss_leaves_like_a_sale() -> None:
    assert_costs(
        """
        1 receipt        r  4 at 1.50 ->  6.00
        2 adjustment_in  f  2         ->  3.00
        3 adjustment_out l -1         -> -1.50
        4 adjustment_in  g  1 at 4.50 ->  4.50
        5 sale           s -6         -> -12.00
        """,
        "moving_average",
    )


def test_transfers_carry_their_layers_between_locations_to_the_cent() -> None:
    # 3 units cost 10.00, so Main sends 2 for 6.67 and keeps 3.33; the shop sells its own unit first
    assert_costs(
        """
        1 receipt      r   3 for 10.00                        -> 10.00
        2 receipt      r2  1 at 5.00  location=Shop           ->  5.00
        3 transfer_out o  -2 document=T                       -> -6.67
        4 transfer_in  i   2 document=T location=Shop         ->  6.67
        5 sale         s1 -2 location=Shop                    -> -8.34
        6 sale         s2 -1 location=Shop                    -> -3.33
        7 sale         s3 -1                                  -> -3.33
        """,
        "fifo",
        "sku_location",
    )


def test_transfers_change_nothing_where_a_sku_is_one_pool() -> None:
    assert_costs(
        """
        1 receipt      r  4 at 1.00                   ->  4.00
        2 transfer_out o -4 document=T                ->  0.00
        3 sale         s -1 location=Shop             -> -1.00
        4 transfer_in  i  4 document=T location=Shop  ->  0.00
        """,
        "fifo",
    )


def test_an_assembly_takes_its_components_cost_level_by_level_on_one_day() -> None:
    # 2 wheels = 2 x 3.00; a frame = 1 x 4.00 + 1 tube at 1.50; a bike = 2 wheels + 1 frame
    assert_costs(
        """
        1 receipt      r1  4 at 3.00 sku=wheel            -> 12.00
        1 receipt      r2  1 at 1.50 sku=tube             ->  1.50
        1 receipt      r3  1 at 4.00 sku=steel            ->  4.00
        2 assembly_out a1 -2 sku=wheel document=bikes     -> -6.00
        2 assembly_out a2 -1 sku=frame document=bikes     -> -5.50
        2 assembly_in  a3  1 sku=bike  document=bikes     -> 11.50
        2 assembly_out b1 -1 sku=tube  document=frames    -> -1.50
        2 assembly_out b2 -1 sku=steel document=frames    -> -4.00
        2 assembly_in  b3  1 sku=frame document=frames    ->  5.50
        2 sale         s  -1 sku=bike                     -> -11.50
        """,
        "fifo",
    )


def test_products_of_one_assembly_share_its_cost_and_the_last_takes_the_odd_cent() -> None:
    assert_costs(
        """
        1 receipt      r   1 for 10.00 sku=log                    ->  10.00
        2 assembly_out u  -1 sku=log   document=cut               -> -10.00
        2 assembly_in  p1  2 sku=board document=cut share=1       ->   3.33
        2 assembly_in  p2  4 sku=beam  document=cut share=2       ->   6.67
        """,
        "fifo",
    )


def test_a_by_product_with_its_own_cost_leaves_the_rest_to_the_product() -> None:
    assert_costs(
        """
        1 receipt      r   1 for 10.00 sku=log                    ->  10.00
        2 assembly_out u  -1 sku=log     document=cut             -> -10.00
        2 assembly_in  p1  5 at 0.20 sku=sawdust document=cut     ->   1.00
        2 assembly_in  p2  4 sku=beam    document=cut             ->   9.00
        """,
        "fifo",
    )


@pytest.mark.parametrize("day", [2, 9])
def test_a_by_product_takes_its_cost_off_the_product_that_came_in_before_it(day: int) -> None:
    # IAS 2.14: its value is deducted from the cost of the main product, whichever comes in first
    assert_costs(
        f"""
        1 receipt      r   1 for 10.00 sku=log                    ->  10.00
        2 assembly_out u  -1 sku=log     document=cut             -> -10.00
        2 assembly_in  p1  4 sku=beam    document=cut             ->   6.00
        2 assembly_in  p2  2 sku=board   document=cut             ->   3.00
        {day} assembly_in  p3  5 at 0.20 sku=sawdust document=cut ->   1.00
        """,
        "fifo",
    )


def test_a_product_of_no_units_takes_no_share() -> None:
    assert_costs(
        """
        1 receipt      r   1 for 10.00 sku=log                    ->  10.00
        2 assembly_out u  -1 sku=log   document=cut               -> -10.00
        2 assembly_in  p1  2 sku=board document=cut share=1       ->  10.00
        2 assembly_in  p2  0 sku=beam  document=cut share=1       ->   0.00
        """,
        "fifo",
    )


def test_made_goods_at_standard_cost_need_no_components() -> None:
    assert_costs("1 assembly_in m 2 at 7.25 document=W -> 14.50\n2 sale s -1 -> -7.25", "fifo")


@pytest.mark.parametrize("method", ["fifo", "moving_average"])
def test_an_issue_below_zero_costs_in_the_end_what_its_receipt_brings(method: CostingMethod) -> None:
    # 2 at 5.00 and 3 that came later at 6.00; what is left of that receipt stays at 6.00
    assert_costs(
        """
        1 receipt r1  2 at 5.00 ->  10.00
        2 sale    s1 -5         -> -28.00
        3 receipt r2  4 at 6.00 ->  24.00
        4 sale    s2 -1         ->  -6.00
        """,
        method,
    )


def test_a_pool_can_be_set_to_a_unit_cost_or_changed_by_an_amount() -> None:
    # 4 at 5.00 and 4 at 6.00, written down to 4.50 each, then up by 2.00: 38.00 / 8 = 4.75 in both layers' proportion
    assert_costs(
        """
        1 receipt     r1 4 at 5.00   ->  20.00
        1 receipt     r2 4 at 6.00   ->  24.00
        2 revaluation v1 0 at 4.50   ->  -8.00
        3 revaluation v2 0 for 2.00  ->   2.00
        4 sale        s -4           -> -19.00
        """,
        "moving_average",
    )


def test_lots_keep_their_own_cost_with_specific_identification() -> None:
    moves, _ = read_table("1 receipt r1 1 at 5.00\n1 receipt r2 1 at 9.00\n2 sale s -1")
    with_lots = frame_of(moves).with_columns(lot=pl.Series(["L1", "L2", "L2"]))
    assert str(value_moves(with_lots, CostingPolicy("specific"))["cost_amount"][2]) == "-9.00"
