"""Opening and the moves of the month are the closing, in units and in money."""

from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.checking import check
from schemas.kinds import MOVE_KINDS
from schemas.policies import Pool
from schemas.stock import RollForward
from tests.transforms.builders import Row, bookings, pick
from transforms.roll_forward import roll_forward

SEPTEMBER = date(2026, 9, 1)


def roll(month: list[Row], before: list[Row] | None = None, pool: Pool = "sku_location") -> pl.DataFrame:
    earlier = bookings(*(before or []), period="2026-08-01")
    return check(RollForward, roll_forward(bookings(*month).lazy(), earlier.lazy(), SEPTEMBER, pool))


def move(move_id: str, kind: str, quantity: int, cost: int, **other: object) -> Row:
    return {"move_id": move_id, "kind": kind, "moved_quantity": quantity, "cost_amount": cost, **other}


def test_every_kind_of_move_stands_in_its_column() -> None:
    month = [
        move("1", "receipt", 10, 100, document_kind="purchase"),
        move("2", "purchase_return", -1, -10, document_kind="purchase"),
        move("3", "landed_cost", 0, 20, document_kind="charge"),
        move("4", "receipt", 4, 32, document_kind="production"),
        move("5", "assembly_out", -2, -16, document_kind="production"),
        move("6", "transfer_out", -3, -27, document_kind="transfer"),
        move("7", "adjustment_out", -1, -9, document_kind="adjustment"),
        move("8", "sale", -5, -45),
        move("9", "sale_return", 1, 9, document_kind="credit_note"),
        move("10", "sale", 0, -2, is_late=True),
    ]
    rolled = roll(month, [move("0", "opening", 2, 15, document_kind="opening")])
    # units: 2 + (10-1) + (4-2) - 3 - 1 - 5 + 1 = 5; value: 15 + 90 + 20 + 16 - 27 - 9 - 45 + 9 - 2 = 67
    shown = ["opening", "receipts", "landed_cost", "production", "transfers", "adjustments", "sales", "returns"]
    assert pick(rolled, *[f"{name}_value" for name in shown], "late_cost_value", "closing_value") == [
        ("15.00", "90.00", "20.00", "16.00", "-27.00", "-9.00", "-45.00", "9.00", "-2.00", "67.00")
    ]
    counted = [f"{name}_quantity" for name in shown if name != "landed_cost"]
    assert pick(rolled, *counted, "closing_quantity") == [
        ("2.0000", "9.0000", "2.0000", "-3.0000", "-1.0000", "-5.0000", "1.0000", "5.0000")
    ]


def test_a_pool_of_one_sku_everywhere_is_one_row_in_which_transfers_cancel() -> None:
    month = [
        move("1", "transfer_out", -3, 0, document_kind="transfer", location="Auckland"),
        move("2", "transfer_in", 3, 0, document_kind="transfer", location="Wellington"),
    ]
    before = [move("0", "opening", 5, 50, document_kind="opening", location="Auckland")]
    # by location the units would stand in Wellington and their 30.00 in Auckland: the cost belongs to the SKU
    assert pick(roll(month, before, "sku"), "location", "transfers_quantity", "closing_quantity", "closing_value") == [
        (None, "0.0000", "5.0000", "50.00")
    ]
    assert pick(roll(month, before), "location", "closing_quantity") == [
        ("Auckland", "2.0000"), ("Wellington", "3.0000")
    ]  # fmt: skip


def test_a_correction_that_changes_units_stands_with_its_kind() -> None:
    # a sale of 5 booked in August has vanished: 5 units come back, which is no late cost
    rolled = roll([move("1", "sale", 5, 45, is_late=True)], [move("1", "sale", -5, -45)])
    shown = ("opening_quantity", "sales_quantity", "sales_value", "late_cost_value", "closing_quantity")
    assert pick(rolled, *shown) == [("-5.0000", "5.0000", "45.00", "0.00", "0.0000")]


def test_opening_stock_that_comes_to_light_late_was_not_in_the_opening() -> None:
    rolled = roll([move("1", "opening", 3, 30, document_kind="opening")])
    assert pick(rolled, "opening_value", "adjustments_value", "closing_value") == [("0.00", "30.00", "30.00")]


def test_each_account_sku_and_location_has_a_row_and_empty_ones_have_none() -> None:
    month = [
        move("1", "receipt", 1, 10),
        move("2", "receipt", 1, 10, location="Wellington"),
        move("3", "receipt", 1, 10, sku="BIKE", stock_account_code="631"),
        move("4", "receipt", 1, 10, location=None),
        move("5", "sale", 0, 0, sku="GONE"),
    ]
    assert pick(roll(month), "account_code", "sku", "location") == [
        ("630", "TENT", None),
        ("630", "TENT", "Auckland"),
        ("630", "TENT", "Wellington"),
        ("631", "BIKE", "Auckland"),
    ]


def test_a_month_without_moves_carries_the_stock_over() -> None:
    rolled = roll([], [move("1", "receipt", 2, 15)])
    assert pick(rolled, "opening_value", "closing_value", "closing_quantity") == [("15.00", "15.00", "2.0000")]


def test_nothing_rolls_nothing_forward() -> None:
    assert roll([]).is_empty()


KINDS = st.sampled_from(MOVE_KINDS)
DOCUMENTS = st.sampled_from(["purchase", "sale", "production", "adjustment"])
MOVES = st.tuples(KINDS, DOCUMENTS, st.integers(-9, 9), st.integers(-999, 999), st.booleans())
# a charge changes no units
ROWS = st.lists(MOVES.filter(lambda move: move[0] != "landed_cost" or move[2] == 0), max_size=8)


def name_columns(rows: list[tuple[object, ...]]) -> list[Row]:
    names = ("kind", "document_kind", "moved_quantity", "cost_amount", "is_late")
    return [{"move_id": f"m:{at}", **dict(zip(names, row, strict=True))} for at, row in enumerate(rows)]


@given(ROWS, ROWS)
@settings(max_examples=30, deadline=None)
def test_opening_and_moves_are_the_closing(month: list[tuple[object, ...]], before: list[tuple[object, ...]]) -> None:
    rows, earlier = name_columns(month), name_columns(before)
    rolled = roll(rows, earlier)
    for measure, booked in (("quantity", "moved_quantity"), ("value", "cost_amount")):
        columns = [name for name in rolled.columns if name.endswith(f"_{measure}")]
        moved = pl.sum_horizontal(name for name in columns if not name.startswith("closing"))
        assert rolled.filter(moved != pl.col(f"closing_{measure}")).is_empty()
        assert rolled[f"opening_{measure}"].sum() == sum(row[booked] for row in earlier)
        assert rolled[f"closing_{measure}"].sum() == sum(row[booked] for row in [*rows, *earlier])
