"""What a received line of Omni costs, to the cent: its own total beside a price of 6 places."""

import random
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from mappings.findings import Place
from pipelines.extract.core_columns import core_table
from pipelines.extract.core_tables import type_rows
from pipelines.extract.source_kinds import Sql
from pipelines.extract.source_sql import SourceConnection
from tests.data.omni_selects import Row, purchase, select

TAX = Fraction(115, 100)


def received(key: int, quantity: str, price: str, **changes: object) -> Row:
    return {"id": key, "code": f"S{key}", "qty": quantity, "qtyShipped": quantity, "unitPrice": price} | changes


def receipts(*lines: Row, **order: object) -> dict[str, Row]:
    """Received lines of one purchase order without tax in its prices, by id."""
    rows = select("receipt_lines", purchases=[purchase(**{"taxStatus": "Excl", "lineItems": list(lines)} | order)])
    return {row["receipt_line_id"]: row for row in rows}


def test_a_line_says_its_own_total_where_six_places_of_the_price_are_not_all_cin7_1_6() -> None:
    """cin7.md section 1.6: unitPrice is the cost. 4,000,000 x 0.12345678 = 493,827.12; with 6 places 493,828.00."""
    row = receipts(received(1, "4000000", "0.12345678"))["1"]
    assert (row["unit_price"], row["cost_amount"]) == ("0.123457", Decimal("493827.12"))
    half = receipts(received(1, "3", "0.001666666666"), received(2, "1", "0.0050000001"))
    assert [half[key]["cost_amount"] for key in ("1", "2")] == [Decimal("0.00"), Decimal("0.01")]


def test_a_price_that_says_everything_has_no_total_beside_it() -> None:
    rows = receipts(received(1, "35", "6.9334"), received(2, "4", "10", discount="2"))
    shown = {key: (row["unit_price"], row["cost_amount"]) for key, row in rows.items()}
    assert shown == {"1": ("6.933400", None), "2": ("9.500000", None)}


def test_freight_of_an_order_is_shared_in_cents_that_sum_to_it_cin7_1_6() -> None:
    """cin7.md section 1.6: freightTotal is part of the cost. 10.00 over three: 3.33, 3.34 and 3.33."""
    rows = receipts(*(received(key, "1", "5") for key in (1, 2, 3)), freightTotal=10)
    assert {key: (row["unit_price"], row["cost_amount"]) for key, row in rows.items()} == {
        "1": ("8.333333", Decimal("8.33")),
        "2": ("8.333333", Decimal("8.34")),
        "3": ("8.333333", Decimal("8.33")),
    }


def test_what_came_of_a_line_costs_its_part_of_it() -> None:
    # 100.00 with 15 % inside are 86.9565...; 7 of 9 at that, less 7 of 9 parts of 5.00 off: 604.8067... in all
    row = receipts(received(1, "9", "100", qtyShipped="7", discount="5"), taxStatus="Incl", taxRate=15)["1"]
    exact = (Fraction(700) - Fraction(5 * 7, 9)) / TAX
    assert row["cost_amount"] == Decimal("605.31") == cents(exact)


def test_a_total_that_core_cannot_hold_is_left_to_quantity_and_price() -> None:
    row = receipts(received(1, "99999999999999", "999999999999.1234567"))["1"]
    assert row["cost_amount"] is None


