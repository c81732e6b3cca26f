"""Documents of Core as the API gives them, and the rows that a select of mappings/sources/core.yaml makes of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.extract import read_source
from pipelines.extract.core_columns import core_table
from pipelines.extract.core_tables import type_rows
from pipelines.extract.source_shapes import ApiInput
from pipelines.extract.source_sql import Selected, SourceConnection
from tests.data.selected_rows import read_rows

ROOT = Path(__file__).parents[2]
SOURCE = read_source(ROOT / "mappings" / "sources" / "core.yaml")

Row = dict[str, Any]


def select(table: str, assumed: Mapping[str, str] | None = None, **inputs: Sequence[Mapping[str, object]]) -> list[Row]:
    """Rows of one select over the given documents; an input that is not given is empty."""
    with _selected(table, assumed, inputs) as selected:
        return read_rows(selected, "order by 1")


def refused(table: str, **inputs: Sequence[Mapping[str, object]]) -> list[Row]:
    """What raw.rejected_rows gets of a select, without the name of its table."""
    with _selected(table, None, inputs) as selected:
        typed = type_rows(core_table(f"core.{table}"), selected, is_in_order=False)
        return typed.rejected.drop("core_table").to_dicts()


@contextmanager
def _selected(
    table: str, assumed: Mapping[str, str] | None, inputs: Mapping[str, Sequence[Mapping[str, object]]]
) -> Iterator[Selected]:
    """The select, open over the documents."""
    frames = {
        str(name): pl.DataFrame(
            {"row": [json.dumps(row) for row in inputs.get(str(name), [])]}, schema={"row": pl.String}
        )
        for name, definition in SOURCE.inputs.items()
        if isinstance(definition, ApiInput)
    }
    values = {str(name): str(one.value) for name, one in SOURCE.assumptions.items()} | dict(assumed or {})
    sql = next(sql for name, sql in SOURCE.tables.items() if str(name) == table)
    with SourceConnection(frames, "Pacific/Auckland", threads=1, assumptions=values) as connection:
        for name, shared in SOURCE.shared.items():
            connection.share(str(name), shared)
        with connection.select(table, sql) as selected:
            yield selected


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


def journal(**changes: object) -> Row:
    line = {"Reference": "LC-1", "Amount": 50.0, "Date": "2026-10-12T00:00:00", "Debit": "630: Stock on hand",
            "Credit": "425: Freight", "IsSystem": True}  # fmt: skip
    return {"Status": "AUTHORISED", "Lines": [line | changes]}


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


def transfer(**changes: object) -> Row:
    return {"TaskID": "x1", "Number": "TR-1", "Status": "COMPLETED", "FromLocation": "Auckland",
            "ToLocation": "Wellington", "DepartureDate": "2026-09-29T00:00:00", "CompletionDate": "2026-10-02T00:00:00",
            "Lines": [{"SKU": "TENT", "TransferQuantity": 4}]} | changes  # fmt: skip
