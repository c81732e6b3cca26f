"""Freight on a transfer and labour on a job, from the charge to the journal and the cost of what is sold."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from schemas.policies import ClosePolicy, CostingPolicy, Pool, RecognitionPolicy
from tests.transforms.builders import Row, core, pick
from tests.transforms.small_company import Company
from transforms.core_tables import CoreTables

SEPTEMBER = date(2026, 9, 1)
POLICY = ClosePolicy(SEPTEMBER, "NZD", recognition=RecognitionPolicy(accounting_statuses=()))
PRODUCTS: list[Row] = [{"sku": "LAMP"}, {"sku": "PEG"}]
OPENING: list[Row] = [{"opening_id": "1", "sku": "PEG", "quantity": 50, "unit_cost": "4"}]


def closed(documents: CoreTables, pool: Pool = "sku") -> tuple[Company, dict[str, Decimal]]:
    """The company after September, and the balances of its journals by journal and account."""
    company = Company(replace(POLICY, costing=CostingPolicy(pool=pool)))
    month = company.close(documents, SEPTEMBER)
    lines = month.lines.group_by("journal_key", "account_code").agg(pl.col("line_amount").sum())
    assert set(month.unexplained().values()) == {Decimal(0)}
    return company, {f"{key} {code}": amount for key, code, amount in lines.iter_rows()}


def test_labour_is_cost_of_what_the_job_made_and_leaves_with_it_cin7_2_2() -> None:
    """cin7.md section 2.2 and 3B, production: components to work in progress, that and resource costs to goods."""
    job: Row = {"production_id": "7", "production_number": "FG-7", "produced_date": "09-05"}
    documents = core(
        products=PRODUCTS,
        opening_stock=OPENING,
        production_lines=[
            job | {"production_line_id": "C", "kind": "component", "sku": "PEG", "quantity": 25},
            job | {"production_line_id": "P", "sku": "LAMP", "quantity": 5},
        ],
        charges=[{"charge_id": "W1", "purchase_id": "production:7", "purchase_number": "FG-7", "charge_type": "freight",
                  "charge_amount": "12.50", "charge_date": "09-05"}],
        sale_lines=[{"sale_line_id": "1", "sku": "LAMP", "moved_quantity": 2, "moved_date": "09-20"}],
    )  # fmt: skip
    company, booked = closed(documents)
    # 25 pegs at 4.00 and 12.50 of labour make 5 lamps: 22.50 each, of which 2 are sold
    assert booked == {
        "PRODUCTION-2026-09 630": Decimal(0),
        "PRODUCTION-2026-09 635": Decimal(0),
        "LANDED-2026-09-FG-7 630": Decimal("12.50"),
        "LANDED-2026-09-FG-7 425": Decimal("-12.50"),
        "COGS-2026-09 310": Decimal("45.00"),
        "COGS-2026-09 630": Decimal("-45.00"),
    }
    assert pick(company.months[0].rolled.sort("sku"), "sku", "closing_quantity", "closing_value") == [
        ("LAMP", "3.0000", "67.50"),
        ("PEG", "25.0000", "100.00"),
    ]


@pytest.mark.parametrize(
    ("pool", "closing"),
    [
        # 10 of 50 pegs went over at 4.00, with 5.00 of freight: 4.50 each there, of which 4 are sold
        ("sku_location", [("Auckland", "40.0000", "160.00"), ("Wellington", "6.0000", "27.00")]),
        # one pool for both places: all 50 pegs carry the 5.00, 4.10 each
        ("sku", [(None, "46.0000", "188.60")]),
    ],
)
def test_freight_between_branches_is_cost_of_what_was_moved_cin7_3b(
    pool: Pool, closing: list[tuple[object, ...]]
) -> None:
    """cin7.md sections 1.8, 3A and 3B: additional costs on branch transfers, journals of stock transfers."""
    documents = core(
        products=PRODUCTS,
        opening_stock=OPENING,
        transfer_lines=[{"transfer_line_id": "7", "transfer_id": "3", "transfer_number": "TR-3", "sku": "PEG",
                         "quantity": 10, "dispatched_date": "09-03", "received_date": "09-06"}],
        charges=[{"charge_id": "F1", "purchase_id": "transfer:3", "purchase_number": "TR-3", "charge_amount": "5",
                  "charge_date": "09-10"}],
        sale_lines=[{"sale_line_id": "1", "sku": "PEG", "location": "Wellington", "moved_quantity": 4,
                     "moved_date": "09-20"}],
    )  # fmt: skip
    company, booked = closed(documents, pool)
    assert booked["LANDED-2026-09-TR-3 630"] == Decimal("5.00")
    assert booked["LANDED-2026-09-TR-3 425"] == Decimal("-5.00")
    rolled = company.months[0].rolled.filter(sku="PEG").sort("location")
    assert pick(rolled, "location", "closing_quantity", "closing_value") == closing


def test_what_is_taken_apart_costs_its_parts_by_their_shares_cin7_2_2() -> None:
    """cin7.md section 2.2: disassembly, per-component Cost."""
    job: Row = {"production_id": "8", "produced_date": "09-05"}
    documents = core(
        products=[*PRODUCTS, {"sku": "KIT"}],
        opening_stock=[{"opening_id": "1", "sku": "KIT", "quantity": 2, "unit_cost": "50"}],
        production_lines=[
            job | {"production_line_id": "C", "kind": "component", "sku": "KIT", "quantity": 1},
            job | {"production_line_id": "L", "sku": "LAMP", "quantity": 1, "cost_share": "30"},
            job | {"production_line_id": "P", "sku": "PEG", "quantity": 4, "cost_share": "10"},
        ],
    )
    company, _ = closed(documents)
    # 50.00 in the proportion 30 : 10
    assert pick(company.months[0].rolled.sort("sku"), "sku", "closing_value") == [
        ("KIT", "50.00"), ("LAMP", "37.50"), ("PEG", "12.50"),
    ]  # fmt: skip
