"""Runs the demo and shows it: a bar a step, then what an analyst reads, then what to try next."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree, which

from rich.console import Console

from pipelines.cli.output import console
from pipelines.demo import PERIODS, demo_folder, demo_servers
from pipelines.prefect_home import prepare_prefect
from pipelines.progress import StepBars
from pipelines.reports.month import month_tables
from pipelines.reports.terminal import print_tables
from pipelines.settings import SECRETS, Settings
from pipelines.warehouse import open_published
from transforms.periods import name_period, parse_period


def run_demo(home: Path, *, fresh: bool = False) -> None:
    """Close the made-up company's two months through Prefect; run again, it finds nothing left to post.

    Args:
        home: where `data/sample` and `mappings` are; the demo's own files go to `data/demo` below it.
        fresh: forget the last demo.
    """
    screen = console()
    if fresh:
        rmtree(demo_folder(home), ignore_errors=True)
    prepare_prefect(home, is_quiet=True)
    screen.print(
        "[bold]tieout demo[/bold]: a made-up outdoor shop on a local Cin7 and a local Xero. "
        "Nothing leaves this machine."
    )
    with demo_servers(home) as settings, in_environment(settings):
        for text in PERIODS:
            _close(screen, text)
        _show(screen, settings)


def _close(screen: Console, text: str) -> None:
    """One month through the Prefect flow, with bars."""
    from pipelines.flows import month_end, watcher  # noqa: PLC0415 Prefect reads its settings when it is imported

    screen.print(f"\n[bold]Closing {name_period(parse_period(text))}[/bold]")
    bars = StepBars(Console(stderr=True))
    token = watcher.set(bars)
    try:
        with bars.shown():
            sentence = month_end(period=text)
    finally:
        watcher.reset(token)
    screen.print(sentence)


def _show(screen: Console, settings: Settings) -> None:
    with open_published(settings) as warehouse:
        for text in PERIODS:
            period = parse_period(text)
            screen.rule(name_period(period), align="left")
            print_tables(screen, month_tables(warehouse, period))
    folder, here = demo_folder(settings.home), Path.cwd()
    shown = folder.relative_to(here) if folder.is_relative_to(here) else folder
    screen.print(f"The warehouse: {shown / 'warehouse.duckdb'} (read-only copy for queries beside it)")
    screen.print(f"The close packs: {shown / 'packs'} (an Excel workbook and a page with charts for each month)")
    screen.print("\n[bold]Three things to try next[/bold]")
    tieout, file = _command(), f"--warehouse {shown / 'warehouse.duckdb'}"
    for number, (what, command) in enumerate(
        [
            ("Where a figure comes from", f"{tieout} explain COGS-2026-10:1 {file}"),
            ("Where each month stands", f"{tieout} status {file}"),
            ("Close both months again", f"{tieout} demo"),
        ],
        start=1,
    ):
        screen.print(f"{number}. {what + ':':<28}{command}", soft_wrap=True)
    screen.print("Run again, the demo finds nothing left to post, and posts nothing.")


def _command() -> str:
    """How the reader calls tieout from where they stand."""
    if which("tieout"):
        return "tieout"
    return os.path.relpath(sys.argv[0]) if Path(sys.argv[0]).is_file() else "tieout"


@contextmanager
def in_environment(settings: Settings) -> Iterator[None]:
    """The settings as environment variables, which is where a flow reads them."""
    names = [
        "home",
        "mappings",
        "data",
        "warehouse",
        "organisation",
        "time_zone",
        "xero_url",
        "xero_token_url",
        "xero_client_id",
        "omni_url",
        "omni_username",
        *SECRETS,
    ]
    given = {
        f"TIEOUT_{name.upper()}": _plain(getattr(settings, name))
        for name in names
        if getattr(settings, name) is not None
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def _plain(value: object) -> str:
    reveal = getattr(value, "get_secret_value", None)
    return str(reveal() if reveal is not None else value)
