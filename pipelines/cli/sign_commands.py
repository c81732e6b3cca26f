"""Commands about signed months: sign one off, and name what has changed since."""

from typing import Annotated

import typer

from pipelines.cli.options import AsJson, Home, MappingsFolder, Period, Wait, read_settings
from pipelines.cli.output import print_json, print_result

DEFAULT_WAIT = 60.0


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("sign")(sign)
    app.command("diff")(diff)


def sign(
    period: Period,
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Who signs")],
    home: Home = None,
    mappings: MappingsFolder = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """Sign a posted month off: every source row that it rests on is frozen by its hash."""
    from pipelines.signing.signing import sign_month
    from pipelines.steps.context import open_close, read_month
    from pipelines.warehouse import open_warehouse

    settings = read_settings(home, mappings)
    close = open_close(settings, read_month(period))
    with open_warehouse(settings, wait) as warehouse:
        signed = sign_month(close, warehouse, name)
    if as_json:
        print_json(vars(signed))
        return
    typer.echo(
        f"{signed.signed_by} signed {period}: {signed.row_count:,} source rows, COGS so far {signed.cogs_amount:,.2f}, "
        f"stock {signed.stock_amount:,.2f}.\nSee later what has changed: tieout diff {period}"
    )


def diff(
    period: Period,
    home: Home = None,
    mappings: MappingsFolder = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """Name each source row that changed since a month was signed, and its effect on COGS and stock. Changes nothing."""
    from pipelines.load.post_log import restore_posts
    from pipelines.signing.diff_table import diff_facts, diff_table
    from pipelines.signing.month_diff import diff_month
    from pipelines.steps.context import open_close, read_month
    from pipelines.warehouse import open_warehouse

    settings = read_settings(home, mappings)
    close = open_close(settings, read_month(period))
    with open_warehouse(settings, wait) as warehouse:
        restore_posts(warehouse, settings.post_log)
        found = diff_month(close, warehouse)
    print_result([diff_table(found)], as_json, diff_facts(found))
