"""Arguments and options that several commands share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipelines.settings import Settings

Period = Annotated[str, typer.Argument(help="Month, YYYY-MM", metavar="PERIOD")]
PeriodOrNone = Annotated[str | None, typer.Argument(help="Month, YYYY-MM", metavar="PERIOD")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables")]
Wait = Annotated[float, typer.Option("--wait", help="Seconds to wait for another run on the same warehouse")]
Home = Annotated[Path | None, typer.Option("--home", help="Folder with mappings, data and tieout.toml")]
MappingsFolder = Annotated[Path | None, typer.Option("--mappings", help="Folder with the YAML mappings")]
WarehouseFile = Annotated[Path | None, typer.Option("--warehouse", metavar="FILE", help="The DuckDB file")]
Day = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day that counts, for a month under way")]

Preparer = Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who prepares it, beside the login")]
Reopen = Annotated[
    str | None,
    typer.Option("--reopen", metavar="WHY", help="Post a signed month again: kept with the reason, and shown"),
]

Documents = Annotated[
    bool, typer.Option("--documents", help="Plan the document sync instead of a month: invoices, bills, payments ...")
]
Kinds = Annotated[
    str | None,
    typer.Option("--kinds", metavar="KINDS", help="With --documents: kinds of documents.yaml, a comma between them"),
]

Rebuild = Annotated[
    bool, typer.Option("--rebuild", help="Value everything again from the beginning, and show what that restates")
]


def read_settings(home: Path | None, mappings: Path | None, warehouse: Path | None = None) -> "Settings":
    """The settings, with what the command line says on top."""
    from pipelines.settings import load_settings

    return load_settings(home=home, mappings=mappings, warehouse=warehouse)
