"""Flux: COGS and margin against another month, split exactly into price, volume, mix and cost.

For the products of a line (category, branch, channel), with q units at revenue R and cost C then (0) and now (1):

- price: what now's units brought more than at then's prices, sum of R1 - R0 * q1 / q0
- cost: what they cost more than at then's unit costs, sum of C1 - C0 * q1 / q0, and the change of late cost
- volume: the line's total of then, scaled by its units: R0 * (Q1 / Q0 - 1)
- mix: now's units at then's prices and costs, less then's total scaled: dearer or cheaper products among the units

A product that was not sold then has no price and cost of then: it counts in mix at its own. A line that had no units
then, or has none now, is all volume. Each part is rounded to cents once; parts sum to the change exactly.
"""

from datetime import date
from decimal import Decimal
from typing import Literal

import polars as pl

from schemas.dtypes import MONEY, QUANTITY
from schemas.reporting import FluxLines, Margins
from transforms.costing.integers import to_money

LINE = ["category", "branch", "channel"]
_AMOUNTS = {"quantity": QUANTITY, "revenue_amount": MONEY, "cogs_amount": MONEY, "late_cost_amount": MONEY}


def sum_margins(bookings: pl.LazyFrame, moves: pl.LazyFrame, revenue: pl.LazyFrame, cut_off: date) -> pl.LazyFrame:
    """What a month sold, by category, branch, channel and SKU.

    Args:
        bookings: Bookings of sales and returns of the month. Revenue and units count where the sale is recognised for
            the first time; what is booked for sales of earlier months is late cost.
        moves: `move_id`, `quantity` (signed stock units) of their stock moves; a move that has vanished has none.
        revenue: `sale_line_id`, `revenue_amount` (base currency) of their sale lines.
        cut_off: last day that counts.

    Returns:
        Margins.
    """
    is_recognised = (pl.col("recognised_on") <= cut_off).fill_null(value=False) | (pl.col("recognised_amount") != 0)
    is_late = pl.col("is_late_recognition")
    sold = (
        bookings.filter(pl.col("kind").is_in(["sale", "sale_return"]) & is_recognised)
        .join(moves.select("move_id", "quantity"), on="move_id", how="left", validate="m:1")
        .join(revenue, left_on="source_line_id", right_on="sale_line_id", how="left", validate="m:1")
        .with_columns(pl.when(~is_late).then(-pl.coalesce("quantity", "moved_quantity")).fill_null(0).alias("quantity"))
        .with_columns(
            pl.when(~is_late).then("revenue_amount").fill_null(0),
            pl.when(~is_late).then("recognised_amount").fill_null(0).alias("cogs_amount"),
            pl.when(is_late).then("recognised_amount").fill_null(0).alias("late_cost_amount"),
        )
    )
    keys = ["period", "category", pl.col("location").alias("branch"), "channel", "sku"]
    return (
        sold.group_by(keys)
        .agg(pl.col(name).sum().cast(dtype) for name, dtype in _AMOUNTS.items())
        .filter(pl.any_horizontal(pl.col(list(_AMOUNTS)) != 0))
        .sort("category", "branch", "channel", "sku")
        .select(list(Margins.to_schema().columns))
    )


def explain_flux(
    now: pl.LazyFrame,
    then: pl.LazyFrame,
    comparison: Literal["last_month", "last_year"],
    periods: tuple[date, date],
    least_amount: Decimal,
    least_percent: Decimal,
) -> pl.LazyFrame:
    """Explain the change of COGS and margin of every line from one month to another.

    Args:
        now: Margins of the month.
        then: Margins of the month compared with.
        comparison: which one that is.
        periods: first day of the month, first day of the month compared with.
        least_amount: a line asks for a comment from this change on, in base currency, and
        least_percent: from this part of what it was, in per cent; both thresholds have to be reached.

    Returns:
        FluxLines, one row per category, branch and channel with sales in one of the months.
    """
    lines = _expected_items(now, then).group_by(LINE).agg(_line_sums()).with_columns(_scaled_totals())
    return (
        lines.with_columns(_parts())
        .with_columns(
            pl.lit(comparison).alias("comparison"),
            *[pl.lit(day).alias(name) for name, day in zip(("period", "base_period"), periods, strict=True)],
            (pl.col("cogs_amount") + pl.col("late_cost_amount")).alias("cogs_amount"),
            (pl.col("base_cogs_amount") + pl.col("base_late_cost_amount")).alias("base_cogs_amount"),
        )
        .with_columns(_asks(least_amount, least_percent).alias("asks_comment"))
        .sort("comparison", *LINE)
        .select(_typed())
    )