def cents(exact: Fraction) -> Decimal:
    """Half away from zero."""
    doubled = abs(exact) * 200
    whole = (doubled.numerator // doubled.denominator + 1) // 2
    return Decimal(whole if exact >= 0 else -whole).scaleb(-2)


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("purchase_tax", ["recoverable", "cost"])
def test_lines_are_exact_and_sum_to_their_order(inside: bool, purchase_tax: str) -> None:
    chance = random.Random(f"{inside} {purchase_tax}")  # noqa: S311 the same orders in each run
    orders = {str(number): some_order(chance, number, inside=inside) for number in range(150)}
    rows = select("receipt_lines", assumptions={"purchase_tax": purchase_tax}, purchases=list(orders.values()))
    factor = {(True, "recoverable"): 1 / TAX, (False, "cost"): TAX}.get((inside, purchase_tax), Fraction(1))
    costs: dict[str, dict[str, Fraction]] = {}
    for row in rows:
        at_price = Fraction(row["quantity"]) * Fraction(row["unit_price"])
        total = at_price if row["cost_amount"] is None else Fraction(row["cost_amount"])
        costs.setdefault(row["purchase_id"], {})[row["receipt_line_id"]] = total
    for key, order in orders.items():
        own = {str(line["id"]): worth(line) * factor for line in order["lineItems"]}
        freight = cents(Fraction(str(order["freightTotal"])) * factor)
        if freight == 0:
            for line_id, exact in own.items():  # as it is, or its cents
                assert costs[key][line_id] in (exact, Fraction(cents(exact))), (key, line_id)
        else:
            assert sum(costs[key].values()) == Fraction(freight) + sum(Fraction(cents(one)) for one in own.values()), (
                key
            )
    assert any(row["cost_amount"] is not None for row in rows)


def some_order(chance: random.Random, number: int, *, inside: bool) -> Row:
    """An order received in full: some with freight, with discounts, with many places."""
    lines = []
    for place in range(chance.randint(1, 5)):
        quantity = chance.choice(["1", "3", "12", "1.5", "0.3333", "4000000"])
        price = chance.choice(["0.12345678", "19.99", "7", "0.333333333333", "1234.5675", "0.005"])
        off = chance.choice(["0", "0.01"]) if Fraction(quantity) * Fraction(price) > 1 else "0"
        lines.append(received(number * 10 + place, quantity, price, discount=off))
    freight = chance.choice([0, 0, "10", "0.05", "99.995"])
    status = "Incl" if inside else "Excl"
    return purchase(id=number, taxStatus=status, taxRate=15, freightTotal=freight, lineItems=lines)


def worth(line: Mapping[str, object]) -> Fraction:
    return Fraction(str(line["qty"])) * Fraction(str(line["unitPrice"])) - Fraction(str(line["discount"]))


LINE = """
    select '7' as receipt_line_id, '1' as purchase_id, 'PO-1' as purchase_number, 'receipt' as kind, 'A' as sku,
      'Auckland' as location, {}
"""


@pytest.mark.parametrize(
    ("values", "is_refused"),
    [
        ("10 as quantity, '1.005' as unit_price, '10.05' as cost_amount", False),
        ("10 as quantity, '1.005' as unit_price, '10.07' as cost_amount", False),
        ("4000000 as quantity, '0.123457' as unit_price, '493827.12' as cost_amount", False),
        ("10 as quantity, '1.005' as unit_price, '10.08' as cost_amount", True),
        ("10 as quantity, '1.00' as unit_price, '11.50' as cost_amount", True),  # with tax
        ("10 as quantity, '11.50' as cost_amount", False),  # a source that knows totals only
        ("10 as quantity, null as unit_price, '11.50' as cost_amount", False),
        ("10 as quantity, '1.00' as unit_price, '-10' as cost_amount", True),
    ],
)
def test_a_total_that_is_not_that_of_its_units_is_refused(values: str, is_refused: bool) -> None:
    text = LINE.format(values)
    sql = Sql(text, Place("shop.yaml"), 1, (0,) * (text.count("\n") + 1))
    with SourceConnection({}, "UTC") as connection, connection.select("receipt_lines", sql) as selected:
        typed = type_rows(core_table("core.receipt_lines"), selected)
    told = typed.rejected.filter(pl.col("column_name") == "cost_amount")
    assert (told.height > 0) == is_refused
    if is_refused:
        assert (
            "must be quantity x unit_price, but for rounding: 0.02 for the line and 0.000002 for each unit"
            in told["rule"]
        )
