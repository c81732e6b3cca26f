"""What source documents come to at a cut-off, valued from the beginning: stock on hand, and COGS recognised so far."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import polars as pl

from pipelines.load.mirror_rows import frame_of
from pipelines.steps.context import CloseContext
from pipelines.steps.ledger_start import first_day
from transforms.bookings import book_period
from transforms.core_tables import CoreTables
from transforms.costing import value_moves
from transforms.known_charges import allocate_known_charges
from transforms.recognition import recognise_sales
from transforms.stock_moves import build_stock_moves


@dataclass(frozen=True)
class Totals:
    """Base currency, to the cent."""

    cogs_amount: Decimal
    """Recognised up to the cut-off, returns and late costs included."""
    stock_amount: Decimal
    """Stock on hand at the cut-off."""

    def __sub__(self, other: "Totals") -> "Totals":
        return Totals(self.cogs_amount - other.cogs_amount, self.stock_amount - other.stock_amount)

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(self.cogs_amount + other.cogs_amount, self.stock_amount + other.stock_amount)

    @property
    def is_nothing(self) -> bool:
        """Whether neither moves."""
        return not self.cogs_amount and not self.stock_amount


NOTHING = Totals(Decimal("0.00"), Decimal("0.00"))


def total_up(core: CoreTables, close: CloseContext) -> Totals:
    """Value documents from the beginning up to the cut-off of a close.

    Args:
        core: documents; those after the cut-off do not count.
        close: cut-off, policies and mappings.

    Raises:
        MoveProblems: the documents contradict each other.
    """
    policy = close.policy
    allocations = allocate_known_charges(core, close.maps.charge_types, policy.base_currency, close.cut_off).collect()
    has_openings = bool(core.opening_stock.select(pl.len()).collect().item())
    begins_on, horizon = first_day(policy, has_openings=has_openings), _horizon(core, close)
    moves = build_stock_moves(
        core, allocations.lazy(), policy.recognition, policy.base_currency, horizon, begins_on=begins_on
    ).collect()
    valued = value_moves(moves, policy.costing)
    none_booked = frame_of("close.bookings", []).lazy()
    booked = book_period(
        moves.lazy(), valued.lazy(), core.products, close.maps.accounts, none_booked, close.period, close.cut_off
    )
    sums = booked.select(pl.col("recognised_amount").sum(), pl.col("cost_amount").sum()).collect().row(0)
    return Totals(*(Decimal(amount or 0).quantize(Decimal("0.01")) for amount in sums))


def _horizon(core: CoreTables, close: CloseContext) -> date:
    """Last physical day that is needed: a sale recognised by the cut-off may have left later."""
    due = recognise_sales(core.sale_lines, close.policy.recognition).filter(pl.col("recognised_on") <= close.cut_off)
    latest = due.select(pl.col("moved_date").max()).collect().item()
    return max(latest, close.cut_off) if latest is not None else close.cut_off


def with_rows(core: CoreTables, name: str, keys: pl.DataFrame, rows: pl.DataFrame) -> CoreTables:
    """The documents with some rows of a table taken out and others put in.

    Args:
        core: documents.
        name: the table.
        keys: columns of its key, of the rows that go.
        rows: what comes.
    """
    frame: pl.LazyFrame = getattr(core, name)
    kept = frame.join(keys.lazy(), on=keys.columns, how="anti")
    return replace(core, **{name: pl.concat([kept, rows.lazy()]).collect().lazy()})
