"""What value_moves says beside the cost: provisional costs, COGS, unit costs, and the odd tables."""

from datetime import datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from schemas.checking import check
from schemas.dtypes import UNIT_COST
from schemas.policies import CostingMethod, CostingPolicy
from schemas.stock import ValuedMoves
from tests.transforms.costing.tables import frame_of, read_table
from transforms.costing import MoveProblems, show_order, value_moves

METHODS: list[CostingMethod] = ["fifo", "moving_average", "periodic_average"]


def valued(table: str, method: CostingMethod = "fifo", standard_costs: pl.DataFrame | None = None) -> pl.DataFrame:
    return check(ValuedMoves, value_moves(frame_of(read_table(table)[0]), CostingPolicy(method), standard_costs))


def rows(frame: pl.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    return [tuple(str(value) for value in row) for row in frame.select(columns).iter_rows()]


def test_an_uncovered_issue_is_provisional_at_the_last_known_cost() -> None:
    found = valued("1 receipt r 2 at 5.00\n2 sale s -3")
    assert rows(found, "cost_amount", "provisional_amount", "is_provisional")[1] == ("-15.00", "-15.00", "True")


def test_a_covered_issue_keeps_what_it_cost_before() -> None:
    found = valued("1 receipt r 2 at 5.00\n2 sale s -3\n3 receipt q 1 at 7.00")
    assert rows(found, "cost_amount", "provisional_amount", "is_provisional")[1] == ("-17.00", "-15.00", "False")


def test_a_product_that_never_came_costs_nothing_and_is_provisional() -> None:
    found = valued("2 sale s -3")
    expected = [("0.00", "0.00", "True", "0.00")]
    assert rows(found, "cost_amount", "provisional_amount", "is_provisional", "cogs_amount") == expected


def test_a_standard_cost_is_the_last_resort() -> None:
    standard = pl.DataFrame({"sku": ["A"], "unit_cost": [Decimal("1.25")]}, schema_overrides={"unit_cost": UNIT_COST})
    found = valued("2 sale s -3\n9-3 receipt r 1\n", standard_costs=standard)
    assert rows(found, "cost_amount", "is_provisional") == [("-3.75", "True"), ("1.25", "True")]


def test_a_receipt_without_a_cost_takes_the_current_one_and_is_provisional() -> None:
    found = valued("1 receipt r 2 at 5.00\n2 receipt q 1\n3 sale s -3")
    expected = [("10.00", "False"), ("5.00", "True"), ("-15.00", "False")]
    assert rows(found, "cost_amount", "is_provisional") == expected


def test_cogs_holds_sales_and_returns_and_nothing_else() -> None:
    table = """
        1 receipt         r 9 at 5.00
        2 sale            s -4
        3 sale_return     b 1 source=s
        4 adjustment_out  l -1
        5 purchase_return p -1 source=r
        6 landed_cost     f 0 for 9.00 source=r
    """
    assert rows(valued(table), "cogs_amount") == [("0.00",), ("24.00",), ("-6.00",), ("0.00",), ("0.00",), ("0.00",)]


@pytest.mark.parametrize("method", METHODS)
def test_unit_cost_applied_has_six_places_and_none_for_a_change_of_value(method: CostingMethod) -> None:
    found = valued("1 receipt r 3 for 9.00\n2 sale s -1\n3 landed_cost f 0 for 1.00 source=r", method)
    assert rows(found, "unit_cost_applied") == [("3.333333",), ("3.333333",), ("None",)]


@pytest.mark.parametrize("method", METHODS)
def test_seventy_tenths_leave_nothing(method: CostingMethod) -> None:
    table = "1 receipt r 7.0 for 1.00\n" + "\n".join(f"2 sale s{number} -0.1" for number in range(70))
    found = valued(table, method)
    assert found["cost_amount"].sum() == Decimal("0.00")
    assert set(found["cost_amount"].cast(pl.String)) == {"1.00", "-0.01", "-0.02"}


@pytest.mark.parametrize("method", METHODS)
def test_no_moves_give_no_rows(method: CostingMethod) -> None:
    assert check(ValuedMoves, value_moves(frame_of([]), CostingPolicy(method))).is_empty()


@pytest.mark.parametrize("method", METHODS)
def test_a_pool_at_the_limits_keeps_its_cents(method: CostingMethod) -> None:
    table = "1 receipt r 1000000000000 at 1000000\n2 sale s -999999999999.9999\n3 sale t -0.0001"
    found = value_moves(frame_of(read_table(table)[0]), CostingPolicy(method))
    assert found.schema["cost_amount"] == pl.Decimal(38, 2)
    expected = [("1000000000000000000.00",), ("-999999999999999900.00",), ("-100.00",)]
    assert rows(found, "cost_amount") == expected


def test_a_product_that_never_came_costs_its_standard_where_there_is_one() -> None:
    standard = pl.DataFrame({"sku": ["A"], "unit_cost": [Decimal("1.25")]}, schema_overrides={"unit_cost": UNIT_COST})
    found = valued("2 sale s -3", standard_costs=standard)
    assert rows(found, "cost_amount", "provisional_amount", "is_provisional") == [("-3.75", "-3.75", "True")]


@pytest.mark.parametrize("method", METHODS)
def test_categories_and_instants_are_read_as_text_and_days_are(method: CostingMethod) -> None:
    table = """
        1 receipt     r 4 at 1.00
        1 landed_cost f 0 for 1.00 source=r
        2 sale        s -1
        3 sale_return b 1 source=s
        4 sale        t -5
    """
    frame, policy = frame_of(read_table(table)[0]), CostingPolicy(method, "sku_location")
    codes = ["kind", "sku", "location", "source_move_id", "document_id"]
    standard = pl.DataFrame({"sku": ["A"], "unit_cost": [Decimal("1.25")]}, schema_overrides={"unit_cost": UNIT_COST})
    coded = frame.with_columns(pl.col(codes).cast(pl.Categorical), pl.col("moved_on").cast(pl.Datetime("ms")))
    assert_frame_equal(value_moves(coded, policy, standard), value_moves(frame, policy, standard))


def test_what_happens_at_one_instant_is_ordered_as_on_one_day() -> None:
    noon = datetime.fromisoformat("2026-09-01T12:00")
    frame = pl.DataFrame(
        {
            "move_id": ["s", "r", "q", "t"],
            "kind": ["sale", "receipt", "receipt", "sale"],
            "sku": "A",
            "moved_on": [noon, noon, noon + timedelta(seconds=1), noon + timedelta(hours=2)],
            "quantity": [-1, 1, 1, -1],
            "unit_cost": [None, 3, 4, None],
        }
    )
    assert rows(value_moves(frame, CostingPolicy()), "cost_amount") == [("-3.00",), ("3.00",), ("4.00",), ("-4.00",)]


def test_rows_come_back_in_input_order_and_other_columns_pass_by() -> None:
    frame = frame_of(read_table("5 sale s -1\n1 receipt r 1 at 2.00")[0])
    narrow = frame.select("move_id", "kind", "sku", "moved_on", "quantity", "unit_cost", note=pl.lit("any"))
    assert rows(value_moves(narrow, CostingPolicy()), "move_id", "cost_amount") == [("s", "-2.00"), ("r", "2.00")]


def test_a_sequence_overrides_the_order_of_a_day() -> None:
    frame = frame_of(read_table("1 receipt a 1 at 1.00\n1 receipt b 1 at 2.00\n2 sale s -1")[0])
    assert rows(value_moves(frame, CostingPolicy()), "cost_amount")[2] == ("-1.00",)
    swapped = frame.with_columns(sequence=pl.Series([2, 1, 1]))
    assert rows(value_moves(swapped, CostingPolicy()), "cost_amount")[2] == ("-2.00",)


def test_the_order_of_moves_can_be_seen() -> None:
    frame = frame_of(read_table("1 sale s10 -1\n1 sale s9 -1\n1 receipt r 3 at 1.00\n1 opening z 1 at 1.00")[0])
    expected = pl.DataFrame({"move_id": ["z", "r", "s9", "s10"], "move_order": [1, 2, 3, 4]})
    assert_frame_equal(show_order(frame, CostingPolicy()).select("move_id", "move_order"), expected, check_dtypes=False)


@pytest.mark.parametrize("method", METHODS)
def test_pools_of_a_trillion_keep_their_cents(method: CostingMethod) -> None:
    # 999,999,999,999.99 over 700 units: no float holds a seventh of it to the cent
    found = valued("1 receipt r 700 for 999999999999.99\n2 sale s -300\n3 sale t -400", method)
    assert rows(found, "cost_amount") == [("999999999999.99",), ("-428571428571.42",), ("-571428571428.57",)]


def test_standard_costing_asks_for_standard_costs() -> None:
    with pytest.raises(MoveProblems, match="the method standard needs standard costs"):
        value_moves(frame_of([]), CostingPolicy("standard"))


def test_goods_that_went_into_themselves_leave_the_true_up_with_their_issue() -> None:
    # nothing was there: 5 A made 1 B, which made 1 A; the 4 A that came later for 2.00 are covered by no goods any more
    table = """
        1 assembly_out u1 -5 document=M1
        1 assembly_in  m1  1 sku=B document=M1
        2 assembly_out u2 -1 sku=B document=M2
        2 assembly_in  m2  1 document=M2
        9 receipt      r   4 for 2.00
    """
    expected = [("u1", "-2.00"), ("m1", "0.00"), ("u2", "0.00"), ("m2", "0.00"), ("r", "2.00")]
    assert rows(valued(table), "move_id", "cost_amount") == expected
