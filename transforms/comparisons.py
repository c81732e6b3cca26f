"""Shadow costing: what a month's COGS, profit and stock would be under another method, SKU by SKU."""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY, QUANTITY, UNIT_COST
from schemas.kinds import STANDARD_KINDS
from transforms.costing.standard.rows import own_rows

EXPENSED_KINDS = ["adjustment_in", "adjustment_out", "purchase_return", "revaluation", *STANDARD_KINDS]
"""Moves other than sales whose cost may differ by method and ends in profit or loss: counts, write-offs, variances."""

_AMOUNTS = ["opening_value", "closing_value", "cogs_amount", "other_amount"]


def sum_by_sku(moves: pl.DataFrame, valued: pl.DataFrame, period: date, cut_off: date) -> pl.DataFrame:
    """What a method makes of a month, one row per SKU.

    Args:
        moves: StockMoves that had moved, or were recognised, by the cut-off.
        valued: ValuedMoves of these rows in the same order, then the rows that standard costing adds.
        period: first day of the month.
        cut_off: last day that counts.

    Returns:
        `sku`, `closing_quantity` (stock units); in base currency `opening_value`, `closing_value`, `cogs_amount` (sales
        recognised in the month), `other_amount` (adjustments, goods sent back and variances: positive is expense).
    """
    rows = pl.concat([moves, own_rows(moves, valued)]) if valued.height > moves.height else moves
    both = (
        rows.drop("quantity", "unit_cost", "amount")
        .with_columns(rows["quantity"])
        .join(valued.select("move_id", "cost_amount", "cogs_amount"), on="move_id", how="left", validate="1:1")
    )
    is_opening = pl.col("kind") == "opening"
    had_moved = (pl.col("moved_on") <= cut_off) | is_opening
    was_there = (pl.col("moved_on") < period) | is_opening
    is_recognised = pl.col("recognised_on").is_between(period, cut_off).fill_null(value=False)
    is_expensed = pl.col("kind").is_in(EXPENSED_KINDS) & had_moved & ~was_there
    return (
        both.group_by("sku")
        .agg(
            pl.col("quantity").filter(had_moved).sum().cast(QUANTITY).alias("closing_quantity"),
            pl.col("cost_amount").filter(was_there).sum().cast(MONEY).alias("opening_value"),
            pl.col("cost_amount").filter(had_moved).sum().cast(MONEY).alias("closing_value"),
            pl.col("cogs_amount").filter(is_recognised).sum().cast(MONEY).alias("cogs_amount"),
            (0 - pl.col("cost_amount").filter(is_expensed).sum()).cast(MONEY).alias("other_amount"),
        )
        .sort("sku")
    )


def compare_with(base: pl.DataFrame, other: pl.DataFrame, method: str) -> pl.DataFrame:
    """Lay a method beside the one that the company closes with.

    Args:
        base: result of `sum_by_sku` for the company's own method.
        other: the same for another one.
        method: its name.

    Returns:
        `method` and the columns of `other`, with `cogs_effect` and `stock_effect` (this method less the company's own)
        and `profit_effect` (less COGS and less other expense is more profit), in base currency; one row per SKU.
    """
    own = base.select("sku", *[pl.col(name).alias(f"own_{name}") for name in _AMOUNTS])
    cogs = pl.col("cogs_amount") - pl.col("own_cogs_amount")
    expense = pl.col("other_amount") - pl.col("own_other_amount")
    return (
        other.join(own, on="sku", how="left", validate="1:1")
        .with_columns(
            pl.lit(method).alias("method"),
            cogs.cast(MONEY).alias("cogs_effect"),
            (0 - cogs - expense).cast(MONEY).alias("profit_effect"),
            (pl.col("closing_value") - pl.col("own_closing_value")).cast(MONEY).alias("stock_effect"),
        )
        .select(
            "method", "sku", "closing_quantity", *_AMOUNTS, "cogs_effect", "profit_effect", "stock_effect",
        )
    )  # fmt: skip


def standards_at(moves: pl.DataFrame, valued: pl.DataFrame, period: date) -> pl.DataFrame:
    """Standard costs where a company has none: what a unit on hand cost when the month began.

    Args:
        moves: StockMoves up to the cut-off.
        valued: ValuedMoves of these rows by the company's own method.
        period: first day of the month.

    Returns:
        `sku`, `unit_cost` (base currency, 6 places). A SKU that was not on hand gets the average of what came in during
        the month; one of which nothing came in has no row.
    """
    both = moves.select("move_id", "sku", "kind", "moved_on", "quantity").join(
        valued.select("move_id", "cost_amount"), on="move_id", how="left", validate="1:1"
    )
    before = (pl.col("moved_on") < period) | (pl.col("kind") == "opening")
    came_in = ~before & (pl.col("quantity") > 0) & (pl.col("kind") != "sale_return")
    sums = both.group_by("sku").agg(
        *[pl.col(name).filter(before).sum().alias(f"{name}_before") for name in ("quantity", "cost_amount")],
        *[pl.col(name).filter(came_in).sum().alias(f"{name}_in") for name in ("quantity", "cost_amount")],
    )
    unit_costs = [
        pl.when((pl.col(f"quantity_{when}") > 0) & (pl.col(f"cost_amount_{when}") >= 0)).then(
            (pl.col(f"cost_amount_{when}").cast(pl.Decimal(38, 12)) / pl.col(f"quantity_{when}"))
            .round(6, mode="half_away_from_zero")
            .cast(UNIT_COST)
        )
        for when in ("before", "in")
    ]
    return sums.select("sku", pl.coalesce(unit_costs).alias("unit_cost")).drop_nulls().sort("sku")


def compare_documents(ours: pl.DataFrame, theirs: pl.DataFrame, key: str) -> pl.DataFrame:
    """Our COGS beside Cin7's own, document by document or SKU by SKU.

    Args:
        ours: `key`, `cogs_amount` (base currency), one row each.
        theirs: the same as Cin7 says.
        key: `document_number` or `sku`.

    Returns:
        `key`, `cogs_amount`, `cin7_amount`, `difference` (ours less Cin7's; a missing side is 0.00), and `is_in`: both,
        tieout or cin7; the largest differences first.
    """
    named = theirs.rename({"cogs_amount": "cin7_amount"})
    joined = ours.join(named, on=key, how="full", coalesce=True, validate="1:1")
    is_in = (
        pl.when(pl.col("cin7_amount").is_null())
        .then(pl.lit("tieout"))
        .when(pl.col("cogs_amount").is_null())
        .then(pl.lit("cin7"))
        .otherwise(pl.lit("both"))
    )
    return (
        joined.with_columns(is_in.alias("is_in"))
        .with_columns(pl.col("cogs_amount", "cin7_amount").fill_null(0))
        .with_columns((pl.col("cogs_amount") - pl.col("cin7_amount")).cast(MONEY).alias("difference"))
        .sort(pl.col("difference").abs(), key, descending=[True, False])
        .select(key, "cogs_amount", "cin7_amount", "difference", "is_in")
    )
