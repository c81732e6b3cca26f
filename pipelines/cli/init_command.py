"""Command that proposes a company's mappings: init."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import AsJson, Home, MappingsFolder, WarehouseFile, read_settings
from pipelines.cli.output import print_json, print_result

if TYPE_CHECKING:
    from pipelines.init.proposal import Proposal
    from pipelines.init.writing import FilePlan


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("init")(init)


def init(
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: take what is proposed; an edited file stays, see below")
    ] = False,
    source: Annotated[
        str | None, typer.Option("--source", metavar="NAME", help="omni, core, or a source that is extracted already")
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="KEY=VALUE", help="An answer beforehand, such as accounts.cogs=310"),
    ] = None,
    home: Home = None,
    mappings: MappingsFolder = None,
    warehouse_file: WarehouseFile = None,
    as_json: AsJson = False,
) -> None:
    """Propose the mappings from Xero's chart and Cin7's branches, channels and reasons, and write them.

    A summary is shown before anything is written. A file that is there and says something else is shown as a
    difference and replaced only if you say so; with --yes it stays, and the proposal is written beside it as
    NAME.yaml.proposed. With --json and without --yes nothing is asked and nothing is written.
    """
    from pipelines.init.questions import Questions
    from pipelines.init.run import run_wizard
    from pipelines.init.showing import facts_of, file_lines

    answers = _read_answers(answer or [])
    asks = not yes and not as_json
    questions = Questions(answers, _prompt if asks else None, typer.echo)

    def confirm(proposal: "Proposal", plans: "list[FilePlan]") -> Mapping[Path, bool] | None:
        if as_json:
            return {} if yes else None
        _show(proposal, plans)
        return {} if yes else _ask_to_write(plans)

    done = run_wizard(read_settings(home, mappings, warehouse_file), source, questions, confirm)
    if as_json:
        print_json(facts_of(done.proposal, done.files, is_written=done.is_written))
        return
    if not done.is_written:
        typer.echo("Nothing was written.")
        return
    typer.echo("\n".join(file_lines(done.files)))
    for path in done.empty_files:
        typer.echo(f"  {path}: written with its header line only; fill it in before the first close")
    typer.echo("Next: tieout check, then tieout extract.")


def _read_answers(given: list[str]) -> dict[str, str]:
    from pipelines.errors import UsageProblem

    for text in given:
        if "=" not in text:
            raise UsageProblem(f"--answer {text}: write KEY=VALUE, such as accounts.cogs=310")
    return dict(text.split("=", 1) for text in given)


def _show(proposal: "Proposal", plans: "list[FilePlan]") -> None:
    """Facts, decisions, warnings, files and the differences to files that are there."""
    from pipelines.init.showing import file_lines, summary_tables

    print_result(summary_tables(proposal), as_json=False)
    for warning in proposal.warnings:
        typer.secho(f"Warning: {warning}", fg=typer.colors.YELLOW)
    typer.echo("\n".join(["Files:", *file_lines(plans)]))
    for plan in plans:
        if plan.difference:
            typer.echo(f"\n{plan.difference}\n")


def _ask_to_write(plans: "list[FilePlan]") -> Mapping[Path, bool] | None:
    """Whether to write at all, and which edited files may be replaced."""
    if not any(plan.action in ("new", "differs") for plan in plans):
        return {}
    with _nobody_there():
        if not typer.confirm("Write these files?", default=True):
            return None
        edited = [plan for plan in plans if plan.action == "differs"]
        return {plan.path: typer.confirm(f"Replace {plan.name} as shown above?", default=False) for plan in edited}


def _prompt(words: str, default: str) -> str:
    with _nobody_there():
        return str(typer.prompt(words, default=default or None))


@contextmanager
def _nobody_there() -> Iterator[None]:
    """Where a question gets no answer, say what to do."""
    from pipelines.errors import UsageProblem

    try:
        yield
    except typer.Abort:
        raise UsageProblem(
            "The question was not answered, so nothing was written.\n"
            "    Answer it, give it beforehand (--answer KEY=VALUE), or take what is proposed: tieout init --yes"
        ) from None
