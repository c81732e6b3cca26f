"""The selects of mappings/sources/core.yaml for sales, and their traps (cin7.md sections 2.1, 2.2, 3B)."""

from decimal import Decimal

import pytest

from tests.data.core_selects import (
    Row,
    fulfilment,
    invoice,
    ordered,
    picked,
    purchase,
    purchase_line,
    received_line,
    sale,
    select,
)


def test_a_sale_leaves_on_its_shipment_date_and_no_date_is_ever_shifted_section_3b() -> None:
    """cin7.md section 2.1: dates are local midnights: never shifted."""
    (row,) = select("sale_lines", sales=[sale()])
    assert row == {
        "sale_line_id": "f1/TENT/Auckland", "sale_id": "s1", "sale_number": "SO-1", "kind": "sale", "sku": "TENT",
        "ordered_quantity": Decimal(2), "moved_quantity": Decimal(2), "invoice_date": "2026-10-01",
        "moved_date": "2026-09-30", "status": "approved", "accounting_status": "imported", "location": "Auckland",
        "channel": "Web", "customer": "Aroha", "revenue_amount": "200.00", "returned_sale_line_id": None,
        "known_on": None, "customer_group": None, "currency_code": "NZD", "order_account": None, "lot": None,
    }  # fmt: skip


def test_the_latest_shipment_of_a_fulfilment_dates_it_section_3b() -> None:
    shipped = fulfilment()
    shipped["Ship"]["Lines"].append({"ShipmentDate": "2026-10-02T00:00:00", "IsShipped": True})
    shipped["Ship"]["Lines"].append({"ShipmentDate": "2026-10-09T00:00:00", "IsShipped": False})
    (row,) = select("sale_lines", sales=[sale(Fulfilments=[shipped])])
    assert row["moved_date"] == "2026-10-02"


def test_the_stock_date_can_be_that_of_the_inventory_movement() -> None:
    moved = sale(InventoryMovements=[{"ProductID": "p", "Date": "2026-09-28T00:00:00"}])
    (row,) = select("sale_lines", {"stock_date": "movement"}, sales=[moved])
    assert row["moved_date"] == "2026-09-28"


def test_what_is_picked_and_not_shipped_is_still_here() -> None:
    (row,) = select("sale_lines", sales=[sale(Fulfilments=[fulfilment(status="DRAFT")])])
    assert (row["sale_line_id"], row["moved_quantity"], row["moved_date"]) == ("s1/open/TENT", 0, None)
    assert (row["ordered_quantity"], row["location"]) == (2, "Auckland")


@pytest.mark.parametrize(("assumed", "moved"), [("moved", 2), ("open", 0)])
def test_a_partly_authorised_shipment_has_left_where_that_is_assumed(assumed: str, moved: int) -> None:
    partly = [fulfilment(status="PARTIALLY AUTHORISED")]
    (row,) = select("sale_lines", {"partial_shipment": assumed}, sales=[sale(Fulfilments=partly)])
    assert row["moved_quantity"] == moved


def test_what_is_still_to_be_shipped_counts_as_ordered_from_the_last_fulfilment() -> None:
    parts = [fulfilment(picked(2)), fulfilment(picked(3), number=2, shipped="2026-10-04")]
    rows = select("sale_lines", sales=[sale(Order=ordered(9), Fulfilments=parts)])
    assert [(row["moved_date"], row["ordered_quantity"], row["moved_quantity"]) for row in rows] == [
        ("2026-09-30", 2, 2),
        ("2026-10-04", 7, 3),
    ]


def test_revenue_is_shared_by_what_moved_to_the_cent() -> None:
    parts = [fulfilment(picked(1), number=number) for number in (1, 2, 3)]
    rows = select("sale_lines", sales=[sale(Order=ordered(3), Fulfilments=parts)])
    assert [row["revenue_amount"] for row in rows] == ["66.67", "66.66", "66.67"]


def test_a_voided_invoice_stays_in_the_sale_and_does_not_count_section_2_2() -> None:
    voided = invoice(Status="VOIDED", InvoiceDate="2026-09-15T00:00:00")
    (row,) = select("sale_lines", sales=[sale(Invoices=[voided, invoice()])])
    assert (row["invoice_date"], row["revenue_amount"]) == ("2026-10-01", "200.00")
    (open_row,) = select("sale_lines", sales=[sale(Invoices=[voided])])
    assert (open_row["invoice_date"], open_row["accounting_status"]) == (None, "not_imported")


