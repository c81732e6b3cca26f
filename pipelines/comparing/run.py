"""Compares a month under several costing methods, and with Cin7's own COGS: read this first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import polars as pl

from pipelines.comparing.cin7_figures import Cin7Figures, read_cin7_file, read_core_transactions
from pipelines.errors import DataProblem, UsageProblem
from pipelines.reports.month import money, total_of
from pipelines.steps.context import CloseContext
from pipelines.value_table.standard_costs import read_standard_costs
from pipelines.warehouse import Warehouse
from schemas.policies import CostingMethod, CostingPolicy
from transforms.comparisons import compare_documents, compare_with, standards_at, sum_by_sku
from transforms.costing import MoveProblems, value_moves
from transforms.periods import format_period

METHODS: tuple[CostingMethod, ...] = get_args(CostingMethod)


@dataclass(frozen=True)
class Comparison:
    """What the command shows; amounts in base currency."""

    period: date
    own_method: CostingMethod
    by_sku: pl.DataFrame
    """One row per method and SKU: result of compare_with, with `category`."""
    notes: tuple[str, ...]
    cin7_name: str | None = None
    by_document: pl.DataFrame | None = None
    """Beside Cin7's figures: result of compare_documents."""
    by_cin7_sku: pl.DataFrame | None = None

    def totals(self) -> pl.DataFrame:
        """One row per method: sums over all SKUs, and how many SKUs are concerned."""
        amounts = [name for name in self.by_sku.columns if name.endswith(("_amount", "_value", "_effect"))]
        is_other = pl.any_horizontal(pl.col("profit_effect", "stock_effect") != 0)
        return self.by_sku.group_by("method", maintain_order=True).agg(
            *[pl.col(name).sum() for name in amounts], is_other.sum().cast(pl.Int64).alias("sku_count")
        )


def compare_month(
    close: CloseContext,
    warehouse: Warehouse,
    methods: Sequence[str],
    standard_costs: Path | None = None,
    cin7_file: Path | None = None,
) -> Comparison:
    """Value the month's moves under each method, as they are known now.

    Args:
        close: which month; its own method is what the others are compared with.
        warehouse: holds core.stock_moves.
        methods: names of methods.
        standard_costs: file of standard costs; None: what a unit on hand cost when the month began.
        cin7_file: Cin7's own figures: a COGS Breakdown, or an export of Core's transactions. None: the transactions
            that the extract brought from Cin7 Core, where it did.

    Raises:
        UsageProblem: an unknown method, or no such file (exit 2).
        DataProblem: moves or files that cannot be read (exit 3).
    """
    wanted = _known(methods)
    moves = _read_moves(warehouse, close.period, close.cut_off)
    if moves.is_empty():
        raise UsageProblem(
            f"The warehouse holds no stock moves up to {close.cut_off}. Run tieout plan {format_period(close.period)}."
        )
    own = close.policy.costing
    valued = _value(moves, own, _standards(standard_costs, close) if own.method == "standard" else None)
    base = sum_by_sku(moves, valued, close.period, close.cut_off)
    notes, frames = [], []
    for method in dict.fromkeys([own.method, *wanted]):
        standards = None
        if method == "standard":
            standards = _standards(standard_costs, close)
            if standards is None:
                standards = standards_at(moves, valued, close.period)
                notes.append("Standard costs: what a unit on hand cost when the month began (--standard-costs FILE).")
        again = valued if method == own.method else _value(moves, CostingPolicy(method, own.pool), standards)
        summed = base if method == own.method else sum_by_sku(moves, again, close.period, close.cut_off)
        frames.append(compare_with(base, summed, method))
    categories = warehouse.read("core.products").select("sku", "category")
    by_sku = pl.concat(frames).join(categories, on="sku", how="left", maintain_order="left", validate="m:1")
    notes += _booked_note(warehouse, close.period, total_of(base["cogs_amount"]))
    cin7 = _read_cin7(close, warehouse, cin7_file)
    notes += cin7.notes if cin7 else []
    return Comparison(
        close.period,
        own.method,
        by_sku,
        tuple(notes),
        cin7.name if cin7 else None,
        _beside(warehouse, close.period, cin7.by_document, "document_number") if cin7 else None,
        _beside(warehouse, close.period, cin7.by_sku, "sku") if cin7 and cin7.by_sku is not None else None,
    )


def _booked_note(warehouse: Warehouse, period: date, own_cogs: Decimal) -> list[str]:
    """What the close booked, where that is another figure: costs that came late are booked in the month that closes."""
    booked = total_of(warehouse.read("close.bookings", "period = ?", [period])["recognised_amount"])
    if booked == own_cogs:
        return []
    return [
        f"The close booked {money(booked)} of COGS; {money(own_cogs)} is what these sales cost as known now, without "
        "late cost of other months."
    ]


def _known(methods: Sequence[str]) -> list[CostingMethod]:
    """The methods that are meant."""
    named = {str(method): method for method in METHODS}
    unknown = [name for name in methods if name not in named]
    if unknown or not methods:
        raise UsageProblem(
            f"--methods: there is no method {', '.join(unknown) or 'named'}. Write some of {','.join(METHODS)}."
        )
    return [named[name] for name in methods]


def _read_moves(warehouse: Warehouse, period: date, cut_off: date) -> pl.DataFrame:
    return warehouse.query(
        "from core.stock_moves where moved_on <= $1 or recognised_on <= $1 or kind = 'opening' order by move_id",
        [cut_off],
    )


def _value(moves: pl.DataFrame, policy: CostingPolicy, standards: pl.DataFrame | None) -> pl.DataFrame:
    try:
        return value_moves(moves, policy, standards)
    except MoveProblems as error:
        summary = f"The stock moves cannot be valued by {policy.method.replace('_', ' ')}."
        raise DataProblem(summary, error.problems) from None


def _standards(file: Path | None, close: CloseContext) -> pl.DataFrame | None:
    return read_standard_costs(file, close.settings.time_zone) if file is not None else None


def _read_cin7(close: CloseContext, warehouse: Warehouse, file: Path | None) -> Cin7Figures | None:
    accounts = close.maps.accounts
    codes = accounts.filter(pl.col("role").is_in(["cogs", "late_cost"]))["account_code"].unique().to_list()
    if file is not None:
        return read_cin7_file(file, close.period, close.cut_off, codes)
    return read_core_transactions(warehouse, close.period, close.cut_off, codes)


def _beside(warehouse: Warehouse, period: date, theirs: pl.DataFrame, key: str) -> pl.DataFrame:
    """Our booked COGS of the month beside Cin7's."""
    ours = warehouse.query(
        f"""
        select {key}, sum(recognised_amount)::decimal(18, 2) as cogs_amount from close.bookings
        where period = ? and kind in ('sale', 'sale_return') group by all having sum(recognised_amount) <> 0
        """,
        [period],
    )
    return compare_documents(ours, theirs, key)
