"""What valuing everything again changed of months that were closed before, as a table for people."""

from decimal import Decimal

import polars as pl

from pipelines.reports.month import ReportTable, money, total_of
from transforms.periods import format_period

SHOWN = 10


def restatement_table(restated: pl.DataFrame, most: int = SHOWN) -> ReportTable:
    """The largest changes, what is beyond them, and the total.

    Args:
        restated: result of checkpoints.measure_restatement: stock value by month of the move and SKU, base currency.
        most: rows that are shown one by one.
    """
    if restated.is_empty():
        return ReportTable(
            "Restatement", ("Month", "SKU", "Before", "Now", "Change"), (), note="Valued again: nothing changed."
        )
    rows = [
        (format_period(row["period"]), row["sku"], *_amounts(row["before_amount"], row["after_amount"]))
        for row in restated.head(most).to_dicts()
    ]
    rest = restated.slice(most)
    if rest.height:
        rows.append((f"{rest.height:,} more", "", *_sums(rest)))
    return ReportTable(
        title="Restatement: stock value of moves of earlier months, valued again from the beginning",
        columns=("Month", "SKU", "Before", "Now", "Change"),
        rows=(*rows, ("Total", "", *_sums(restated))),
        figures=frozenset({"Before", "Now", "Change"}),
        strong_rows=frozenset({len(rows)}),
        note="The month that closes books the difference.",
    )


def _sums(restated: pl.DataFrame) -> tuple[str, str, str]:
    return _amounts(total_of(restated["before_amount"]), total_of(restated["after_amount"]))


def _amounts(before: Decimal, after: Decimal) -> tuple[str, str, str]:
    return money(before), money(after), money(after - before)
