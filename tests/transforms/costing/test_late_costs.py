"""Late costs with a pencil: what each month books under restate, catch_up and prospective, and where they end.

Booking tables read: month, move, change of stock value, and behind that COGS, and how much of it corrects an earlier
month. Freight that comes after the goods is cost of purchase (IAS 2.10, 2.11); a change of what was known is booked
when it becomes known (IAS 8.36), or in its own month while that is open.
"""

from decimal import Decimal

import pytest

from schemas.policies import CostingMethod, CostingPolicy, LateCost
from tests.transforms.costing.bookings_by_definition import assert_bookings
from tests.transforms.costing.tables import frame_of, read_table
from transforms.costing import value_moves

FREIGHT_AFTER_A_SALE = """
    9-1   receipt     r  10 at 10.00
    9-10  sale        s1 -4
    10-5  landed_cost f   0 for 15.00 source=r
    10-20 sale        s2 -3
"""
"""10 units for 100.00 and 15.00 of freight: 11.50 each. 4 are sold before the bill of the carrier comes."""


def test_restate_books_the_freight_in_the_month_of_its_receipt() -> None:
    expected = """
        9  r  100.00
        9  s1 -46.00 cogs 46.00
        9  f   15.00
        10 s2 -34.50 cogs 34.50
    """
    assert_bookings(FREIGHT_AFTER_A_SALE, CostingPolicy(late_cost="restate"), expected)


def test_catch_up_books_the_share_of_what_was_sold_when_the_bill_comes() -> None:
    expected = """
        9  r  100.00
        9  s1 -40.00 cogs 40.00
        10 s1  -6.00 cogs  6.00 late 6.00
        10 f   15.00
        10 s2 -34.50 cogs 34.50
    """
    assert_bookings(FREIGHT_AFTER_A_SALE, CostingPolicy(late_cost="catch_up"), expected)


def test_prospective_leaves_the_sale_alone_and_expenses_its_share_with_the_bill() -> None:
    # 6 of 10 are left: 9.00 into stock, 6.00 to COGS; those 6 then cost 69.00
    expected = """
        9  r  100.00
        9  s1 -40.00 cogs 40.00
        10 f    9.00 cogs  6.00 late 6.00
        10 s2 -34.50 cogs 34.50
    """
    assert_bookings(FREIGHT_AFTER_A_SALE, CostingPolicy(late_cost="prospective"), expected)


FREIGHT_ON_THE_OLDER_RECEIPT = """
    1 receipt     r 10 at 10.00
    2 receipt     q 10 at 12.00
    3 sale        s -10
    4 landed_cost f  0 for 20.00 source=r
"""
"""After the sale 10 of 20 units are left, and 20.00 of freight come for the older 10."""


@pytest.mark.parametrize(
    ("method", "late_cost", "share", "sold", "into_stock", "expensed", "closing"),
    [
        # FIFO sold the 10 that the freight is for: all of it is COGS, under every policy but one
        ("fifo", "restate", None, "-120.00", "20.00", "0.00", "120.00"),
        ("fifo", "catch_up", None, "-120.00", "20.00", "0.00", "120.00"),
        ("fifo", "prospective", "layer", "-100.00", "0.00", "20.00", "120.00"),
        # 10 are on hand and 10 were received: as if none had been sold; 20.00 too much in stock
        ("fifo", "prospective", "on_hand", "-100.00", "20.00", "0.00", "140.00"),
        # the average is 11.00, with the freight 12.00: half of the freight leaves with half of the units
        ("moving_average", "restate", None, "-120.00", "20.00", "0.00", "120.00"),
        ("moving_average", "catch_up", None, "-120.00", "20.00", "0.00", "120.00"),
        # on_hand keeps all of it in stock, layer none: 10.00 above and 10.00 below restate
        ("moving_average", "prospective", "on_hand", "-110.00", "20.00", "0.00", "130.00"),
        ("moving_average", "prospective", "layer", "-110.00", "0.00", "20.00", "110.00"),
        # the month is one round: its costs are all known when its average is taken
        ("periodic_average", "prospective", None, "-120.00", "20.00", "0.00", "120.00"),
    ],
)
def test_under_averages_prospective_ends_elsewhere_than_restate(
    method: CostingMethod, late_cost: LateCost, share: None, sold: str, into_stock: str, expensed: str, closing: str
) -> None:
    frame = frame_of(read_table(FREIGHT_ON_THE_OLDER_RECEIPT)[0])
    found = value_moves(frame, CostingPolicy(method, late_cost=late_cost, prospective_share=share))
    assert [str(found["cost_amount"][row]) for row in (2, 3)] == [sold, into_stock]
    assert str(found["cogs_amount"][3]) == expensed
    assert found["cost_amount"].sum() == Decimal(closing)


def test_with_nothing_on_hand_a_prospective_charge_is_expensed_whole() -> None:
    expected = """
        9  r 100.00
        9  s -100.00 cogs 100.00
        10 f   0.00  cogs  15.00 late 15.00
    """
    table = "9-1 receipt r 10 at 10.00\n9-9 sale s -10\n10-5 landed_cost f 0 for 15.00 source=r"
    assert_bookings(table, CostingPolicy(late_cost="prospective"), expected)


def test_a_credit_never_takes_stock_below_nothing() -> None:
    # 2 of 10 are left, worth 2.00; of the credit of 30.00 their share would be 6.00
    table = "1 receipt r 10 at 1.00\n2 sale s -8\n3 revaluation v 0 for -30.00 source=r"
    found = value_moves(frame_of(read_table(table)[0]), CostingPolicy(late_cost="prospective"))
    assert [str(found[name][2]) for name in ("cost_amount", "cogs_amount")] == ["-2.00", "-28.00"]


