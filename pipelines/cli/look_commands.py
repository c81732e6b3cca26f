"""Commands that look inside: explain, status, dictionary."""

from typing import Annotated

import typer

from pipelines.cli.options import AsJson, Home, MappingsFolder, WarehouseFile, read_settings
from pipelines.cli.output import print_json, print_result


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("explain")(explain)
    app.command("status")(status)
    app.command("dictionary")(dictionary)


def explain(
    reference: Annotated[str, typer.Argument(metavar="TAG[:LINE]", help="Tag as in Xero's narration, and a line")],
    home: Home = None,
    warehouse_file: WarehouseFile = None,
    as_json: AsJson = False,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Source rows shown for a line")] = 40,
) -> None:
    """Go from a journal line down to the source rows that make up its amount."""
    from pipelines.explain import explain as explain_reference
    from pipelines.warehouse import open_published

    with open_published(read_settings(home, None, warehouse_file)) as warehouse:
        found = explain_reference(warehouse, reference, rows)
        facts: dict[str, object] = {
            "lines": [
                {"line_amount": one.line_amount, "source_amount": one.source_amount, "foots": one.foots}
                for one in found
            ]
        }
        print_result([one.table for one in found], as_json, facts)
    if not as_json:
        verdict = (
            "Every line is the sum of its source rows." if all(one.foots for one in found) else "It does not foot."
        )
        typer.echo(f"{verdict} Read from the copy published {warehouse.published_at:%Y-%m-%d %H:%M} UTC.")


def status(
    home: Home = None,
    mappings: MappingsFolder = None,
    warehouse_file: WarehouseFile = None,
    as_json: AsJson = False,
    fail_if_stale: Annotated[
        bool, typer.Option("--fail-if-stale", help="Exit 7 when a month is late or the last run failed, for cron")
    ] = False,
) -> None:
    """Show where each month stands, what Xero refused, and the last runs."""
    from pipelines.status import raise_if_stale, read_status, status_tables

    settings = read_settings(home, mappings, warehouse_file)
    found = read_status(settings)
    print_result(status_tables(found), as_json, {"late": found.late_reasons})
    if not as_json:
        for reason in found.late_reasons:
            typer.echo(reason)
        typer.echo(found.age_text)
    if fail_if_stale:
        raise_if_stale(found)


def dictionary(as_json: AsJson = False) -> None:
    """Print the data dictionary: every table and column of the warehouse."""
    from schemas.dictionary import data_dictionary, describe_columns, describe_grain
    from schemas.tables import TABLES

    if as_json:
        print_json(
            {
                name: {
                    "grain": describe_grain(model),
                    "columns": [
                        vars(column) if hasattr(column, "__dict__") else column for column in describe_columns(model)
                    ],
                }
                for name, model in TABLES.items()
            }
        )
        return
    typer.echo(data_dictionary())
