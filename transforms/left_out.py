"""Lists what the COGS of a month leaves out, line by line, with its value and the rule that left it out."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.closing import LeftOut
from schemas.dtypes import MONEY, QUANTITY
from schemas.policies import RecognitionPolicy
from transforms.goods_values import value_goods
from transforms.recognition import recognise_sales
from transforms.rounding import round_money
from transforms.stock_moves import stated_cost
from transforms.texts import fill

_COLUMNS = list(LeftOut.to_schema().columns)


@dataclass(frozen=True)
class OpenLines:
    """What list_left_out looks at."""

    sale_lines: pl.LazyFrame
    """SaleLines."""
    uncounted_lines: pl.LazyFrame
    """UncountedLines of the month."""
    bookings: pl.LazyFrame
    """Bookings of this month and of all earlier ones of these sale lines, and of the sales that returns name."""
    stock_values: pl.LazyFrame
    """`sku`, `quantity`, `value`: units and what they cost in base currency, those on hand if there are any."""
    stocked: pl.LazyFrame
    """`sku` of stocked products."""
    begins_on: date | None = None
    """First day of the ledger, where what moved before is in the opening stock."""
    earlier_moves: pl.LazyFrame | None = None
    """StockMoves before that day, where they are to be listed: in the first month."""


def list_left_out(lines: OpenLines, policy: RecognitionPolicy, period: date, cut_off: date) -> pl.LazyFrame:
    """Sales and returns at the cut-off that stand in the ledger or in COGS but not in both, and what does not count.

    A draft or a void document is neither in the ledger nor in COGS. Where it says nevertheless that goods moved in the
    month, it is listed as `not_counted`: the ledger has units that the shelf has not, or the other way round.
    What moved before the ledger began is in the opening stock: it is listed once, as `before_opening`, and a sale of it
    that is recognised in this month as `dispatched_before_opening`, since nothing books its COGS.

    Args:
        lines: what there is.
        policy: which sale lines count.
        period: first day of the month.
        cut_off: last day that counts.

    Returns:
        LeftOut, one row per line. `cost_amount` is what Xero's stock account holds above the ledger because of the
        line; the lines sum to the whole difference that recognition makes. A line that is invoiced and has not moved
        has no cost yet: 0.00. `goods_amount` says what the goods cost all the same.
    """
    listed = [
        _open_sales(lines, policy, period, cut_off),
        _uncounted_sales(lines.sale_lines, period, cut_off),
        _uncounted_others(lines.uncounted_lines, period, cut_off),
    ]
    if lines.earlier_moves is not None:
        listed.append(_earlier(lines.earlier_moves).join(listed[0], on="move_id", how="anti"))
    else:
        listed[0] = listed[0].with_columns(pl.lit(None, MONEY).alias("own_amount"))
    stocked = pl.concat(listed, how="diagonal").join(lines.stocked, on="sku", how="semi")
    with_costs = stocked.join(_sum_sales(lines.bookings), on="sale_line_id", how="left", validate="m:1")
    return (
        value_goods(with_costs, lines.bookings, lines.stock_values)
        .with_columns(
            pl.lit(period).alias("period"),
            pl.col("cost_amount").fill_null(0).cast(MONEY),
            pl.coalesce("own_amount", "goods_amount").alias("goods_amount"),
        )
        .sort("category", "document_number", "move_id")
        .select(_COLUMNS)
    )


def _open_sales(lines: OpenLines, policy: RecognitionPolicy, period: date, cut_off: date) -> pl.LazyFrame:
    """Approved lines that are in one book and not in the other."""
    begins_on = lines.begins_on or date.min
    is_earlier = (pl.col("moved_date") < begins_on).fill_null(value=False) & (pl.col("moved_quantity") != 0)
    is_of_month = pl.col("recognised_on").is_between(period, cut_off)
    late = pl.when(is_of_month).then(pl.lit("dispatched_before_opening"))
    moved = pl.when(pl.col("kind") == "sale_return").then(pl.lit("taken back")).otherwise(pl.lit("dispatched"))
    why = fill("{} on {}, before the opening stock was counted", moved, pl.col("moved_date").cast(pl.String))
    is_something = pl.any_horizontal(pl.col("ordered_quantity", "moved_quantity") != 0)
    return (
        recognise_sales(lines.sale_lines.filter(is_something), policy)
        .with_columns(pl.when(is_earlier).then(late).otherwise(_category(cut_off)).alias("category"))
        .filter(pl.col("category").is_not_null())
        .with_columns(
            pl.when(is_earlier)
            .then(why)
            .otherwise(pl.coalesce("left_out_reason", _date_reason(cut_off)))
            .alias("reason")
        )
        .select(*_facts_of_sale())
    )


def _earlier(moves: pl.LazyFrame) -> pl.LazyFrame:
    """What moved before the opening stock was counted, at its own cost where it has one."""
    return moves.select(
        pl.lit("before_opening").alias("category"),
        fill("moved on {}, before the opening stock was counted", pl.col("moved_on").cast(pl.String)).alias("reason"),
        "sku", "document_number", "moved_on", "move_id",
        pl.col("quantity").abs().cast(QUANTITY).alias("quantity"),
        pl.when(pl.col("quantity") > 0).then(-1).otherwise(1).alias("sign"),
        round_money(-stated_cost()).alias("own_amount"),
    )  # fmt: skip


def _uncounted_sales(sale_lines: pl.LazyFrame, period: date, cut_off: date) -> pl.LazyFrame:
    """Drafts and void orders and credit notes whose goods moved in the month."""
    has_moved = pl.col("moved_date").is_between(period, cut_off) & (pl.col("moved_quantity") != 0)
    is_return = pl.col("kind") == "sale_return"
    what = pl.when(is_return).then(pl.lit("credit note")).otherwise(pl.lit("order"))
    done = pl.when(is_return).then(pl.lit("taken back")).otherwise(pl.lit("dispatched"))
    state = pl.when(pl.col("status") == "void").then(pl.lit("void")).otherwise(pl.lit("a draft"))
    return (
        sale_lines.filter((pl.col("status") != "approved") & has_moved)
        .with_columns(
            pl.lit("not_counted").alias("category"),
            fill("the {} is {}, yet goods were {}", what, state, done).alias("reason"),
        )
        .select(*_facts_of_sale())
    )


def _facts_of_sale() -> list[pl.Expr | str]:
    """The columns of LeftOut that a sale line gives, and what values it."""
    shown = pl.when(pl.col("moved_quantity") != 0).then("moved_quantity").otherwise("ordered_quantity")
    return [
        "category", "reason", "sku", "invoice_date", "revenue_amount", "sale_line_id", "returned_sale_line_id",
        fill("sale:{}", "sale_line_id").alias("move_id"),
        pl.col("sale_number").alias("document_number"),
        pl.col("moved_date").alias("moved_on"),
        shown.cast(QUANTITY).alias("quantity"),
        pl.when(pl.col("kind") == "sale_return").then(-1).otherwise(1).alias("sign"),
    ]  # fmt: skip


def _uncounted_others(lines: pl.LazyFrame, period: date, cut_off: date) -> pl.LazyFrame:
    """Purchases, adjustments, transfers and jobs of the month that do not count though goods moved."""
    return lines.filter(pl.col("moved_date").is_between(period, cut_off) & (pl.col("quantity") != 0)).select(
        pl.lit("not_counted").alias("category"),
        "reason",
        "sku",
        "document_number",
        pl.col("moved_date").alias("moved_on"),
        fill("uncounted:{}", "line_id").alias("move_id"),
        pl.col("quantity").abs().cast(QUANTITY).alias("quantity"),
        pl.when(pl.col("quantity") > 0).then(-1).otherwise(1).alias("sign"),
    )


def _sum_sales(bookings: pl.LazyFrame) -> pl.LazyFrame:
    """What Xero's stock account holds above the ledger, for each sale or return line that was ever booked."""
    return (
        bookings.filter(pl.col("kind").is_in(["sale", "sale_return"]))
        .group_by(pl.col("source_line_id").alias("sale_line_id"))
        .agg((-pl.col("cost_amount").sum() - pl.col("recognised_amount").sum()).cast(MONEY).alias("cost_amount"))
    )


