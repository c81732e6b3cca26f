"""The command that lays costing methods, and Cin7's own figures, side by side: compare."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import AsJson, Home, MappingsFolder, Period, WarehouseFile, read_settings
from pipelines.cli.output import print_json, print_result


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("compare")(compare)


def compare(
    period: Period,
    methods: Annotated[
        str, typer.Option("--methods", metavar="LIST", help="Methods, with commas between")
    ] = "fifo,moving_average,periodic_average,standard",
    standard_costs: Annotated[
        Path | None,
        typer.Option("--standard-costs", metavar="FILE", help="sku, unit_cost; left out: cost when the month began"),
    ] = None,
    cin7: Annotated[
        Path | None,
        typer.Option("--cin7", metavar="FILE", help="COGS Breakdown, or Core's transactions, as Cin7 exports them"),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Every SKU as an Excel workbook")] = None,
    home: Home = None,
    mappings: MappingsFolder = None,
    warehouse_file: WarehouseFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what a month's profit and stock would be under other costing methods, SKU by SKU. Changes nothing.

    Every method values the same moves from the first one on, as they are known now. With --cin7, or where Core's
    transactions were extracted, COGS stands beside Cin7's own, document by document.
    """
    from pipelines.comparing.run import compare_month
    from pipelines.comparing.tables import comparison_sheets, comparison_tables
    from pipelines.steps.context import open_close, read_month
    from pipelines.warehouse import open_published

    settings = read_settings(home, mappings, warehouse_file)
    close = open_close(settings, read_month(period), is_preview=True)
    names = [name.strip().replace("-", "_") for name in methods.split(",") if name.strip()]
    with open_published(settings) as warehouse:
        found = compare_month(close, warehouse, names, standard_costs, cin7)
    if out is not None:
        from pipelines.close_pack.workbook import write_tables

        write_tables(out, f"{settings.organisation} · base currency · up to {close.cut_off}", comparison_sheets(found))
    if as_json:
        documents = None if found.by_document is None else found.by_document.to_dicts()
        cin7_skus = None if found.by_cin7_sku is None else found.by_cin7_sku.to_dicts()
        facts: dict[str, object] = {
            "period": period,
            "own_method": found.own_method,
            "totals": found.totals().to_dicts(),
            "by_sku": found.by_sku.to_dicts(),
            "cin7": found.cin7_name,
            "cin7_by_document": documents,
            "cin7_by_sku": cin7_skus,
            "notes": list(found.notes),
        }
        print_json(facts)
        return
    print_result(comparison_tables(found), as_json)
    if out is not None:
        typer.echo(f"Written: {out}")
