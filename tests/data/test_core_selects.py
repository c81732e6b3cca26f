"""The selects of mappings/sources/core.yaml: Core's documents and their traps (cin7.md sections 2.2, 3B, 5)."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.extract import read_source
from pipelines.extract.source_shapes import ApiInput
from pipelines.extract.source_sql import SourceConnection

ROOT = Path(__file__).parents[2]
SOURCE = read_source(ROOT / "mappings" / "sources" / "core.yaml")

Row = dict[str, Any]


def select(table: str, assumed: Mapping[str, str] | None = None, **inputs: Sequence[Mapping[str, object]]) -> list[Row]:
    """Rows of one select over the given documents; an input that is not given is empty."""
    frames = {
        str(name): pl.DataFrame(
            {"row": [json.dumps(row) for row in inputs.get(str(name), [])]}, schema={"row": pl.String}
        )
        for name, definition in SOURCE.inputs.items()
        if isinstance(definition, ApiInput)
    }
    values = {str(name): str(one.value) for name, one in SOURCE.assumptions.items()} | dict(assumed or {})
    sql = next(sql for name, sql in SOURCE.tables.items() if str(name) == table)
    with (
        SourceConnection(frames, "Pacific/Auckland", threads=1, assumptions=values) as connection,
        connection.select(table, sql) as selected,
    ):
        return selected.query("select * from selected_rows order by 1").to_dicts()


def picked(quantity: float = 2, sku: str = "TENT", place: str = "Auckland") -> Row:
    return {"SKU": sku, "Location": place, "Quantity": quantity}


def fulfilment(*lines: Row, number: int = 1, status: str = "AUTHORISED", shipped: str = "2026-09-30") -> Row:
    return {
        "TaskID": f"f{number}", "FulfillmentNumber": number, "LinkedInvoiceNumber": None,
        "Pick": {"Status": "AUTHORISED", "Lines": list(lines) or [picked()]}, "Pack": {"Status": "DRAFT", "Lines": []},
        "Ship": {"Status": status, "Lines": [{"ShipmentDate": f"{shipped}T00:00:00", "IsShipped": True}]},
    }  # fmt: skip


def invoice(**changes: object) -> Row:
    line = {"SKU": "TENT", "Quantity": 2, "Total": 230.0, "Tax": 30.0}
    return {"InvoiceNumber": "INV-1", "Status": "AUTHORISED", "InvoiceDate": "2026-10-01T00:00:00",
            "CurrencyConversionRate": 1, "LinkedFulfillmentNumber": None, "Lines": [line]} | changes  # fmt: skip


def sale(**changes: object) -> Row:
    line = {"SKU": "TENT", "Quantity": 2, "Total": 230.0, "Tax": 30.0, "DropShip": False}
    return {
        "ID": "s1", "Customer": "Aroha", "CustomerCurrency": "NZD", "CurrencyRate": 1, "TaxCalculation": "Inclusive",
        "Location": "Auckland", "Status": "COMPLETED", "SourceChannel": "Web",
        "Order": {"SaleOrderNumber": "SO-1", "Status": "AUTHORISED", "Lines": [line]}, "Fulfilments": [fulfilment()],
        "Invoices": [invoice()], "CreditNotes": [], "InventoryMovements": [],
    } | changes  # fmt: skip


def ordered(quantity: float, **changes: object) -> Row:
    line = {"SKU": "TENT", "Quantity": quantity, "Total": 100.0, "Tax": 0, "DropShip": False} | changes
    return {"SaleOrderNumber": "SO-1", "Status": "AUTHORISED", "Lines": [line]}


def test_a_sale_leaves_on_its_shipment_date_and_no_date_is_ever_shifted_section_3b() -> None:
    """cin7.md section 2.1: dates are local midnights: never shifted."""
    (row,) = select("sale_lines", sales=[sale()])
    assert row == {
        "sale_line_id": "f1/TENT/Auckland", "sale_id": "s1", "sale_number": "SO-1", "kind": "sale", "sku": "TENT",
        "ordered_quantity": Decimal(2), "moved_quantity": Decimal(2), "invoice_date": "2026-10-01",
        "moved_date": "2026-09-30", "status": "approved", "accounting_status": "imported", "location": "Auckland",
        "channel": "Web", "customer": "Aroha", "revenue_amount": Decimal("200.00"), "returned_sale_line_id": None,
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
    assert [row["revenue_amount"] for row in rows] == [Decimal("66.67"), Decimal("66.66"), Decimal("66.67")]


def test_a_voided_invoice_stays_in_the_sale_and_does_not_count_section_2_2() -> None:
    voided = invoice(Status="VOIDED", InvoiceDate="2026-09-15T00:00:00")
    (row,) = select("sale_lines", sales=[sale(Invoices=[voided, invoice()])])
    assert (row["invoice_date"], row["revenue_amount"]) == ("2026-10-01", Decimal("200.00"))
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
    assert (back["moved_quantity"], back["revenue_amount"]) == (1, Decimal("-100.00"))
    assert back["returned_sale_line_id"] == "f1/TENT/Auckland"


@pytest.mark.parametrize(("assumed", "count"), [("not_stock", 0), ("through_stock", 1)])
def test_a_drop_shipped_line_never_touches_stock_where_that_is_assumed_section_3b(assumed: str, count: int) -> None:
    dropped = sale(Order=ordered(2, DropShip=True))
    assert len(select("sale_lines", {"drop_ship": assumed}, sales=[dropped])) == count


def test_a_bin_is_part_of_its_location_where_that_is_assumed() -> None:
    binned = [sale(Fulfilments=[fulfilment(picked(place="Auckland: A-12"))])]
    assert select("sale_lines", sales=binned)[0]["location"] == "Auckland"
    assert select("sale_lines", {"location_bins": "keep"}, sales=binned)[0]["location"] == "Auckland: A-12"


@pytest.mark.parametrize(
    "table", [str(name) for name in SOURCE.tables if str(name) not in ("opening_stock", "currency_rates")]
)
def test_documents_of_nulls_break_no_select_section_2_2(table: str) -> None:
    empty: Row = dict.fromkeys(
        ("Status", "Order", "Fulfilments", "Invoices", "CreditNotes", "StockReceived", "Invoice", "CreditNote",
         "ManualJournals", "Lines", "PickLines", "ExistingStockLines", "NewStockLines", "Runs", "EffectiveDate",
         "Amount")
    )  # fmt: skip
    everywhere: dict[str, list[Row]] = {
        str(name): [empty | {"ID": "1", "TaskID": "1", "ProductionOrderID": "1"}]
        for name, definition in SOURCE.inputs.items()
        if isinstance(definition, ApiInput)
    }
    assert len(select(table, None, **everywhere)) <= 1


def purchase(**changes: object) -> Row:
    line = {"SKU": "TENT", "Quantity": 10, "Price": 12.3457, "Discount": 0, "Tax": 0, "Total": 123.46, "TaxRule": "GST"}
    received = {"SKU": "TENT", "Quantity": 10, "Date": "2026-09-30T00:00:00", "Location": "Auckland", "BatchSN": None,
                "CardID": "card", "Received": True}  # fmt: skip
    return {
        "ID": "p1", "OrderNumber": "PO-1", "Supplier": "Maker", "Status": "COMPLETED", "SupplierCurrency": "USD",
        "CurrencyRate": 1.68, "TaxCalculation": "Exclusive", "Location": "Auckland", "InventoryAccount": "630",
        "RelatedDropShipSaleTask": None, "Type": "Advanced Purchase", "Order": {"Lines": [line]},
        "StockReceived": [{"TaskID": "r1", "Status": "AUTHORISED", "Lines": [received]}], "PutAway": [],
        "Invoice": [{"TaskID": "i1", "InvoiceNumber": "INV-9", "Status": "AUTHORISED", "CurrencyConversionRate": 1.7,
                     "InvoiceDate": "2026-10-02T00:00:00", "Lines": [line], "AdditionalCharges": []}],
        "CreditNote": [], "ManualJournals": [],
    } | changes  # fmt: skip


def purchase_line(**changes: object) -> Row:
    first: Row = purchase()["Order"]["Lines"][0]
    return first | changes


def received_line(**changes: object) -> Row:
    first: Row = purchase()["StockReceived"][0]["Lines"][0]
    return first | changes


def test_a_receipt_enters_at_the_price_and_the_rate_of_its_document() -> None:
    (row,) = select("receipt_lines", purchases=[purchase()])
    assert (row["receipt_line_id"], row["received_date"], row["quantity"]) == ("card", "2026-09-30", 10)
    assert (row["unit_price"], row["currency_code"]) == (Decimal("12.345700"), "USD")
    assert row["currency_rate"] == Decimal("1.68")
    (by_day,) = select("receipt_lines", {"receipt_rate": "day"}, purchases=[purchase()])
    assert by_day["currency_rate"] is None


def test_a_purchase_is_received_in_parts_and_the_rest_is_still_open_section_2_2() -> None:
    parts = [
        {"TaskID": "r1", "Status": "AUTHORISED", "Lines": [received_line(Quantity=4, CardID="a")]},
        {"TaskID": "r2", "Status": "AUTHORISED",
         "Lines": [received_line(Quantity=5, CardID="b", Date="2026-10-03T00:00:00", BatchSN="LOT-7")]},
    ]  # fmt: skip
    rows = select("receipt_lines", purchases=[purchase(StockReceived=parts)])
    assert [(row["receipt_line_id"], row["received_date"], row["quantity"], row["lot"]) for row in rows] == [
        ("a", "2026-09-30", 4, None),
        ("b", "2026-10-03", 5, "LOT-7"),
        ("p1/open/TENT", None, 1, None),
    ]
    shares = {row["receipt_line_id"]: row["line_amount"] for row in select(
        "bill_lines", purchases=[purchase(StockReceived=parts)])}  # fmt: skip
    assert shares == {"a": Decimal("54.87"), "b": Decimal("68.59")}


def test_a_receipt_that_is_not_authorised_has_not_happened() -> None:
    draft = [{"TaskID": "r1", "Status": "DRAFT", "Lines": [received_line()]}]
    (row,) = select("receipt_lines", purchases=[purchase(StockReceived=draft)])
    assert row["received_date"] is None


@pytest.mark.parametrize(
    ("calculation", "tax", "kept", "price"),
    [
        ("Inclusive", 16.10, "none", "10.7357"),
        ("Inclusive", 16.10, "gst", "12.3457"),
        ("Exclusive", 18.52, "none", "12.3457"),
        ("Exclusive", 18.52, "gst", "14.1977"),
    ],
)
def test_recoverable_tax_is_no_cost_and_other_tax_is(calculation: str, tax: float, kept: str, price: str) -> None:
    taxed = purchase(TaxCalculation=calculation, Order={"Lines": [purchase_line(Tax=tax)]})
    (row,) = select("receipt_lines", {"non_recoverable_taxes": kept}, purchases=[taxed])
    assert row["unit_price"] == Decimal(price)


def test_a_discount_and_charges_coded_to_stock_are_in_the_price_by_value_section_3b() -> None:
    lines = [
        purchase_line(Quantity=10, Price=12, Discount=50, Total=60.0),
        purchase_line(SKU="PEG", Quantity=40, Price=1, Total=40.0),
    ]
    charges = [{"Description": "Packing", "Total": 10.0, "Tax": 0, "Account": "630: Stock on hand"}]
    billed = purchase()["Invoice"][0] | {"Lines": lines, "AdditionalCharges": charges}
    whole = purchase(Order={"Lines": lines}, Invoice=[billed], StockReceived=[])
    prices = {row["sku"]: row["unit_price"] for row in select("receipt_lines", purchases=[whole])}
    assert prices == {"TENT": Decimal("6.600000"), "PEG": Decimal("1.100000")}
    amounts = {row["receipt_line_id"]: row["line_amount"] for row in select("bill_lines", purchases=[whole])}
    assert amounts == {"p1/open/TENT": Decimal("66.00"), "p1/open/PEG": Decimal("44.00")}


def test_goods_sent_back_name_the_card_they_came_with_section_2_2() -> None:
    note = {"TaskID": "n1", "CreditNoteNumber": "SC-1", "Status": "AUTHORISED", "CreditNoteDate": "2026-10-08T00:00:00",
            "Unstock": [{"CardID": "card", "Quantity": 3}],
            "Lines": [purchase_line(Quantity=3, Total=37.04)], "AdditionalCharges": []}  # fmt: skip
    rows = select("receipt_lines", purchases=[purchase(CreditNote=[note])])
    (back,) = [row for row in rows if row["kind"] == "purchase_return"]
    assert (back["sku"], back["quantity"], back["received_date"]) == ("TENT", 3, "2026-10-08")
    assert back["returned_receipt_line_id"] == "card"
    amounts = [row["line_amount"] for row in select("bill_lines", purchases=[purchase(CreditNote=[note])])]
    assert amounts == [Decimal("123.46"), Decimal("-37.04")]


def test_a_bill_has_its_own_date_and_rate() -> None:
    (row,) = select("bill_lines", purchases=[purchase()])
    assert (row["bill_number"], row["bill_date"], row["receipt_line_id"]) == ("INV-9", "2026-10-02", "card")
    assert (row["line_amount"], row["currency_rate"]) == (Decimal("123.46"), Decimal("1.7"))


@pytest.mark.parametrize("changes", [{"Status": "VOIDED"}, {"RelatedDropShipSaleTask": "s1"}])
def test_voided_and_drop_shipped_purchases_never_touch_stock(changes: Row) -> None:
    given = [purchase(**changes)]
    assert select("receipt_lines", purchases=given) + select("bill_lines", purchases=given) == []


def journal(**changes: object) -> Row:
    line = {"Reference": "LC-1", "Amount": 50.0, "Date": "2026-10-12T00:00:00", "Debit": "630: Stock on hand",
            "Credit": "425: Freight", "IsSystem": True}  # fmt: skip
    return {"Status": "AUTHORISED", "Lines": [line | changes]}


def test_allocated_freight_shows_up_in_the_manual_journals_of_the_goods_section_3b() -> None:
    (row,) = select("charges", purchases=[purchase(ManualJournals=[journal()])])
    assert (row["purchase_id"], row["charge_type"], row["charge_amount"]) == ("p1", "freight", Decimal(50))
    assert row["charge_date"] == "2026-10-12"
    (undone,) = select("charges", purchases=[purchase(ManualJournals=[journal(Debit="425", Credit="630")])])
    assert undone["charge_amount"] == Decimal(-50)


def test_an_account_that_is_no_known_charge_stops_the_close_by_name() -> None:
    (row,) = select("charges", purchases=[purchase(ManualJournals=[journal(Credit="801: Accrual")])])
    assert row["charge_type"] == "account 801"


def test_additional_charges_of_a_bill_are_charges_at_its_rate() -> None:
    charges = [{"Description": "Sea freight", "Reference": "", "Total": 100.0, "Tax": 0, "Account": "425"}]
    billed = purchase()["Invoice"][0] | {"AdditionalCharges": charges}
    (row,) = select("charges", purchases=[purchase(Invoice=[billed])])
    assert (row["charge_type"], row["charge_amount"]) == ("freight", Decimal(170))


def test_a_service_purchase_has_no_goods_to_charge() -> None:
    assert select("charges", purchases=[purchase(Type="Service Purchase", ManualJournals=[journal()])]) == []


def adjustment(**changes: object) -> Row:
    line = {
        "SKU": "TENT",
        "Location": "Auckland",
        "QuantityOnHand": 12,
        "Adjustment": 9,
        "UnitCost": 0,
        "BatchSN": "B1",
    }
    new = {"SKU": "PEG", "Location": "Auckland", "Quantity": 5, "UnitCost": 1.25, "BatchSN": None}
    return {"TaskID": "a1", "StocktakeNumber": "SA-1", "Status": "COMPLETED", "EffectiveDate": "2026-09-30T00:00:00",
            "Account": "429: Written off", "Reference": "Damaged", "ExistingStockLines": [line],
            "NewStockLines": [new]} | changes  # fmt: skip


def test_an_adjustment_gives_new_quantities_and_not_changes_section_2_2() -> None:
    counted, new = select("adjustment_lines", adjustments=[adjustment()])
    assert (counted["sku"], counted["quantity"], counted["unit_cost"]) == ("TENT", "-3.0000", None)
    assert (counted["adjustment_date"], counted["reason"], counted["lot"]) == ("2026-09-30", "Damaged", "B1")
    assert (new["sku"], new["quantity"], new["unit_cost"]) == ("PEG", "5.0000", "1.25")
    assert counted["order_account"] == "429"
    (taken, _) = select("adjustment_lines", {"adjustment_quantity": "change"}, adjustments=[adjustment()])
    assert taken["quantity"] == "9.0000"


def test_without_a_reference_the_account_is_the_reason() -> None:
    (row, _) = select("adjustment_lines", adjustments=[adjustment(Reference=None)])
    assert row["reason"] == "account 429"


def test_an_adjustment_that_is_not_completed_has_not_happened() -> None:
    given = [adjustment(Status="DRAFT"), adjustment(Status="VOIDED")]
    assert select("adjustment_lines", adjustments=given) == []


def test_a_stocktake_counts_and_a_write_off_takes_away() -> None:
    line = {"SKU": "TENT", "Location": "Auckland", "QuantityOnHand": 3, "Adjustment": 5}
    take = adjustment(ExistingStockLines=None, NewStockLines=None, NonZeroStockOnHandProducts=[line], TaskID="t1")
    off = {"TaskID": "w1", "Status": "COMPLETED", "EffectiveDate": "2026-10-01T00:00:00", "Account": "429",
           "Location": "Auckland", "Lines": [{"ProductCode": "TENT", "Quantity": 2}]}  # fmt: skip
    rows = select("adjustment_lines", stocktakes=[take], write_offs=[off])
    assert [(row["adjustment_id"], row["quantity"], row["location"]) for row in rows] == [
        ("t1", "2.0000", "Auckland"),
        ("w1", "-2.0000", "Auckland"),
    ]


def transfer(**changes: object) -> Row:
    return {"TaskID": "x1", "Number": "TR-1", "Status": "COMPLETED", "FromLocation": "Auckland",
            "ToLocation": "Wellington", "DepartureDate": "2026-09-29T00:00:00", "CompletionDate": "2026-10-02T00:00:00",
            "Lines": [{"SKU": "TENT", "TransferQuantity": 4}]} | changes  # fmt: skip


def test_a_transfer_is_in_transit_between_departure_and_completion_section_2_2() -> None:
    (there,) = select("transfer_lines", transfers=[transfer()])
    assert (there["dispatched_date"], there["received_date"]) == ("2026-09-29", "2026-10-02")
    (away,) = select("transfer_lines", transfers=[transfer(Status="IN TRANSIT", CompletionDate=None)])
    assert (away["dispatched_date"], away["received_date"]) == ("2026-09-29", None)
    (at_once,) = select("transfer_lines", transfers=[transfer(DepartureDate=None)])
    assert (at_once["dispatched_date"], at_once["received_date"]) == ("2026-10-02", "2026-10-02")
    assert select("transfer_lines", transfers=[transfer(Status="VOIDED"), transfer(Status="DRAFT")]) == []


def test_an_assembly_and_a_production_run_make_their_output_of_components_section_2_2() -> None:
    built = {"TaskID": "m1", "AssemblyNumber": "FG-1", "Status": "COMPLETED", "ProductCode": "KIT", "Quantity": 3,
             "Location": "Auckland", "WIPDate": "2026-09-28T00:00:00", "CompletionDate": "2026-10-01T00:00:00",
             "PickLines": [{"ProductCode": "POT", "Quantity": 3}, {"ProductCode": "POT", "Quantity": 1}]}  # fmt: skip
    runs = {"ProductionOrderID": "o1", "Runs": [{
        "RunID": "u1", "Number": 2, "Status": "COMPLETED", "EndDate": "2026-10-04T00:00:00",
        "Output": [{"ProductCode": "SOUP", "Quantity": 8, "LocationName": "Auckland"}],
        "Operations": [{"Components": [{"ProductCode": "PEA", "Quantity": 16, "LocationName": "Auckland"}]}],
    }]}  # fmt: skip
    orders = [{"ProductionOrderID": "o1", "OrderNumber": "MO-1"}]
    rows = select("production_lines", assemblies=[built], production_runs=[runs], production_list=orders)
    shown = ("production_number", "kind", "sku", "quantity", "produced_date")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("FG-1", "component", "POT", 4, "2026-10-01"),
        ("FG-1", "output", "KIT", 3, "2026-10-01"),
        ("MO-1/2", "component", "PEA", 16, "2026-10-04"),
        ("MO-1/2", "output", "SOUP", 8, "2026-10-04"),
    ]  # fmt: skip
    by_wip = select("production_lines", {"production_date": "wip"}, assemblies=[built])
    assert [row["produced_date"] for row in by_wip] == ["2026-09-28", "2026-10-01"]


def test_stock_on_hand_of_availability_is_money_and_on_hand_is_units_section_2_2() -> None:
    given = [{"SKU": "TENT", "Location": "Auckland", "Bin": each, "OnHand": 7, "StockOnHand": 151.29} for each in "AB"]
    (row,) = select("stock_on_hand", availability=given)
    assert (row["sku"], row["location"], row["quantity"], row["value"]) == ("TENT", "Auckland", 14, Decimal("302.58"))


def test_a_service_is_no_stock() -> None:
    given: list[Row] = [
        {"SKU": "FIX", "Type": "Service"},
        {"SKU": "TENT", "Type": "Stock"},
        {"SKU": "VAGUE", "Type": None},
    ]
    assert [(row["sku"], row["is_stocked"]) for row in select("products", products=given)] == [
        ("FIX", False),
        ("TENT", True),
        ("VAGUE", True),
    ]


def test_equal_entries_of_core_are_two_and_an_undone_one_is_negative_section_5() -> None:
    entry = {"TaskID": "s1", "Type": "Sale", "Reference": "SO-1", "Transaction": "Cost of goods sold", "Amount": 12.5,
             "EffectiveDate": "2026-09-30T00:00:00", "DebitAccountCode": "310", "CreditAccountCode": "630"}  # fmt: skip
    rows = select("source_postings", transactions=[entry, entry, entry | {"Amount": -12.5}])
    assert len({row["posting_id"] for row in rows}) == 3
    assert sorted(row["posted_amount"] for row in rows) == ["-12.5", "12.5", "12.5"]
    assert {(row["kind"], row["posted_date"]) for row in rows} == {("sale", "2026-09-30")}


FREIGHT: Row = {"Reference": "B69", "Amount": 60.0, "Date": "2026-10-03T00:00:00", "Debit": "630: Stock on hand",
                "Credit": "425: Freight"}  # fmt: skip


@pytest.mark.parametrize(
    "journals",
    [[FREIGHT], {"Status": "AUTHORISED", "Lines": [FREIGHT]}, [{"Status": "AUTHORISED", "Lines": [FREIGHT]}]],
)
@pytest.mark.parametrize(
    ("said", "basis"), [("Cost", "value"), ("Quantity", "quantity"), ("Weight", "weight"), ("Volume", "volume")]
)
def test_freight_on_a_transfer_is_a_charge_on_what_it_moves_section_2_2(
    journals: object, said: str, basis: str
) -> None:
    """cin7.md sections 2.2 and 3B: CostDistributionType Cost, Quantity, Weight or Volume."""
    moved = transfer(ManualJournals=journals, CostDistributionType=said, InTransitAccount="1150")
    (row,) = select("charges", transfers=[moved])
    assert (row["purchase_id"], row["purchase_number"]) == ("transfer:x1", "TR-1")
    assert (row["charge_type"], row["charge_amount"], row["charge_date"]) == ("freight", Decimal(60), "2026-10-03")
    assert row["spread_by"] == basis


def test_entries_of_goods_in_transit_are_no_charge_and_an_unknown_account_is_told_by_name_section_2_2() -> None:
    on_the_way = FREIGHT | {"Debit": "1150: In transit", "Credit": "630"}
    moved = transfer(ManualJournals=[on_the_way, FREIGHT | {"Credit": "136"}], InTransitAccount="1150: In transit")
    (row,) = select("charges", transfers=[moved])
    assert (row["charge_type"], row["charge_amount"]) == ("account 136", Decimal(60))
    assert select("charges", transfers=[transfer(Status="VOIDED", ManualJournals=[FREIGHT])]) == []


def test_a_transfers_lines_take_the_displayed_average_to_spread_charges_by_cost_and_keep_their_batch() -> None:
    products = [{"SKU": "TENT", "AverageCost": 12.5}]
    moved = transfer(Lines=[{"SKU": "TENT", "TransferQuantity": 4, "BatchSN": "B1"}])
    (row,) = select("transfer_lines", transfers=[moved], products=products)
    assert (row["unit_cost"], row["lot"], row["quantity"]) == (Decimal("12.5"), "B1", 4)


def test_what_is_taken_apart_goes_into_its_parts_by_their_share_of_the_cost_section_2_2() -> None:
    """cin7.md section 2.2: disassembly with per-component Cost and CostPercentage."""
    apart = {
        "TaskID": "z1", "DisassemblyNumber": "DA-1", "Status": "COMPLETED", "ProductCode": "KIT", "Quantity": 2,
        "Location": "Auckland", "CompletionDate": "2026-10-01T00:00:00",
        "OrderLines": [{"ProductCode": "POT", "Quantity": 2, "Cost": 30.0}, {"ProductCode": "MUG", "Quantity": 4,
                        "Cost": 10.0}],
        "OrderServiceLines": [{"Name": "Workbench", "Account": "477: Wages", "Amount": 8.0}],
        "PickLines": [{"Quantity": 2, "BatchSN": "B7"}],
    }  # fmt: skip
    rows = select("production_lines", disassemblies=[apart])
    shown = ("production_number", "kind", "sku", "quantity", "cost_share", "lot", "produced_date")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("DA-1", "component", "KIT", 2, None, "B7", "2026-10-01"),
        ("DA-1", "output", "MUG", 4, Decimal(10), None, "2026-10-01"),
        ("DA-1", "output", "POT", 2, Decimal(30), None, "2026-10-01"),
    ]
    per_unit = select("production_lines", {"disassembly_cost": "unit"}, disassemblies=[apart])
    assert [row["cost_share"] for row in per_unit] == [None, Decimal(40), Decimal(60)]
    (service,) = select("charges", disassemblies=[apart])
    assert (service["purchase_id"], service["charge_type"], service["charge_amount"]) == (
        "production:z1", "account 477", Decimal(8),
    )  # fmt: skip


def test_labour_of_an_assembly_and_resources_of_a_run_are_charges_on_what_they_make_section_2_2() -> None:
    built = {
        "TaskID": "m1", "AssemblyNumber": "FG-1", "Status": "COMPLETED", "CompletionDate": "2026-10-01T00:00:00",
        "OrderLines": [{"Name": "Pot", "TotalCost": 40.0, "ExpenseAccount": None},
                       {"Name": "Assembly hour", "TotalCost": 25.0, "ExpenseAccount": "426"}],
    }  # fmt: skip
    runs = {"ProductionOrderID": "o1", "Runs": [{
        "RunID": "u1", "Number": 2, "Status": "COMPLETED", "EndDate": "2026-10-04T00:00:00", "WIPAccount": "640",
        "Operations": [{"Resources": [{"Name": "Oven", "Cost": 12.0, "ExpenseAccount": "425"}]}, {"Resources": None}],
        "ManualJournals": [FREIGHT | {"Debit": "640", "Credit": "477"}, FREIGHT | {"Credit": "477"}],
    }]}  # fmt: skip
    orders = [{"ProductionOrderID": "o1", "OrderNumber": "MO-1"}]
    rows = select("charges", assemblies=[built], production_runs=[runs], production_list=orders)
    shown = ("purchase_id", "purchase_number", "charge_type", "charge_amount")
    assert sorted(tuple(row[name] for name in shown) for row in rows) == [
        ("production:m1", "FG-1", "customs", Decimal(25)),
        ("production:u1", "MO-1/2", "account 477", Decimal(60)),
        ("production:u1", "MO-1/2", "freight", Decimal(12)),
    ]
    assert select("charges", assemblies=[built | {"Status": "IN PROGRESS"}]) == []


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
    assert [row["revenue_amount"] for row in rows] == [Decimal("-33.33"), Decimal("-33.34"), Decimal("-33.33")]
    received = [{"TaskID": "r1", "Status": "AUTHORISED", "Lines": [
        received_line(Quantity=each, CardID=card) for each, card in ((1, "a"), (2, "b"))]}]  # fmt: skip
    billed = purchase()["Invoice"][0] | {"Lines": [purchase_line(Quantity=3, Total=-10.0)]}
    lines = select("bill_lines", purchases=[purchase(StockReceived=received, Invoice=[billed])])
    assert [row["line_amount"] for row in lines] == [Decimal("-3.33"), Decimal("-6.67")]
