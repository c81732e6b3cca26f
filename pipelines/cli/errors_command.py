"""`tieout errors`: documents of the sync that cannot go as they are, and setting one aside for a while."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import AsJson, Home, Wait, WarehouseFile, read_settings
from pipelines.cli.output import print_json, print_result

if TYPE_CHECKING:
    from pipelines.settings import Settings

DEFAULT_WAIT = 60.0


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("errors")(errors)


def errors(
    skip: Annotated[
        str | None, typer.Option("--skip", metavar="KEY", help="Set this document aside: its key, or its number")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Last day that it may wait")] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why it may wait")] = None,
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who says so; default: the login")] = None,
    all_of_them: Annotated[bool, typer.Option("--all", help="Show what is set aside, too")] = False,
    home: Home = None,
    warehouse_file: WarehouseFile = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """List the documents that wait: reason, owner, age and what to do. What was put right leaves by itself."""
    settings = read_settings(home, None, warehouse_file)
    if skip is not None or until is not None or reason is not None:
        _set_aside(settings, skip, until, reason, name, wait, as_json=as_json)
        return
    from datetime import UTC, datetime

    from pipelines.sync.error_list import error_tables, read_errors
    from pipelines.warehouse import open_published
    from transforms.periods import today_in

    with open_published(settings) as warehouse:
        found = read_errors(warehouse, today_in(settings.time_zone, datetime.now(UTC)), settings.time_zone)
        if as_json:
            print_json({"open": found.open, "skipped": found.skipped, "published_at": warehouse.published_at})
            return
        print_result(error_tables(found, shows_skipped=all_of_them), as_json)
        typer.echo(f"{found.sentence} Read from the copy published {warehouse.published_at:%Y-%m-%d %H:%M} UTC.")


def _set_aside(
    settings: "Settings",
    skip: str | None,
    until: str | None,
    reason: str | None,
    name: str | None,
    wait: float,
    *,
    as_json: bool,
) -> None:
    """Set one document aside."""
    from datetime import UTC, datetime

    from pipelines.cli.extract_command import _day
    from pipelines.errors import UsageProblem
    from pipelines.sync.error_list import skip_errors
    from pipelines.warehouse import open_warehouse
    from transforms.periods import today_in

    last_day = _day("--until", until)
    if skip is None or last_day is None or reason is None:
        raise UsageProblem('Write all of them: tieout errors --skip KEY --until DATE --reason "…" [--as NAME].')
    today = today_in(settings.time_zone, datetime.now(UTC))
    with open_warehouse(settings, wait) as warehouse:
        rows = skip_errors(warehouse, skip, last_day, reason, name, today)
    if as_json:
        print_json({"skipped": [row["document_key"] for row in rows], "until": last_day, "reason": reason})
        return
    typer.echo(f"{rows[0]['document_key']} is set aside until {last_day}. It is back on the list the day after.")