def test_each_fulfilment_takes_the_date_of_its_own_invoice() -> None:
    parts = [fulfilment(picked(1)), fulfilment(picked(1), number=2)]
    bills = [
        invoice(LinkedFulfillmentNumber=1),
        invoice(InvoiceNumber="INV-2", LinkedFulfillmentNumber=2, InvoiceDate="2026-11-02T00:00:00"),
    ]
    rows = select("sale_lines", sales=[sale(Fulfilments=parts, Invoices=bills)])
    assert [row["invoice_date"] for row in rows] == ["2026-10-01", "2026-11-02"]


@pytest.mark.parametrize(
    ("given", "status"),
    [("VOIDED", "void"), ("draft", "draft"), ("ESTIMATED", "draft"), ("Backordered", "approved"), (None, "draft")],
)
def test_a_status_counts_in_any_case_section_2_2(given: str | None, status: str) -> None:
    (row,) = select("sale_lines", sales=[sale(Status=given)])
    assert row["status"] == status


def test_a_status_that_nobody_knows_is_shown_and_so_refused() -> None:
    (row,) = select("sale_lines", sales=[sale(Status="MISLAID")])
    assert row["status"] == "MISLAID"


def test_goods_come_back_by_restock_and_not_by_the_credit_note_section_2_2() -> None:
    note = {
        "TaskID": "c1", "CreditNoteNumber": "CN-1", "Status": "AUTHORISED", "CreditNoteDate": "2026-10-05T00:00:00",
        "CreditNoteConversionRate": 1, "Lines": [{"SKU": "TENT", "Total": 115.0, "Tax": 15.0}],
        "Restock": [{"SKU": "TENT", "Quantity": 1, "RestockLocation": "Wellington",
                     "RestockDate": "2026-10-07T00:00:00"}],
    }  # fmt: skip
    money_only = note | {"TaskID": "c2", "Restock": []}
    (back,) = [
        row for row in select("sale_lines", sales=[sale(CreditNotes=[note, money_only])]) if "c" in row["sale_id"]
    ]
    assert (back["kind"], back["sale_number"], back["location"]) == ("sale_return", "CN-1", "Wellington")
    assert (back["invoice_date"], back["moved_date"]) == ("2026-10-05", "2026-10-07")
    assert (back["moved_quantity"], back["revenue_amount"]) == (1, "-100.00")
    assert back["returned_sale_line_id"] == "f1/TENT/Auckland"


@pytest.mark.parametrize(("assumed", "count"), [("not_stock", 0), ("through_stock", 1)])
def test_a_drop_shipped_line_never_touches_stock_where_that_is_assumed_section_3b(assumed: str, count: int) -> None:
    dropped = sale(Order=ordered(2, DropShip=True))
    assert len(select("sale_lines", {"drop_ship": assumed}, sales=[dropped])) == count


def test_a_bin_is_part_of_its_location_where_that_is_assumed() -> None:
    binned = [sale(Fulfilments=[fulfilment(picked(place="Auckland: A-12"))])]
    assert select("sale_lines", sales=binned)[0]["location"] == "Auckland"
    assert select("sale_lines", {"location_bins": "keep"}, sales=binned)[0]["location"] == "Auckland: A-12"


def test_each_batch_that_was_picked_is_a_line_and_comes_back_as_itself_section_2_2() -> None:
    lots = fulfilment(picked(1) | {"BatchSN": "B1"}, picked(2) | {"BatchSN": "B2"})
    note = {
        "TaskID": "c1", "CreditNoteNumber": "CN-1", "Status": "AUTHORISED", "CreditNoteDate": "2026-10-05T00:00:00",
        "CreditNoteConversionRate": 1, "Lines": [], "Restock": [{"SKU": "TENT", "Quantity": 1, "BatchSN": "B2",
        "RestockLocation": "Auckland", "RestockDate": "2026-10-07T00:00:00"}],
    }  # fmt: skip
    back, *sold = select("sale_lines", sales=[sale(Order=ordered(3), Fulfilments=[lots], CreditNotes=[note])])
    assert [(row["sale_line_id"], row["lot"], row["moved_quantity"]) for row in sold] == [
        ("f1/TENT/Auckland/B1", "B1", 1), ("f1/TENT/Auckland/B2", "B2", 2),
    ]  # fmt: skip
    assert (back["lot"], back["returned_sale_line_id"]) == ("B2", "f1/TENT/Auckland/B2")
    (single,) = select("sale_lines", sales=[sale(Fulfilments=[fulfilment(picked(2) | {"BatchSN": "B1"})])])
    assert (single["sale_line_id"], single["lot"]) == ("f1/TENT/Auckland", "B1")


