"""The gate before journals are planned: units of the stock ledger against the source's own stock on hand."""

from datetime import date
from decimal import Decimal

import polars as pl

from pipelines.errors import DoesNotTieOut
from pipelines.steps.context import CloseContext
from pipelines.steps.ledger_start import moves_between
from pipelines.steps.source_changes import find_horizon
from pipelines.warehouse import Warehouse
from schemas.checking import check
from schemas.frames import dtypes_of
from schemas.problems import Problem
from schemas.stock_counts import StockChecks
from transforms.periods import format_period
from transforms.tie_out.stock_on_hand import choose_day, compare_stock

EXAMPLES = 3


def check_stock_on_hand(close: CloseContext, warehouse: Warehouse) -> pl.DataFrame:
    """Compare the ledger with the stock that the source states for the cut-off, SKU by SKU and place by place.

    A source that knows its stock of today only states it for the day of the extract: the ledger is carried on to that
    day, with all that moved after the cut-off.

    Args:
        close: which month.
        warehouse: core.stock_on_hand, core.stock_moves and close.bookings; close.stock_checks is written.

    Returns:
        StockChecks; no row where the source states nothing on or after the cut-off (stock_check_table says so).
    """
    days = warehouse.query("select distinct as_of from core.stock_on_hand")["as_of"].to_list()
    as_of = choose_day(days, close.cut_off)
    rows = pl.DataFrame(schema=dtypes_of(StockChecks))
    if as_of is not None:
        moves = _moves_up_to(as_of, close, warehouse)
        booked = warehouse.query(
            "select sku, location, cost_amount from close.bookings where period <= ?", [close.period]
        )
        # units of what is no product at all are a difference, too
        stated = warehouse.read(
            "core.stock_on_hand",
            "as_of = ? and sku not in (select sku from core.products where not is_stocked)",
            [as_of],
        )
        compared = compare_stock(moves.lazy(), booked.lazy(), stated.lazy(), close.period, close.cut_off, as_of)
        rows = compared.collect()
    checks = check(StockChecks, rows)
    warehouse.replace("close.stock_checks", checks, "period = ?", [close.period])
    return checks


def _moves_up_to(day: date, close: CloseContext, warehouse: Warehouse) -> pl.DataFrame:
    """`sku`, `location`, `moved_on`, `quantity` of the ledger, and of what moved after its last day."""
    horizon = find_horizon(warehouse, close.policy.recognition, close.cut_off)
    ledger = warehouse.query(
        "select sku, location, moved_on, quantity from core.stock_moves where (moved_on <= ? or kind = 'opening') "
        "and sku in (select sku from core.products where is_stocked)",
        [horizon],
    )
    later = moves_between(horizon, day, close, warehouse).select(ledger.columns)
    return pl.concat([ledger, later])


def stop_on_stock_difference(close: CloseContext, warehouse: Warehouse) -> None:
    """Let a month pass whose units the source has too, or whose settings only list differences.

    A difference of value is listed and never stops: systems value the same units by other rules.

    Raises:
        DoesNotTieOut: units differ, and close.tie_out.stock_on_hand is stop (exit 6); nothing was posted.
    """
    checks = check_stock_on_hand(close, warehouse)
    off = checks.filter(pl.col("quantity_difference") != 0).sort(
        -pl.col("quantity_difference").abs(), "sku", "location"
    )
    if off.is_empty() or close.policy.tie_out.stock_on_hand == "list":
        return
    value = off["value_difference"].drop_nulls().to_list()
    shown = [
        f"{row['sku']} {row['location']} {_units(row['ledger_quantity'])} in the ledger, "
        f"{_units(row['stated_quantity'])} in the source"
        for row in off.head(EXAMPLES).to_dicts()
    ]
    raise DoesNotTieOut(
        f"{format_period(close.period)}: the stock ledger is not the source's stock on hand. Nothing was posted.",
        [
            Problem(
                where="core.stock_on_hand",
                found=f"units differ on {off.item(0, 'as_of')}",
                fix="Look for documents that were not extracted, or stock that was changed without one "
                "(close.stock_checks lists all). To list them only: close.tie_out.stock_on_hand: list",
                row_count=off.height,
                amount=sum(value, Decimal(0)) if value else None,
                examples=tuple(shown),
            )
        ],
    )


def _units(amount: Decimal) -> str:
    """1,234.5 without zeros at the end."""
    text = f"{amount:,.4f}".rstrip("0").rstrip(".")
    return text or "0"
