"""Command that signs a person in to Xero: connect."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import AsJson, Home, read_settings
from pipelines.cli.output import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("connect")(connect)


def connect(
    home: Home = None,
    as_json: AsJson = False,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page, or only print its address")
    ] = True,
    port: Annotated[
        int,
        typer.Option("--port", min=0, max=65535, help="Of the app's redirect address http://localhost:PORT/callback"),
    ] = 8400,
    tenant: Annotated[
        str | None,
        typer.Option("--tenant", metavar="NAME", help="Organisation, by name or id, where there are several"),
    ] = None,
    wait: Annotated[float, typer.Option("--wait", min=1, help="Seconds for the person to sign in")] = 300.0,
    forget: Annotated[bool, typer.Option("--forget", help="Delete the tokens of the last sign-in")] = False,
) -> None:
    """Sign in to Xero in the browser, where there is no custom connection, and choose the organisation."""
    settings = read_settings(home, None)
    if forget:
        _forget(settings, as_json)
        return
    from pipelines.load.sign_in import sign_in
    from pipelines.load.xero_scopes import person_scopes

    done = sign_in(
        settings,
        lambda address: _show(address, opens_browser=browser),
        port=port,
        tenant=tenant,
        choose=_ask_which if sys.stdin.isatty() and not as_json else None,
        wait=wait,
        scopes=person_scopes(_kinds_on(settings)),
    )
    if as_json:
        found = {"tenant_id": done.tenant_id, "tenant_name": done.tenant_name, "tokens_in": done.kept_in}
        print_json({**found, **({"missing_scopes": list(done.missing)} if done.missing else {})})
        return
    if done.missing:
        typer.echo(f"Xero did not grant {', '.join(done.missing)}: enable them on the app and sign in again.", err=True)
    typer.echo(f"Signed in to {done.tenant_name} (tenant {done.tenant_id}). The tokens are in {done.kept_in}.")
    if settings.xero_client_secret:
        typer.echo("TIEOUT_XERO_CLIENT_SECRET is set: until you unset it, commands use the custom connection instead.")


def _kinds_on(settings: "Settings") -> frozenset[str]:
    """Kinds of documents that go to Xero; none where the mappings do not say so yet."""
    from pipelines.errors import TieoutError
    from pipelines.sync.wanted import load_documents

    try:
        documents = load_documents(settings)
    except TieoutError:
        return frozenset()
    return documents.kinds_on if documents is not None else frozenset()


def _show(address: str, *, opens_browser: bool) -> None:
    """The address on the error stream, so that standard output holds the result only."""
    import webbrowser

    is_open = opens_browser and webbrowser.open(address)
    start = "Sign in to Xero in the browser, where this page opened" if is_open else "Open this page in a browser here"
    typer.echo(f"{start}; then this command goes on by itself:\n{address}", err=True)


def _ask_which(shown: "Sequence[str]") -> int:
    """The position of the organisation that the person names."""
    for number, words in enumerate(shown, 1):
        typer.echo(f"  {number}  {words}", err=True)
    number = 0
    while not 1 <= number <= len(shown):
        number = typer.prompt("Which organisation", type=int, err=True)
    return number - 1


def _forget(settings: "Settings", as_json: bool) -> None:
    from pipelines.load.credentials import token_store

    found = token_store(settings, settings.xero_client_id or "").forget()
    if as_json:
        print_json({"forgotten": found})
        return
    left = "The tokens are deleted. In Xero the app stays connected until somebody disconnects it there."
    typer.echo(left if found else "Nobody is signed in.")
