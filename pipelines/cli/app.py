"""Puts the commands together. Heavy libraries are imported inside commands, so that `--help` starts at once."""

import errno
import gc
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path

import typer

from pipelines.cli import (
    INTERRUPTED,
    close_commands,
    compare_command,
    connect_command,
    cost_command,
    errors_command,
    extract_command,
    init_command,
    look_commands,
    mapping_commands,
    pack_command,
    server_commands,
    sign_commands,
    stopped_early,
    sync_command,
    warehouse_commands,
)
from pipelines.cli.streams import settle_streams
from pipelines.errors import Incomplete, TieoutError
from schemas.problems import Problem

app = typer.Typer(
    name="tieout",
    help="The month-end close between Cin7 and Xero: exact, explainable, posted once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (
    close_commands,
    extract_command,
    cost_command,
    look_commands,
    mapping_commands,
    pack_command,
    compare_command,
    warehouse_commands,
    server_commands,
    connect_command,
    init_command,
    sign_commands,
    errors_command,
    sync_command,
):
    module.add_to(app)

FULL = (errno.ENOSPC, errno.EDQUOT)
"""The disk, or what one user may have of it, is full."""

BUG_EXIT = 70
"""What sysexits.h calls an internal software error."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    settle_streams()
    try:
        app(prog_name="tieout")
    except TieoutError as error:
        _print_error(error)
        sys.exit(error.exit_code)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # typer makes this of Ctrl-C
            typer.echo("Stopped. What was committed stays; run the same command again to go on.", err=True)
        raise
    except KeyboardInterrupt:  # while typer puts the commands together: from there on it has an eye on Ctrl-C itself
        sys.exit(stopped_early())
    except OSError as error:
        sys.exit(_report_full_disk(error) if error.errno in FULL else _report_bug(error))
    except BaseException as error:  # the last door, also for a panic of Polars, which is no Exception
        sys.exit(_report_bug(error))
    finally:
        _end_at_once()


def _end_at_once() -> None:
    """Spare Python the search for circles among all objects when it ends; DuckDB's it has to find, or they are told."""
    if "duckdb" not in sys.modules:
        gc.freeze()


def _print_error(error: TieoutError) -> None:
    from pipelines.masking import hide

    typer.secho(hide(error.summary), fg=typer.colors.RED, bold=True, err=True)
    for problem in error.problems:
        typer.echo(hide(str(problem)), err=True)


def _report_bug(error: BaseException) -> int:
    """A broken rule of our own is told like any other problem; anything else is a bug, its traceback kept in a file."""
    from pipelines.masking import hide
    from schemas.checking import SchemaViolation

    if isinstance(error, SchemaViolation):
        typer.secho("A computed table breaks its own rules, so the run stopped.", fg=typer.colors.RED, err=True)
        typer.echo(hide(str(error)), err=True)
        return TieoutError.exit_code
    fix = f"Please report it with the file {_keep_traceback(error)}."
    typer.echo(hide(str(Problem("tieout", f"this is a bug: {type(error).__name__}: {error}", fix))), err=True)
    return BUG_EXIT


def _report_full_disk(error: OSError) -> int:
    """No room for the output, the log or a file of ours: no bug, and what was committed stays."""
    place = f" for {error.filename}" if error.filename else ""
    _print_error(Incomplete(f"There is no space left{place} ({error.strerror}).\n    Make room, then run it again."))
    return Incomplete.exit_code


def _keep_traceback(error: BaseException) -> Path:
    """Write the traceback where the command was started, or where any process may write."""
    from pipelines.masking import hide

    text = hide("".join(traceback.format_exception(error)))
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        with suppress(OSError):
            file = folder / "tieout-error.txt"
            file.write_text(text, encoding="utf-8")
            return file
    typer.echo(text, err=True)
    return Path("above")
