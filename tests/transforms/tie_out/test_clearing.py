"""What is open on clearing accounts, by order and age, and the first day on which two balances differ."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from schemas.checking import check
from schemas.closing import ClearingOrders
from schemas.dtypes import MONEY
from tests.transforms.builders import pick
from transforms.tie_out.clearing import open_orders
from transforms.tie_out.first_day import first_day_of_difference
from transforms.tie_out.window import Window

OPENING, CUT_OFF = date(2026, 8, 31), date(2026, 10, 31)
WINDOW = Window(OPENING, CUT_OFF)
Row = tuple[object, ...]


def frame(schema: dict[str, object], *rows: Row) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema, orient="row")  # type: ignore[arg-type]


def orders(charges: list[Row], cleared: list[Row], opening: str, settled: list[Row]) -> pl.DataFrame:
    words = {"account_code": pl.String, "order_number": pl.String}
    return check(
        ClearingOrders,
        open_orders(
            frame({"account_code": pl.String, "purchase_number": pl.String, "supplier": pl.String,
                   "charge_date": pl.Date, "amount": MONEY}, *charges),
            frame(words | {"party": pl.String, "opened_on": pl.Date, "amount": MONEY}, *cleared),
            frame({"account_code": pl.String, "amount": MONEY}, ("425", Decimal(opening))),
            frame(words | {"amount": MONEY}, *settled),
            date(2026, 10, 1),
            WINDOW,
        ),
    )  # fmt: skip


def test_an_order_is_open_with_what_came_and_was_not_taken_into_stock() -> None:
    # freight of 100.00 on PO-1, of which 60.00 are in stock; PO-2 of 30 September is empty; PO-3 is of November
    charges: list[Row] = [
        ("425", "PO-1", "Longwake", date(2026, 9, 5), Decimal("100.00")),
        ("425", "PO-2", "Longwake", date(2026, 9, 30), Decimal("40.00")),
        ("425", "PO-3", "Longwake", date(2026, 11, 1), Decimal("7.00")),
    ]
    cleared: list[Row] = [
        ("425", "PO-1", None, date(2026, 9, 8), Decimal("-60.00")),
        ("425", "PO-2", None, None, Decimal("-40.00")),
    ]
    found = orders(charges, cleared, "0.00", [])
    assert pick(found, "order_number", "age_days", "age_band", "open_amount") == [
        ("PO-1", 56, "31-60 days", "40.00"),
        ("PO-2", 31, "31-60 days", "0.00"),
    ]


def test_what_the_opening_balance_holds_beyond_known_orders_has_no_order() -> None:
    # Xero opened with 90.00: PO-1 had 50.00 open of 80.00 (30.00 were in stock by then); nothing explains 40.00
    charges: list[Row] = [("425", "PO-1", "Longwake", date(2026, 8, 1), Decimal("80.00"))]
    cleared: list[Row] = [("425", "PO-1", None, date(2026, 9, 8), Decimal("-50.00"))]
    found = orders(charges, cleared, "90.00", [("425", "PO-1", Decimal("-30.00"))])
    assert sorted(pick(found, "order_number", "age_band", "open_amount")) == [
        ("", "before the first month", "40.00"),
        ("PO-1", "over 90 days", "0.00"),
    ]
    # opening balance plus what our journals booked since
    assert found["open_amount"].sum() == Decimal("90.00") - Decimal("50.00")


@pytest.mark.parametrize("offset", [1, 2, 17, 60, 61])
def test_the_first_day_is_found_in_few_balances(offset: int) -> None:
    began, asked = OPENING + timedelta(days=offset), list[date]()

    def difference(day: date) -> Decimal:
        asked.append(day)
        return Decimal(1) if day >= began else Decimal(0)

    assert first_day_of_difference(difference, OPENING, CUT_OFF) == began
    assert len(asked) <= 2 + 6


def test_no_difference_has_no_first_day_and_one_from_before_has_the_opening_day() -> None:
    assert first_day_of_difference(lambda _: Decimal(0), OPENING, CUT_OFF) is None
    assert first_day_of_difference(lambda _: Decimal(1), OPENING, CUT_OFF) == OPENING
