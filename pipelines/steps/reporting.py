"""Builds what an analyst reads beside the journals: roll-forward by movement, margins, flux, ages, open receipts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import polars as pl

from pipelines.steps.context import CloseContext
from pipelines.steps.journals import core_of
from pipelines.steps.move_lookups import RECENT, find_moves
from pipelines.steps.unbilled import find_unbilled
from pipelines.warehouse import Warehouse
from transforms.core_tables import CoreTables
from transforms.flux import explain_flux, sum_margins
from transforms.matching import match_bills
from transforms.periods import last_day, previous_period
from transforms.roll_forward_lines import list_roll_forward
from transforms.rounding import zero_money, zero_quantity
from transforms.stock_ages import INFLOWS, LAST_DAY_OF_BAND, age_stock, list_open_receipts
from transforms.texts import fill


def report_month(close: CloseContext, warehouse: Warehouse) -> None:
    """Write close.roll_forward_lines, margins, flux_lines, stock_ages and goods_received_not_invoiced of the month.

    Args:
        close: which month.
        warehouse: holds the month's bookings and close.roll_forward (build_month). Margins of earlier months that were
            closed by an earlier release are filled in.
    """
    bookings = warehouse.read("close.bookings", "period = ?", [close.period])
    core = _read_purchases(close, warehouse, bookings)
    matched = match_bills(core, close.policy.base_currency, close.cut_off).collect().lazy()
    accrued = core.charges.filter(pl.col("charge_date") > close.cut_off).select("charge_id")
    lines = list_roll_forward(
        bookings.lazy(),
        _sum_before(warehouse, close.period).lazy(),
        matched.filter("is_billed").select("receipt_line_id"),
        accrued,
        close.period,
        close.settings.organisation,
    )
    waiting = matched.filter(~pl.col("is_billed")).select(move_id=fill("receipt:{}", "receipt_line_id")).collect()
    up_to = "period <= ? and document_kind = 'purchase'"
    receipts = warehouse.find("close.bookings", "move_id", waiting, up_to, [close.period])
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


def _read_purchases(close: CloseContext, warehouse: Warehouse, bookings: pl.DataFrame) -> CoreTables:
    """Receipts that the month has booked or that no bill names at the cut-off, with their bills; products, charges."""
    unbilled = find_unbilled(warehouse, close.cut_off)
    booked = bookings.filter(pl.col("document_kind") == "purchase").select(receipt_line_id="source_line_id")
    ids = pl.concat([unbilled, booked]).unique()
    tables = {name: warehouse.find(f"core.{name}", "receipt_line_id", ids) for name in ("receipt_lines", "bill_lines")}
    return core_of(warehouse, tables | {"charges": warehouse.read("core.charges")})


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
    """Ages of the closing stock."""
    closing = warehouse.read("close.roll_forward", "period = ?", [close.period])
    inflows = read_inflows(warehouse, closing, close.cut_off)
    return age_stock(closing.lazy(), inflows.lazy(), products, close.cut_off)


def read_inflows(warehouse: Warehouse, closing: pl.DataFrame, cut_off: date) -> pl.DataFrame:
    """`sku`, `moved_on`, `quantity` of what can have brought in the closing stock, the latest first.

    Most stock came in lately: what came in before RECENT is read for SKUs of which more is on hand, and what came in
    longer ago than the bands tell apart as if on one day.
    """
    recently, band_ends = (cut_off - days for days in (RECENT, timedelta(days=max(LAST_DAY_OF_BAND.values()) + 1)))
    came_in = f"core.stock_moves where kind in {INFLOWS} and quantity > 0"
    units = "select sku, moved_on, quantity::decimal(38, 4) as quantity"
    recent = warehouse.query(
        f"{units} from {came_in} and moved_on > ? and (moved_on <= ? or kind = 'opening')", [recently, cut_off]
    )
    on_hand = closing.filter(pl.col("closing_quantity") > 0).group_by("sku").agg(pl.col("closing_quantity").sum())
    lately = recent.group_by("sku").agg(pl.col("quantity").sum())
    is_older = pl.col("closing_quantity") > pl.col("quantity").fill_null(zero_quantity())
    older = on_hand.join(lately, on="sku", how="left", validate="1:1").filter(is_older)
    if older.is_empty():
        return recent
    with warehouse.offering("older_skus", older.select("sku")):
        of_skus = "sku in (from older_skus)"
        before = warehouse.query(
            f"""
            {units} from {came_in} and {of_skus} and moved_on > $1 and moved_on <= $2
            union all
            select sku, $1::date, sum(quantity)::decimal(38, 4) from {came_in} and {of_skus} and moved_on <= $1
            group by sku
            """,
            [band_ends, recently],
        )
    return pl.concat([recent, before])


def _write_margins(close: CloseContext, warehouse: Warehouse) -> None:
    """Margins of this month, and of earlier months that have none yet."""
    missing = _months_without_margins(close, warehouse)
    for period, cut_off in [*((one, last_day(one)) for one in missing), (close.period, close.cut_off)]:
        margins = _sum_margins(warehouse, period, cut_off)
        warehouse.replace("close.margins", margins.collect(), "period = ?", [period])


def _months_without_margins(close: CloseContext, warehouse: Warehouse) -> list[date]:
    """Earlier months that booked sales and have no margins, oldest first.

    First the months, then what they booked: DuckDB would read what kind every booking is of.
    """
    without = warehouse.query(
        "select distinct period from close.bookings where period >= ? and period < ?"
        " except select period from close.margins",
        [close.policy.first_period, close.period],
    )["period"]
    of_sales = "select 1 from close.bookings where period = ? and kind in ('sale', 'sale_return') limit 1"
    return [month for month in without.sort() if warehouse.query(of_sales, [month]).height]


def _sum_margins(warehouse: Warehouse, period: date, cut_off: date) -> pl.LazyFrame:
    """Bookings of the month; and sales that cost nothing and moved earlier, which book nothing when they are
    recognised but have revenue."""
    booked = warehouse.read("close.bookings", "period = ? and kind in ('sale', 'sale_return')", [period])
    bookings = pl.concat([booked, _recognised_at_nothing(warehouse, period, cut_off)])
    moves = find_moves(warehouse, bookings.select("move_id").unique(), date.max).select("move_id", "quantity")
    revenue = _revenue_of(warehouse, bookings.select(sale_line_id="source_line_id").unique(), period)
    return sum_margins(bookings.lazy(), moves.lazy(), revenue.lazy(), cut_off)


def _revenue_of(warehouse: Warehouse, lines: pl.DataFrame, period: date) -> pl.DataFrame:
    """`sale_line_id`, `revenue_amount` of some sale lines: most moved in the last months, so those are asked first."""
    found = warehouse.query("select sale_line_id, revenue_amount from core.sale_lines limit 0")
    for days in ("moved_date >= ?", "not coalesce(moved_date >= ?, false)"):
        left = lines.join(found, on="sale_line_id", how="anti")
        if left.is_empty():
            break
        with warehouse.offering("sold", left):
            one = f"select sale_line_id, revenue_amount from core.sale_lines where {days}"
            more = warehouse.query(f"{one} and sale_line_id in (from sold)", [period - RECENT])
        found = pl.concat([found, more])
    return found


def _recognised_at_nothing(warehouse: Warehouse, period: date, cut_off: date) -> pl.DataFrame:
    """The last booking of each sale that was recognised in the month and has cost nothing since it moved earlier."""
    recognised = warehouse.query(
        "select move_id, recognised_on from core.stock_moves"
        " where kind in ('sale', 'sale_return') and recognised_on between ? and ?",
        [period, cut_off],
    )
    # nearly all of them book something: only what does not is looked up among the bookings of all months
    booked = warehouse.query("select move_id from close.bookings where period = ?", [period])
    silent = recognised.join(booked, on="move_id", how="anti")
    of_sales = "period < ? and recognised_amount = 0 and kind in ('sale', 'sale_return')"
    moves = warehouse.find("close.bookings", "move_id", silent, of_sales, [period]).select("move_id")
    earlier = warehouse.find("close.bookings", "move_id", moves, "period < ?", [period])
    is_nothing = (pl.col("recognised_amount").abs().sum() == 0).over("move_id")
    return (
        earlier.filter(is_nothing)
        .sort("period")
        .unique("move_id", keep="last", maintain_order=True)
        .drop("recognised_on")
        .join(recognised, on="move_id", how="inner", validate="1:1")
        .with_columns(
            pl.lit(period).alias("period"), zero_quantity().alias("moved_quantity"), zero_money().alias("cost_amount")
        )
        .select(earlier.columns)
    )


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
