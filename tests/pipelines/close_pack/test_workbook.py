"""The workbook, recalculated by LibreOffice: every formula gives what DuckDB gave, and every check holds."""

import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import polars as pl
import pytest

from pipelines.close_pack.pack_tables import PackColumn, make_table, sum_terms
from pipelines.close_pack.places import SHEET_NAMES
from pipelines.close_pack.workbook import write_workbook
from tests.pipelines.close_pack.made_pack import MadePack

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


@pytest.fixture(scope="module")
def recalculated(made: MadePack, tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 openpyxl's workbook
    """The pack as LibreOffice computes it, values only."""
    if OFFICE is None:
        pytest.skip("LibreOffice is not installed (Debian: apt-get install libreoffice-calc)")
    folder = tmp_path_factory.mktemp("office")
    (folder / "profile/user").mkdir(parents=True)
    (folder / "profile/user/registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, encoding="utf-8")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(made.workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return openpyxl.load_workbook(folder / made.workbook.name, data_only=True)


@pytest.fixture(scope="module")
def written(made: MadePack) -> tuple[Any, Any]:
    """The pack as it was written: values, and formulas."""
    return openpyxl.load_workbook(made.workbook, data_only=True), openpyxl.load_workbook(made.workbook)


def formulas(book: Any) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    yield sheet.title, cell.coordinate, cell.value


def test_all_checks_hold_after_recalculation(recalculated: Any) -> None:  # noqa: ANN401
    index = recalculated["Index"]
    rows = [[cell.value for cell in row[:4]] for row in index.iter_rows()]
    heading = next(at for at, row in enumerate(rows) if row[0] == "Check")
    end = next(at for at, row in enumerate(rows) if row[0] == "All checks hold")
    checks = rows[heading + 1 : end]
    assert len(checks) >= 14
    assert "Opening is the closing that was signed" in [row[0] for row in checks]
    assert [row for row in checks if (row[2], row[3]) != (0, "OK")] == []
    assert rows[end][2:] == [0, "OK"]


def test_every_formula_gives_what_was_written_beside_it(recalculated: Any, written: tuple[Any, Any]) -> None:  # noqa: ANN401
    values, texts = written
    count = 0
    for sheet, place, formula in formulas(texts):
        given, computed = values[sheet][place].value, recalculated[sheet][place].value
        same = given == computed if isinstance(given, str) else abs((computed or 0) - given) < 0.000_05
        assert same, (sheet, place, formula, given, computed)
        count += 1
    assert count > 250


def test_a_wrong_figure_turns_its_check(made: MadePack, tmp_path: Path) -> None:
    cogs = made.pack.tables["cogs"]
    spoilt = cogs.frame.with_columns(pl.col("total_amount") + pl.when(pl.int_range(pl.len()) == 0).then(1).otherwise(0))
    table = make_table("cogs", cogs.title, cogs.columns, spoilt, checks=cogs.checks)
    tables = {**made.pack.tables, "cogs": table}
    pack = type(made.pack)(**{**vars(made.pack), "tables": tables})
    assert [check.label for check in pack.failed] == [
        "COGS is the COGS journal",
        "COGS against last month is the COGS of the month",
    ]
    write_workbook(pack, tmp_path / "spoilt.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "spoilt.xlsx", data_only=True)["Index"]
    states = [
        row[3].value for row in sheet.iter_rows() if row[0].value in ("COGS is the COGS journal", "All checks hold")
    ]
    assert states == ["CHECK", "CHECK"]


def test_every_row_of_every_table_stands_in_its_sheet(made: MadePack, written: tuple[Any, Any]) -> None:
    values, _ = written
    assert values.sheetnames == ["Index", *(SHEET_NAMES[key] for key in made.pack.tables)]
    for key, table in made.pack.tables.items():
        sheet = values[SHEET_NAMES[key]]
        shown = [
            [cell.value for cell in row[: len(table.columns)]]
            for row in sheet.iter_rows(min_row=6, max_row=5 + table.frame.height)
        ]
        for row, wanted in zip(shown, table.frame.rows(), strict=True):
            for cell, value in zip(row, wanted, strict=True):
                if isinstance(value, Decimal):
                    assert Decimal(str(round(cell, 6))) == value, (key, row, wanted)
                elif value not in (None, ""):
                    assert str(cell).removesuffix(" 00:00:00") == str(value), (key, row, wanted)


def test_sheets_are_set_up_to_read_and_to_print(written: tuple[Any, Any]) -> None:
    _, book = written
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        if sheet.title != "Index":
            assert (sheet.freeze_panes, sheet.print_title_rows) == ("B6", "$5:$5")
    assert book["COGS"]["E6"].number_format.startswith("#,##0.00")


def test_the_figures_are_those_of_the_warehouse(made: MadePack) -> None:
    tables, warehouse = made.pack.tables, made.warehouse

    def total(sql: str) -> Decimal:
        amount = warehouse.query(sql).item()
        assert isinstance(amount, Decimal)
        return amount

    october = "period = date '2026-10-01'"
    assert tables["cogs"].total("total_amount") == total(
        f"select sum(recognised_amount) from close.bookings where {october}"
    )
    assert tables["roll_forward"].total("closing") == total(
        f"select sum(closing_value) from close.roll_forward where {october}"
    )
    assert tables["roll_forward_units"].total("closing") == total(
        f"select sum(closing_quantity) from close.roll_forward where {october}"
    )
    lines = f"select sum(line_amount) from close.journal_lines where {october} and line_amount > 0"
    assert tables["journals"].total("debit_amount") == total(lines)
    assert tables["stock_ages"].total("value_amount") == tables["roll_forward"].total("closing")
    assert made.pack.failed == []


def test_comments_stand_beside_the_lines_they_are_about(made: MadePack) -> None:
    flux = made.pack.tables["flux"].frame
    about = flux.filter(pl.col("comment_text") != "")
    assert set(about["comment_text"]) == {"New <tent> & spring sale (Ada)"}
    assert set(about["shown_category"]) == {"Tents"}
    assert set(flux.filter(pl.col("state") == "given")["shown_category"]) == {"Tents"}


def test_rows_beyond_the_most_are_summed_up_and_still_foot() -> None:
    columns = (PackColumn("name", "Name"), PackColumn("amount", "Amount", "money", is_summed=True))
    frame = pl.DataFrame({"name": list("abcde"), "amount": [Decimal(n) for n in range(5)]})
    short = make_table("k", "T", columns, frame, most=2)
    assert short.frame.rows() == [("a", Decimal(0)), ("b", Decimal(1)), ("3 more rows", Decimal(9))]
    assert short.total("amount") == Decimal(10)
    assert sum_terms((), {}) == 0
