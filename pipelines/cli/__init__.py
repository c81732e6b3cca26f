"""The `tieout` command: one module for each family of commands, errors as text, exit codes as in the design."""

from pipelines.cli.app import main

__all__ = ["main"]
