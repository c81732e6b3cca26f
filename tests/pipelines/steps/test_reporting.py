"""Margins of a month: what was sold long before it is found like what was sold in it."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from pipelines.steps.journals import build_month
from pipelines.steps.reporting import report_month
from pipelines.steps.stock import value_stock
from pipelines.warehouse import open_warehouse
from schemas.tables import SOURCE_TABLES
from tests.pipelines.steps.closing import close_of, company_settings
from tests.transforms.builders import table


def test_the_revenue_of_a_sale_counts_however_long_ago_it_moved(tmp_path: Path) -> None:
    settings = company_settings(tmp_path)
    close = close_of(settings, date(2026, 11, 1), date(2026, 11, 30))
    receipt = {"receipt_line_id": "R1", "received_date": "2026-06-02", "quantity": 10, "unit_price": 10}
    invoiced = {"invoice_date": "2026-11-10", "moved_quantity": 1, "ordered_quantity": 1}
    sales = [
        {"sale_line_id": "S1", "moved_date": "2026-06-20", "revenue_amount": 15} | invoiced,
        {"sale_line_id": "S2", "moved_date": "2026-11-20", "revenue_amount": 21} | invoiced,
    ]
    with open_warehouse(settings, publishes=False) as warehouse:
        warehouse.replace("core.products", table(SOURCE_TABLES["core.products"], {"sku": "TENT"}))
        warehouse.replace("core.receipt_lines", table(SOURCE_TABLES["core.receipt_lines"], receipt))
        warehouse.replace("core.sale_lines", table(SOURCE_TABLES["core.sale_lines"], *sales))
        for step in (value_stock, build_month, report_month):
            step(close, warehouse)
        revenue = warehouse.query("select sum(revenue_amount) from close.margins where period = '2026-11-01'").item()

    assert revenue == Decimal("36.00")
