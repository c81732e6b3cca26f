"""Traps of Omni's documents, each with the section of cin7.md that tells of it: what its selects make of them."""

import pytest

from pipelines.extract.api.shapes import Question
from pipelines.extract.cin7_client import ask
from pipelines.extract.cin7_tables import RESOURCES
from tests.data.omni_selects import Row, credit, line, order, purchase, select


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
    known = [{"currency": "AUD", "date": "2026-09-01", "base_for_one": "1.09"}]
    (row,) = select("sale_lines", sales=[order(currencyRate=rate, currencyCode=currency)], rates=known)
    assert row["revenue_amount"] == revenue


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
        {"charge_id": charge, "purchase_order": reference, "type": "freight", "base_amount": "60", "date": "2026-09-09"}
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
        ("CN91/B2", "B2", "1.0000", "1.0000", "-100.00", "SO11/B2"),
        ("SO11", None, "2.0000", "1.0000", "24.00", None),
        ("SO11/B1", "B1", "2.0000", "2.0000", "48.00", None),
        ("SO11/B2", "B2", "2.0000", "2.0000", "48.00", None),
    ]
    ignored = select("sale_lines", sales=[sold])
    assert [(row["sale_line_id"], row["lot"]) for row in ignored] == [("SO11", None)]


def price_of(**changes: object) -> str | None:
    """unit_price of the one line of a purchase order: 10 units at 6 that came in, tax added at 20 %."""
    lines = [{"id": 71, "code": "RIM", "qty": 10, "qtyShipped": 10, "unitPrice": 6}]
    (row,) = select("receipt_lines", purchases=[purchase(**{"taxRate": 20, "lineItems": lines} | changes)])
    price: str | None = row["unit_price"]
    return price


@pytest.mark.parametrize("rate", [None, "20,0", "20%"])
def test_prices_with_tax_whose_rate_is_not_known_are_refused_cin7_1_6(rate: str | None) -> None:
    """cin7.md section 1.6: costs must be without tax; 6.00 would keep the tax in and the freight out."""
    assert price_of(taxStatus="Incl", taxRate=rate, freightTotal=100) == f"taxStatus Incl, taxRate {rate or 'null'}"
    (sold,) = select("sale_lines", sales=[order(taxStatus="Incl", taxRate=rate)])
    assert sold["revenue_amount"] == f"taxStatus Incl, taxRate {rate or 'null'}"


@pytest.mark.parametrize(
    ("word", "price", "revenue"),
    [("1", "5.000000", "191.67"), ("2", "6.000000", "230.00"), ("3", "6.000000", "230.00"),
     ("Weird", "taxStatus Weird, taxRate 20", "taxStatus Weird, taxRate 20")],
)  # fmt: skip
def test_a_tax_status_counts_as_a_number_too_and_an_unknown_one_is_refused_cin7_1_5(
    word: str, price: str, revenue: str
) -> None:
    """cin7.md section 1.5: the older form is 1 = Incl, 2 = Excl, 3 = Exempt. 6 / 1.2 = 5; 230 / 1.2 = 191.67."""
    assert price_of(taxStatus=word) == price
    (sold,) = select("sale_lines", sales=[order(taxStatus=word, taxRate=20)])
    assert sold["revenue_amount"] == revenue


@pytest.mark.parametrize("field", ["freightTotal", "surcharge", "discountTotal"])
def test_an_amount_of_the_order_that_is_no_number_refuses_its_lines_cin7_1_6(field: str) -> None:
    """cin7.md section 1.6: freightTotal, surcharge and discountTotal are part of the cost."""
    assert price_of(**{field: "1,000.00"}) == f"{field} 1,000.00"
    discounted = [{"id": 71, "code": "RIM", "qty": 10, "qtyShipped": 10, "unitPrice": 6, "discount": "1,5"}]
    assert price_of(lineItems=discounted) == "discount 1,5"
    (sold,) = select("sale_lines", sales=[order(lineItems=[line(discount="1,5")])])
    assert sold["revenue_amount"] == "unitPrice 115.0, qty 2, discount 1,5"


def test_freight_is_carried_by_what_came_once_the_order_is_received_in_full_cin7_1_6() -> None:
    """cin7.md section 1.6. 4 of 10 came with 10.00 of freight: 6.00 + 2.50 each, 34.00 in all."""
    lines = [{"id": 71, "code": "RIM", "qty": 10, "qtyShipped": 4, "unitPrice": 6}]
    assert price_of(lineItems=lines, freightTotal=10) == "8.500000"
    assert price_of(lineItems=lines, freightTotal=10, fullyReceivedDate=None) == "7.000000"