def test_odd_shares_of_charges_sum_to_the_charges() -> None:
    # a third of each 1.00 stays: 0.33 + 0.34 + 0.33 in stock, 0.67 + 0.66 + 0.67 expensed
    table = """
        1 receipt     r  3 at 1.00
        2 sale        s -2
        3 landed_cost f  0 for 1.00 source=r
        4 landed_cost g  0 for 1.00 source=r
        5 landed_cost h  0 for 1.00 source=r
    """
    found = value_moves(frame_of(read_table(table)[0]), CostingPolicy(late_cost="prospective"))
    assert [str(cost) for cost in found["cost_amount"][2:]] == ["0.33", "0.34", "0.33"]
    assert [str(cost) for cost in found["cogs_amount"][2:]] == ["0.67", "0.66", "0.67"]


def test_a_charge_on_the_day_of_its_receipt_is_part_of_it_from_the_start() -> None:
    table = "1 receipt r 10 at 10.00\n1 sale s -4\n1 landed_cost f 0 for 15.00 source=r"
    found = value_moves(frame_of(read_table(table)[0]), CostingPolicy(late_cost="prospective"))
    assert [str(cost) for cost in found["cost_amount"]] == ["100.00", "-46.00", "15.00"]


def test_a_late_cost_goes_the_way_of_the_goods() -> None:
    # 1.00 a unit more: 4 sold of which 1 came back, 2 made into a kit that was sold, 1 written off, 4 still there
    table = """
        9-1   receipt        r  10 at 10.00
        9-2   sale           s1 -4
        9-3   sale_return    b   1 source=s1
        9-4   assembly_out   u  -2 document=K
        9-4   assembly_in    k   1 sku=kit document=K
        9-5   sale           s2 -1 sku=kit
        9-6   adjustment_out l  -1
        10-5  landed_cost    f   0 for 10.00 source=r
    """
    expected = """
        9  r  100.00
        9  s1 -40.00 cogs  40.00
        9  b   10.00 cogs -10.00
        9  u  -20.00
        9  k   20.00
        9  s2 -20.00 cogs  20.00
        9  l  -10.00
        10 s1  -4.00 cogs  4.00 late  4.00
        10 b    1.00 cogs -1.00 late -1.00
        10 u   -2.00
        10 k    2.00
        10 s2  -2.00 cogs  2.00 late  2.00
        10 l   -1.00
        10 f   10.00
    """
    assert_bookings(table, CostingPolicy(), expected)


@pytest.mark.parametrize("late_cost", ["restate", "catch_up", "prospective"])
def test_stock_that_was_short_is_trued_up_in_the_month_that_covers_it(late_cost: LateCost) -> None:
    # 5 sold with 2 there: 3 at the last known 5.00; 1 is covered in October at 6.00, 2 in November at 8.00
    table = """
        9-1  receipt r1  2 at 5.00
        9-2  sale    s  -5
        10-3 receipt r2  1 at 6.00
        11-4 receipt r3  6 at 8.00
        11-5 sale    t  -1
    """
    expected = """
        9  r1  10.00
        9  s  -25.00 cogs 25.00
        10 s   -1.00 cogs  1.00 true-up 1.00
        10 r2   6.00
        11 s   -6.00 cogs  6.00 true-up 6.00
        11 r3  48.00
        11 t   -8.00 cogs  8.00
    """
    assert_bookings(table, CostingPolicy(late_cost=late_cost), expected)


def test_a_write_off_that_was_short_is_trued_up_outside_cogs() -> None:
    table = "9-1 receipt r 1 at 5.00\n9-2 adjustment_out l -2\n10-3 receipt q 3 at 6.00"
    expected = """
        9  r   5.00
        9  l -10.00
        10 l  -1.00
        10 q  18.00
    """
    assert_bookings(table, CostingPolicy(), expected)


def test_what_was_entered_late_is_booked_when_it_was_known() -> None:
    # the dear receipt of September is entered in October: the sale had taken the 2 cheap units, and 2 short at 5.00
    table = """
        9-1  receipt r  2 at 5.00
        9-2  receipt q  4 at 7.00 known=10-9
        9-3  sale    s -4
    """
    expected = """
        9  r  10.00
        9  s -20.00 cogs 20.00
        10 q  28.00
        10 s  -4.00 cogs 4.00 true-up 4.00
    """
    assert_bookings(table, CostingPolicy(), expected)
    assert_bookings(table, CostingPolicy(late_cost="restate"), "9 r 10.00\n9 q 28.00\n9 s -24.00 cogs 24.00")


def test_freight_that_comes_before_its_goods_waits_for_them() -> None:
    table = "9-28 landed_cost f 0 for 15.00 source=r\n10-3 receipt r 10 at 10.00\n10-4 sale s -10"
    expected = "10 f 15.00\n10 r 100.00\n10 s -115.00 cogs 115.00"
    for late_cost in ("restate", "catch_up", "prospective"):
        assert_bookings(table, CostingPolicy(late_cost=late_cost), expected)


def test_a_month_in_which_what_was_known_contradicts_itself_books_what_is_known_next() -> None:
    # in September the revaluation finds nothing on hand: its receipt is entered in October
    table = "9-1 receipt r 2 at 5.00 known=10-9\n9-20 revaluation v 0 at 4.00\n10-1 sale s -1"
    assert_bookings(table, CostingPolicy(), "9 v -2.00\n10 r 10.00\n10 s -4.00 cogs 4.00")
