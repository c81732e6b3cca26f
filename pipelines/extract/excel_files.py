"""Excel sheets as frames of text columns: a cell becomes the text of its value, so that no column is guessed."""

import fastexcel
import polars as pl

from mappings.wording import did_you_mean
from pipelines.extract.delimited_files import Layout, refuse_equal_names


def read_sheet(data: bytes, sheet: str | None, layout: Layout) -> pl.DataFrame:
    """Read one sheet of an Excel or OpenDocument file; numbers are shown in full, dates as YYYY-MM-DD HH:MM:SS.

    Rows without any value are left out. A cell that shows an error such as #N/A has no value.

    Raises:
        UnreadableInputError: damaged file, no such sheet, several sheets and none named, empty sheet.
    """
    try:
        reader = fastexcel.read_excel(data)
        name = _sheet_name(reader.sheet_names, sheet, layout)
        frame = reader.load_sheet(
            name,
            header_row=layout.skip_rows if layout.has_header else None,
            skip_rows=None if layout.has_header else layout.skip_rows,
            column_names=None,
            dtypes="string",
        ).to_polars()
    except fastexcel.FastExcelError as error:
        layout.refuse(f"{layout.shown} cannot be read: {str(error).splitlines()[0]}", "Save it again from Excel.")
    if not frame.width:
        layout.refuse(f'sheet "{name}" of {layout.shown} is empty')
    return _named(frame, layout).filter(~pl.all_horizontal(pl.all().is_null()))


def _sheet_name(names: list[str], wanted: str | None, layout: Layout) -> str:
    """The sheet to read."""
    if wanted is None and len(names) > 1:
        layout.refuse(f"{layout.shown} has {len(names)} sheets", f'Name one: sheet: "{names[0]}"  ({", ".join(names)})')
    if wanted is not None and wanted not in names:
        layout.refuse(f'{layout.shown} has no sheet "{wanted}"', did_you_mean(wanted, names))
    return wanted or names[0]


def _named(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The frame with the names of the YAML, where it gives any."""
    if not layout.columns:
        names = [name.strip() for name in frame.columns]
        refuse_equal_names(names, layout)
        return frame.rename(dict(zip(frame.columns, names, strict=True)))
    if len(layout.columns) != frame.width:
        layout.refuse(f"{layout.shown} has {frame.width} columns, and `columns` names {len(layout.columns)}")
    return frame.rename(dict(zip(frame.columns, layout.columns, strict=True)))
