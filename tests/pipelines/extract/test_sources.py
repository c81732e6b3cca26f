"""A stranger's export ends in core tables without Python; a broken one changes nothing."""

import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from pipelines.errors import DataProblem
from pipelines.extract import extract_source
from pipelines.settings import Settings
from pipelines.steps.source_days import refresh_days
from pipelines.warehouse import Warehouse
from schemas.tables import SOURCE_TABLES
from tests.pipelines.extract.shops import Extract, WriteSource

SHOP = """
source:
  description: Exports of a bicycle shop in Auckland
  time_zone: Pacific/Auckland
inputs:
  items: {file: items.xlsx, sheet: Items, skip_rows: 1}
  sales: {file: "sales_*.csv", encoding: windows-1252, separator: ";", expect_rows: ">=1"}
  goods_in: {file: goods_in.txt.gz, format: tsv, header: false, columns: [line, po, sku, qty, price, day]}
  rates: {file: rates.parquet}
tables:
  products: |
    select "Item code" as sku, "Description" as product_name, "Stocked?" as is_stocked from items
  sale_lines: |
    select
      row_number() over () as sale_line_id,
      Invoice as sale_id,
      Invoice as sale_number,
      'sale' as kind,
      Item as sku,
      Qty as ordered_quantity,
      Qty as moved_quantity,
      strptime("Date", '%d/%m/%Y') as invoice_date,
      strptime("Date", '%d/%m/%Y') as moved_date,
      'approved' as status,
      'Shop' as location,
      Customer as customer,
      replace(Total, ',', '') as revenue_amount
    from sales
  receipt_lines: |
    select
      line as receipt_line_id, po as purchase_id, po as purchase_number, 'receipt' as kind, sku, qty as quantity,
      cast(day::timestamptz as date) as received_date, 'USD' as currency_code, price as unit_price, 'Shop' as location
    from goods_in
  currency_rates: |
    select currency as currency_code, day as rate_date, rate as currency_rate from rates
"""

HEAD = "Invoice;Date;Item;Qty;Total;Customer\r\n"


@pytest.fixture
def shop(data: Path) -> Path:
    """The files of the shop, in the forms that its programs export."""
    workbook = xlsxwriter.Workbook(str(data / "items.xlsx"))
    workbook.add_worksheet("Read me").write(0, 0, "Stock list")
    items = workbook.add_worksheet("Items")
    items.write_row(0, 0, ["Stock list of 30 September"])
    items.write_row(1, 0, ["Item code", "Description", "Stocked?"])
    for row, cells in enumerate([[1001, "Bell", "yes"], ["B-7", "Café racer", "yes"], ["SVC", "Repair", "no"]], 2):
        items.write_row(row, 0, cells)
    workbook.close()
    september = HEAD + 'S1;29/09/2026;1001;2;"1,200.50";Müller\r\nS2;30/09/2026;B-7;one;5.00;Ng\r\n'
    (data / "sales_2026-09.csv").write_bytes(september.encode("cp1252"))
    (data / "sales_2026-10.csv").write_bytes((HEAD + "S3;01/10/2026;B-7;1;5.00;Ng\r\n").encode("cp1252"))
    goods = "1\tP1\t1001\t10\t1.50\t2026-09-30T12:30:00Z\n2\tP1\tB-7\t4\t2.25\t2026-09-30T10:00:00Z\n"
    (data / "goods_in.txt.gz").write_bytes(gzip.compress(goods.encode()))
    rates = pl.DataFrame({"currency": ["USD"], "day": [date(2026, 9, 1)], "rate": [1.0 / 0.61]})
    rates.write_parquet(data / "rates.parquet")
    return data


def test_a_strangers_export_of_four_formats_fills_core(shop: Path, extract: Extract, warehouse: Warehouse) -> None:
    report = extract(SHOP)

    assert warehouse.read("core.products").select("sku", "product_name", "is_stocked").rows() == [
        ("1001", "Bell", True),
        ("B-7", "Café racer", True),
        ("SVC", "Repair", False),
    ]
    sales = warehouse.read("core.sale_lines")
    assert sales.select("sale_id", "sku", "moved_quantity", "moved_date", "customer", "revenue_amount").rows() == [
        ("S1", "1001", Decimal("2.0000"), date(2026, 9, 29), "Müller", Decimal("1200.50")),
        ("S3", "B-7", Decimal("1.0000"), date(2026, 10, 1), "Ng", Decimal("5.00")),
    ]
    # 12:30 UTC on the 30th is the 1st in Auckland (UTC+13), 10:00 UTC is still the 30th
    receipts = warehouse.read("core.receipt_lines")
    assert receipts["received_date"].to_list() == [date(2026, 10, 1), date(2026, 9, 30)]
    assert warehouse.read("core.currency_rates")["currency_rate"].to_list() == [Decimal("1.63934426")]

    assert warehouse.read("raw.rejected_rows").drop("run_id").rows() == [
        ("shop", "core.sale_lines", "2", "must be a number below 10^14", "moved_quantity", "one", "S2"),
        ("shop", "core.sale_lines", "2", "must be a number below 10^14", "ordered_quantity", "one", "S2"),
    ]
    assert report.rejected_count == 1
    lines = report.lines()
    assert lines[0] == "Source shop: landed items 3, sales 3, goods_in 2, rates 1"
    assert lines[1].startswith("core.products: 3 rows; null: category, weight, volume")
    assert lines[2].startswith(
        "core.sale_lines: 2 rows; 1 refused (raw.rejected_rows); null: accounting_status, channel,"
    )
    assert lines[4] == "core.currency_rates: 1 row; rounded currency_rate=1"
    assert lines[5].startswith("No select, so empty: core.bill_lines, core.charges, core.adjustment_lines,")


