"""A company on a server in memory whose rows a test changes, and a warehouse that follows it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pipelines.extract.api.raw_versions import Stamp
from pipelines.extract.api.reading import ApiInputSpec, ReadInput, read_inputs
from pipelines.extract.api.shapes import Resource
from pipelines.extract.api.wishes import Wish
from pipelines.extract.cin7_tables import RESOURCES
from pipelines.warehouse import Warehouse
from tests.pipelines.extract.fake_api import FakeApi

ORDERS = replace(RESOURCES["SalesOrders"], page_rows=5)
BRANCHES = replace(RESOURCES["Branches"], page_rows=5)
SMALL = {"SalesOrders": ORDERS, "Branches": BRANCHES}
Row = dict[str, Any]


def order(number: int, minute: int | None = None, **changes: object) -> Row:
    """An order that was changed in a minute of the first of October."""
    at = f"2026-10-01T{(minute or number) // 60:02}:{(minute or number) % 60:02}:00Z"
    return {
        "id": number,
        "createdDate": at,
        "modifiedDate": at,
        "modifiedCOGSDate": None,
        "status": "APPROVED",
        **changes,
    }


class Company:
    """A server whose rows a test changes, and a warehouse that follows it."""

    def __init__(self, warehouse: Warehouse, resources: Mapping[str, Resource] = SMALL) -> None:
        self.warehouse = warehouse
        self.rows: dict[str, dict[int, Row]] = {name: {} for name in resources}
        self.api = FakeApi(lambda name: list(self.rows[name].values()), resources)
        self.runs = 0

    def put(self, *orders: Row) -> None:
        for row in orders:
            self.rows["SalesOrders"][row["id"]] = row

    def read(self, wish: Wish | None = None, resource: str = "SalesOrders") -> ReadInput:
        self.runs += 1
        self.api.asked.clear()
        spec = ApiInputSpec("sales", "omni", resource, "omni.yaml:1:1")
        stamp = Stamp(f"run-{self.runs}", datetime.now(UTC))
        return read_inputs("omni", [spec], {"omni": self.api}, self.warehouse, wish or Wish(), stamp, quiet)["sales"]

    def current(self) -> dict[int, Row]:
        found = self.warehouse.query("select row::varchar as row from raw.omni_sales_current")["row"]
        return {row["id"]: row for row in map(json.loads, found)}

    def versions(self) -> list[tuple[object, ...]]:
        columns = "row::varchar, _key, _row_hash, _is_deleted, _version, _source_hash"
        sql = f"select {columns} from raw.omni_sales order by _version"
        return self.warehouse.query(sql).rows()


def quiet(share: float, what: str) -> None:
    """Nobody looks at how far it is; what is told makes sense all the same."""
    assert 0 <= share <= 1
    assert what
