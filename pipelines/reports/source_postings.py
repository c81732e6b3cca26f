"""What a finance person reads about the source's own postings: where they differ from the ledger, by document."""

from datetime import date

import polars as pl

from pipelines.reports.tables import ReportTable, money, total_of
from pipelines.warehouse import Warehouse
from transforms.periods import name_period

CAUSES = {
    "not_posted": "the source booked nothing in the month",
    "only_posted": "the ledger moved nothing in the month",
    "billed_not_received": "booked with the bill, in the ledger with the receipt",
    "rounding": "cents",
    "other_amount": "another cost",
}
"""Each cause in words."""


def posting_differences_table(warehouse: Warehouse, period: date, most: int = 15) -> ReportTable | None:
    """Documents whose stock value the source booked at another amount, the largest first; None without postings.

    Args:
        warehouse: holds core.source_postings and close.posting_differences.
        period: first day of the month.
        most: documents shown one by one; what is beyond is summed up. All are in close.posting_differences.
    """
    if warehouse.query("select count(*) as n from core.source_postings")["n"][0] == 0:
        return None
    title = f"Postings of the source itself, {name_period(period)}"
    columns = ("Document", "Kind", "Why it differs", "Ledger", "Source", "Difference")
    found = warehouse.read("close.posting_differences", "period = ?", [period]).sort(
        -pl.col("difference_amount").abs(), "kind", "document_number"
    )
    if found.is_empty():
        return ReportTable(title, columns, (), note="Every document has the stock value that the source booked for it.")
    rows = [
        (row["document_number"], row["kind"], CAUSES[row["cause"]], *_amounts(row))
        for row in found.head(most).to_dicts()
    ]
    sums = [_sum(found.slice(most), "more document"), _sum(found, "document")]
    shown = (*rows, *(sums if found.height > most else sums[1:]))
    return ReportTable(
        title, columns, shown, frozenset({"Ledger", "Source", "Difference"}), frozenset({len(shown) - 1})
    )


def _amounts(row: dict[str, object]) -> tuple[str, str, str]:
    """Ledger, source and their difference."""
    names = ("ledger_amount", "posted_amount", "difference_amount")
    first, second, third = (money(row[name]) for name in names)  # type: ignore[arg-type]
    return first, second, third


def _sum(found: pl.DataFrame, what: str) -> tuple[str, ...]:
    """How many documents, and their amounts."""
    count = f"{found.height:,} {what}{'s' if found.height != 1 else ''}"
    totals = (money(total_of(found[name])) for name in ("ledger_amount", "posted_amount", "difference_amount"))
    return "", "", count, *totals
