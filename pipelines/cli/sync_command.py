"""`tieout sync`: extract, plan and send the documents, and read back what was paid."""

import typer

from pipelines.cli.options import AsJson, Home, Kinds, MappingsFolder, Preparer, Wait, read_settings
from pipelines.cli.options import Day as LastDay

DEFAULT_WAIT = 60.0


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("sync")(sync)


def sync(
    kinds: Kinds = None,
    to: LastDay = None,
    preparer: Preparer = None,
    home: Home = None,
    mappings: MappingsFolder = None,
    as_json: AsJson = False,
    wait: Wait = DEFAULT_WAIT,
) -> None:
    """Send contacts, invoices, bills, credits, deposits and payments to Xero, as documents.yaml says, each once.

    Extracts, plans and sends; where plans have to be approved it stops with the plan (exit 4). `tieout plan
    --documents` shows the same and sends nothing.
    """
    from pipelines.cli.document_pages import print_applied_documents
    from pipelines.cli.extract_command import _day
    from pipelines.document_updates import sync_both_ways
    from pipelines.runner import run_documents

    settings = read_settings(home, mappings)
    last_day = _day("--to", to)
    with run_documents(settings, sync_both_ways, kinds, last_day, wait=wait, events=as_json, preparer=preparer) as run:
        print_applied_documents(run, as_json=as_json)
