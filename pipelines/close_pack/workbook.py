"""The close pack as an Excel workbook: live sums and checks, each formula with the value that DuckDB gives."""

from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped]

from pipelines.close_pack.index_sheet import write_index
from pipelines.close_pack.pack import Pack
from pipelines.close_pack.pack_tables import PackTable
from pipelines.close_pack.places import FIRST_ROW, HEADER_ROW, NOTE_ROW, Places
from pipelines.close_pack.styles import Styles
from pipelines.close_pack.tie_out_formulas import tie_out_formulas
from pipelines.errors import UsageProblem

EARLIEST_ROW_HEIGHT = 30


def write_workbook(pack: Pack, file: Path) -> None:
    """Write the workbook.

    Args:
        pack: what it shows.
        file: .xlsx; replaced where it is there.
    """
    places = Places(pack.tables)
    with xlsxwriter.Workbook(str(file)) as book:
        book.set_properties(
            {
                "title": f"Close pack {pack.month}, {pack.company}",
                "author": "tieout",
                "created": pack.made_at.astimezone(UTC).replace(tzinfo=None),
            }
        )
        styles = Styles(book)
        index = book.add_worksheet("Index")
        sheets = {key: book.add_worksheet(places.sheet(key)) for key in pack.tables}
        about = f"{pack.company} · base currency {pack.currency} · up to {pack.cut_off}"
        for key, table in pack.tables.items():
            width = max(len(table.columns) - 1, 1)
            sheets[key].write_url(0, width, "internal:'Index'!A1", styles.link, "Index")
            _write_table(sheets[key], about, table, places, styles)
        write_index(index, pack, places, styles)


def write_tables(file: Path, about: str, tables: Sequence[PackTable]) -> None:
    """Write tables as sheets of a workbook of their own.

    Args:
        file: .xlsx; replaced where it is there.
        about: what every sheet is about, in words.
        tables: their keys are the names of the sheets.

    Raises:
        UsageProblem: the file has another ending, or cannot be written (exit 2).
    """
    if file.suffix.lower() != ".xlsx":
        raise UsageProblem(f"{file.name} is no .xlsx: name the workbook like comparison.xlsx.")
    places = Places({table.key: table for table in tables})
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(str(file)) as book:
            styles = Styles(book)
            for table in tables:
                _write_table(book.add_worksheet(places.sheet(table.key)), about, table, places, styles)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise UsageProblem(f"{file} cannot be written: {error}. Close it where it is open.") from None


def _write_table(sheet: Any, about: str, table: PackTable, places: Places, styles: Styles) -> None:  # noqa: ANN401 xlsxwriter has no types
    """One sheet: heading, rows, sums, and below them what they foot to."""
    sheet.write_string(0, 0, table.title, styles.title)
    sheet.write_string(1, 0, about, styles.plain)
    sheet.write_string(NOTE_ROW, 0, table.note or ("" if table.frame.height else "Nothing this month."), styles.note)
    sheet.set_row(HEADER_ROW, EARLIEST_ROW_HEIGHT)
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(HEADER_ROW, at, column.label, styles.header(column.kind))
    _write_rows(sheet, table, styles)
    _write_total(sheet, table, places, styles)
    _write_checks(sheet, table, places, styles)
    _set_up_page(sheet, table, places)


def _write_rows(sheet: Any, table: PackTable, styles: Styles) -> None:  # noqa: ANN401
    own = tie_out_formulas(table)
    for at, row in enumerate(table.frame.iter_rows(named=True)):
        number = FIRST_ROW + at
        for place, column in enumerate(table.columns):
            value, style = row[column.name], styles.cell(column.kind)
            formula = own.get((at, column.name)) or _row_formula(table, column.formula, number)
            if formula and value is not None:
                sheet.write_formula(number, place, formula, style, value)
            elif value is None or value == "":
                sheet.write_blank(number, place, None, style)
            elif column.kind == "text":
                sheet.write_string(number, place, str(value), style)
            elif column.kind == "date":
                sheet.write_datetime(number, place, value, style)
            else:
                sheet.write_number(number, place, value, style)


def _row_formula(table: PackTable, formula: str, number: int) -> str:
    """The formula of a column with the cells of one row."""
    if not formula:
        return ""
    cells = {name: xl_rowcol_to_cell(number, at) for at, name in enumerate(table.column_names)}
    text = formula
    for name, cell in cells.items():
        text = text.replace(f"{{{name}}}", cell)
    return text


def _write_total(sheet: Any, table: PackTable, places: Places, styles: Styles) -> None:  # noqa: ANN401
    """Sums below the rows."""
    if not any(column.is_summed for column in table.columns):
        return
    number = places.total_row(table.key)
    for at, column in enumerate(table.columns):
        if column.is_summed:
            formula = f"=SUM({places.cells(table.key, column.name, with_sheet=False)})"
            sheet.write_formula(number, at, formula, styles.total(column.kind), table.total(column.name))
        else:
            sheet.write_string(number, at, "Total" if at == 0 else "", styles.total("text"))


def _write_checks(
    sheet: Any,  # noqa: ANN401
    table: PackTable,
    places: Places,
    styles: Styles,
) -> None:
    """What the sheet foots to: both sides and their difference, which has to be 0.00."""
    for placed in places.checks(table.key):
        check = placed.check
        sheet.write_string(placed.row, 0, check.label, styles.strong)
        sides = (("This sheet", check.left), ("Against", check.right))
        for offset, (words, terms) in enumerate(sides, start=1):
            sheet.write_string(placed.row + offset, 0, words, styles.plain)
            value = places.value(terms)
            sheet.write_formula(placed.row + offset, 1, places.formula(terms), styles.check_amount, value)
        sheet.write_string(placed.row + 3, 0, "Difference", styles.plain)
        difference = places.value(check.left) - places.value(check.right)
        sheet.write_formula(placed.row + 3, 1, placed.difference_formula, styles.check_total, difference)
        state = "OK" if difference == Decimal(0) else "CHECK"
        sheet.write_formula(placed.row + 3, 2, placed.state_formula, styles.state, state)
        sheet.conditional_format(placed.row + 3, 2, placed.row + 3, 2, styles.bad_state)


def _set_up_page(sheet: Any, table: PackTable, places: Places) -> None:  # noqa: ANN401
    """Frozen header, filter, and a page that prints: landscape, one page wide, header on every page."""
    last = max(places.last_row(table.key), FIRST_ROW)
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.autofilter(HEADER_ROW, 0, last, len(table.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_footer("&L&F&C&A&RPage &P of &N")
    sheet.hide_gridlines(2)
