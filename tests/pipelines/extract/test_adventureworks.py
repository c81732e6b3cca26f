"""AdventureWorks, a whole company, becomes core tables by YAML and SQL; totals agree with what others computed."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mappings.reader import read_mappings
from pipelines.extract import ExtractReport, extract_source, read_source
from pipelines.settings import Settings, load_settings
from pipelines.warehouse import Warehouse, open_warehouse
from tests.reference_data import ADVENTUREWORKS, needs_adventureworks

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "mappings/examples/adventureworks"

pytestmark = needs_adventureworks

TIERS = {"Made": 190, "Never received": 48, "Not sold": 238, "Purchased": 28}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home of its own that reads the shared data."""
    return load_settings(
        home=tmp_path_factory.mktemp("adventureworks"), mappings=FOLDER, data=ADVENTUREWORKS, threads=2
    )


@pytest.fixture(scope="module")
def warehouse(settings: Settings) -> Iterator[Warehouse]:
    """A warehouse into which AdventureWorks was extracted."""
    with open_warehouse(settings, publishes=False) as opened:
        extract(settings, opened)
        yield opened


def extract(settings: Settings, warehouse: Warehouse) -> ExtractReport:
    """Extract the source that close.yaml names."""
    name = read_mappings(settings.mappings).close.source
    return extract_source(read_source(settings.mappings / "sources" / f"{name}.yaml"), settings, warehouse, {})


def expected(file: str) -> pl.DataFrame:
    """A file of the truth, every column as text."""
    return pl.read_csv(ADVENTUREWORKS / "expected" / file, infer_schema=False)


def test_row_counts_are_those_of_the_readme_and_nothing_is_refused(settings: Settings, warehouse: Warehouse) -> None:
    report = extract(settings, warehouse)
    assert {table.name: table.row_count for table in report.tables if table.is_given} == {
        "core.products": 504,
        "core.sale_lines": 121317,
        "core.receipt_lines": 8169,
        "core.bill_lines": 8169,
        "core.charges": 3689,
        "core.production_lines": 43420,
        "core.opening_stock": 161,
    }
    assert report.rejected_count == 0
    assert [table.rounded for table in report.tables if table.rounded] == []
    empty = {"core.adjustment_lines", "core.transfer_lines", "core.currency_rates", "core.stock_on_hand"}
    others = {"uncounted_lines", "source_postings", "contacts", "trade_documents", "trade_lines", "payments"}
    assert set(report.empty_tables) - {f"core.{name}" for name in others} == empty


def test_an_unchanged_extract_writes_nothing(settings: Settings, warehouse: Warehouse) -> None:
    warehouse.has_written = False
    assert extract(settings, warehouse).is_unchanged
    assert not warehouse.has_written


def test_what_is_stock_is_told_by_the_data(warehouse: Warehouse) -> None:
    products = warehouse.read("core.products")
    assert dict(products.group_by("category").len().rows()) == TIERS
    assert set(products.filter("is_stocked")["category"]) == {"Made", "Never received", "Purchased"}
    never = products.filter(pl.col("category") == "Never received")["sku"]
    assert sorted(never) == sorted(expected("sold_but_never_received.csv")["ProductID"])


def test_sales_are_microsofts_published_totals(warehouse: Warehouse) -> None:
    lines = warehouse.read("core.sale_lines")
    assert lines["moved_quantity"].sum() == Decimal(274914)
    # the published total of unrounded lines is 109,846,381.399888
    assert lines["revenue_amount"].sum() == Decimal("109846380.90")
    assert dict(lines.unique("sale_id").group_by("channel").len().rows()) == {"Web": 27659, "Reseller": 3806}
    by_month = lines.group_by(month=pl.col("moved_date").dt.strftime("%Y-%m")).agg(pl.col("moved_quantity").sum())
    truth = (
        expected("sales_by_month.csv")
        .group_by(month="ship_month")
        .agg(pl.col("units").cast(pl.Int64).sum().cast(pl.Decimal(38, 4)).alias("moved_quantity"))
    )
    assert_frame_equal(by_month, truth, check_row_order=False, check_dtypes=False)


