"""Charges go into stock once, whole, whatever comes in later."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.documents import Charges
from schemas.stock import LandedCostAllocations
from tests.transforms.builders import Row, bookings, day, pick, table
from transforms.entries.cumulative import latest_facts
from transforms.entries.landed_costs import ROLE, SOURCE_TABLE, capitalise_charges, enter_landed_costs

SEPTEMBER = date(2026, 9, 1)
STOCKED = pl.LazyFrame({"sku": ["TENT"]})
CHARGE: Row = {"charge_id": "F1", "charge_amount": "50", "charge_date": "09-09"}
BOOKED: Row = {"kind": "landed_cost", "document_kind": "charge", "charge_type": "freight", "document_number": "PO-1"}
SHOWN = ("journal_key", "journal_date", "role", "line_topic", "entry_amount")


def share(charge: str, receipt: str, amount: str, **other: object) -> Row:
    return {"charge_id": charge, "receipt_line_id": receipt, "allocated_amount": amount, **other}


def booked(charge: str, receipt: str, **other: object) -> Row:
    return {**BOOKED, "move_id": f"charge:{charge}:{receipt}", "document_id": charge, "moved_on": "09-09", **other}


def enter(
    shares: list[Row], booked_rows: list[Row], charges: list[Row] | None = None, before: dict[str, str] | None = None
) -> list[tuple[Any, ...]]:
    capitalised = capitalise_charges(table(LandedCostAllocations, *shares).lazy(), STOCKED)
    journaled = pl.LazyFrame(
        [(SOURCE_TABLE, key, ROLE, Decimal(amount)) for key, amount in (before or {}).items()],
        schema={
            "source_table": pl.String,
            "source_id": pl.String,
            "role": pl.String,
            "journaled_amount": pl.Decimal(18, 2),
        },
        orient="row",
    )
    facts = latest_facts(bookings(*booked_rows).lazy())
    documents = table(Charges, *(charges if charges is not None else [CHARGE])).lazy()
    return sorted(pick(enter_landed_costs(capitalised, documents, facts, journaled, SEPTEMBER), *SHOWN))


def test_the_whole_charge_goes_from_its_account_into_stock() -> None:
    found = enter([share("F1", "1", "30"), share("F1", "2", "20")], [booked("F1", "1"), booked("F1", "2")])
    key = ("LANDED-2026-09-PO-1", day("09-09"))
    assert found == [
        (*key, ROLE, "Landed cost: freight", "-20.00"),
        (*key, ROLE, "Landed cost: freight", "-30.00"),
        (*key, "stock_on_hand", "Landed cost: freight", "20.00"),
        (*key, "stock_on_hand", "Landed cost: freight", "30.00"),
    ]


def test_when_more_goods_come_in_the_charge_is_spread_anew() -> None:
    # August gave all 50.00 to line 1; now line 2 takes 20.00 of it. The journal is dated the day line 2 came in
    found = enter(
        [share("F1", "1", "30"), share("F1", "2", "20")],
        [booked("F1", "1", moved_on="08-20"), booked("F1", "2", moved_on="09-15")],
        [CHARGE | {"charge_date": "08-20"}],
        {"F1:1": "-50"},
    )
    stock = [row for row in found if row[2] == "stock_on_hand"]
    assert [(row[1], row[4]) for row in stock] == [(day("09-15"), "-20.00"), (day("09-15"), "20.00")]


def test_a_charge_that_vanished_is_taken_out_again_on_the_first_of_the_month() -> None:
    found = enter([], [booked("F1", "1", moved_on="08-20")], [], {"F1:1": "-50"})
    assert [row[1:] for row in found] == [
        (day("09-01"), ROLE, "Landed cost: freight", "50.00"),
        (day("09-01"), "stock_on_hand", "Landed cost: freight", "-50.00"),
    ]


def test_nothing_new_is_no_journal() -> None:
    assert enter([share("F1", "1", "50")], [booked("F1", "1")], before={"F1:1": "-50"}) == []
    assert enter([], [], []) == []


def test_batches_and_orders_that_share_a_number_have_journals_of_their_own() -> None:
    charges = [
        CHARGE | {"charge_id": "F1", "batch": "B1"},
        CHARGE | {"charge_id": "F2", "batch": "B2"},
        CHARGE | {"charge_id": "F3", "purchase_id": "9", "purchase_number": "PO-1"},
    ]
    names = ("F1", "F2", "F3")
    found = enter([share(name, "1", "5") for name in names], [booked(name, "1") for name in names], charges)
    assert sorted({row[0] for row in found}) == [
        "LANDED-2026-09-PO-1-1-B1",
        "LANDED-2026-09-PO-1-1-B2",
        "LANDED-2026-09-PO-1-9",
    ]


def test_what_is_no_stock_keeps_its_share_outside() -> None:
    shares = [share("F1", "1", "30"), share("F1", "2", "20", is_stocked=False), share("F1", "3", "5", sku="UNKNOWN")]
    capitalised = capitalise_charges(table(LandedCostAllocations, *shares).lazy(), STOCKED)
    assert pick(capitalised, "source_id", "capitalised_amount") == [("F1:1", "30.00")]


@given(st.lists(st.decimals(-100, 100, places=6), min_size=1, max_size=9))
@settings(max_examples=25, deadline=None)
def test_the_cents_of_the_shares_are_the_charge_rounded_once(amounts: list[Decimal]) -> None:
    shares = [share("F1", str(at), str(amount)) for at, amount in enumerate(amounts)]
    capitalised = capitalise_charges(table(LandedCostAllocations, *shares).lazy(), STOCKED).collect()
    once = sum(amounts, Decimal(0)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert capitalised["capitalised_amount"].sum() == once
