"""Moves that cannot be valued: every problem at once, with its count and first keys."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from schemas.policies import CostingPolicy, Pool
from tests.transforms.costing.tables import frame_of, read_table
from transforms.costing import MoveProblems, value_moves


def problems_of(frame: pl.DataFrame, pool: Pool = "sku") -> str:
    with pytest.raises(MoveProblems) as raised:
        value_moves(frame, CostingPolicy(pool=pool))
    return str(raised.value)


def problems_in(table: str, pool: Pool = "sku") -> str:
    return problems_of(frame_of(read_table(table)[0]), pool)


def test_all_problems_come_at_once() -> None:
    found = problems_in("1 receipt r -1 at 1.00\n1 sail s -1\n1 sale r 2\n1 landed_cost f 0 for 1.00")
    assert found == (
        "core.stock_moves.move_id: the id stands on more than one row (2 rows, 1.00)\n"
        "    One row a move.\n"
        "    First: r, r\n"
        "core.stock_moves.kind: the kind is unknown (1 row)\n"
        "    Known: opening, receipt, purchase_return, sale, sale_return, adjustment_in, adjustment_out, transfer_out, "
        "transfer_in, assembly_out, assembly_in, landed_cost, revaluation.\n"
        "    First: s\n"
        "core.stock_moves.quantity: an inflow is negative (1 row, 1.00)\n"
        "    Inflows are positive.\n"
        "    First: r\n"
        "core.stock_moves.quantity: an outflow is positive (1 row)\n"
        "    Outflows are negative.\n"
        "    First: r\n"
        "core.stock_moves.amount: an inflow costs less than nothing (1 row, 1.00)\n"
        "    Its cost is 0 or more.\n"
        "    First: r\n"
        "core.stock_moves.source_move_id: a landed cost names no receipt (1 row, 1.00)\n"
        "    Name the receipt that it belongs to.\n"
        "    First: f"
    )


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("1 landed_cost f 2 for 1.00 source=f", "quantity: a change of value has a quantity"),
        ("1 receipt r 0 for 1.00", "amount: an inflow of no units has a cost"),
        ("1 receipt r 1 at 1.00\n1 landed_cost f 0 source=r", "amount: a change of value has no amount"),
        (
            "1 receipt r 1 at 1.00\n1 landed_cost f 0 for -2.00 source=r",
            "an inflow with its charges costs less than nothing",
        ),
        ("1 sale_return b 1 source=gone", "source_move_id: the move that it names does not exist"),
        ("1 receipt r 1 at 1.00\n1 sale_return b 1 source=r", "source_move_id: it names a move of the wrong kind"),
        ("2 sale s -1\n1 sale_return b 1 source=s", "source_move_id: a return comes before its original"),
        ("1 receipt r 1 at 1.00\n1 landed_cost f 0 for 1.00 source=r sku=B", "a charge stands in another pool"),
        ("1 receipt r 0\n2 landed_cost f 0 for 1.00 source=r", "source_move_id: a charge names an inflow of no units"),
        ("1 assembly_in m 1 document=M", "document_id: an assembly has no components and no cost"),
        ("1 receipt r 1 at 10000000000.01", "unit_cost: a unit costs more than 10,000,000,000"),
        ("1 receipt r 1 for 10000000000.01", "unit_cost: a unit costs more than 10,000,000,000"),
        ("1 receipt r 1000000000000.1 at 0.00", "more than 10^12 units come into one pool"),
        ("1 receipt r 1000000000000 at 1000000.000001", "more than 10^18 of base currency come into one pool"),
        ("1 receipt r 1000000000000 at 0.00\n1 receipt q 0.0001 at 0.00", "more than 10^12 units come into one pool"),
        ("1 sale r -1000000000000\n1 sale q -0.0001", "more than 10^12 units leave one pool"),
        ("1 sale r -1000000000000.0001", "quantity: more than 10^12 units"),
        ("1 receipt r 1 for 1000000000000000000.01", "amount: more than 10^18 of base currency"),
        ("1 receipt r 1 for 9999999999999999999999.999999", "amount: more than 10^18 of base currency"),
        (
            "1 receipt r 1000000000000 at 1000000\n1 receipt q 0.0001 for 0.000001",
            "more than 10^18 of base currency come into one pool",
        ),
        ("1 sale s -1 source=gone", "source_move_id: the move that it names does not exist"),
        ("1 revaluation v 0 for 1.00", "a revaluation finds nothing on hand"),
        ("1 receipt r 1 at 1.00\n2 revaluation v 0 for -2.00", "a revaluation takes more than the stock is worth"),
        (
            "1 assembly_out u -1 document=M\n1 assembly_in m 1 sku=B document=M\n2 assembly_out v -1 document=M",
            "components leave after the last product of their assembly has come in",
        ),
        (
            "1 assembly_in m 1 sku=B document=M\n2 assembly_out v -1 document=M",
            "an assembly comes in before its components",
        ),
    ],
)
def test_each_broken_rule_is_named(table: str, found: str) -> None:
    assert found in problems_in(table)


def test_a_transfer_that_brings_in_more_than_left_is_named() -> None:
    table = "1 receipt r 9 at 1.00\n2 transfer_out o -3 document=T\n3 transfer_in i 4 document=T location=Shop"
    problems = problems_in(table, "sku_location")
    assert "a transfer brings in more than has left (1 row)" in problems
    assert "First: i" in problems


def test_moves_that_break_one_rule_are_one_problem() -> None:
    skus = "".join(f"1 revaluation v{sku} 0 for 1.00 sku={sku}\n" for sku in "DCBA")
    assert problems_in(skus).splitlines() == [
        "core.stock_moves: a revaluation finds nothing on hand (4 rows)",
        "    Look at the dates and quantities of its document in the source.",
        "    First: vA, vB, vC",
    ]


def test_dates_that_cannot_be_are_named() -> None:
    frame = frame_of(read_table("1 sale s -1")[0]).with_columns(moved_on=pl.lit(date(2206, 9, 1)))
    assert "moved_on: the date lies outside 1900 to 2200" in problems_of(frame)


@pytest.mark.parametrize("column", ["move_id", "kind", "sku", "moved_on"])
def test_missing_values_and_columns_are_named(column: str) -> None:
    frame = frame_of(read_table("1 sale s -1")[0])
    assert f"{column}: the value is missing" in problems_of(frame.with_columns(pl.lit(None).alias(column)))
    assert f"{column}: the column is missing" in problems_of(frame.drop(column))


def test_a_return_of_the_day_may_not_come_before_its_sale() -> None:
    frame = frame_of(read_table("1 receipt r 2 at 1.00\n2 sale s -1\n2 sale_return b 1 source=s")[0])
    assert value_moves(frame.with_columns(sequence=pl.Series([None, 1, 1])), CostingPolicy()).height == 3
    early = frame.with_columns(sequence=pl.Series([None, 1, None]))
    assert "source_move_id: a return comes before its original" in problems_of(early)


def test_a_sale_without_a_quantity_is_named() -> None:
    frame = frame_of(read_table("1 receipt r 1 at 1.00\n1 sale s -1\n1 landed_cost f 0 for 1.00 source=r")[0])
    nothing = frame.with_columns(quantity=pl.when(pl.col("kind") == "receipt").then("quantity"))
    assert problems_of(nothing) == (
        "core.stock_moves.quantity: the value is missing (1 row)\n    Only a change of value has none.\n    First: s"
    )


@pytest.mark.parametrize(
    ("column", "values", "found"),
    [
        ("moved_on", ["2026-09-01"], "moved_on: String is no date"),
        ("moved_on", [datetime(2026, 9, 1, tzinfo=UTC)], "has a time zone"),
        ("sequence", [1.0], "sequence: Float64 is no whole number"),
        ("unit_cost", ["1.00"], "unit_cost: String cannot hold a number exactly"),
        ("cost_share", [float("inf")], "cost_share: Float64 cannot hold a number exactly"),
    ],
)
def test_columns_that_cannot_be_read_are_named(column: str, values: list[object], found: str) -> None:
    frame = frame_of(read_table("1 receipt r 1 for 1.00")[0]).with_columns(pl.Series(column, values))
    assert found in problems_of(frame)


def test_columns_that_cannot_be_read_hide_no_other_problem_and_make_none() -> None:
    table = "1 receipt r 1 at 1.00\n1 receipt r 1 at 1.00\n1 sail s 1\n1 landed_cost f 0 for 1.00 source=r"
    frame = frame_of(read_table(table)[0]).drop("sku", "quantity").with_columns(pl.col("amount").cast(pl.Float64))
    found = problems_of(frame).splitlines()
    assert [line for line in found if not line.startswith(" ")] == [
        "core.stock_moves.sku: the column is missing",
        "core.stock_moves.quantity: the column is missing",
        "core.stock_moves.amount: Float64 cannot hold a number exactly",
        "core.stock_moves.move_id: the id stands on more than one row (2 rows)",
        "core.stock_moves.kind: the kind is unknown (1 row)",
    ]


def test_problems_name_the_money_that_their_rows_bring() -> None:
    found = problems_in("1 receipt r 3 at 1.25 source=gone\n1 landed_cost f 0 for -0.30 source=lost")
    assert "the move that it names does not exist (2 rows, 4.05)" in found


def test_floats_and_numbers_with_too_many_places_are_refused() -> None:
    frame = frame_of(read_table("1 receipt s 1 at 1.00")[0])
    floats = frame.with_columns(pl.col("unit_cost").cast(pl.Float64))
    assert "unit_cost: Float64 cannot hold a number exactly" in problems_of(floats)
    long = frame.with_columns(quantity=pl.Series([Decimal("0.00005")], dtype=pl.Decimal(20, 5)))
    assert "quantity: the number does not fit 18 digits with 4 places" in problems_of(long)


def test_an_inflow_at_the_limits_is_exact() -> None:
    table = "1 receipt r 100000 at 9999999999.999999\n2 sale s -99999.9999\n3 sale t -0.0001"
    found = value_moves(frame_of(read_table(table)[0]), CostingPolicy("moving_average"))
    assert [str(cost) for cost in found["cost_amount"]] == ["999999999999999.90", "-999999998999999.90", "-1000000.00"]


@pytest.mark.parametrize(
    ("table", "where"),
    [
        (
            "1 receipt r 9 at 1.00\n2 transfer_in i 3 document=T location=Shop\n3 transfer_out o -3 document=T",
            "moved_on",
        ),
        ("1 receipt r 9 at 1.00\n2 transfer_out o -3 document=T\n2 transfer_in i 3 document=T location=Shop", None),
        ("1 transfer_in i 3 document=T location=Shop", None),
    ],
)
def test_a_transfer_that_comes_in_before_it_left_is_named(table: str, where: str | None) -> None:
    if where is None:
        value_moves(frame_of(read_table(table)[0]), CostingPolicy(pool="sku_location"))
        return
    assert problems_in(table, "sku_location") == (
        "core.stock_moves.moved_on: a transfer comes in before any of it has left (1 row)\n"
        "    Give the side that comes in the day on which the goods left, or a later one.\n"
        "    First: i"
    )
    value_moves(frame_of(read_table(table)[0]), CostingPolicy(pool="sku"))
    value_moves(frame_of(read_table(table)[0]), CostingPolicy("periodic_average", "sku_location"))