def test_what_does_not_count_though_goods_moved_is_listed_drop_shipments_too_section_3b() -> None:
    """cin7.md section 3B: a drop shipment is tied to the purchase invoice and never is in stock."""
    dropped = purchase(ID="p2", OrderNumber="PO-2", RelatedDropShipSaleTask="s1")
    other = {"TaskID": "r9", "Status": "AUTHORISED", "Lines": [received_line(CardID="other")]}
    gone = purchase(Status="VOIDED", StockReceived=[other])
    sold = sale(Order=ordered(2, DropShip=True))
    rows = select("uncounted_lines", purchases=[dropped, gone], sales=[sold, sale(ID="s2")])
    shown = ("document_kind", "document_number", "sku", "quantity", "moved_date", "reason")
    drop = "drop-shipped: it never was in stock (assumption drop_ship)"
    assert sorted(tuple(row[name] for name in shown) for row in rows if row["document_number"] != "PO-1") == [
        ("purchase", "PO-2", "TENT", 10, "2026-09-30", drop),
        ("sale", "SO-1", "TENT", -2, "2026-10-01", drop),
    ]
    (void,) = select("uncounted_lines", {"drop_ship": "through_stock"}, purchases=[gone], sales=[sold])
    assert void["reason"] == "the purchase is void, yet goods were received"


def test_what_is_negative_is_shared_to_the_cent_like_what_is_positive() -> None:
    # a trade-in of 100.00 over three fulfilments: 33.33 + 33.34 + 33.33, and a supplier's rebate line over two parts
    parts = [fulfilment(picked(1), number=number) for number in (1, 2, 3)]
    taken = invoice(Lines=[{"SKU": "TENT", "Quantity": 3, "Total": -100.0, "Tax": 0}])
    rows = select("sale_lines", sales=[sale(Order=ordered(3), Fulfilments=parts, Invoices=[taken])])
    assert [row["revenue_amount"] for row in rows] == ["-33.33", "-33.34", "-33.33"]
    received = [{"TaskID": "r1", "Status": "AUTHORISED", "Lines": [
        received_line(Quantity=each, CardID=card) for each, card in ((1, "a"), (2, "b"))]}]  # fmt: skip
    billed = purchase()["Invoice"][0] | {"Lines": [purchase_line(Quantity=3, Total=-10.0)]}
    lines = select("bill_lines", purchases=[purchase(StockReceived=received, Invoice=[billed])])
    assert [row["line_amount"] for row in lines] == ["-3.33", "-6.67"]


def test_a_sale_of_a_million_and_more_is_read_to_the_end_section_2_2() -> None:
    """cin7.md section 2.2: 90,000,000.00 yen at 0.011 are 990,000.00; 2,000,000.00 at 1 are themselves."""
    for total, rate, revenue in ((90_000_000, 0.011, "990000.00"), (2_000_000, 1, "2000000.00")):
        line = {"SKU": "TENT", "Quantity": 2, "Total": total, "Tax": 0}
        (row,) = select("sale_lines", sales=[sale(Invoices=[invoice(Lines=[line], CurrencyConversionRate=rate)])])
        assert row["revenue_amount"] == revenue


def test_a_negative_line_of_a_sale_is_an_exchange_and_comes_back_section_2_2() -> None:
    """cin7.md section 2.2: 2 tents of 115.00 with 15.00 inside go, 1 pot of 23.00 with 3.00 inside comes back."""
    pot = {"SKU": "POT", "Quantity": -1, "Total": -23.0, "Tax": -3.0, "DropShip": False}
    tent = {"SKU": "TENT", "Quantity": 2, "Total": 230.0, "Tax": 30.0, "DropShip": False}
    lines = [tent, pot]
    swap = sale(
        Order={"SaleOrderNumber": "SO-1", "Status": "AUTHORISED", "Lines": lines}, Invoices=[invoice(Lines=lines)],
        Fulfilments=[fulfilment(picked(), picked(-1, "POT"))],
    )  # fmt: skip
    shown = ("kind", "sku", "ordered_quantity", "moved_quantity", "moved_date", "invoice_date", "revenue_amount")
    rows = [tuple(row[name] for name in shown) for row in select("sale_lines", sales=[swap])]
    assert sorted(rows) == [
        ("sale", "TENT", 2, 2, "2026-09-30", "2026-10-01", "200.00"),
        ("sale_return", "POT", 1, 1, "2026-09-30", "2026-10-01", "-20.00"),
    ]
    assert select("uncounted_lines", sales=[swap]) == []
    unpicked = swap | {"Fulfilments": [fulfilment()]}
    (row,) = select("sale_lines", sales=[unpicked])
    assert row["sku"] == "TENT"
    (listed,) = select("uncounted_lines", sales=[unpicked])
    assert (listed["sku"], listed["quantity"], listed["moved_date"]) == ("POT", 1, "2026-10-01")
    assert "nobody picked" in listed["reason"]


