"""Builds what an analyst reads beside the journals: roll-forward by movement, margins, flux, ages, open receipts."""

from datetime import date
from decimal import Decimal
from typing import Literal

import polars as pl

from pipelines.steps.context import CloseContext
from pipelines.steps.journals import read_purchases
from pipelines.warehouse import Warehouse
from transforms.flux import explain_flux, sum_margins
from transforms.matching import match_bills
from transforms.periods import last_day, previous_period
from transforms.roll_forward_lines import list_roll_forward
from transforms.stock_ages import INFLOWS, age_stock, list_open_receipts


def report_month(close: CloseContext, warehouse: Warehouse) -> None:
    """Write close.roll_forward_lines, margins, flux_lines, stock_ages and goods_received_not_invoiced of the month.

    Args:
        close: which month.
        warehouse: holds the month's bookings and close.roll_forward (build_month). Margins of earlier months that were
            closed by an earlier release are filled in.
    """
    core = read_purchases(warehouse)
    matched = match_bills(core, close.policy.base_currency, close.cut_off).collect().lazy()
    accrued = core.charges.filter(pl.col("charge_date") > close.cut_off).select("charge_id")
    lines = list_roll_forward(
        warehouse.read("close.bookings", "period = ?", [close.period]).lazy(),
        _sum_before(warehouse, close.period).lazy(),
        matched.filter("is_billed").select("receipt_line_id"),
        accrued,
        close.period,
        close.settings.organisation,
    )
    receipts = warehouse.read("close.bookings", "period <= ? and document_kind = 'purchase'", [close.period])
    rows = {
        "close.roll_forward_lines": lines,
        "close.stock_ages": _age_stock(close, warehouse, core.products),
        "close.goods_received_not_invoiced": list_open_receipts(
            matched, receipts.lazy(), core.receipt_lines, close.period, close.cut_off
        ),
    }
    with warehouse.transaction():
        for table, frame in rows.items():  # each is checked against its model before it is written
            warehouse.replace(table, frame.collect(), "period = ?", [close.period])
        _write_margins(close, warehouse)
        warehouse.replace("close.flux_lines", _explain(close, warehouse), "period = ?", [close.period])


def _sum_before(warehouse: Warehouse, period: date) -> pl.DataFrame:
    """Units and value that earlier months booked, by stock account and category."""
    return warehouse.query(
        """
        select stock_account_code, category,
          sum(moved_quantity)::decimal(18, 4) as moved_quantity, sum(cost_amount)::decimal(18, 2) as cost_amount
        from close.bookings where period < ? group by all
        """,
        [period],
    )


def _age_stock(close: CloseContext, warehouse: Warehouse, products: pl.LazyFrame) -> pl.LazyFrame:
    inflows = warehouse.query(
        """
        select sku, moved_on, quantity from core.stock_moves
        where list_contains($1, kind) and quantity > 0 and (moved_on <= $2 or kind = 'opening')
        """,
        [list(INFLOWS), close.cut_off],
    )
    closing = warehouse.read("close.roll_forward", "period = ?", [close.period])
    return age_stock(closing.lazy(), inflows.lazy(), products, close.cut_off)


def _write_margins(close: CloseContext, warehouse: Warehouse) -> None:
    """Margins of this month, and of earlier months that have none yet."""
    missing = warehouse.query(
        """
        select distinct period from close.bookings
        where period >= $1 and period < $2 and kind in ('sale', 'sale_return')
          and period not in (select period from close.margins)
        """,
        [close.policy.first_period, close.period],
    )["period"]
    for period, cut_off in [*((one, last_day(one)) for one in missing.sort()), (close.period, close.cut_off)]:
        margins = _sum_margins(warehouse, period, cut_off)
        warehouse.replace("close.margins", margins.collect(), "period = ?", [period])


def _sum_margins(warehouse: Warehouse, period: date, cut_off: date) -> pl.LazyFrame:
    """Bookings of the month; and sales that cost nothing and moved earlier, which book nothing when they are
    recognised but have revenue."""
    bookings = warehouse.query(
        """
        from close.bookings where period = $1 and kind in ('sale', 'sale_return')
        union all by name
        select * replace ($1::date as period, 0 as moved_quantity, 0 as cost_amount, m.recognised_on as recognised_on)
        from close.bookings b join (select move_id, recognised_on from core.stock_moves
          where kind in ('sale', 'sale_return') and recognised_on between $1 and $2) m using (move_id)
        where period < $1 and move_id not in (select move_id from close.bookings where period = $1)
        qualify sum(abs(recognised_amount)) over (partition by move_id) = 0
          and row_number() over (partition by move_id order by period desc) = 1
        """,
        [period, cut_off],
    )
    with warehouse.offering("sold", bookings.select("move_id", "source_line_id")):
        moves = warehouse.query("select move_id, quantity from core.stock_moves semi join sold using (move_id)")
        revenue = warehouse.query(
            """
            select sale_line_id, revenue_amount from core.sale_lines
            where sale_line_id in (select source_line_id from sold)
            """
        )
    return sum_margins(bookings.lazy(), moves.lazy(), revenue.lazy(), cut_off)


def _explain(close: CloseContext, warehouse: Warehouse) -> pl.DataFrame:
    """Against last month, and the same month last year, where those were closed."""
    now = warehouse.read("close.margins", "period = ?", [close.period])
    bases: dict[Literal["last_month", "last_year"], date] = {
        "last_month": previous_period(close.period),
        "last_year": close.period.replace(year=close.period.year - 1),
    }
    thresholds = close.mappings.close.flux
    found = [warehouse.read("close.flux_lines").clear()]
    for comparison, base in bases.items():
        then = warehouse.read("close.margins", "period = ?", [base])
        if then.height:
            least = Decimal(thresholds.amount), Decimal(thresholds.percent)
            flux = explain_flux(now.lazy(), then.lazy(), comparison, (close.period, base), *least)
            found.append(flux.collect())
    return pl.concat(found)