def test_an_extract_of_many_rows_digests_their_days_for_the_closes(
    shop: Path, extract: Extract, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.extract.sources.MANY_ROWS", 5)
    extract(SHOP)

    days = warehouse.read("close.source_days").sort("core_table", "day")
    assert days.select("core_table", "day", "detail", "row_count").rows() == [
        ("first_bills", date(2026, 9, 30), None, 1),  # nothing is billed yet
        ("first_bills", date(2026, 10, 1), None, 1),
        ("receipt_lines", date(2026, 9, 30), "USD", 1),
        ("receipt_lines", date(2026, 10, 1), "USD", 1),
        ("sale_lines", date(2026, 9, 29), None, 1),
        ("sale_lines", date(2026, 10, 1), None, 1),
    ]
    assert "sale_lines" in warehouse.read("close.source_marks")["core_table"].to_list()
    warehouse.has_written = False
    refresh_days(warehouse, ["sale_lines", "receipt_lines"])
    assert not warehouse.has_written  # they stand; nothing is read again


def test_a_second_extract_without_change_writes_nothing(shop: Path, extract: Extract, warehouse: Warehouse) -> None:
    first = extract(SHOP)
    warehouse.has_written = False
    second = extract(SHOP)
    assert second.is_unchanged
    assert not warehouse.has_written
    assert second.tables == first.tables
    assert second.run_id == first.run_id
    assert [(one.name, one.row_count, one.is_landed) for one in second.inputs] == [
        ("items", 3, False),
        ("sales", 3, False),
        ("goods_in", 2, False),
        ("rates", 1, False),
    ]


def test_only_the_input_that_changed_is_landed_again(shop: Path, extract: Extract, warehouse: Warehouse) -> None:
    extract(SHOP)
    (shop / "sales_2026-10.csv").write_bytes(f"{HEAD}S4;02/10/2026;B-7;3;15.00;Ng\r\n".encode())
    report = extract(SHOP)
    assert report.lines()[0] == "Source shop: landed sales 3; 3 unchanged"
    assert warehouse.read("core.sale_lines")["sale_id"].to_list() == ["S1", "S4"]
    counts = "count(*), count(distinct _run_id), count(distinct _source_hash)"
    landed = warehouse.query(f"select {counts} from raw.shop_sales")
    assert landed.row(0) == (6, 2, 2)
    assert warehouse.query("select count(*) from raw.shop_items").item() == 3
    comment = warehouse.query("select comment from duckdb_tables() where table_name = 'shop_sales'").item()
    assert comment == "Rows of sales_*.csv as received (input sales of shop)"


def test_a_file_that_becomes_what_it_was_before_is_landed_again(
    data: Path, extract: Extract, warehouse: Warehouse
) -> None:
    text = "inputs: {a: {file: a.csv}}\ntables: {products: 'select sku, true as is_stocked from a'}\n"
    for sku in ("A", "B", "A"):
        (data / "a.csv").write_text(f"sku\n{sku}\n", encoding="utf-8")
        assert extract(text).inputs[0].is_landed
        assert warehouse.read("core.products")["sku"].to_list() == [sku]
    assert warehouse.query("select sku from raw.shop_a order by _loaded_at")["sku"].to_list() == ["A", "B", "A"]


def test_another_select_types_again_what_is_landed(data: Path, extract: Extract, warehouse: Warehouse) -> None:
    (data / "a.csv").write_text("sku\nA\n", encoding="utf-8")
    text = "inputs: {a: {file: a.csv}}\ntables: {products: 'select sku, true as is_stocked from a'}\n"
    extract(text)
    report = extract(text.replace("true", "false"))
    assert (report.is_unchanged, report.inputs[0].is_landed) == (False, False)
    assert warehouse.read("core.products")["is_stocked"].to_list() == [False]
    assert warehouse.query("select count(*) from raw.shop_a").item() == 1


def test_another_source_in_between_is_noticed(
    data: Path, tmp_path: Path, extract: Extract, write_source: WriteSource, settings: Settings, warehouse: Warehouse
) -> None:
    (data / "a.csv").write_text("sku\nA\n", encoding="utf-8")
    text = "inputs: {a: {file: a.csv}}\ntables: {products: 'select sku, true as is_stocked from a'}\n"
    extract(text)
    other = write_source("inputs: {}\ntables: {}\n")
    object.__setattr__(other, "name", "other")
    assert extract_source(other, settings, warehouse, {}).table("core.products").row_count == 0
    assert not extract(text).is_unchanged
    assert warehouse.read("core.products").height == 1


def test_columns_that_come_go_or_change_their_type_lose_nothing(
    data: Path, extract: Extract, warehouse: Warehouse
) -> None:
    text = "inputs: {a: {file: a.parquet}}\ntables: {products: 'select sku, true as is_stocked from a'}\n"
    frames = [
        pl.DataFrame({"sku": [1], "qty": [Decimal("1.50")]}),
        pl.DataFrame({"SKU": ["B"], "Note": ["new"]}),
        pl.DataFrame({"sku": [3], "qty": [2.5], "note": ["x"]}),
    ]
    for frame in frames:
        frame.write_parquet(data / "a.parquet")
        extract(text)
    rows = warehouse.query("select sku, qty, note from raw.shop_a order by _loaded_at").rows()
    assert rows == [("1", "1.50", None), ("B", None, "new"), ("3", "2.5", "x")]
    assert warehouse.read("core.products")["sku"].to_list() == ["3"]


BREAKS = {
    "missing": (lambda path: path.unlink(), "is missing"),
    "zero bytes": (lambda path: path.write_bytes(b""), "is empty (0 bytes)"),
    "cut off": (lambda path: path.write_bytes(path.read_bytes()[:-9]), "is cut off"),
}


@pytest.mark.parametrize(("spoil", "message"), BREAKS.values(), ids=BREAKS)
def test_a_broken_file_stops_the_extract_and_changes_nothing(
    shop: Path, extract: Extract, warehouse: Warehouse, spoil: object, message: str
) -> None:
    extract(SHOP)
    before = {name: warehouse.read(name).rows() for name in [*SOURCE_TABLES, "control.loads"]}
    (shop / "sales_2026-10.csv").write_bytes(HEAD.encode())
    path = shop / "goods_in.txt.gz"
    assert callable(spoil)
    spoil(path)
    with pytest.raises(DataProblem) as caught:
        extract(SHOP)
    assert caught.value.exit_code == 3
    assert f"shop.yaml:7:13: the file {path} {message}" in str(caught.value)
    assert {name: warehouse.read(name).rows() for name in before} == before


def test_all_inputs_that_cannot_be_read_are_named_at_once(shop: Path, extract: Extract) -> None:
    for path in shop.iterdir():
        path.unlink()
    with pytest.raises(DataProblem) as caught:
        extract(SHOP)
    assert [problem.where for problem in caught.value.problems] == [
        f"shop.yaml:{line}:{column}" for line, column in [(5, 10), (6, 10), (7, 13), (8, 10)]
    ]


def test_fewer_rows_than_expected_stop_the_extract(shop: Path, extract: Extract) -> None:
    with pytest.raises(DataProblem) as caught:
        extract(SHOP.replace('">=1"', '">=1000"'))
    assert str(caught.value) == (
        "The source shop has inputs that cannot be read.\n"
        "shop.yaml:6:10: the input sales has 3 rows, and expect_rows says >=1000\n"
        "    Is the export complete? If it is right, change expect_rows."
    )


def test_a_select_that_fails_leaves_core_as_it_was_and_keeps_what_landed(
    shop: Path, extract: Extract, warehouse: Warehouse
) -> None:
    extract(SHOP)
    before = {name: warehouse.read(name).rows() for name in SOURCE_TABLES}
    (shop / "sales_2026-10.csv").write_bytes(f"{HEAD}S4;2026-10-02;B-7;3;15.00;Ng\r\n".encode())
    with pytest.raises(DataProblem) as caught:
        extract(SHOP)
    assert str(caught.value) == (
        "The source shop has selects that cannot be used; core is as it was.\n"
        'shop.yaml:12:15: tables.sale_lines: Could not parse string "2026-10-02"'
        ' according to format specifier "%d/%m/%Y"\n'
        "    Use try_strptime: a value that does not fit is then null, and its row is listed by itself"
    )
    assert {name: warehouse.read(name).rows() for name in SOURCE_TABLES} == before
    assert warehouse.query("select count(*) from raw.shop_sales").item() == 6


def test_progress_counts_every_step(
    shop: Path, write_source: WriteSource, settings: Settings, warehouse: Warehouse
) -> None:
    steps: list[tuple[str, int, int]] = []
    extract_source(write_source(SHOP), settings, warehouse, {}, lambda *step: steps.append(step))
    assert [done for _, done, _ in steps] == list(range(13))
    assert {total for *_, total in steps} == {13}
    assert steps[0][0] == "read items"
    assert steps[-1][0] == "fill core"
