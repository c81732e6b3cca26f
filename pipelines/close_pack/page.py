"""The close pack as one HTML page: nothing is loaded from anywhere, it reads on a screen, in the dark and on paper."""

from decimal import Decimal
from pathlib import Path

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.close_pack.charts import draw_charts
from pipelines.close_pack.ledger_tables import ROLL_FORWARD, TIE_OUT
from pipelines.close_pack.movement_tables import COGS, OPEN_RECEIPTS
from pipelines.close_pack.pack import Pack
from pipelines.close_pack.page_tables import page_tables
from pipelines.reports.month import money
from transforms.periods import name_period

TEMPLATE = "page.html.j2"


def write_page(pack: Pack, file: Path) -> None:
    """Write the page.

    Args:
        pack: what it shows.
        file: .html; replaced where it is there.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template(TEMPLATE).render(
        pack=pack,
        month=name_period(pack.period),
        signed=_signed(pack),
        tiles=_tiles(pack),
        charts={title: Markup(svg) for title, svg in draw_charts(pack).items()},  # noqa: S704 drawn here, text escaped by Vega
        tables=page_tables(pack),
    )
    file.write_text(text, encoding="utf-8")


def _signed(pack: Pack) -> str:
    """Who signed the month, and who reopened it, in a line at the top."""
    done = [one for one in pack.sign_off if one.who and one.what in {"Signed off", "Reopened"}]
    return " · ".join(
        f"{one.what} by {one.who}, {one.when}" + (f": {one.note}" if one.what == "Reopened" else "") for one in done
    )


def _verdict(tie_out: pl.DataFrame, rest: Decimal) -> tuple[str, str]:
    """What the difference between Xero and our books comes to, in words, and its state."""
    if rest:
        return "does not tie out", "bad"
    balance, books = (tie_out.filter(cause=cause)["amount"].sum() for cause in ("xero_balance", "stock_ledger"))
    above = Decimal(balance) - Decimal(books)
    return (f"documents explain the {money(above)} to Xero" if above else "Xero holds what the ledger holds"), "good"


def _tiles(pack: Pack) -> list[tuple[str, str, str]]:
    """The figures that a reader looks for first: label, figure, state."""
    cogs, tie_out = pack.tables[COGS], pack.tables[TIE_OUT].frame
    revenue, before, late = (cogs.total(name) for name in ("revenue_amount", "before_amount", "late_cost_amount"))
    share = f"{100 * before / revenue:.1f} % of {money(revenue)} revenue" if revenue else ""
    share += f" before late cost of {money(late)}" if revenue and late else ""
    unexplained = tie_out.filter(cause="unexplained")["amount"]
    rest = sum((abs(amount) for amount in unexplained), Decimal(0))
    tied = ("not tied out yet", "open") if unexplained.is_empty() else _verdict(tie_out, rest)
    failed = len(pack.failed)
    return [
        ("COGS", money(cogs.total("total_amount")), f"of it late cost {money(late)}"),
        ("Margin", money(cogs.total("margin_amount")), share),
        (
            "Closing stock",
            money(pack.tables[ROLL_FORWARD].total("closing")),
            f"opening {money(pack.tables[ROLL_FORWARD].total('opening'))}",
        ),
        ("Received, not invoiced", money(pack.tables[OPEN_RECEIPTS].total("value_amount")), ""),
        ("Unexplained", money(rest) if tied[1] != "open" else "open", tied[0]),
        ("Checks", "all hold" if not failed else f"{failed} failed", ""),
    ]
