"""Stock by age: what is on hand is what came in last, and every cent of it has an age."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.checking import check
from schemas.documents import Products
from schemas.reporting import GoodsReceivedNotInvoiced, StockAges
from tests.transforms.builders import bookings, core, day, pick, table
from transforms.matching import match_bills
from transforms.stock_ages import age_band, age_stock, list_open_receipts

CUT_OFF = date(2026, 9, 30)


def age(units: object, value: object, *came_in: tuple[str, object]) -> pl.DataFrame:
    closing = pl.DataFrame(
        {
            "period": [CUT_OFF.replace(day=1)],
            "account_code": ["630"],
            "sku": ["TENT"],
            "closing_quantity": [Decimal(str(units))],
            "closing_value": [Decimal(str(value))],
        },
        schema_overrides={"closing_quantity": pl.Decimal(18, 4), "closing_value": pl.Decimal(18, 2)},
    )
    inflows = pl.DataFrame(
        {
            "sku": ["TENT"] * len(came_in),
            "moved_on": [day(when) for when, _ in came_in],
            "quantity": [Decimal(str(quantity)) for _, quantity in came_in],
        },
        schema={"sku": pl.String, "moved_on": pl.Date, "quantity": pl.Decimal(18, 4)},
    )
    products = table(Products, {"sku": "TENT", "category": "Tents"})
    return check(StockAges, age_stock(closing.lazy(), inflows.lazy(), products.lazy(), CUT_OFF))


def test_the_last_receipts_are_on_hand_and_carry_the_value_by_units() -> None:
    found = age(7, 100, ("09-20", 3), ("08-15", 2), ("01-01", 50))
    # 3 of 20 September, 2 of 15 August (46 days), 2 of 1 January (272 days): 100.00 * 3/7, 5/7, 7/7
    assert pick(found, "age_band", "quantity", "value_amount") == [
        ("0-30", "3.0000", "42.86"),
        ("181-365", "2.0000", "28.57"),
        ("31-60", "2.0000", "28.57"),
    ]


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, "0-30"), (30, "0-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (91, "91-180"), (180, "91-180"),
     (181, "181-365"), (365, "181-365"), (366, "over 365")],
)  # fmt: skip
def test_bands_begin_and_end_where_they_say(days: int, band: str) -> None:
    assert pl.select(age_band(pl.duration(days=days))).item() == band


def test_what_no_receipt_covers_is_told() -> None:
    assert pick(age(-2, "-30.00"), "age_band", "quantity", "value_amount") == [("no receipt", "-2.0000", "-30.00")]
    assert pick(age(5, 50, ("09-01", 4)), "age_band", "quantity", "value_amount") == [
        ("0-30", "4.0000", "40.00"), ("no receipt", "1.0000", "10.00"),
    ]  # fmt: skip
    assert age(0, 0, ("09-01", 4)).is_empty()


@given(
    st.integers(1, 400),
    st.integers(-10_000, 10_000),
    st.lists(st.tuples(st.integers(1, 28), st.integers(1, 90)), max_size=5),
)
@settings(max_examples=20)
def test_bands_sum_to_stock_to_the_cent(units: int, cents: int, receipts: list[tuple[int, int]]) -> None:
    found = age(
        units, Decimal(cents) / 100, *[(f"2026-0{1 + at}-{when:02d}", many) for at, (when, many) in enumerate(receipts)]
    )
    assert (found["quantity"].sum(), found["value_amount"].sum()) == (Decimal(units), Decimal(cents) / 100)


def test_goods_received_and_not_invoiced_have_their_age_and_ledger_value() -> None:
    documents = core(
        receipt_lines=[
            {"receipt_line_id": "1", "quantity": 5, "received_date": "08-01", "unit_price": 10},
            {"receipt_line_id": "2", "quantity": 5, "received_date": "09-29", "unit_price": 10},
            {"receipt_line_id": "3", "quantity": 5, "received_date": "09-29", "unit_price": 10},
        ],
        bill_lines=[{"bill_line_id": "3", "bill_date": "09-30", "line_amount": 50}],
    )
    booked = bookings(
        *[
            {"move_id": f"receipt:{line}", "kind": "receipt", "moved_quantity": 5, "cost_amount": 50}
            for line in (1, 2, 3)
        ],
        {"move_id": "receipt:1", "kind": "receipt", "cost_amount": "1.25", "period": "2026-10-01"},
    )
    found = list_open_receipts(
        match_bills(documents, "NZD", CUT_OFF), booked.lazy(), documents.receipt_lines, CUT_OFF.replace(day=1), CUT_OFF
    )
    assert pick(check(GoodsReceivedNotInvoiced, found), "receipt_line_id", "age_days", "age_band", "value_amount") == [
        ("1", 60, "31-60", "51.25"),
        ("2", 1, "0-30", "50.00"),
    ]
