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
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FOLDER", help="Folder of JSON, one file a resource; default: the sample"),
    ] = None,
    port: Port = 0,
    log: Log = None,
    fault: Annotated[list[str] | None, typer.Option("--fault", metavar="NAME:EVERY", help="Switch a fault on")] = None,
    second_limit: Annotated[int, typer.Option("--second-limit", help="Omni's calls a second; 0 without limit")] = 3,
    minute_limit: Annotated[int, typer.Option("--minute-limit", help="Calls a minute of each; 0 without limit")] = 60,
    day_limit: Annotated[int, typer.Option("--day-limit", help="Omni's calls a day; 0 without limit")] = 5000,
) -> None:
    """Serve a local Cin7, Omni and Core, until it is stopped; user and key, account and key are `sandbox`."""
    from pipelines.sandbox.cin7.call_limits import CallLimits
    from pipelines.sandbox.cin7.faults import parse_fault
    from pipelines.sandbox.cin7.serving import serve
    from pipelines.settings import load_settings

    serve(
        port,
        data or load_settings().home / "data" / "sample",
        log,
        typer.echo,
        limits=CallLimits(second_limit, minute_limit, day_limit),
        core_limits=CallLimits(0, minute_limit, 0),
        faults=[parse_fault(each) for each in fault or ()],
    )