RULES = [{"Name": "VAT 20", "TaxPercent": 20}, {"Name": "GST", "TaxPercent": 15}, {"Name": "None", "TaxPercent": 0}]


def revenue_of(**changes: object) -> str | None:
    """Revenue of the one line of a sale: 2 tents at 230.00 in all, with tax; nothing says how much of it."""
    line = {"SKU": "TENT", "Quantity": 2, "Total": 230.0, "Tax": None} | changes
    billed = sale(Invoices=[invoice(Lines=[line])], TaxRule=changes.get("rule"))
    (row,) = select("sale_lines", sales=[billed | {"TaxCalculation": changes.get("mode", "Inclusive")}], taxes=RULES)
    revenue: str | None = row["revenue_amount"]
    return revenue


@pytest.mark.parametrize(
    ("changes", "revenue"),
    [
        ({"TaxRule": "GST"}, "200.00"),
        ({"TaxRule": " vat 20 ", "Tax": ""}, "191.67"),  # 38.33 of 230.00
        ({"rule": "VAT 20"}, "191.67"),  # the rule of the sale
        ({"rule": "VAT 20", "TaxRule": "GST"}, "200.00"),
        ({"TaxRule": "None"}, "230.00"),
        ({"TaxRule": "GST", "Tax": 0}, "230.00"),  # stated: there is none in it
        ({"Total": 0}, "0.00"),
        ({}, "TaxCalculation Inclusive, Tax null, TaxRule null"),
        ({"TaxRule": "VAT 99"}, "TaxCalculation Inclusive, Tax null, TaxRule VAT 99"),
        ({"Tax": "thirty"}, "TaxCalculation Inclusive, Tax thirty, TaxRule null"),
        ({"Total": "1,000.00", "Tax": 0}, "Total 1,000.00"),
        ({"mode": "Exclusive"}, "230.00"),
        ({"mode": None, "Tax": 0}, "230.00"),
        ({"mode": None, "Tax": 30.0}, "TaxCalculation null, Tax 30.0, TaxRule null"),
        ({"mode": "Both", "Tax": 30.0}, "TaxCalculation Both, Tax 30.0, TaxRule null"),
    ],
)
def test_revenue_is_never_gross_without_a_word_section_2_2(changes: Row, revenue: str) -> None:
    """cin7.md section 2.2: TaxCalculation Inclusive, lines with Total, Tax and TaxRule, /ref/tax with TaxPercent."""
    assert revenue_of(**changes) == revenue


def test_a_credit_and_an_order_take_the_tax_of_their_rule_too_section_2_2() -> None:
    note = {
        "TaskID": "c1", "CreditNoteNumber": "CN-1", "Status": "AUTHORISED", "CreditNoteDate": "2026-10-05T00:00:00",
        "Lines": [{"SKU": "TENT", "Total": 115.0, "TaxRule": "GST"}],
        "Restock": [{"SKU": "TENT", "Quantity": 1, "Location": "Auckland", "RestockDate": "2026-10-07T00:00:00"}],
    }  # fmt: skip
    unbilled = sale(Invoices=[], Order=ordered(2, Total=230.0, Tax=None, TaxRule="GST"), CreditNotes=[note])
    rows = {row["kind"]: row["revenue_amount"] for row in select("sale_lines", sales=[unbilled], taxes=RULES)}
    assert rows == {"sale": "200.00", "sale_return": "-100.00"}
    rows = {row["kind"]: row["revenue_amount"] for row in select("sale_lines", sales=[unbilled])}
    told = "TaxCalculation Inclusive, Tax null, TaxRule GST"
    assert rows == {"sale": told, "sale_return": told}