def _category(cut_off: date) -> pl.Expr:
    """Why a line is in one book and not in the other; null where it is in both or in neither."""
    has_moved = (pl.col("moved_date") <= cut_off).fill_null(value=False) & (pl.col("moved_quantity") != 0)
    is_invoiced = (pl.col("invoice_date") <= cut_off).fill_null(value=False)
    is_recognised = (pl.col("recognised_on") <= cut_off).fill_null(value=False)
    is_excluded = pl.col("left_out_reason").is_not_null() & has_moved & is_invoiced
    return (
        pl.when(is_excluded)
        .then(pl.lit("excluded_by_rule"))
        .when(has_moved & ~is_recognised)
        .then(pl.lit("dispatched_not_recognised"))
        .when(~has_moved & is_invoiced)
        .then(pl.lit("recognised_not_dispatched"))
    )


def _date_reason(cut_off: date) -> pl.Expr:
    """The reason of a line that no rule leaves out: its other date lies after the cut-off."""
    moved = pl.when(pl.col("kind") == "sale_return").then(pl.lit("taken back")).otherwise(pl.lit("dispatched"))
    return (
        pl.when(pl.col("recognised_on") > cut_off)
        .then(fill("recognised on {}", pl.col("recognised_on").cast(pl.String)))
        .otherwise(fill("{} on {}", moved, pl.col("moved_date").cast(pl.String)))
    )
