"""Commands for the warehouse file: migrate, backup."""

import typer

from pipelines.cli.options import AsJson, Home, Wait, read_settings
from pipelines.cli.output import print_json

DEFAULT_WAIT = 60.0


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("migrate")(migrate)
    app.command("backup")(backup)


def migrate(home: Home = None, as_json: AsJson = False, wait: Wait = DEFAULT_WAIT) -> None:
    """Carry the warehouse to this release's layout, after a backup. Every command that writes does so by itself."""
    from pipelines.warehouse import open_warehouse

    settings = read_settings(home, None)
    with open_warehouse(settings, wait) as warehouse:
        applied = warehouse.query(
            "select version, migration_name, applied_at from control.schema_version order by version"
        )
    if as_json:
        print_json({"warehouse": str(settings.warehouse), "migrations": applied.to_dicts()})
        return
    latest = applied.row(-1, named=True)
    typer.echo(f"{settings.warehouse} has layout {latest['version']} ({latest['migration_name']}).")


def backup(home: Home = None, as_json: AsJson = False, wait: Wait = DEFAULT_WAIT) -> None:
    """Copy the warehouse to a file that nobody writes to."""
    from pipelines.backups import backup as back_up

    copy = back_up(read_settings(home, None), wait)
    if as_json:
        print_json({"backup": str(copy)})
        return
    typer.echo(f"Backed up to {copy}. To go back, put it in the warehouse's place.")
