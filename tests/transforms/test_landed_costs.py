"""Charges spread over received lines: shares to the place asked for, and not a cent lost."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.checking import check
from schemas.dtypes import COST, QUANTITY
from schemas.stock import LandedCostAllocations
from transforms.landed_costs import allocate_charges

Line = dict[str, object]
RECEIVED = date(2026, 9, 1)


def line(line_id: str, quantity: str = "1", value: str | None = "1", **other: object) -> Line:
    defaults: Line = {"purchase_id": "PO", "kind": "receipt", "received_date": RECEIVED, "sku": f"sku-{line_id}"}
    measures: Line = {"weight": None, "volume": None, "is_stocked": True}
    numbers = {"quantity": Decimal(quantity), "value": None if value is None else Decimal(value)}
    return {**defaults, **measures, **numbers, "receipt_line_id": line_id, **other}


def allocate(
    lines: list[Line],
    amount: str,
    basis: str = "value",
    places: int = 2,
    remainder: str = "largest",
    known: str = "freight",
    spread_by: str | None = None,
) -> pl.DataFrame:
    """Spread one freight charge on purchase order PO."""
    numbers = {"quantity": QUANTITY, "weight": QUANTITY, "volume": QUANTITY, "value": COST}
    receipts = pl.DataFrame(lines, schema_overrides={**numbers, "received_date": pl.Date()})
    charges = pl.DataFrame(
        {"charge_id": ["C"], "purchase_id": ["PO"], "charge_type": ["freight"], "charge_amount": [Decimal(amount)],
         "spread_by": [spread_by]},
        schema_overrides={"charge_amount": COST, "spread_by": pl.String()},
    )  # fmt: skip
    types = {"charge_type": [known], "basis": [basis], "places": [places], "remainder": [remainder]}
    found = allocate_charges(
        charges.lazy(),
        receipts.drop("weight", "volume", "is_stocked", "value").lazy(),
        receipts.select("sku", "is_stocked", "weight", "volume").lazy(),
        pl.DataFrame(types).lazy(),
        receipts.select("receipt_line_id", amount="value").lazy(),
    )
    return check(LandedCostAllocations, found)


def shares(found: pl.DataFrame) -> dict[str, str]:
    return {line_id: str(amount) for line_id, amount in found.select("receipt_line_id", "allocated_amount").iter_rows()}


def test_what_the_source_spreads_a_charge_by_counts_before_the_mapping_cin7_3b() -> None:
    """cin7.md section 3B: stock transfers distribute by Cost, Quantity, Weight or Volume."""
    lines = [line("1", "1", "90", weight=Decimal(2)), line("2", "3", "10", weight=Decimal(1))]
    assert shares(allocate(lines, "10.00")) == {"1": "9.000000", "2": "1.000000"}
    assert shares(allocate(lines, "10.00", spread_by="quantity")) == {"1": "2.500000", "2": "7.500000"}
    assert shares(allocate(lines, "10.00", spread_by="weight")) == {"1": "4.000000", "2": "6.000000"}


def test_freight_follows_the_value_and_the_largest_line_takes_the_odd_cent() -> None:
    # 10.00 x 1/3 = 3.333..., 10.00 x 2/3 = 6.666...: 3.33 + 6.67; over three equal lines the first takes the cent
    assert shares(allocate([line("1", value="50"), line("2", value="100")], "10.00")) == {
        "1": "3.330000",
        "2": "6.670000",
    }
    thirds = {"1": "3.340000", "2": "3.330000", "3": "3.330000"}
    assert shares(allocate([line("3"), line("1"), line("2")], "10.00")) == thirds


def test_the_last_line_takes_the_odd_cent_where_the_charge_type_says_so() -> None:
    # line 10 comes after line 9
    found = shares(allocate([line("10"), line("9"), line("8")], "10.00", remainder="last"))
    assert found == {"8": "3.330000", "9": "3.330000", "10": "3.340000"}


@pytest.mark.parametrize(
    ("basis", "first", "second"),
    [("value", "2.00", "8.00"), ("quantity", "4.00", "6.00"), ("weight", "1.00", "9.00"), ("volume", "7.00", "3.00"),
     ("equal", "5.00", "5.00")],
)  # fmt: skip
def test_each_basis_weighs_in_its_own_way(basis: str, first: str, second: str) -> None:
    lines = [
        line("1", "2", "20", weight=Decimal("0.5"), volume=Decimal("3.5")),
        line("2", "3", "80", weight=Decimal(3), volume=Decimal(1)),
    ]
    assert shares(allocate(lines, "10.00", basis)) == {"1": f"{first}0000", "2": f"{second}0000"}


def test_four_places_keep_what_two_would_round() -> None:
    assert shares(allocate([line("1"), line("2"), line("3")], "1.00", places=4)) == {
        "1": "0.333400",
        "2": "0.333300",
        "3": "0.333300",
    }


def test_a_credit_note_of_the_carrier_is_spread_the_same_way() -> None:
    assert shares(allocate([line("1"), line("2"), line("3")], "-10.00")) == {
        "1": "-3.340000",
        "2": "-3.330000",
        "3": "-3.330000",
    }


def test_goods_that_weigh_nothing_are_spread_by_quantity_and_say_so() -> None:
    found = allocate([line("1", "1"), line("2", "4")], "10.00", "weight")
    assert shares(found) == {"1": "2.000000", "2": "8.000000"}
    assert set(found["basis"]) == {"quantity"}


def test_only_received_lines_of_the_order_take_a_share() -> None:
    lines = [
        line("1"),
        line("2", received_date=None),
        line("3", "0"),
        line("4", kind="purchase_return"),
        line("5", purchase_id="other"),
    ]
    assert shares(allocate(lines, "10.00")) == {"1": "10.000000"}


def test_a_charge_without_a_received_line_or_a_type_gives_no_row() -> None:
    assert allocate([line("1", received_date=None)], "10.00").is_empty()
    assert allocate([line("1")], "10.00", known="customs").is_empty()


def test_lines_that_are_no_stock_take_their_share_too() -> None:
    found = allocate([line("1"), line("2", is_stocked=False)], "10.00")
    assert found["is_stocked"].to_list() == [True, False]


AMOUNTS = st.integers(-(10**12), 10**12).map(lambda millionths: str(Decimal(millionths) / 10**6))
LINES = st.lists(
    st.tuples(st.integers(1, 10**9), st.none() | st.integers(0, 10**15)), min_size=1, max_size=8
).map(lambda rows: [
    line(str(at), str(Decimal(units) / 10**4), None if value is None else str(Decimal(value) / 10**6))
    for at, (units, value) in enumerate(rows)
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    lines=LINES,
    amount=AMOUNTS,
    basis=st.sampled_from(["value", "quantity", "weight", "volume", "equal"]),
    places=st.integers(2, 6),
    remainder=st.sampled_from(["largest", "last"]),
)
def test_shares_sum_to_the_charge_and_stand_close_to_their_weight(
    lines: list[Line], amount: str, basis: str, places: int, remainder: str
) -> None:
    found = allocate(lines, amount, basis, places, remainder)
    assert found["allocated_amount"].sum() == Decimal(amount)
    weights = found["basis_amount"].to_list()
    off = [
        share - Decimal(amount) * weight / sum(weights)
        for share, weight in zip(found["allocated_amount"].to_list(), weights, strict=True)
    ]
    step = Decimal(1).scaleb(-places)
    # every line within half a step of its due, but for the one that takes what is left over
    assert all(abs(away) <= step / 2 + Decimal("1e-12") for away in sorted(off, key=abs)[:-1])
