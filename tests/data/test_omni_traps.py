"""Traps of Omni's documents, each with the section of cin7.md that tells of it: what its selects make of them."""

from decimal import Decimal

import pytest

from pipelines.extract.api.shapes import Question
from pipelines.extract.cin7_client import ask
from pipelines.extract.cin7_tables import RESOURCES
from tests.data.test_omni_selects import Row, credit, line, order, purchase, select


def test_the_unit_cost_on_a_sale_is_never_read_cin7_1_5() -> None:
    """cin7.md section 1.5 and section 5, question 1: integrations fill it with 0 or with a selling price."""
    plain = select("sale_lines", sales=[order()])
    for typed_in in (0, 115, 31.5):
        assert select("sale_lines", sales=[order(lineItems=[line(unitCost=typed_in)])]) == plain


@pytest.mark.parametrize(
    ("rate", "currency", "revenue"),
    [(1, "NZD", "200.00"), (0, "NZD", "200.00"), (None, None, "200.00"), (0, "AUD", None), (None, "AUD", None),
     (1.09, "AUD", None)],
)  # fmt: skip
def test_a_rate_of_nothing_is_base_currency_only_where_the_currency_is_cin7_1_5(
    rate: float | None, currency: str | None, revenue: str | None
) -> None:
    """cin7.md section 1.5: if 0 or null, Cin7 looks up a rate."""
    known = [{"currency": "AUD", "date": "2026-09-01", "nzd_for_one": "1.09"}]
    (row,) = select("sale_lines", sales=[order(currencyRate=rate, currencyCode=currency)], rates=known)
    assert row["revenue_amount"] == (None if revenue is None else Decimal(revenue))


def test_a_key_with_an_apostrophe_is_doubled_and_a_question_is_sorted_by_what_it_follows_cin7_1_2() -> None:
    """cin7.md section 1.2: single-quoted strings, the quote doubled to escape; page by a stable key."""
    asked = ask(RESOURCES["Stock"], Question(keys=("7", "O'Brien")))
    assert asked["where"] == "productId=7 or productId='O''Brien'"
    assert ask(RESOURCES["SalesOrders"], Question(follow="modifiedDate", since="2026-10-01T00:00:00Z")) == {
        "order": "modifiedDate ASC", "where": "modifiedDate>='2026-10-01T00:00:00Z'",
    }  # fmt: skip
    assert max(one.page_rows for one in RESOURCES.values()) == 250


@pytest.mark.parametrize(("assumed", "day"), [({}, "2026-10-01"), ({"business_dates": "days"}, "2026-09-30")])
def test_whether_business_dates_are_instants_is_a_setting_cin7_5(assumed: Row, day: str) -> None:
    """cin7.md section 5, question 2: time zone and time part of invoiceDate and dispatchedDate."""
    late = "2026-09-30T11:00:00Z"
    (row,) = select("sale_lines", assumptions=assumed, sales=[order(invoiceDate=late, dispatchedDate=late)])
    (back,) = select("sale_lines", assumptions=assumed, credits=[credit(creditNoteDate=late, completedDate=late)])
    (received,) = select("receipt_lines", assumptions=assumed, purchases=[purchase(fullyReceivedDate=late)])
    assert (row["invoice_date"], row["moved_date"], back["moved_date"], received["received_date"]) == (day,) * 4


def test_whether_a_kit_or_its_parts_leave_stock_is_a_setting_cin7_5() -> None:
    """cin7.md section 5, question 3, and section 1.5: parentId is the link of a kit's child lines."""
    lines = [line(id=11, code="KIT"), line(id=12, code="TENT", parentId=11), line(id=13, code="PEG", parentId=0)]
    products = [{"name": "Set", "orderType": "Kit", "productOptions": [{"code": "KIT"}]}]
    for assumed, sold, is_stock in (("parts", ["KIT", "TENT", "PEG"], False), ("kit", ["KIT", "PEG"], True)):
        settings = {"kit_lines": assumed}
        rows = select("sale_lines", assumptions=settings, sales=[order(lineItems=lines)])
        assert sorted(row["sku"] for row in rows) == sorted(sold)
        (product,) = select("products", assumptions=settings, products=products)
        assert product["is_stocked"] is is_stock


def part_received(**changes: object) -> Row:
    lines = [{"id": 71, "code": "TENT", "qty": 4, "qtyShipped": 3, "unitPrice": 10}]
    dates = {"estimatedDeliveryDate": "2026-09-14T12:00:00Z", "modifiedDate": "2026-09-20T00:00:00Z"}
    return purchase(fullyReceivedDate=None, lineItems=lines) | dates | changes


def test_an_order_received_in_part_has_no_day_so_it_is_open_and_listed_or_takes_the_day_it_was_due_cin7_5() -> None:
    """cin7.md section 5, question 4, and section 1.4: only fullyReceivedDate and qtyShipped, no dates of receipts."""
    (row,) = select("receipt_lines", purchases=[part_received()])
    assert (row["quantity"], row["received_date"]) == ("3", None)
    (listed,) = select("uncounted_lines", assumptions={"partial_receipt": "open"}, purchases=[part_received()])
    assert (listed["document_kind"], listed["quantity"], listed["moved_date"]) == ("purchase", "3", "2026-09-20")
    assert "received in part" in listed["reason"]
    due = {"partial_receipt": "expected"}
    (row,) = select("receipt_lines", assumptions=due, purchases=[part_received()])
    assert (row["quantity"], row["received_date"]) == ("3", "2026-09-15")
    assert select("uncounted_lines", assumptions=due, purchases=[part_received()]) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"isVoid": True}, "the purchase order is void, yet goods were received"),
        ({"status": "VOID"}, "the purchase order is void, yet goods were received"),
        ({"status": "Draft"}, "the purchase order is a draft, yet goods were received"),
    ],
)
def test_drafts_and_voids_that_received_goods_are_listed_cin7_1_6(changes: Row, reason: str) -> None:
    """cin7.md sections 1.6 and 1.1: orders are voided with isVoid, which nothing reverses."""
    (row,) = select("uncounted_lines", purchases=[purchase(**changes)])
    assert (row["line_id"], row["document_number"], row["quantity"], row["reason"]) == (
        "purchase 71", "PO-7", "4", reason,
    )  # fmt: skip
    assert row["moved_date"] == "2026-09-08"
    assert select("uncounted_lines", purchases=[purchase()]) == []


