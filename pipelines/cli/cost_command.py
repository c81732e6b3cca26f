"""The command that values any table of stock moves: cost."""

import gc
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.cli.options import AsJson
from pipelines.cli.output import console, print_json, print_result

if TYPE_CHECKING:
    from pipelines.value_table.request import CostRequest
    from pipelines.value_table.run import CostRun
    from pipelines.value_table.totals import Totals

Method = Literal["fifo", "moving_average", "periodic_average", "standard", "specific"]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("cost")(cost)


def cost(
    moves: Annotated[Path, typer.Argument(metavar="MOVES", help="Table of moves: .parquet, .csv or .csv.gz")],
    method: Annotated[Method, typer.Option("--method", help="How stock is valued; specific: by lot or serial")],
    pool: Annotated[Literal["sku", "sku_location"], typer.Option("--pool", help="What shares one cost")] = "sku",
    late_cost: Annotated[
        Literal["restate", "catch_up", "prospective"],
        typer.Option("--late-cost", help="Where a cost goes that is known after its goods have moved"),
    ] = "catch_up",
    prospective_share: Annotated[
        Literal["layer", "on_hand"] | None,
        typer.Option("--prospective-share", help="What counts as still on hand; default: layer, averages on_hand"),
    ] = None,
    purchase_return: Annotated[
        Literal["receipt", "current"] | None,
        typer.Option("--purchase-return", help="Cost of goods sent back; default: receipt, averages current"),
    ] = None,
    standard_costs: Annotated[
        Path | None,
        typer.Option("--standard-costs", metavar="FILE", help="sku, unit_cost and, where they change, valid_from"),
    ] = None,
    as_known_on: Annotated[
        str | None, typer.Option("--as-known-on", metavar="DATE", help="Only what was known at the end of that day")
    ] = None,
    time_zone: Annotated[
        str, typer.Option("--time-zone", metavar="ZONE", help="Where times with a zone become days")
    ] = "UTC",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for the results; without it nothing is written")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Value any table of stock moves: what each one cost, closing stock and months, to the cent.

    MOVES has the columns move_id, sku, moved_on, kind and quantity, and may have location, lot, known_on, sequence,
    unit_cost, amount, source_move_id, document_id and cost_share; others pass through.

    DIR gets valued_moves.parquet, closing_stock.parquet and periods.parquet, all at once.

    --json prints moves, unknown_moves, cogs_total, closing_quantity, closing_value, provisional_count,
    provisional_value, by_kind, seconds and files; quantities and amounts are text, so that no reader makes floats of
    them.
    """
    gc.disable()  # what is imported stays: nobody need look for circles in it, now or later
    from pipelines.progress import StepBars
    from pipelines.value_table.request import CostRequest
    from pipelines.value_table.run import CostRun
    from schemas.policies import CostingPolicy

    gc.freeze()
    gc.enable()
    policy = CostingPolicy(method, pool, late_cost, prospective_share, purchase_return)
    request = CostRequest(moves, policy, standard_costs, _day(as_known_on), _zone(time_zone), out)
    _refuse_contradictions(request)
    bars = StepBars(console(to_errors=True))
    run = CostRun(request, tell=lambda what: bars.tell(0, 0, what))
    with bars.shown():
        totals = run.value_file(lambda name, work: bars.run_step(name, work, is_safe_to_retry=True))
    _show(run, totals, as_json)


def _show(run: "CostRun", totals: "Totals", as_json: bool) -> None:
    """Totals as JSON, or as a table with what to do next."""
    from pipelines.value_table.request import FILES
    from pipelines.value_table.totals import totals_notes, totals_table

    out = run.request.out
    files = [str(out / name) for name in FILES] if out is not None else []
    if as_json:
        print_json({**totals.as_json(), "seconds": run.seconds, "files": files})
        return
    print_result([totals_table(totals, _title(run))], as_json=False)
    for note in totals_notes(totals):
        typer.echo(note)
    if files:
        typer.echo(f"Written: {', '.join(files)}")
    else:
        typer.echo("Nothing was written: add --out DIR for valued moves, closing stock and months as Parquet.")


def _title(run: "CostRun") -> str:
    policy = run.request.policy
    words = {"fifo": "FIFO", "specific": "specific cost", "standard": "standard cost"}
    pool = "SKU" if policy.pool == "sku" else "SKU and location"
    known = f", as known on {run.request.as_known_on}" if run.request.as_known_on else ""
    return (
        f"{run.request.moves.name} by {words.get(policy.method, policy.method.replace('_', ' '))}, pool {pool}{known}"
    )


def _refuse_contradictions(request: "CostRequest") -> None:
    from pipelines.errors import UsageProblem
    from pipelines.value_table.request import FILES

    read = {path.resolve() for path in (request.moves, request.standard_costs) if path is not None}
    written = {(request.out / name).resolve() for name in FILES} if request.out is not None else set()
    if overwritten := sorted(read & written):
        raise UsageProblem(f"{overwritten[0]} is read, and --out would write over it. Name another folder.")
    if request.policy.method == "standard" and request.standard_costs is None:
        raise UsageProblem(
            "--method standard needs --standard-costs FILE: sku, unit_cost and, where they change, valid_from."
        )


def _day(text: str | None) -> date | None:
    """A day as a person writes it."""
    from pipelines.errors import UsageProblem

    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise UsageProblem(f'--as-known-on: "{text}" is no date. Write it like 2026-10-31.') from None


def _zone(name: str) -> str:
    """The name of a time zone of the IANA database."""
    from difflib import get_close_matches
    from zoneinfo import ZoneInfo, available_timezones

    from pipelines.errors import UsageProblem

    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        near = get_close_matches(name, available_timezones(), n=1)
        meant = f' Did you mean "{near[0]}"?' if near else " Write one such as Pacific/Auckland."
        raise UsageProblem(f'--time-zone: "{name}" is no time zone.{meant}') from None
    return name
