"""Wanted so far less booked before: what a month books of each move."""

from datetime import date
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.checking import check
from schemas.documents import Products
from schemas.stock import Bookings
from tests.transforms.builders import PLAIN_ACCOUNTS, Row, accounts, day, moves, pick, table, valued
from transforms.bookings import book_period
from transforms.periods import last_day

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
PRODUCTS = table(Products, {"sku": "TENT", "category": "Camping"}, {"sku": "BIKE", "category": "Made"})
RULES = accounts({"role": "stock_on_hand", "category": "Made", "account_code": "631"}, *PLAIN_ACCOUNTS)
AMOUNTS = ("moved_quantity", "cost_amount", "recognised_amount")
SALE: Row = {"move_id": "sale:1", "kind": "sale", "quantity": -2, "moved_on": "09-28", "recognised_on": "09-30"}
COST: Row = {"move_id": "sale:1", "cost_amount": "-20", "cogs_amount": "20"}
NO_BOOKINGS = table(Bookings)


def book(
    rows: list[Row], costs: list[Row], before: pl.DataFrame = NO_BOOKINGS, period: date = SEPTEMBER
) -> pl.DataFrame:
    booked = book_period(
        moves(*rows).lazy(), valued(*costs).lazy(), PRODUCTS.lazy(), RULES, before.lazy(), period, last_day(period)
    )
    return check(Bookings, booked).sort("move_id")


def test_a_sale_is_booked_once_and_not_again() -> None:
    september = book([SALE], [COST])
    assert pick(september, *AMOUNTS, "is_late") == [("-2.0000", "-20.00", "20.00", False)]
    assert book([SALE], [COST], september, OCTOBER).is_empty()


def test_stock_leaves_at_the_physical_date_and_cogs_comes_with_recognition() -> None:
    # dispatched in September, invoiced in October
    sale = SALE | {"recognised_on": "10-02"}
    september = book([sale], [COST])
    october = book([sale], [COST], september, OCTOBER)
    assert pick(september, *AMOUNTS) == [("-2.0000", "-20.00", "0.00")]
    assert pick(october, *AMOUNTS, "is_late_recognition") == [("0.0000", "0.00", "20.00", False)]


def test_a_sale_invoiced_before_its_dispatch_is_cogs_first() -> None:
    sale = SALE | {"moved_on": "10-02"}
    september = book([sale], [COST])
    october = book([sale], [COST], september, OCTOBER)
    assert pick(september, *AMOUNTS) == [("0.0000", "0.00", "20.00")]
    assert pick(october, *AMOUNTS, "is_late") == [("-2.0000", "-20.00", "0.00", False)]


def test_a_late_cost_is_booked_in_the_month_that_learns_of_it() -> None:
    september = book([SALE], [COST])
    october = book([SALE], [COST | {"cost_amount": "-22.5", "cogs_amount": "22.5"}], september, OCTOBER)
    shown = (*AMOUNTS, "is_late", "is_late_recognition")
    assert pick(october, *shown) == [("0.0000", "-2.50", "2.50", True, True)]


def test_a_cost_that_was_nothing_at_first_is_late_when_it_comes() -> None:
    september = book([SALE], [COST | {"cost_amount": 0, "cogs_amount": 0, "is_provisional": True}])
    october = book([SALE], [COST], september, OCTOBER)
    assert pick(september, *AMOUNTS, "is_provisional") == [("-2.0000", "0.00", "0.00", True)]
    assert pick(october, *AMOUNTS, "is_late", "is_late_recognition") == [("0.0000", "-20.00", "20.00", True, True)]


def test_a_document_that_vanished_is_booked_back_with_its_own_facts() -> None:
    september = book([SALE | {"channel": "Web"}], [COST])
    october = book([], [], september, OCTOBER)
    assert pick(october, *AMOUNTS, "is_late", "channel", "moved_on", "stock_account_code") == [
        ("2.0000", "20.00", "-20.00", True, "Web", day("09-28"), "630")
    ]
    assert book([], [], pl.concat([september, october]), NOVEMBER).is_empty()


