"""Documents become signed changes of stock at their physical date."""

from datetime import date

import polars as pl
from hypothesis import HealthCheck, given, settings

from schemas.checking import check
from schemas.policies import RecognitionPolicy
from schemas.stock import LandedCostAllocations, StockMoves
from tests.transforms.builders import Row, core, day, pick, table
from tests.transforms.generated_company import Tables, companies
from transforms.stock_moves import IN_TRANSIT, build_stock_moves

SEPTEMBER_END = date(2026, 9, 30)


def build(as_of: date = SEPTEMBER_END, allocations: list[Row] | None = None, **tables: list[Row]) -> pl.DataFrame:
    shares = table(LandedCostAllocations, *(allocations or [])).lazy()
    moves = build_stock_moves(core(**tables), shares, RecognitionPolicy(), "NZD", as_of)
    return check(StockMoves, moves).sort("move_id")


def test_each_document_moves_stock_in_its_own_direction() -> None:
    moves = build(
        opening_stock=[{"opening_id": "1", "quantity": 5, "unit_cost": "8"}],
        receipt_lines=[{"receipt_line_id": "1", "quantity": 10, "unit_price": "9.5", "received_date": "09-02"}],
        sale_lines=[
            {"sale_line_id": "1", "moved_quantity": 4, "moved_date": "09-10"},
            {"sale_line_id": "2", "moved_quantity": 1, "moved_date": "09-12", "kind": "sale_return"},
        ],
        adjustment_lines=[
            {"adjustment_line_id": "1", "quantity": -2, "adjustment_date": "09-20", "unit_cost": "7"},
            {"adjustment_line_id": "2", "quantity": 3, "adjustment_date": "09-21", "unit_cost": "7"},
        ],
    )
    assert pick(moves, "move_id", "kind", "moved_on", "quantity", "unit_cost") == [
        ("adjustment:1", "adjustment_out", day("09-20"), "-2.0000", None),
        ("adjustment:2", "adjustment_in", day("09-21"), "3.0000", "7.000000"),
        ("opening:1", "opening", day("08-31"), "5.0000", "8.000000"),
        ("receipt:1", "receipt", day("09-02"), "10.0000", "9.500000"),
        ("sale:1", "sale", day("09-10"), "-4.0000", None),
        ("sale:2", "sale_return", day("09-12"), "1.0000", None),
    ]


def test_a_foreign_receipt_carries_its_total_at_the_rate_of_its_day() -> None:
    # 3 x USD 10.00 at 1.70 = NZD 51.00
    receipt = {"receipt_line_id": "1", "quantity": 3, "unit_price": "10", "received_date": "09-12"}
    foreign = {"currency_code": "USD", "currency_rate": "1.7"}
    assert pick(build(receipt_lines=[receipt | foreign]), "unit_cost", "amount") == [(None, "51.000000")]


def test_a_receipt_with_a_total_of_its_own_comes_in_at_that_to_the_cent() -> None:
    # 4,000,000 x 0.12345678 = 493,827.12, where six places of the price would make 493,828.00
    spokes = {"quantity": 4_000_000, "unit_price": "0.123457", "cost_amount": "493827.12", "received_date": "09-02"}
    moves = build(
        receipt_lines=[
            {"receipt_line_id": "1", **spokes},
            {"receipt_line_id": "2", **spokes, "currency_code": "USD", "currency_rate": "1.7"},
            {"receipt_line_id": "3", **spokes, "kind": "purchase_return", "returned_receipt_line_id": "1"},
        ]
    )
    assert pick(moves, "move_id", "quantity", "unit_cost", "amount") == [
        ("receipt:1", "4000000.0000", None, "493827.120000"),
        ("receipt:2", "4000000.0000", None, "839506.100000"),  # 839,506.104
        ("receipt:3", "-4000000.0000", None, None),  # at what it came in for
    ]


def test_a_receipt_without_a_rate_has_no_cost() -> None:
    receipt = {"receipt_line_id": "1", "quantity": 3, "unit_price": "10", "received_date": "09-12"}
    assert pick(build(receipt_lines=[receipt | {"currency_code": "USD"}]), "unit_cost", "amount") == [(None, None)]


def test_goods_sent_back_name_the_receipt_they_came_with() -> None:
    moves = build(
        receipt_lines=[
            {"receipt_line_id": "1", "quantity": 10, "unit_price": "9", "received_date": "09-02"},
            {"receipt_line_id": "2", "quantity": 2, "unit_price": "9", "received_date": "09-05"}
            | {"kind": "purchase_return", "returned_receipt_line_id": "1"},
        ]
    )
    assert pick(moves, "move_id", "quantity", "unit_cost", "source_move_id")[1] == (
        "receipt:2",
        "-2.0000",
        None,
        "receipt:1",
    )


def test_a_return_names_its_sale_only_when_that_has_moved() -> None:
    back = {"kind": "sale_return", "moved_quantity": 1, "moved_date": "09-12"}
    moves = build(
        sale_lines=[
            {"sale_line_id": "1", "moved_quantity": 4, "moved_date": "09-10"},
            {"sale_line_id": "2", "moved_quantity": 4, "moved_date": "10-10"},
            {"sale_line_id": "3", "moved_quantity": 4, "moved_date": "09-10", "status": "void"},
            {"sale_line_id": "1r", "returned_sale_line_id": "1", **back},
            {"sale_line_id": "2r", "returned_sale_line_id": "2", **back},
            {"sale_line_id": "3r", "returned_sale_line_id": "3", **back},
        ]
    )
    named = dict(pick(moves.filter(pl.col("kind") == "sale_return"), "move_id", "source_move_id"))
    assert named == {"sale:1r": "sale:1", "sale:2r": None, "sale:3r": None}


