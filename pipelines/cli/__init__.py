"""The `tieout` command: one module for each family of commands, errors as text, exit codes as in the design."""

import sys

__all__ = ["main"]

INTERRUPTED = 130
"""What a shell calls a program that ended with Ctrl-C."""


def main() -> None:
    """Run the command line and leave with its exit code; what it imports is imported where Ctrl-C is seen."""
    try:
        from pipelines.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(stopped_early())
    run()


def stopped_early() -> int:
    """Say that Ctrl-C came before a command began, and give the exit code."""
    sys.stderr.write("Stopped before anything was begun.\n")
    return INTERRUPTED
