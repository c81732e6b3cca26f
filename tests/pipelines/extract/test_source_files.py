"""Files as they come: formats, encodings, and every way in which one can be broken."""

import gzip
import hashlib
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from mappings.findings import Place
from pipelines.extract.delimited_files import Layout, read_delimited
from pipelines.extract.file_bytes import UnreadableInputError
from pipelines.extract.source_files import receive_files
from pipelines.extract.source_shapes import FileInput
from tests.reference_data import ADVENTUREWORKS, needs_adventureworks

PLACE = Place("shop.yaml", 3, 8)


def read(folder: Path, file: str, **keys: object) -> pl.DataFrame:
    """The rows of a file."""
    return receive_files(FileInput(file=file, place=PLACE, **keys), folder).rows()  # type: ignore[arg-type]


def problem(folder: Path, file: str, **keys: object) -> str:
    """What a file that cannot be read says, with the folder left out."""
    with pytest.raises(UnreadableInputError) as caught:
        read(folder, file, **keys)
    return str(caught.value).replace(f"{folder}/", "").replace(str(folder), "DATA")


def write_sheet(path: Path, *sheets: str) -> None:
    """An Excel file with the same rows in each sheet."""
    workbook = xlsxwriter.Workbook(str(path))
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for name in sheets:
        sheet = workbook.add_worksheet(name)
        sheet.write_row(0, 0, ["sku", "qty", "price", "day"])
        sheet.write_row(1, 0, [707, 3, 0.1])
        sheet.write_datetime(1, 3, datetime(2026, 1, 5), day)  # noqa: DTZ001 - Excel knows no time zones
        sheet.write_row(3, 0, ["A-1", "n/a", 1234567.891, "05/01/2026"])
    workbook.close()


def test_csv_columns_are_text_and_nothing_is_guessed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('sku,qty,note\n007,1.50,"a, ""b"""\n\n008,,\n,,\n', encoding="utf-8")
    expected = pl.DataFrame({"sku": ["007", "008"], "qty": ["1.50", None], "note": ['a, "b"', None]})
    assert_frame_equal(read(tmp_path, "a.csv"), expected)


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        ("sku,name\r\n1,Café\r\n".encode(), {}),
        ("sku,name\n1,Café\n".encode("utf-8-sig"), {}),
        ("sku,name\n1,Café".encode("utf-16"), {}),
        ("sku,name\r\n1,Café\r\n".encode("utf-16-be"), {"encoding": "utf-16-be"}),
        ("sku,name\n1,Café\n".encode("latin-1"), {"encoding": "latin-1"}),
        ("sku;name\n1;Café\n".encode("cp1252"), {"encoding": "windows-1252", "separator": ";"}),
        (gzip.compress("sku,name\n1,Café\n".encode(), mtime=0), {}),
        ("Stock of today\n\nsku,name\n1,Café\n".encode(), {"skip_rows": 2}),
        ("sku|name\n1|Café\n".encode(), {"separator": "|"}),
        ("1,Café\n".encode(), {"header": False, "columns": ("sku", "name")}),
        ("A,B\n1,Café\n".encode(), {"columns": ("sku", "name")}),
        ("sku\tname\n1\tCafé\n".encode(), {"format": "tsv"}),
    ],
)
def test_the_same_rows_come_out_of_every_way_to_write_them(
    tmp_path: Path, data: bytes, keys: dict[str, object]
) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    assert_frame_equal(read(tmp_path, "a.csv", **keys), pl.DataFrame({"sku": ["1"], "name": ["Café"]}))