def test_a_transfer_over_the_month_end_waits_in_transit() -> None:
    sent = {"transfer_line_id": "1", "quantity": 5, "dispatched_date": "09-28", "received_date": "10-02"}
    shown = ("move_id", "location", "moved_on", "quantity")
    in_september = [
        ("dispatch_in:1", IN_TRANSIT, day("09-28"), "5.0000"),
        ("dispatch_out:1", "Auckland", day("09-28"), "-5.0000"),
    ]
    assert pick(build(transfer_lines=[sent]), *shown) == in_september
    assert pick(build(date(2026, 10, 31), transfer_lines=[sent]), *shown) == [
        ("arrival_in:1", "Wellington", day("10-02"), "5.0000"),
        ("arrival_out:1", IN_TRANSIT, day("10-02"), "-5.0000"),
        *in_september,
    ]


def test_a_transfer_that_arrives_at_once_or_is_dated_before_it_left_goes_straight_there() -> None:
    for received in ("09-28", "09-27"):
        sent = {"transfer_line_id": "1", "quantity": 5, "dispatched_date": "09-28", "received_date": received}
        moves = build(date(2026, 10, 31), transfer_lines=[sent])
        assert pick(moves, "location", "quantity") == [("Wellington", "5.0000"), ("Auckland", "-5.0000")]


def test_a_transfer_that_never_arrived_stays_in_transit() -> None:
    sent = {"transfer_line_id": "1", "quantity": 5, "dispatched_date": "09-28"}
    moves = build(date(2027, 9, 30), transfer_lines=[sent])
    assert pick(moves, "location", "quantity") == [(IN_TRANSIT, "5.0000"), ("Auckland", "-5.0000")]


def test_made_goods_come_in_at_standard_cost_or_from_their_components() -> None:
    job = {"produced_date": "09-15", "quantity": 2}
    moves = build(
        production_lines=[
            {"production_line_id": "1", "unit_cost": "40", **job},
            {"production_line_id": "2", "production_id": "2", **job},
            {"production_line_id": "3", "production_id": "2", "kind": "component", **job},
        ]
    )
    assert pick(moves, "kind", "quantity", "unit_cost") == [
        ("receipt", "2.0000", "40.000000"),
        ("assembly_in", "2.0000", None),
        ("assembly_out", "-2.0000", None),
    ]


def test_freight_enters_when_it_is_billed_or_when_its_goods_come_in_if_that_is_later() -> None:
    receipts = [
        {"receipt_line_id": "1", "quantity": 10, "unit_price": "9", "received_date": "09-02"},
        {"receipt_line_id": "2", "quantity": 10, "unit_price": "9", "received_date": "09-20"},
    ]
    charges = [{"charge_id": "F1", "charge_amount": "50", "charge_date": "09-09"}]
    shares = [
        {"charge_id": "F1", "receipt_line_id": "1", "allocated_amount": "25"},
        {"charge_id": "F1", "receipt_line_id": "2", "allocated_amount": "25"},
    ]
    moves = build(allocations=shares, receipt_lines=receipts, charges=charges)
    freight = moves.filter(pl.col("kind") == "landed_cost")
    assert pick(freight, "moved_on", "quantity", "amount", "source_move_id", "charge_type") == [
        (day("09-09"), "0.0000", "25.000000", "receipt:1", "freight"),
        (day("09-20"), "0.0000", "25.000000", "receipt:2", "freight"),
    ]


def test_what_is_no_stock_or_has_not_moved_gives_no_move() -> None:
    moves = build(
        products=[{"sku": "TENT"}, {"sku": "SERVICE", "is_stocked": False}],
        sale_lines=[
            {"sale_line_id": "1", "moved_quantity": 4, "moved_date": None},
            {"sale_line_id": "2", "moved_quantity": 0, "moved_date": "09-10"},
            {"sale_line_id": "3", "moved_quantity": 4, "moved_date": "09-10", "sku": "SERVICE"},
            {"sale_line_id": "4", "moved_quantity": 4, "moved_date": "09-10", "sku": "UNKNOWN"},
            {"sale_line_id": "5", "moved_quantity": 4, "moved_date": "10-01"},
        ],
        receipt_lines=[{"receipt_line_id": "1", "quantity": 10, "unit_price": "9", "received_date": None}],
    )
    assert moves.is_empty()


def test_opening_stock_is_there_from_the_beginning_whatever_its_day() -> None:
    moves = build(
        date(2026, 8, 31),
        opening_stock=[{"opening_id": "1", "quantity": 5, "unit_cost": "8"} | {"opening_date": "09-01"}],
    )
    assert moves.height == 1


def test_nothing_gives_nothing() -> None:
    assert build().is_empty()


@given(companies())
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_transfers_move_nothing_in_total_and_rows_may_come_in_any_order(tables: list[Tables]) -> None:
    moves = build(date(2026, 12, 31), **tables[0])
    sent = moves.filter(pl.col("document_kind") == "transfer").group_by("document_id").agg(pl.col("quantity").sum())
    assert sent.filter(pl.col("quantity") != 0).is_empty()
    reversed_tables = {name: rows[::-1] for name, rows in tables[0].items()}
    assert build(date(2026, 12, 31), **reversed_tables).equals(moves)
