"""Every select of mappings/sources/omni.yaml: what rules may ask for, documents of nulls, the whole sample company."""

import json
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.extract import extract_source, read_source
from pipelines.settings import load_settings
from pipelines.warehouse import open_warehouse
from schemas.checking import check
from schemas.tables import SOURCE_TABLES
from tests.data.omni_selects import OMNI, Row, line, order, purchase, select
from tests.pipelines.extract.fake_api import FakeApi

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
NOT_OF_STOCK = {"core.contacts", "core.trade_documents", "core.trade_lines", "core.payments"}


def test_rules_can_ask_for_brand_price_tier_currency_and_the_account_that_somebody_chose() -> None:
    lines = [line(id=11, accountCode="4100"), line(id=12, accountCode="")]
    shop = {"id": 5, "priceColumn": "Trade"}
    sold = order(memberId=5, currencyCode="AUD", costCenter="4000", lineItems=lines)
    rows = select("sale_lines", sales=[sold], contacts=[shop, shop])
    assert [(row["customer_group"], row["currency_code"], row["order_account"]) for row in rows] == [
        ("Trade", "AUD", "4100"), ("Trade", "AUD", "4000"),
    ]  # fmt: skip
    bought = purchase(costCenter="6000", lineItems=[{"id": 71, "code": "TENT", "qty": 4, "accountCode": "6100"}])
    assert select("receipt_lines", purchases=[bought])[0]["order_account"] == "6100"
    counted = {
        "id": 8, "reference": "ADJ-8", "branchId": 1, "completedDate": "2026-09-07T12:00:00Z",
        "adjustInAccountingSystem": "2026-09-07T12:00:00Z", "alternativeAccountCode": "6200",
        "lineItems": [{"id": 81, "code": "TENT", "qty": -1}],
    }  # fmt: skip
    assert select("adjustment_lines", adjustments=[counted])[0]["order_account"] == "6200"
    product = {"name": "Tent", "brand": "Kea", "productOptions": [{"code": "TENT"}]}
    assert select("products", products=[product])[0]["brand"] == "Kea"


def test_every_field_may_be_null_or_missing() -> None:
    """cin7.md section 1.5: every field may be null."""
    empty = {"id": 1, "lineItems": [{"id": 11, "code": "TENT"}]}
    (row,) = select("sale_lines", sales=[empty, {"id": 2, "lineItems": None}, {"id": 3, "lineItems": []}, {}])
    assert (row["sale_line_id"], row["ordered_quantity"], row["moved_quantity"]) == ("SO11", None, "0")
    (row,) = select("receipt_lines", purchases=[empty])
    assert (row["receipt_line_id"], row["unit_price"], row["received_date"]) == ("11", None, None)
    assert select("adjustment_lines", adjustments=[empty]) == []
    (row,) = select("transfer_lines", transfers=[empty])
    assert row["from_location"] is None
    assert select("production_lines", jobs=[{"id": 1}]) == []
    assert select("products", products=[{"id": 1}]) == []


def test_the_whole_sample_fits_every_model_and_nothing_is_refused(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, data=SAMPLE / "files", threads=2)
    with open_warehouse(settings, publishes=False) as warehouse:
        report = extract_source(read_source(OMNI), settings, warehouse, {"omni": FakeApi(_sample_rows)})
        frames = {name: warehouse.read(name) for name in SOURCE_TABLES}
    assert report.rejected_count == 0
    # Omni has no postings of its own, and in the sample nothing moved that does not count
    assert set(report.empty_tables) <= {"core.source_postings", "core.uncounted_lines", *NOT_OF_STOCK}
    for name, model in SOURCE_TABLES.items():
        check(model, frames[name])
    of_stock = {name: frame for name, frame in frames.items() if name not in NOT_OF_STOCK}
    assert {name: frame.height for name, frame in of_stock.items() if frame.height} == {
        "core.products": 41, "core.sale_lines": 669, "core.receipt_lines": 96, "core.bill_lines": 96,
        "core.charges": 12, "core.adjustment_lines": 10, "core.transfer_lines": 41, "core.production_lines": 20,
        "core.opening_stock": 156, "core.currency_rates": 53, "core.stock_on_hand": 120,
    }  # fmt: skip
    sales = frames["core.sale_lines"]
    late = sales.filter(pl.col("moved_date").dt.month() < pl.col("invoice_date").dt.month())
    assert late["moved_date"].unique().to_list() == [date(2026, 9, 30)]
    returns = sales.filter(pl.col("kind") == "sale_return")
    assert returns["returned_sale_line_id"].null_count() == 0
    assert returns.height == 12


def _sample_rows(resource: str) -> list[Row]:
    file = SAMPLE / "omni" / f"{resource}.json"
    rows: list[Row] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    return rows
