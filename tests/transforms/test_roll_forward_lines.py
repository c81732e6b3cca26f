"""The roll-forward by movement: everything has one place, transfers net to zero, and it foots."""

from datetime import date

import polars as pl

from schemas.checking import check
from schemas.kinds import MOVE_KINDS, STANDARD_KINDS
from schemas.reporting import RollForwardLines
from tests.transforms.builders import Row, bookings, pick
from transforms.roll_forward_lines import MOVEMENT_OF_KIND, list_roll_forward

SEPTEMBER = date(2026, 9, 1)


def roll(
    *month: Row, before: tuple[Row, ...] = (), billed: tuple[str, ...] = (), accrued: tuple[str, ...] = ()
) -> pl.DataFrame:
    lines = list_roll_forward(
        bookings(*month).lazy(),
        bookings(*before, period="2026-08-01").lazy(),
        pl.LazyFrame({"receipt_line_id": list(billed)}, schema={"receipt_line_id": pl.String}),
        pl.LazyFrame({"charge_id": list(accrued)}, schema={"charge_id": pl.String}),
        SEPTEMBER,
        "ACME",
    )
    return check(RollForwardLines, lines)


def move(move_id: str, kind: str, quantity: int, cost: int, **other: object) -> Row:
    return {"move_id": move_id, "kind": kind, "moved_quantity": quantity, "cost_amount": cost, **other}


def test_every_kind_of_move_has_its_movement() -> None:
    assert set(MOVE_KINDS) | set(STANDARD_KINDS) <= set(MOVEMENT_OF_KIND)


def test_a_month_by_movement() -> None:
    found = roll(
        move("receipt:1", "receipt", 10, 100, document_kind="purchase"),
        move("receipt:2", "receipt", 4, 44, document_kind="purchase"),
        move("charge:F:1", "landed_cost", 0, 20, document_kind="charge", document_id="F", charge_type="freight"),
        move("charge:C:1", "landed_cost", 0, 7, document_kind="charge", document_id="C", charge_type="customs"),
        move("5", "transfer_out", -3, -27, document_kind="transfer"),
        move("6", "transfer_in", 3, 27, document_kind="transfer"),
        move("7", "adjustment_out", -1, -9, document_kind="adjustment", reason="Damaged"),
        move("8", "adjustment_in", 1, 8, document_kind="adjustment"),
        move("9", "sale", -5, -45),
        move("10", "sale_return", 1, 9, document_kind="credit_note"),
        move("11", "sale", 0, -2, is_late=True),
        before=(move("0", "opening", 2, 15, document_kind="opening"),),
        billed=("1",),
        accrued=("C",),
    )
    # 2 + 10 + 4 - 1 + 1 - 5 + 1 = 12 units; 15 + 100 + 44 + 20 + 7 - 9 + 8 - 45 + 9 - 2 = 147.00
    assert pick(found, "movement", "detail", "quantity", "value_amount") == [
        ("opening", "", "2.0000", "15.00"),
        ("received_billed", "", "10.0000", "100.00"),
        ("received_not_billed", "", "4.0000", "44.00"),
        ("landed_billed", "freight", "0.0000", "20.00"),
        ("landed_accrued", "customs", "0.0000", "7.00"),
        ("adjustments", "Damaged", "-1.0000", "-9.00"),
        ("adjustments", "No reason given", "1.0000", "8.00"),
        ("cogs", "", "-5.0000", "-45.00"),
        ("returns", "", "1.0000", "9.00"),
        ("late_cost", "", "0.0000", "-2.00"),
        ("closing", "", "12.0000", "147.00"),
    ]
    assert set(found["entity"]) == {"ACME"}


def test_a_correction_of_a_transfer_still_nets_to_zero_and_one_of_a_receipt_is_received() -> None:
    found = roll(
        move("1", "transfer_out", 0, -4, document_kind="transfer", is_late=True, category="Tents"),
        move("2", "transfer_in", 0, 4, document_kind="transfer", is_late=True, category="Mats"),
        move("receipt:3", "receipt", 0, 6, document_kind="purchase", is_late=True, category="Mats"),
    )
    transfers = found.filter(movement="transfers")
    assert pick(transfers, "category", "value_amount") == [("Mats", "4.00"), ("Tents", "-4.00")]
    assert pick(found.filter(movement="received_not_billed"), "value_amount") == [("6.00",)]


def test_stock_that_does_not_move_has_an_opening_and_a_closing_and_nothing_at_all_has_no_row() -> None:
    kept = roll(before=(move("0", "opening", 2, 15, document_kind="opening"),))
    assert pick(kept, "movement", "value_amount") == [("opening", "15.00"), ("closing", "15.00")]
    gone = roll(before=(move("0", "opening", 2, 15), move("1", "sale", -2, -15)))
    assert gone.is_empty()
    new = roll(move("receipt:1", "receipt", 1, 9, document_kind="purchase"))
    assert pick(new, "movement", "value_amount") == [
        ("opening", "0.00"), ("received_not_billed", "9.00"), ("closing", "9.00"),
    ]  # fmt: skip
