"""Commands for what the analyst reads: pack, comment."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.cli.options import AsJson, Home, MappingsFolder, Period, Wait, WarehouseFile, read_settings
from pipelines.cli.output import print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.settings import Settings
    from pipelines.steps.context import CloseContext
    from pipelines.warehouse import Warehouse

DEFAULT_WAIT = 60.0


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("pack")(pack)
    app.command("comment")(comment)


def pack(
    period: Period,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Where to; default: packs, beside the warehouse")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Extract and value the month now, without Xero, and keep only the files")
    ] = False,
    home: Home = None,
    mappings: MappingsFolder = None,
    warehouse_file: WarehouseFile = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """Write the close pack of a month: an Excel workbook, an HTML page with charts, and Xero's import file.

    The workbook holds live sums and checks; the page needs no network. Journals that Xero does not hold yet stand in
    xero-journals-PERIOD-1.csv as Xero's manual journal import wants them, 300 lines a file.
    """
    from pipelines.close_pack.writing import write_pack

    with _reading(read_settings(home, mappings, warehouse_file), period, wait, is_preview=preview) as (
        close,
        warehouse,
    ):
        written = write_pack(close, warehouse, out)
    failed = [check.label for check in written.pack.failed]
    if as_json:
        print_json({"files": [str(file) for file in written.files], "failed_checks": failed})
        return
    for file in written.files:
        typer.echo(f"Written: {file}")
    if not written.imports:
        typer.echo("Xero holds every journal of the month, so there is no import file.")
    for label in failed:
        typer.echo(f"A check does not hold: {label}. See the sheet Index.")


@contextmanager
def _reading(
    settings: "Settings", period: str, wait: float, *, is_preview: bool
) -> "Iterator[tuple[CloseContext, Warehouse]]":
    """The month as it was closed last; for a preview as it is now."""
    from pipelines.month_end import preview_month
    from pipelines.runner import run_close
    from pipelines.steps.context import open_close, read_month
    from pipelines.warehouse import open_published

    if is_preview:
        with run_close(settings, period, None, preview_month, wait=wait, is_preview=True) as run:
            yield run.close, run.warehouse
        return
    close = open_close(settings, read_month(period), is_preview=True)
    with open_published(settings) as warehouse:
        yield close, warehouse


def comment(
    period: Period,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Why COGS or margin changed")],
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Who says so")],
    category: Annotated[str | None, typer.Option("--category", help="Left out: every category")] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="Left out: every branch")] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="Left out: every channel")] = None,
    against: Annotated[
        Literal["last_month", "last_year"], typer.Option("--against", help="Which comparison it explains")
    ] = "last_month",
    home: Home = None,
    warehouse_file: WarehouseFile = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """Say why COGS or margin changed; the words are kept with the close and stand in its pack."""
    from pipelines.flux_comments import open_lines, record_comment
    from pipelines.steps.context import read_month
    from pipelines.warehouse import open_warehouse

    month = read_month(period)
    with open_warehouse(read_settings(home, None, warehouse_file), wait) as warehouse:
        count = record_comment(warehouse, month, against, (category, branch, channel), text, name)
        still_open = open_lines(warehouse, month).to_dicts()
    if as_json:
        print_json({"lines": count, "open": still_open})
        return
    typer.echo(f"Kept for {count} line{'s' if count != 1 else ''} of {period}.")
    if still_open:
        typer.echo(f"{len(still_open)} line{'s' if len(still_open) != 1 else ''} still ask for a comment:")
        for line in still_open:
            named = [f"--{part} {line[part]!r}" for part in ("category", "branch", "channel") if line[part]]
            typer.echo(f"    {' '.join([*named, '--against', line['comparison']])}")