def test_a_document_that_comes_back_is_booked_again() -> None:
    september = book([SALE], [COST])
    october = book([], [], september, OCTOBER)
    november = book([SALE], [COST], pl.concat([september, october]), NOVEMBER)
    assert pick(november, *AMOUNTS, "is_late") == [("-2.0000", "-20.00", "20.00", True)]


def test_the_last_day_of_the_month_counts_and_the_next_does_not() -> None:
    rows = [SALE | {"move_id": f"sale:{on}", "moved_on": on, "recognised_on": on} for on in ("09-30", "10-01")]
    costs = [COST | {"move_id": f"sale:{on}"} for on in ("09-30", "10-01")]
    assert pick(book(rows, costs), "move_id") == [("sale:09-30",)]


def test_opening_stock_is_booked_before_the_first_month_whatever_its_day() -> None:
    opening = {"move_id": "opening:1", "kind": "opening", "document_kind": "opening", "quantity": 3}
    booked = book(
        [opening | {"moved_on": "09-30"}], [{"move_id": "opening:1", "cost_amount": 30}], period=date(2026, 8, 1)
    )
    assert pick(booked, *AMOUNTS) == [("3.0000", "30.00", "0.00")]


def test_a_category_may_have_a_stock_account_of_its_own() -> None:
    rows = [SALE, SALE | {"move_id": "sale:2", "sku": "BIKE"}, SALE | {"move_id": "sale:3", "sku": "GONE"}]
    booked = book(rows, [COST | {"move_id": f"sale:{at}"} for at in (1, 2, 3)])
    assert pick(booked, "category", "stock_account_code") == [("Camping", "630"), ("Made", "631"), (None, "630")]


def test_freight_of_no_cents_is_known_of_all_the_same() -> None:
    freight = {"move_id": "charge:F1:1", "kind": "landed_cost", "document_kind": "charge", "amount": "0.001"}
    assert pick(book([freight], [{"move_id": "charge:F1:1"}]), "move_id", *AMOUNTS) == [
        ("charge:F1:1", "0.0000", "0.00", "0.00")
    ]


def test_nothing_books_nothing() -> None:
    assert book([], []).is_empty()


CENTS = st.integers(0, 9999).map(lambda cents: Decimal(cents) / 100)
MONTHS = [date(2026, month, 1) for month in (9, 10, 11, 12)]


@given(st.lists(st.one_of(st.none(), CENTS), min_size=4, max_size=4), st.sampled_from(["09-28", "10-15", "11-30"]))
@settings(max_examples=25, deadline=None)
def test_bookings_add_up_to_the_cost_as_now_known(costs: list[Decimal | None], recognised_on: str) -> None:
    booked = NO_BOOKINGS
    for period, cost in zip(MONTHS, costs, strict=True):
        exists = cost is not None
        rows = [SALE | {"recognised_on": recognised_on}] if exists else []
        priced = [COST | {"cost_amount": -cost, "cogs_amount": cost}] if cost is not None else []
        booked = pl.concat([booked, book(rows, priced, booked, period)])
        is_recognised = exists and day(recognised_on) <= last_day(period)
        assert booked["moved_quantity"].sum() == (-2 if exists else 0)
        assert booked["cost_amount"].sum() == -(cost or 0)
        assert booked["recognised_amount"].sum() == (cost if is_recognised and cost else 0)


@given(st.permutations(range(4)))
@settings(max_examples=6, deadline=None)
def test_the_order_of_the_rows_changes_nothing(order: list[int]) -> None:
    rows = [SALE | {"move_id": f"sale:{at}"} for at in range(4)]
    costs = [COST | {"move_id": f"sale:{at}", "cogs_amount": at} for at in range(4)]
    september = book(rows, costs)
    shuffled = book([rows[at] for at in order], [costs[at] for at in reversed(order)])
    assert shuffled.equals(september)
