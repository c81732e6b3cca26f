"""A row that only the document sync reads never stands in the way of a month's close."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pipelines.load.mirror_rows import frame_of
from pipelines.steps.journals import _rejected_rows
from pipelines.warehouse import Warehouse


def test_refused_payments_and_contacts_are_no_exceptions_of_a_month_and_refused_sales_are(
    warehouse: Warehouse,
) -> None:
    def fill(table: str, *rows: Mapping[str, object]) -> None:
        columns = warehouse.read(table, "false").columns
        warehouse.replace(table, frame_of(table, [dict.fromkeys(columns) | dict(row) for row in rows]))

    ran = {"source_name": "omni", "run_id": "r1", "is_given": True, "row_count": 1, "rejected_count": 1}
    fill("control.core_tables", ran | {"core_table": "core.payments", "filled_at": datetime(2026, 11, 5, tzinfo=UTC)})
    refused = {"run_id": "r1", "source_name": "omni", "rule": "must be a date: YYYY-MM-DD", "column_name": "paid_on"}
    tables = ("core.contacts", "core.trade_documents", "core.trade_lines", "core.payments", "core.sale_lines")
    fill("raw.rejected_rows", *(refused | {"core_table": table, "source_key": table} for table in tables))
    assert _rejected_rows(warehouse).collect()["source_table"].to_list() == ["core.sale_lines"]
