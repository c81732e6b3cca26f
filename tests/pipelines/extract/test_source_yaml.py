"""A source YAML is read whole, and every mistake in it is shown at its place."""

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from pipelines.errors import DataProblem
from pipelines.extract import read_source
from pipelines.extract.source_schema import SCHEMA_FILE, source_json_schema
from pipelines.extract.source_shapes import ApiInput, FileInput, Source
from tests.pipelines.extract.shops import WriteSource

ROOT = Path(__file__).parents[3]
SOURCES = [*(ROOT / "mappings/sources").glob("*.yaml"), *(ROOT / "mappings/examples").glob("*/sources/*.yaml")]


def test_every_key_of_an_input_is_read(write_source: WriteSource) -> None:
    source = write_source(
        """
        source: {description: A shop, time_zone: Pacific/Auckland}
        inputs:
          sales: {file: sales.txt, format: tsv, header: false, columns: [A, B], encoding: utf-16, expect_rows: ">=2"}
          stock: {file: stock.xlsx, sheet: On hand, skip_rows: 2, expect_rows: 10..20}
          orders: {omni: SalesOrders}
        tables:
          products: select 1
        """
    )
    sales, stock, orders = source.inputs.values()
    assert isinstance(sales, FileInput)
    assert (sales.format, sales.header, sales.columns, sales.encoding) == ("tsv", False, ("A", "B"), "utf-16")
    assert sales.expect_rows
    assert (sales.expect_rows.least, sales.expect_rows.most) == (2, None)
    assert isinstance(stock, FileInput)
    assert (stock.sheet, stock.skip_rows) == ("On hand", 2)
    assert stock.expect_rows
    assert (stock.expect_rows.least, stock.expect_rows.most) == (10, 20)
    assert isinstance(orders, ApiInput)
    assert (orders.api, orders.resource) == ("omni", "SalesOrders")
    assert source.content.source.time_zone == "Pacific/Auckland"
    assert source.raw_table("sales") == "raw.shop_sales"


def test_all_mistakes_are_shown_at_once_each_with_line_and_column(write_source: WriteSource) -> None:
    with pytest.raises(DataProblem) as caught:
        write_source(
            """
            source:
              time_zone: Pacific/Aukland
            inputs:
              sales: {file: sales.csv, encodin: utf-8, expect_rows: lots}
              Stock: {fil: x.csv}
              a: 5
              b: {file: b.csv, encoding: utf-99, header: no}
            tables:
              product: select 1
              sale_lines: >
                select 1
            """
        )
    assert caught.value.exit_code == 3
    assert str(caught.value).splitlines() == [
        "The source shop.yaml cannot be used.",
        'shop.yaml:2:14: source.time_zone is "Pacific/Aukland", which is no time zone.'
        ' Did you mean "Pacific/Auckland"?',
        'shop.yaml:4:28: unknown key "encodin". Did you mean "encoding"?',
        'shop.yaml:4:57: inputs.sales.expect_rows is the text "lots".'
        ' Write a row count: 120, ">=200", "<=50" or "100..200"',
        'shop.yaml:5:3: a key of inputs is "Stock". Write a name in small letters, digits and _',
        'shop.yaml:5:10: inputs.Stock does not say what it reads. Did you mean "file"?',
        'shop.yaml:6:6: inputs.a is the number 5. Write {file: "..."}, {omni: "..."} or {core: "..."}',
        'shop.yaml:7:30: inputs.b.encoding is "utf-99", which is no text encoding. Write utf-8, utf-16 or windows-1252',
        "shop.yaml:7:46: inputs.b.header is false (YAML read no as false). Write true or false, without quotes",
        'shop.yaml:9:3: a key of tables is "product". Did you mean "products"?',
        "shop.yaml:10:15: tables.sale_lines is not written as a block. Write | after the colon and the select below it",
    ]


def test_a_name_that_would_write_into_our_own_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rejected.yaml"
    path.write_text("inputs:\n  rows: {file: x.csv}\ntables: {}\n", encoding="utf-8")
    with pytest.raises(DataProblem, match=r":2:3: raw\.rejected_rows is a table of tieout"):
        read_source(path)


def test_a_file_name_that_is_no_name_of_a_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "My shop.yaml"
    path.write_text("inputs: {}\ntables: {}\n", encoding="utf-8")
    with pytest.raises(DataProblem, match=r'"My shop\.yaml" cannot be the name of a source'):
        read_source(path)


@pytest.mark.parametrize(
    ("yaml_text", "position", "place"),
    [
        ("tables:\n  products: |\n    select\n      a,\n      b\ninputs: {}\n", 9, "shop.yaml:4:7"),
        ("tables:\n  products: |\n\n    select é,\n    b\ninputs: {}\n", 12, "shop.yaml:5:5"),
        ('tables:\n  products: "select b"\ninputs: {}\n', 7, "shop.yaml:2:21"),
        ("tables: {products: select b}\ninputs: {}\n", 7, "shop.yaml:1:27"),
        ("tables:\r\n  products: |-\r\n    select\r\n      b\r\ninputs: {}\r\n", 9, "shop.yaml:4:7"),
    ],
)
def test_a_position_in_a_select_is_found_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, yaml_text: str, position: int, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_bytes(yaml_text.encode())
    sql = next(iter(read_source(Path("shop.yaml")).tables.values()))
    assert sql.text.encode()[position:].decode()[0] in "ab"
    assert str(sql.place_of(position)) == place


def test_the_json_schema_is_what_the_shapes_declare() -> None:
    command = "python -m pipelines.extract.source_schema"
    assert SCHEMA_FILE.read_text(encoding="utf-8") == source_json_schema(), f"it differs; run: {command}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_source_of_the_repository_reads_and_fits_the_schema(path: Path) -> None:
    assert isinstance(read_source(path), Source)
    text = path.read_text(encoding="utf-8")
    jsonschema.validate(yaml.safe_load(text), json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    reference = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / reference).resolve() == SCHEMA_FILE


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    schema = json.loads(source_json_schema())
    refused: list[dict[str, object]] = [
        {"inputs": {"Stock": {"file": "x"}}, "tables": {}},
        {"inputs": {"a": {"fil": "x"}}, "tables": {}},
        {"inputs": {"a": {"file": "x", "expect_rows": "lots"}}, "tables": {}},
        {"inputs": {}, "tables": {"product": "select 1"}},
        {"inputs": {}},
    ]
    for wrong in refused:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