def test_a_tsv_field_may_hold_a_quote(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text('sku\tsize\n1\t26" wheel\n', encoding="utf-8")
    assert read(tmp_path, "a.tsv").rows() == [("1", '26" wheel')]


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    frame = pl.DataFrame({"sku": [1], "price": [Decimal("1.10")], "kind": pl.Series(["a"], dtype=pl.Categorical)})
    frame.write_parquet(tmp_path / "a.parquet")
    assert_frame_equal(read(tmp_path, "a.parquet"), frame.cast({"kind": pl.String}))


def test_excel_cells_become_the_text_of_their_values(tmp_path: Path) -> None:
    write_sheet(tmp_path / "a.xlsx", "Stock")
    assert read(tmp_path, "a.xlsx").rows() == [
        ("707", "3", "0.1", "2026-01-05 00:00:00"),
        ("A-1", "n/a", "1234567.891", "05/01/2026"),
    ]


def test_one_sheet_of_several_is_named(tmp_path: Path) -> None:
    write_sheet(tmp_path / "a.xlsx", "Stock", "Other")
    assert read(tmp_path, "a.xlsx", sheet="Other").height == 2
    assert problem(tmp_path, "a.xlsx") == (
        'shop.yaml:3:8: a.xlsx has 2 sheets\n    Name one: sheet: "Stock"  (Stock, Other)'
    )
    assert problem(tmp_path, "a.xlsx", sheet="Stok") == (
        'shop.yaml:3:8: a.xlsx has no sheet "Stok"\n    Did you mean "Stock"?'
    )


def test_all_files_that_match_a_pattern_are_one_input(tmp_path: Path) -> None:
    (tmp_path / "sales_02.csv").write_text("sku,qty\nB,2\n", encoding="utf-8")
    (tmp_path / "sales_01.csv").write_text("sku,qty\nA,1\n", encoding="utf-8")
    assert read(tmp_path, "sales_*.csv").rows() == [("A", "1"), ("B", "2")]
    (tmp_path / "sales_03.csv").write_text("sku,quantity\nB,2\n", encoding="utf-8")
    assert problem(tmp_path, "sales_*.csv") == (
        "shop.yaml:3:8: the columns of sales_03.csv are not those of sales_01.csv\n    They differ in: qty, quantity"
    )


def test_the_hash_is_that_of_the_file_and_reading_it_otherwise_is_other_content(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"sku,qty\nA,1\n")
    plain = receive_files(FileInput(file="a.csv", place=PLACE), tmp_path)
    skipping = receive_files(FileInput(file="a.csv", skip_rows=1, place=PLACE), tmp_path)
    assert plain.source_hash == skipping.source_hash == hashlib.sha256(b"sku,qty\nA,1\n").hexdigest()
    assert plain.content_hash != skipping.content_hash


BROKEN: dict[str, tuple[str, bytes, dict[str, object], str]] = {
    "zero bytes": ("a.csv", b"", {}, "the file a.csv is empty (0 bytes)\n    Export it again."),
    "gzip cut off": (
        "a.csv.gz",
        gzip.compress(b"sku,qty\n" + bytes(range(32, 127)) * 40, mtime=0)[:-20],
        {},
        "the file a.csv.gz is cut off: its gzip data ends too early\n    Copy or export it again.",
    ),
    "last line cut off": (
        "a.csv",
        b"sku,qty,day\nA,1,2026-01-01\nB,2",
        {},
        "line 3 of a.csv has 2 fields, and 3 are expected\n    The file looks cut off: export or copy it again.",
    ),
    "line with a field too many": (
        "a.csv",
        b"sku,qty\nA,1,5\nB,2\n",
        {},
        "line 2 of a.csv has 3 fields, and 2 are expected\n    Check quotes and separator there.",
    ),
    "line too short after skipped lines": (
        "a.csv",
        b"Title\nsku,qty\nA\nB,2\n",
        {"skip_rows": 1},
        "line 3 of a.csv has 1 fields, and 2 are expected\n    Check quotes and separator there.",
    ),
    "another separator": (
        "a.csv",
        b"sku;qty;day\nA;1;2\n",
        {},
        'a.csv has one column only, called "sku;qty;day"\n'
        '    Did you mean separator: ";"? It stands 2 times in the first line.',
    ),
    "another separator, with columns": (
        "a.csv",
        b"A\t1\n",
        {"header": False, "columns": ("sku", "qty")},
        "a.csv has 1 fields in its first line, and `columns` names 2\n"
        '    Did you mean separator: "tab"? It stands 1 times in the first line.',
    ),
    "no header and no names": (
        "a.csv",
        b"A,1\n",
        {"header": False},
        "a.csv has no header line, and the input names no columns\n    Add: columns: [a, b, c]",
    ),
    "two equal names": (
        "a.csv",
        b"sku,Qty,qty\nA,1,2\n",
        {},
        'a.csv has two columns called "qty"\n    Name them in the YAML: columns: [...], one name for each column;'
        " header: true skips the header line.",
    ),
    "only blank lines": ("a.csv", b"\n\n", {}, "a.csv holds no line\n    Export it again."),
    "not UTF-8": (
        "a.csv",
        "sku,name\n1,Café\n".encode("latin-1"),
        {},
        "line 2 of a.csv is not utf-8: byte 0xE9, invalid continuation byte\n"
        "    Name the encoding, such as `encoding: windows-1252` or `encoding: utf-16`.",
    ),
    "open quote": (
        "a.csv",
        b'sku,qty\n"A,1\nB,2\n',
        {},
        "line 3 of a.csv cannot be read: unexpected end of data",
    ),
    "no Parquet file": (
        "a.parquet",
        b"PAR1" + b"x" * 40,
        {},
        "the file a.parquet is damaged or cut off: "
        "parquet: File out of specification: The file must end with PAR1 or PARE\n    Copy or export it again.",
    ),
    "no Excel file": (
        "a.xlsx",
        b"PK\x03\x04 and no more",
        {},
        "a.xlsx cannot be read: calamine error: Cannot detect file format\n    Save it again from Excel.",
    ),
    "format unknown": (
        "a.dat",
        b"x",
        {},
        "the name of a.dat does not tell its format\n    Add format: csv, tsv, parquet or excel",
    ),
}


@pytest.mark.parametrize(("file", "data", "keys", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_with_what_is_wrong(
    tmp_path: Path, file: str, data: bytes, keys: dict[str, object], message: str
) -> None:
    (tmp_path / file).write_bytes(data)
    assert problem(tmp_path, file, **keys) == f"shop.yaml:3:8: {message}"


@pytest.mark.parametrize("suffix", ["parquet", "xlsx"])
@pytest.mark.parametrize("kept", [0.2, 0.6, 0.95])
def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, suffix: str, kept: float) -> None:
    whole = tmp_path / f"whole.{suffix}"
    if suffix == "parquet":
        pl.DataFrame({"a": range(1000)}).write_parquet(whole)
    else:
        write_sheet(whole, "Stock")
    data = whole.read_bytes()
    (tmp_path / f"cut.{suffix}").write_bytes(data[: int(len(data) * kept)])
    assert f"cut.{suffix}" in problem(tmp_path, f"cut.{suffix}")


def test_a_missing_file_is_named_with_what_lies_there(tmp_path: Path) -> None:
    (tmp_path / "sale.csv").write_text("a,b\n", encoding="utf-8")
    assert problem(tmp_path, "sales.csv") == (
        "shop.yaml:3:8: the file sales.csv is missing\n    The folder holds: sale.csv"
    )
    assert problem(tmp_path, "old/sales_*.csv").startswith("shop.yaml:3:8: no file matches old/sales_*.csv")


@needs_adventureworks
@pytest.mark.parametrize(
    ("table", "columns", "rows", "first"),
    [
        ("Person.CountryRegion", 3, 238, ("AD", "Andorra", "2008-04-30 00:00:00")),
        ("Sales.CountryRegionCurrency", 3, 109, ("AE", "AED", "2014-02-08 10:17:21.510000000")),
        ("Purchasing.ShipMethod", 6, 5, ("1", "XRQ - TRUCK GROUND", "3.95", "0.99")),
        ("Purchasing.PurchaseOrderDetail", 11, 8845, ("1", "1", "2011-04-30 00:00:00")),
    ],
)
def test_microsofts_own_files_are_read_utf_16_and_gzip_included(
    table: str, columns: int, rows: int, first: tuple[str, ...]
) -> None:
    names = tuple(f"c{number}" for number in range(columns))
    frame = read(ADVENTUREWORKS / "raw", f"{table}.csv.gz", format="tsv", header=False, columns=names)
    assert frame.shape == (rows, columns)
    assert frame.row(0)[: len(first)] == first


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(['"', ",", "\n"]), min_size=1)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=20))
def test_whatever_stands_between_quotes_comes_back(rows: list[tuple[str, str]]) -> None:
    body = "".join(",".join('"' + field.replace('"', '""') + '"' for field in row) + "\n" for row in rows)
    layout = Layout(",", '"', has_header=False, columns=("a", "b"), skip_rows=0, shown="x", defined_at="y")
    assert read_delimited(body, layout).rows() == rows


def test_a_file_that_may_be_missing_gives_its_columns_and_no_rows_and_is_read_once_it_is_there(tmp_path: Path) -> None:
    absent = read(tmp_path, "deposits.csv", if_absent=("deposit_id", "amount"))
    assert (absent.columns, absent.height) == (["deposit_id", "amount"], 0)
    (tmp_path / "deposits.csv").write_text("deposit_id,amount\n7,12.50\n")
    assert read(tmp_path, "deposits.csv", if_absent=("deposit_id", "amount")).rows() == [("7", "12.50")]
