"""What Xero's opening balance holds counts as booked."""

from decimal import Decimal

import polars as pl

from tests.transforms.builders import pick
from transforms.entries.opening import settled_by_opening

MONEY, COST = pl.Decimal(18, 2), pl.Decimal(28, 6)


def test_differences_and_charges_of_the_time_before_are_settled_with_a_minus() -> None:
    # received 100.00 and billed 100.50 in August; 30.00 of freight, of which the pool rounded one cent away
    matched = pl.LazyFrame(
        {
            "receipt_line_id": ["1"],
            "kind": ["receipt"],
            "is_received": [True],
            "is_billed": [True],
            "is_base_currency": [True],
            "received_cost": [Decimal(100)],
            "billed_amount": [Decimal("100.50")],
            "bill_line_count": [1],
        },
        schema_overrides={"received_cost": COST, "billed_amount": MONEY},
    )
    capitalised = pl.LazyFrame(
        {"source_id": ["F1:1"], "charge_id": ["F1"], "capitalised_amount": [Decimal(30)]},
        schema_overrides={"capitalised_amount": MONEY},
    )
    ledger = pl.LazyFrame(
        {"move_id": ["receipt:1", "charge:F1:1"], "ledger_amount": [Decimal(100), Decimal("29.99")]},
        schema_overrides={"ledger_amount": MONEY},
    )
    settled = settled_by_opening(matched, capitalised, ledger)
    assert sorted(pick(settled, "source_table", "source_id", "role", "journaled_amount")) == [
        ("close.landed_cost_allocations", "F1:1", "landed_cost_clearing", "-30.00"),
        ("close.landed_cost_allocations", "F1:1", "rounding", "0.01"),
        ("core.receipt_lines", "1", "purchase_price_variance", "0.50"),
    ]
