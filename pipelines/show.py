"""Draws report tables and problems on a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.reports import ReportTable


def draw(table: ReportTable) -> Table:
    """A report table with figures on the right and totals in bold."""
    drawn = Table(
        title=Text(table.title, style="bold"), title_justify="left", box=SIMPLE_HEAD, caption=table.note or None
    )
    for column in table.columns:
        is_figure = column in table.figures
        drawn.add_column(column, justify="right" if is_figure else "left", no_wrap=is_figure, overflow="fold")
    for number, row in enumerate(table.rows):
        drawn.add_row(*[Text(cell) for cell in row], style="bold" if number in table.strong_rows else "")
    return drawn


def print_tables(console: Console, tables: Sequence[ReportTable]) -> None:
    """All tables, one after the other."""
    for table in tables:
        console.print(draw(table))
