"""Prints results: tables for people, JSON for programs."""

import json
import os
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import typer

from pipelines.cli.streams import takes_everything

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.reports.month import ReportTable

PIPE_WIDTH = 150
"""Columns where nobody says how wide the screen is."""


def console(*, to_errors: bool = False) -> "Console":
    """A terminal that is wide enough for figures."""
    from rich.console import Console

    stream = sys.stderr if to_errors else sys.stdout
    is_wide = stream.isatty() or "COLUMNS" in os.environ
    return Console(stderr=to_errors, width=None if is_wide else PIPE_WIDTH, highlight=False)


def print_json(value: object) -> None:
    """JSON with amounts as text, so that no reader makes floats of them; letters that stdout lacks are escaped."""
    is_ascii = not takes_everything(getattr(sys.stdout, "encoding", None))
    typer.echo(json.dumps(value, indent=2, default=_plain, ensure_ascii=is_ascii))


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def print_result(tables: Sequence["ReportTable"], as_json: bool, facts: dict[str, object] | None = None) -> None:
    """Tables on the terminal, or one JSON object with facts and tables."""
    if as_json:
        shown = [{"title": one.title, "columns": one.columns, "rows": one.rows} for one in tables]
        print_json({**(facts or {}), "tables": shown})
        return
    from pipelines.reports.terminal import print_tables

    print_tables(console(), tables)
