"""Commands that start local servers: demo, sandbox."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import Home, read_settings

sandbox_app = typer.Typer(help="Local Cin7 and Xero servers on loopback.", no_args_is_help=True)

Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="TCP port on loopback; 0 takes a free one")]
Log = Annotated[Path | None, typer.Option("--log", metavar="FILE", help="Request log, JSON lines")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("demo")(demo)
    app.add_typer(sandbox_app, name="sandbox")


def demo(
    home: Home = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the last demo and start over")] = False,
) -> None:
    """Close two months of a made-up company on local servers, and show what an analyst reads."""
    from pipelines.demo_show import run_demo

    run_demo(read_settings(home, None).home, fresh=fresh)


@sandbox_app.command("xero")
def xero(
    books: Annotated[Path, typer.Option("--books", metavar="FILE", help="Books; a new file starts with a demo chart")],
    port: Port = 0,
    log: Log = None,
    opening: Annotated[Path | None, typer.Option("--opening", metavar="FILE", help="Balances and bills, JSON")] = None,
    fault: Annotated[list[str] | None, typer.Option("--fault", metavar="NAME:EVERY", help="Switch a fault on")] = None,
    minute_limit: Annotated[int, typer.Option("--minute-limit", help="Calls a minute; 0 without limit")] = 60,
    day_limit: Annotated[int, typer.Option("--day-limit", help="Calls a day; 0 without limit")] = 5000,
) -> None:
    """Serve a local Xero until it is stopped; client and secret are `sandbox`."""
    from pipelines.sandbox.xero.serving import serve

    serve(port, books, log, opening, typer.echo, minute_limit=minute_limit, day_limit=day_limit, faults=fault or ())


@sandbox_app.command("cin7")
def cin7(
    data: Annotated[Path, typer.Option("--data", metavar="FOLDER", help="Folder of JSON, one file a resource")],
    port: Port = 0,
    log: Log = None,
) -> None:
    """Serve a local Cin7 Omni until it is stopped; user and key are `sandbox`."""
    from pipelines.sandbox.cin7.serving import serve

    serve(port, data, log, typer.echo)
