"""Commands about the mappings: mapping explain, mapping diff."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import AsJson, Home, MappingsFolder, WarehouseFile, read_settings
from pipelines.cli.output import print_result

if TYPE_CHECKING:
    from datetime import date

    from pipelines.settings import Settings

mapping_app = typer.Typer(help="Which rule decides, and what other mappings would change.", no_args_is_help=True)

Month = Annotated[str | None, typer.Option("--period", metavar="PERIOD", help="Month whose rules are in force")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(mapping_app, name="mapping")


@mapping_app.command("explain")
def explain(
    reference: Annotated[
        str | None, typer.Argument(metavar="TAG:LINE", help="A line of a journal; or say --role and what it has")
    ] = None,
    role: Annotated[str | None, typer.Option("--role", help="What the account is for, such as cogs")] = None,
    sku: Annotated[str | None, typer.Option(help="Stock keeping unit")] = None,
    category: Annotated[str | None, typer.Option(help="Product category")] = None,
    brand: Annotated[str | None, typer.Option(help="Product brand")] = None,
    location: Annotated[str | None, typer.Option(help="Branch or warehouse")] = None,
    channel: Annotated[str | None, typer.Option(help="Sales channel")] = None,
    customer: Annotated[str | None, typer.Option(help="Customer")] = None,
    customer_group: Annotated[str | None, typer.Option(help="Group that the customer belongs to")] = None,
    supplier: Annotated[str | None, typer.Option(help="Supplier")] = None,
    party: Annotated[str | None, typer.Option(help="Customer or supplier")] = None,
    reason: Annotated[str | None, typer.Option(help="Adjustment reason")] = None,
    charge_type: Annotated[str | None, typer.Option(help="Kind of landed charge")] = None,
    order_account: Annotated[str | None, typer.Option(help="Account on the order line in the source")] = None,
    journal_kind: Annotated[str | None, typer.Option(help="Kind of journal, such as cogs")] = None,
    currency: Annotated[str | None, typer.Option(help="Currency of the document")] = None,
    period: Month = None,
    home: Home = None,
    mappings: MappingsFolder = None,
    warehouse_file: WarehouseFile = None,
    as_json: AsJson = False,
) -> None:
    """Say which rule decides account, tax type and tracking, and which rules it keeps out."""
    from pipelines.errors import UsageProblem
    from pipelines.mapping.explain import explain_combination, explain_line, find_line
    from pipelines.mapping.tables import decision_facts, decision_tables
    from pipelines.steps.context import load_mappings
    from pipelines.warehouse import open_published
    from transforms.periods import format_period

    values = {
        "role": role, "sku": sku, "category": category, "brand": brand, "location": location, "channel": channel,
        "customer": customer, "customer_group": customer_group, "supplier": supplier, "party": party,
        "reason": reason, "charge_type": charge_type, "order_account": order_account, "journal_kind": journal_kind,
        "currency": currency,
    }  # fmt: skip
    asked = {name: value for name, value in values.items() if value is not None}
    if (reference is None) == ("role" not in asked) or (reference is not None and (asked or period)):
        raise UsageProblem("Name a line (TAG:LINE), or a combination that begins with --role, such as: --role cogs")
    settings = read_settings(home, mappings, warehouse_file)
    files = load_mappings(settings)
    if reference is None:
        month = _month(settings, period)
        words = ", ".join(f"{name} {value}" for name, value in asked.items())
        decisions = explain_combination(files.tables(month, settings.organisation), asked)
    else:
        with open_published(settings) as warehouse:
            month = find_line(warehouse, reference)[1]
            words, decisions = explain_line(warehouse, files.tables(month, settings.organisation), reference)
    if not as_json:
        typer.echo(f"{words} · by the rules of {format_period(month)}\n")
    facts: dict[str, object] = {"period": format_period(month), "line": words, "decisions": decision_facts(decisions)}
    print_result(decision_tables(decisions), as_json, facts)


def _month(settings: "Settings", text: str | None) -> "date":
    """The month that is named, else the latest one that was closed, else the present one."""
    from datetime import UTC, datetime

    from pipelines.kept_months import latest_month
    from pipelines.steps.context import read_month
    from transforms.periods import today_in

    if text is not None:
        return read_month(text)
    return latest_month(settings) or today_in(settings.time_zone, datetime.now(UTC)).replace(day=1)


@mapping_app.command("diff")
def diff(
    months: Annotated[str, typer.Argument(metavar="PERIOD[..PERIOD]", help="A month, or the first and the last one")],
    against: Annotated[
        str,
        typer.Option("--against", metavar="REV|FOLDER", help="Mappings to compare with: a git revision or a folder"),
    ],
    home: Home = None,
    mappings: MappingsFolder = None,
    warehouse_file: WarehouseFile = None,
    as_json: AsJson = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a pull request")] = False,
) -> None:
    """Map closed months again and show what moves between accounts, tax types and tracking. Nothing is written."""
    from pipelines.errors import UsageProblem
    from pipelines.mapping.diff import compare_months, diff_facts, diff_tables
    from pipelines.mapping.revisions import read_other
    from pipelines.reports.month import as_markdown as markdown_of
    from pipelines.steps.context import load_mappings, read_month
    from pipelines.warehouse import open_published

    first_text, dots, last_text = months.partition("..")
    first, last = read_month(first_text), read_month(last_text if dots else first_text)
    if last < first:
        raise UsageProblem(f"{months} ends before it begins. Write the earlier month first.")
    if as_json and as_markdown:
        raise UsageProblem("Print JSON or Markdown, not both.")
    settings = read_settings(home, mappings, warehouse_file)
    present, other = load_mappings(settings), read_other(settings.mappings, against)
    with open_published(settings) as warehouse:
        found = compare_months(warehouse, present, other, first, last, settings.organisation)
    tables = diff_tables(found)
    if as_markdown:
        typer.echo(
            "\n\n".join(markdown_of(table) if table.rows else f"### {table.title}\n\n{table.note}" for table in tables)
        )
        return
    print_result(tables, as_json, diff_facts(found))