def test_amounts_of_currencies_with_many_zeros_are_read_to_the_end_cin7_1_6() -> None:
    """cin7.md section 1.6: prices are in the document's currency, such as rupiah: 20,000 x 150,000 and freight."""
    lines = [{"id": 71, "code": "RIM", "qty": 20_000, "qtyShipped": 20_000, "unitPrice": 1_500_000}]
    assert price_of(currencyCode="IDR", lineItems=lines, freightTotal=30_000_000) == "1501500.000000"
    (sold,) = select("sale_lines", sales=[order(lineItems=[line(qty=20_000, qtyShipped=1, unitPrice="150000.00")])])
    assert sold["revenue_amount"] == "2608695652.17"  # 3,000,000,000 / 1.15
    far = line(qty=5_000_000_000, qtyShipped=1, unitPrice=9_000_000_000)
    (sold,) = select("sale_lines", sales=[order(taxStatus="Excl", lineItems=[far])])
    assert sold["revenue_amount"] == "45000000000000000000.00"  # no money of core: the row is refused, the others go on


def test_a_transfer_that_arrived_without_a_dispatched_date_left_on_that_day_cin7_1_8() -> None:
    """cin7.md section 1.8: BranchTransfers with dispatchedDate and receivedDate."""
    moved = {"id": 7, "reference": "TR-3", "receivedDate": "2026-09-03T12:00:00Z", "sourceBranchId": 1,
             "destinationBranchId": 2, "lineItems": [{"id": 1, "code": "TENT", "qty": 2}]}  # fmt: skip
    (row,) = select("transfer_lines", transfers=[moved])
    assert (row["dispatched_date"], row["received_date"]) == ("2026-09-04", "2026-09-04")


def test_an_order_received_in_full_that_does_not_say_how_many_came_is_listed_cin7_1_6() -> None:
    """cin7.md section 1.6: qtyShipped is the received quantity."""
    unsaid = [{"id": 71, "code": "RIM", "qty": 10, "qtyShipped": None, "unitPrice": 6}]
    (row,) = select("receipt_lines", purchases=[purchase(lineItems=unsaid)])
    assert row["quantity"] == "0"
    (listed,) = select("uncounted_lines", purchases=[purchase(lineItems=unsaid)])
    assert (listed["sku"], listed["quantity"], listed["moved_date"]) == ("RIM", "10", "2026-09-08")
    assert "does not say how many came" in listed["reason"]
    none = [unsaid[0] | {"qtyShipped": 0}]
    assert select("uncounted_lines", purchases=[purchase(lineItems=none)]) == []


def test_a_credit_line_with_a_positive_quantity_that_moved_units_is_listed_cin7_1_7() -> None:
    """cin7.md section 1.7: a return to stock is a negative qty."""
    given = [credit(lineItems=[line(id=92, qty=1, qtyShipped=1), line(id=93, qty=1, qtyShipped=0)])]
    assert select("sale_lines", credits=given) == []
    (listed,) = select("uncounted_lines", credits=given)
    assert (listed["line_id"], listed["document_kind"], listed["quantity"]) == ("sale 92", "sale", "1")
    assert listed["moved_date"] == "2026-10-05"
    assert select("uncounted_lines", credits=[given[0] | {"status": "Void"}, credit()]) == []


def test_a_negative_line_of_a_sale_is_an_exchange_and_comes_back_cin7_1_5() -> None:
    """cin7.md section 1.5. 2 tents of 115.00 with 15 % inside go, 1 pot of 23.00 comes back."""
    swap = [line(), line(id=12, code="POT", qty=-1, qtyShipped=-1, unitPrice=23)]
    shown = ("sale_line_id", "kind", "ordered_quantity", "moved_quantity", "moved_date", "revenue_amount")
    rows = [tuple(row[name] for name in shown) for row in select("sale_lines", sales=[order(lineItems=swap)])]
    assert sorted(rows) == [
        ("SO11", "sale", "2.0000", "2.0000", "2026-09-30", "200.00"),
        ("SO12", "sale_return", "1.0000", "1.0000", "2026-09-30", "-20.00"),
    ]
