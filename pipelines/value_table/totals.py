"""What a person wants to know first: moves by kind, COGS, closing stock, what is provisional."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from pipelines.value_table.ledger import ROWS, Ledger

if TYPE_CHECKING:
    from pipelines.reports.month import ReportTable


@dataclass(frozen=True)
class Totals:
    """Sums over a table of moves; amounts in base currency, quantities in stock units."""

    moves: int
    """Rows that were valued."""
    unknown: int
    """Rows that were not known yet on the day of --as-known-on."""
    cogs_total: Decimal
    closing_quantity: Decimal
    closing_value: Decimal
    provisional_count: int
    """Moves whose cost is still provisional."""
    provisional_value: Decimal
    """Their cost as it is now, as a change of stock value."""
    by_kind: tuple[tuple[str, int, Decimal, Decimal], ...]
    """Kind, rows, quantity, value."""

    def as_json(self) -> dict[str, object]:
        """Stable names for programs; amounts become text when they are printed."""
        kinds = [
            {"kind": kind, "moves": rows, "quantity": units, "value": value}
            for kind, rows, units, value in self.by_kind
        ]
        return {
            "moves": self.moves,
            "unknown_moves": self.unknown,
            "cogs_total": self.cogs_total,
            "closing_quantity": self.closing_quantity,
            "closing_value": self.closing_value,
            "provisional_count": self.provisional_count,
            "provisional_value": self.provisional_value,
            "by_kind": kinds,
        }


def add_up(ledger: Ledger, valued: pl.DataFrame, unknown: int) -> Totals:
    """Add up a table of moves.

    Args:
        ledger: what was booked.
        valued: ValuedMoves of the moves.
        unknown: rows that were left out.
    """
    sums = ledger.booked.group_by("kind").agg(pl.col(ROWS, "quantity", "value", "cogs").sum()).sort("kind")
    provisional = valued.filter("is_provisional").select(pl.len(), pl.col("cost_amount").to_physical().sum())
    count, provisional_cents = provisional.row(0)
    return Totals(
        moves=sum(sums[ROWS].to_list()),
        unknown=unknown,
        cogs_total=_cents(sum(sums["cogs"].to_list())),
        closing_quantity=_units(sum(sums["quantity"].to_list())),
        closing_value=_cents(sum(sums["value"].to_list())),
        provisional_count=count,
        provisional_value=_cents(provisional_cents),
        by_kind=tuple(
            (str(kind), rows, _units(units), _cents(value))
            for kind, rows, units, value in sums.select("kind", ROWS, "quantity", "value").iter_rows()
        ),
    )


def totals_table(totals: Totals, title: str) -> "ReportTable":
    """Moves by kind with quantity and value, and the closing stock, as an analyst reads them."""
    from pipelines.reports.month import ReportTable, money, quantity  # noqa: PLC0415 slow, and programs read JSON

    rows = [
        (kind.replace("_", " "), f"{count:,}", quantity(units), money(value))
        for kind, count, units, value in totals.by_kind
    ]
    closing = ("closing stock", f"{totals.moves:,}", quantity(totals.closing_quantity), money(totals.closing_value))
    columns = ("kind", "rows", "quantity", "value")
    return ReportTable(title, columns, (*rows, closing), frozenset(columns[1:]), frozenset({len(rows)}))


def totals_notes(totals: Totals) -> list[str]:
    """What the table cannot say: COGS, provisional costs, rows that were left out."""
    from pipelines.reports.month import money  # noqa: PLC0415 slow, and programs read JSON

    notes = [f"COGS {money(totals.cogs_total)}"]
    if totals.provisional_count:
        notes.append(
            f"{_counted(totals.provisional_count, 'move has', 'moves have')} a cost that is still provisional: "
            f"{money(totals.provisional_value)} in all"
        )
    if totals.unknown:
        notes.append(f"{_counted(totals.unknown, 'row was', 'rows were')} not known yet, and left out")
    return notes


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _cents(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2) if cents else Decimal("0.00")


def _units(units: int) -> Decimal:
    return Decimal(units).scaleb(-4) if units else Decimal("0.0000")
