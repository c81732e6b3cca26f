"""The purchase and stock selects of mappings/sources/omni.yaml: receipts, adjustments, products, stock on hand."""

from decimal import Decimal

import pytest

from tests.data.omni_selects import Row, purchase, select


@pytest.mark.parametrize(
    ("changes", "unit_price"),
    [
        ({}, "12.345700"),
        ({"taxStatus": "Incl"}, "10.735391"),  # 12.3457 / 1.15 = 10.7353913...
        ({"freightTotal": 10, "surcharge": 2, "discountTotal": 4}, "14.345700"),  # 8 over 4 units
        ({"lineItems": [{"id": 1, "code": "A", "qty": 3, "qtyShipped": 3, "unitPrice": 5, "discount": 1}]}, "4.666667"),
        ({"lineItems": [{"id": 1, "code": "A", "qty": 3, "qtyShipped": 3, "unitPrice": "five"}]}, "five"),
        ({"lineItems": [{"id": 1, "code": "A", "qty": 3, "qtyShipped": 3, "unitPrice": None}]}, None),
    ],
)
def test_a_purchase_price_is_without_gst_and_with_the_orders_own_freight(changes: Row, unit_price: str | None) -> None:
    """cin7.md section 1.6: unitPrice is the cost in the document's currency, with tax or without, before freight."""
    (row,) = select("receipt_lines", purchases=[purchase(**changes)])
    assert row["unit_price"] == unit_price


def test_tax_that_does_not_come_back_is_part_of_the_cost() -> None:
    # 115.00 with 15 % GST inside is 100.00 without; 100.00 without is 115.00 with
    """cin7.md section 1.6: tax that does not come back."""
    inside = purchase(taxStatus="Incl", lineItems=[{"id": 71, "code": "TENT", "qty": 4, "unitPrice": 115}])
    outside = purchase(taxStatus="Excl", lineItems=[{"id": 71, "code": "TENT", "qty": 4, "unitPrice": 100}])
    exempt = purchase(taxStatus="Exempt", lineItems=[{"id": 71, "code": "TENT", "qty": 4, "unitPrice": 100}])
    prices = {
        kept: [
            select("receipt_lines", assumptions={"purchase_tax": kept}, purchases=[one])[0]["unit_price"]
            for one in (inside, outside, exempt)
        ]
        for kept in ("recoverable", "cost")
    }
    assert prices == {
        "recoverable": ["100.000000", "100.000000", "100.000000"],
        "cost": ["115.000000", "115.000000", "100.000000"],
    }


def test_drafts_and_voids_of_purchases_are_no_receipts() -> None:
    """cin7.md section 1.6: drafts and voids are no receipts."""
    gone = [purchase(isVoid=True), purchase(status="VOID"), purchase(status="draft")]
    assert select("receipt_lines", purchases=gone) == []


def test_an_adjustment_counts_when_it_is_complete_and_a_cost_of_nothing_is_none() -> None:
    """cin7.md section 1.8: adjustments count with both dates, and have no status."""
    done = {"completedDate": "2026-09-03T12:00:00Z", "adjustInAccountingSystem": "2026-09-03T12:00:00Z"}
    lines = [
        {"id": 1, "code": "A", "qty": -3, "qtyAdjusted": -2, "unitCost": 0},
        {"id": 2, "code": "A", "qty": 4, "unitCost": 3.5},
    ]
    header = {"id": 5, "reference": "ADJ-5", "branchId": 1, "adjustmentReason": "Stock count", "lineItems": lines}
    rows = select(
        "adjustment_lines",
        adjustments=[header | done, header | {"completedDate": None}, header | done | {"isApproved": False}],
    )
    assert {(row["adjustment_line_id"], row["quantity"], row["unit_cost"]) for row in rows} == {
        ("1", "-2", None),
        ("2", "4", "3.5"),
    }
    assert len(rows) == 2
    assert {row["adjustment_date"] for row in rows} == {"2026-09-04"}


def test_an_option_is_a_sku_and_services_and_kits_are_no_stock() -> None:
    """cin7.md section 1.8: services, kits and older codes of options."""
    options = [
        {"code": "OLD", "productOptionCode": "NEW", "optionWeight": 0.3},
        {"code": "B", "productOptionSizeCode": "B-L"},
    ]
    rows = select(
        "products",
        products=[
            {"name": "Tent", "stockControl": "fifo", "weight": 2, "productOptions": options},
            {"name": "Repair", "stockControl": "LABOUR", "productOptions": [{"code": "R"}]},
            {"name": "Set", "orderType": "Kit", "stockControl": "FIFO", "productOptions": [{"code": "K"}]},
            {"name": "Unknown", "stockControl": "Undefined", "productOptions": [{"code": "U"}]},
        ],
    )
    assert [(row["sku"], row["is_stocked"]) for row in rows] == [
        ("NEW", True), ("B-L", True), ("R", False), ("K", False), ("U", True),
    ]  # fmt: skip
    assert [row["weight"] for row in rows[:2]] == ["0.3000", "2"]


def test_stock_of_today_is_named_by_the_code_of_its_option_and_size() -> None:
    """cin7.md section 1.8: rows of Stock have ids and a size; an option id is not unique for sized products."""
    options = [
        {"id": 1, "code": "TENT"},
        {"id": 2, "productOptionSizeCode": "SHOE-41", "size": "41"},
        {"id": 2, "productOptionSizeCode": "SHOE-42", "size": "42"},
    ]
    stock: list[dict[str, object]] = [
        {"productOptionId": 1, "size": None, "branchId": 1, "stockOnHand": 3},
        {"productOptionId": 2, "size": "42", "branchId": 1, "stockOnHand": 4.5},
        {"productOptionId": 2, "size": "41", "branchId": 9, "stockOnHand": None},
        {"productOptionId": 8, "size": "", "branchId": 1, "stockOnHand": 1},
    ]
    rows = select("stock_on_hand", products=[{"productOptions": options}], stock=stock)
    assert {(row["sku"], row["location"], row["quantity"]) for row in rows} == {
        ("TENT", "Auckland", Decimal(3)), ("SHOE-42", "Auckland", Decimal("4.5")), ("SHOE-41", "branch 9", Decimal(0)),
        ("option 8", "Auckland", Decimal(1)),  # not among the products: a difference, not a row that is lost
    }  # fmt: skip
