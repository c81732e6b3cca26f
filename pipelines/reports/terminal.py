"""Draws report tables and problems on a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.reports.month import ReportTable


def draw(table: ReportTable) -> Table:
    """A report table without its title: figures on the right, totals in bold."""
    drawn = Table(box=SIMPLE_HEAD, caption=table.note or None, caption_justify="left", pad_edge=False)
    for column in table.columns:
        is_figure = column in table.figures
        drawn.add_column(column, justify="right" if is_figure else "left", no_wrap=is_figure, overflow="fold")
    for number, row in enumerate(table.rows):
        drawn.add_row(*[Text(cell) for cell in row], style="bold" if number in table.strong_rows else "")
    return drawn


def print_tables(console: Console, tables: Sequence[ReportTable]) -> None:
    """All tables, one after the other."""
    for table in tables:
        # above the table and not its title: a title is broken at the width of the columns
        console.print(Text(table.title, style="bold"))
        console.print(draw(table) if table.rows else table.note)
        if table.note:  # nothing stands below it, where a table ends with an empty line of its own
            console.print()