def test_an_adjustment_without_accounting_date_or_approval_is_listed_when_it_moved_stock_cin7_1_8() -> None:
    """cin7.md section 1.8: Adjustments have completedDate and adjustInAccountingSystem, no status and no isVoid."""
    counted = {"id": 5, "reference": "ADJ-5", "completedDate": "2026-09-03T12:00:00Z",
               "lineItems": [{"id": 1, "code": "TENT", "qty": -3, "qtyAdjusted": -2}]}  # fmt: skip
    dated = counted | {"adjustInAccountingSystem": "2026-09-03T12:00:00Z"}
    rows = select("uncounted_lines", adjustments=[counted, dated | {"isApproved": False}, dated])
    assert sorted((row["quantity"], row["reason"]) for row in rows) == [
        ("-2", "the adjustment has no accounting date"), ("-2", "the adjustment is a draft, yet it is completed"),
    ]  # fmt: skip


JOB = {"id": 3, "reference": "J-3", "completedDate": "2026-09-03T12:00:00Z", "products": [
    {"id": 31, "code": "LAMP", "actualQty": 2, "components": [{"id": 32, "code": "PEG", "qty": 8}]}]}  # fmt: skip


def test_a_void_job_that_was_completed_is_listed_with_what_it_made_and_used_cin7_1_8() -> None:
    """cin7.md section 1.8: ProductionJobs with components and completedDate."""
    rows = select("uncounted_lines", jobs=[JOB | {"isVoid": True}, JOB])
    assert sorted((row["sku"], row["quantity"]) for row in rows) == [("LAMP", "2"), ("PEG", "-8")]
    assert {row["reason"] for row in rows} == {"the job is void, yet it is completed"}


@pytest.mark.parametrize(("assumed", "quantity"), [("job", "8"), ("unit", "16.0000")])
def test_whether_a_component_is_for_the_job_or_for_a_unit_is_a_setting_cin7_1_8(assumed: str, quantity: str) -> None:
    """cin7.md section 1.8: products with standardQty and actualQty, components with qty."""
    rows = select("production_lines", assumptions={"component_quantity": assumed}, jobs=[JOB])
    assert {row["kind"]: row["quantity"] for row in rows} == {"output": "2", "component": quantity}


def test_import_costs_on_a_branch_transfer_come_from_a_file_and_find_it_by_its_reference_cin7_1_8() -> None:
    """cin7.md sections 1.8 and 1.4: import costs can be added in the UI but are not exposed."""
    carriers = {"F1": "TR-3", "F2": "PO-7", "F3": "PO-?"}
    costs = [
        {"charge_id": charge, "purchase_order": reference, "type": "freight", "nzd_amount": "60", "date": "2026-09-09"}
        for charge, reference in carriers.items()
    ]
    moved = {"id": 7, "reference": "TR-3", "lineItems": [{"id": 1, "code": "TENT", "qty": 2, "unitCost": 12.5}]}
    rows = select("charges", landed_costs=costs, transfers=[moved], purchases=[purchase()])
    # both have the id 7; a charge without a document is refused, since core.charges needs one
    assert {row["charge_id"]: row["purchase_id"] for row in rows} == {"F1": "transfer:7", "F2": "7", "F3": None}
    (sent,) = select("transfer_lines", transfers=[moved])
    assert sent["unit_cost"] == "12.5"


def test_batches_of_a_sale_are_lines_of_their_own_where_that_is_asked_for_cin7_1_5() -> None:
    """cin7.md section 1.5: stockMovements[] of a line hold batch, quantity and serial."""
    moved = [{"batch": "B2", "quantity": 1}, {"batch": "B1", "quantity": 2}, {"batch": "B2", "quantity": 1},
             {"batch": None, "serial": " ", "quantity": 1}]  # fmt: skip
    sold = order(lineItems=[line(qty=6, qtyShipped=5, unitPrice=23, stockMovements=moved)])
    back = credit(lineItems=[line(id=91, qty=-1, qtyShipped=-1, stockMovements=[{"batch": "B2", "quantity": 1}])])
    rows = select("sale_lines", assumptions={"batches": "lines"}, sales=[sold], credits=[back])
    shown = ("sale_line_id", "lot", "ordered_quantity", "moved_quantity", "revenue_amount", "returned_sale_line_id")
    # 6 at 23.00 with 15 % inside are 120.00, shared by the 5 that moved: 48.00, 48.00 and 24.00
    assert sorted(tuple(row[name] for name in shown) for row in rows) == [
        ("CN91/B2", "B2", "1.0000", "1.0000", Decimal("-100.00"), "SO11/B2"),
        ("SO11", None, "2.0000", "1.0000", Decimal("24.00"), None),
        ("SO11/B1", "B1", "2.0000", "2.0000", Decimal("48.00"), None),
        ("SO11/B2", "B2", "2.0000", "2.0000", Decimal("48.00"), None),
    ]
    ignored = select("sale_lines", sales=[sold])
    assert [(row["sale_line_id"], row["lot"]) for row in ignored] == [("SO11", None)]
