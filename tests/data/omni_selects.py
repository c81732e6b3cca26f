"""Documents of Omni as the API gives them, and the rows that a select of mappings/sources/omni.yaml makes of them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.extract import read_source
from pipelines.extract.source_sql import SourceConnection
from tests.data.selected_rows import read_rows

OMNI = Path(__file__).parents[2] / "mappings" / "sources" / "omni.yaml"

Row = dict[str, Any]
FILES = {
    "rates": ("currency", "date", "base_for_one"),
    "landed_costs": ("charge_id", "purchase_order", "type", "base_amount", "date", "carrier"),
}
"""Files that selects of stock join, and their columns."""
BRANCHES = [{"id": 1, "company": "Auckland"}]


def select(
    table: str,
    zone: str = "Pacific/Auckland",
    assumptions: Mapping[str, str] | None = None,
    **inputs: Sequence[Mapping[str, object]],
) -> list[Row]:
    """Rows of one select over the given rows; an input that is not given is empty."""
    source = read_source(OMNI)
    given = {"branches": BRANCHES, **inputs}
    frames = {
        str(name): pl.DataFrame(
            {"row": [json.dumps(row) for row in given.get(str(name), [])]}, schema={"row": pl.String}
        )
        for name, definition in source.inputs.items()
        if hasattr(definition, "omni")
    }
    for name, columns in FILES.items():
        frames[name] = pl.DataFrame(list(inputs.get(name, [])), schema=dict.fromkeys(columns, pl.String))
    sql = next(sql for name, sql in source.tables.items() if str(name) == table)
    with SourceConnection(frames, zone, assumptions=assumptions) as connection:
        for name, shared in source.shared.items():
            connection.share(str(name), shared)
        with connection.select(table, sql) as selected:
            return read_rows(selected)


def order(**changes: object) -> Row:
    line = {"id": 11, "sort": 1, "code": "TENT", "qty": 2, "qtyShipped": 2, "unitPrice": 115.0, "discount": 0}
    return {
        "id": 1, "reference": "SO-1", "branchId": 1, "source": "Web", "status": "APPROVED", "isVoid": False,
        "company": None, "firstName": "Aroha", "lastName": "Moana", "currencyRate": 1, "taxStatus": "Incl",
        "taxRate": 15, "invoiceDate": "2026-09-30T11:00:00Z", "dispatchedDate": "2026-09-29T11:00:00Z",
        "accountingAttributes": {"accountingImportStatus": "Imported"}, "lineItems": [line], **changes,
    }  # fmt: skip


def line(**changes: object) -> Row:
    first: Row = order()["lineItems"][0]
    return first | changes


def credit(**changes: object) -> Row:
    lines = [line(id=91, qty=-1, qtyShipped=-1)]
    dates = {"creditNoteDate": "2026-10-04T11:00:00Z", "completedDate": "2026-10-04T11:00:00Z"}
    return order(id=9, reference="CRN-9", salesReference="SO-1", lineItems=lines) | dates | changes


def purchase(**changes: object) -> Row:
    first = {"id": 71, "code": "TENT", "qty": 4, "qtyShipped": 4, "unitPrice": 12.3457, "discount": 0}
    return {
        "id": 7, "reference": "PO-7", "company": "Maker", "branchId": 1, "status": "Approved", "isVoid": False,
        "currencyCode": "NZD", "taxStatus": "Excl", "taxRate": 15, "freightTotal": 0, "surcharge": 0,
        "discountTotal": 0, "fullyReceivedDate": "2026-09-07T12:00:00Z", "lineItems": [first], **changes,
    }  # fmt: skip