@pytest.mark.parametrize(("scope", "basis"), [("purchased", "po_price"), ("made", "standard")])
def test_receipts_of_every_product_and_month_are_those_of_the_truth(
    warehouse: Warehouse, scope: str, basis: str
) -> None:
    receipts = warehouse.query(
        """
        with received as (
          select sku, received_date as day, quantity, unit_price as unit_cost from core.receipt_lines
          union all by name select sku, produced_date as day, quantity, unit_cost from core.production_lines
          union all by name select sku, opening_date as day, quantity, unit_cost from core.opening_stock
        )
        select strftime(day, '%Y-%m') as month, sku, sum(quantity)::decimal(38, 6) as quantity,
          sum(quantity * unit_cost)::decimal(38, 6) as value
        from received join core.products using (sku)
        where is_stocked and category = $1
        group by all
        """,
        [scope.capitalize()],
    )
    number = pl.Decimal(38, 6)
    truth = (
        expected("cogs_by_product_month.csv")
        .filter(pl.col("scope") == scope, pl.col("basis") == basis, pl.col("method") == "fifo")
        .select(
            "month",
            sku="ProductID",
            quantity=pl.col("receipts_qty").cast(number),
            value=pl.col("receipts_value").cast(number),
        )
        .filter(pl.col("quantity") > 0)
    )
    assert truth.height > 100
    assert_frame_equal(receipts, truth, check_row_order=False)


def test_sales_of_every_stocked_product_and_month_are_those_of_the_truth(warehouse: Warehouse) -> None:
    sold = warehouse.query(
        "select strftime(moved_date, '%Y-%m') as month, sku, sum(moved_quantity)::decimal(38, 6) as quantity"
        " from core.sale_lines join core.products using (sku) where category in ('Made', 'Purchased') group by all"
    )
    truth = (
        expected("cogs_by_product_month.csv")
        .filter(pl.col("basis").is_in(["po_price", "standard"]), pl.col("method") == "fifo")
        .select("month", sku="ProductID", quantity=pl.col("sold_qty").cast(pl.Decimal(38, 6)))
        .filter(pl.col("quantity") > 0)
    )
    assert_frame_equal(sold, truth, check_row_order=False)


def test_freight_and_bills_belong_to_received_lines(warehouse: Warehouse) -> None:
    truth = expected("po_landed_cost.csv")
    receipts = warehouse.read("core.receipt_lines")
    assert sorted(receipts["receipt_line_id"]) == sorted(truth["PurchaseOrderDetailID"])
    freight = warehouse.read("core.charges").select(PurchaseOrderID="purchase_id", freight="charge_amount")
    by_order = truth.unique("PurchaseOrderID").select(
        "PurchaseOrderID", freight=pl.col("po_freight").cast(pl.Decimal(28, 6))
    )
    assert_frame_equal(freight, by_order, check_row_order=False)
    assert freight["freight"].sum() == Decimal("1420501.459")
    difference = warehouse.query(
        "select max(abs(line_amount - quantity * unit_price)) from core.bill_lines join core.receipt_lines"
        " using (receipt_line_id)"
    )
    assert difference.item() <= Decimal("0.005")


def test_the_headerless_file_of_vendors_gives_their_names(warehouse: Warehouse) -> None:
    receipts = warehouse.read("core.receipt_lines")
    orders = pl.read_parquet(
        ADVENTUREWORKS / "Purchasing.PurchaseOrderHeader.parquet", columns=["PurchaseOrderID", "VendorID"]
    )
    vendors = pl.read_parquet(ADVENTUREWORKS / "Purchasing.Vendor.parquet", columns=["BusinessEntityID", "Name"])
    named = orders.join(vendors, left_on="VendorID", right_on="BusinessEntityID", how="inner", validate="m:1")
    truth = named.select(purchase_id=pl.col("PurchaseOrderID").cast(pl.String), supplier="Name")
    found = receipts.select("purchase_id", "supplier").unique()
    assert_frame_equal(found, truth.join(found, on="purchase_id", how="semi"), check_row_order=False)
    assert receipts["received_date"].min() == date(2011, 4, 25)


def test_the_correction_accepts_exactly_the_products_without_cost() -> None:
    (correction,) = read_mappings(FOLDER).corrections.entries
    assert correction.accepts == "missing_cost"
    assert sorted(correction.subjects) == sorted(expected("sold_but_never_received.csv")["ProductID"])
