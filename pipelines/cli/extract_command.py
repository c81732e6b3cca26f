"""`tieout extract`: brings the source's documents into raw and core tables."""

from datetime import date
from typing import Annotated

import typer

from pipelines.cli.options import AsJson, Home, MappingsFolder, Wait, WarehouseFile, read_settings
from pipelines.cli.output import print_result

DEFAULT_WAIT = 60.0


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("extract")(extract)


def extract(
    first_day: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Read again what was created or changed since this day")
    ] = None,
    last_day: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last day of --from; default today")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Start over: read every document again")] = False,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Look for deleted documents now; else it is done once a day")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Make core anew from what was received before, without any call")
    ] = False,
    home: Home = None,
    mappings: MappingsFolder = None,
    warehouse_file: WarehouseFile = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """Bring the source's documents into raw and core tables: what changed since the last time.

    An extract that was interrupted goes on at the page where it stopped.
    """
    from pipelines.extract.wish import ExtractWish
    from pipelines.reports.month import extract_table
    from pipelines.runner import run_extract

    wish = ExtractWish(full, _day("--from", first_day), _day("--to", last_day), sweep, offline)
    report = run_extract(read_settings(home, mappings, warehouse_file), wait, wish)
    refused = [f"Refused: {one}" for one in report.refusals]
    said = [*refused, *report.call_lines, *report.drift, *(f"Assumed: {one}" for one in report.assumptions)]
    inputs = [
        {"input": one.name, "rows": one.row_count, "changed": one.is_landed, "calls": one.pages,
         "deleted": one.deleted_count}
        for one in report.inputs
    ]  # fmt: skip
    print_result([extract_table(report)], as_json, {"inputs": inputs, "notes": said, "run_id": report.run_id})
    if not as_json:
        for line in said:
            typer.echo(line)


def _day(option: str, text: str | None) -> date | None:
    """A day of the command line."""
    from pipelines.errors import UsageProblem

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageProblem(f"{option} {text} is not a day: write YYYY-MM-DD, such as 2026-10-15.") from None