def _expected_items(now: pl.LazyFrame, then: pl.LazyFrame) -> pl.LazyFrame:
    """Every product of every line with both months, and what now's units would have brought and cost then."""
    keys, names = [*LINE, "sku"], list(_AMOUNTS)
    base = then.select(*keys, *[pl.col(name).alias(f"base_{name}") for name in names])
    both = now.select(*keys, *names).join(base, on=keys, how="full", coalesce=True, nulls_equal=True, validate="1:1")
    filled = both.with_columns(pl.col(names).fill_null(0), pl.col([f"base_{name}" for name in names]).fill_null(0))
    had_none = pl.col("base_quantity") == 0
    return filled.with_columns(
        pl.when(had_none)
        .then(pl.col(f"{name}_amount"))
        .otherwise(_share(f"base_{name}_amount", "quantity", "base_quantity"))
        .alias(f"{name}_then")
        for name in ("revenue", "cogs")
    )


def _line_sums() -> list[pl.Expr]:
    names = [*_AMOUNTS, *[f"base_{name}" for name in _AMOUNTS], "revenue_then", "cogs_then"]
    return [pl.col(name).sum() for name in names]


def _scaled_totals() -> list[pl.Expr]:
    """Then's totals for as many units as now; a line without units on one side is all volume."""
    is_comparable = (pl.col("quantity") != 0) & (pl.col("base_quantity") != 0)
    return [
        pl.when(is_comparable)
        .then(_share(f"base_{name}_amount", "quantity", "base_quantity"))
        .otherwise(f"{name}_then")
        .alias(f"{name}_scaled")
        for name in ("revenue", "cogs")
    ]


def _parts() -> list[pl.Expr]:
    """Price, volume, mix and cost, each from its own definition."""
    revenue_volume = pl.col("revenue_scaled") - pl.col("base_revenue_amount")
    cogs_volume = pl.col("cogs_scaled") - pl.col("base_cogs_amount")
    revenue_mix, cogs_mix = (pl.col(f"{name}_then") - pl.col(f"{name}_scaled") for name in ("revenue", "cogs"))
    late = pl.col("late_cost_amount") - pl.col("base_late_cost_amount")
    cogs_cost = pl.col("cogs_amount") - pl.col("cogs_then") + late
    return [
        cogs_volume.alias("cogs_volume_amount"),
        cogs_mix.alias("cogs_mix_amount"),
        cogs_cost.alias("cogs_cost_amount"),
        (pl.col("revenue_amount") - pl.col("revenue_then")).alias("margin_price_amount"),
        (revenue_volume - cogs_volume).alias("margin_volume_amount"),
        (revenue_mix - cogs_mix).alias("margin_mix_amount"),
        (-cogs_cost).alias("margin_cost_amount"),
    ]


def _asks(least_amount: Decimal, least_percent: Decimal) -> pl.Expr:
    """Whether COGS or margin changed by the amount and by the part of what it was."""
    cogs = pl.col("cogs_amount") - pl.col("base_cogs_amount")
    base_margin = pl.col("base_revenue_amount") - pl.col("base_cogs_amount")
    margin = pl.col("revenue_amount") - pl.col("base_revenue_amount") - cogs

    def is_large(change: pl.Expr, base: pl.Expr) -> pl.Expr:
        part = change.abs().cast(pl.Decimal(38, 4)) * 100 >= base.abs().cast(pl.Decimal(38, 4)) * pl.lit(least_percent)
        return (change.abs() >= pl.lit(least_amount)) & (change != 0) & part

    return is_large(cogs, pl.col("base_cogs_amount")) | is_large(margin, base_margin)


def _share(amount: str, part: str, whole: str) -> pl.Expr:
    """amount * part / whole in cents, rounded half away from zero in whole numbers; null where whole is 0."""
    product = pl.col(amount).to_physical().cast(pl.Int128) * pl.col(part).to_physical().cast(pl.Int128)
    divisor = pl.col(whole).to_physical().cast(pl.Int128)
    safe = pl.when(divisor != 0).then(divisor.abs())
    rounded = (product.abs() * 2 + safe) // (safe * 2)
    return to_money(rounded * product.sign() * divisor.sign())


def _typed() -> list[pl.Expr]:
    """The columns of FluxLines in their types."""
    columns = FluxLines.to_schema().columns
    return [
        pl.col(name).cast(MONEY if name.endswith("_amount") else QUANTITY)
        if name.endswith(("_amount", "quantity"))
        else pl.col(name)
        for name in columns
    ]
