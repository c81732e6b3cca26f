"""FIFO without a row loop: an issue of the cumulative units (a, b] costs C(b) - C(a)."""

import polars as pl

from transforms.costing.flows import is_inflow, is_outflow
from transforms.costing.running_totals import divide_half_up, running_total, starts_pool, to_cents


def price_issues_fifo(rows: pl.DataFrame) -> pl.DataFrame:
    """Cost every outflow by the oldest units first (IAS 2.27).

    C is the cumulative cost of the inflows, linear inside each: the whole layers below b, and of the layer that b
    stands in its share. The share is exact in whole numbers: of a total t for q units, x units cost (t // q) * x +
    (t % q) * x / q, in which no product leaves 128 bits. Rounding to the cent needs the whole part of C alone
    (`running_totals.to_cents`).

    Args:
        rows: the moves of plain pools, sorted by pool and order; no pool ever runs below zero.

    Returns:
        One row per outflow: `row`, `cents` (not positive) and `unit_millionths`. A pool without inflows costs
        nothing.
    """
    layers = _layers(rows)
    issues = rows.filter(is_outflow & (pl.col("quantity") != 0)).select("row", "pool", units=-pl.col("quantity"))
    covered = issues.with_columns(covered_to=running_total("units").cast(pl.Int64))
    priced = covered.with_columns(last_unit=pl.col("covered_to") - 1).join_asof(
        layers, left_on="last_unit", right_on="layer_start", by="pool", strategy="backward", check_sortedness=False
    )
    before = pl.when(starts_pool()).then(0).otherwise(pl.col("cost_to").shift(1))
    return (
        priced.with_columns(cost_to=_cost_up_to())
        .with_columns(cost_from=before)
        .select(
            "row",
            cents=to_cents(pl.col("cost_from")) - to_cents(pl.col("cost_to")),
            unit_millionths=divide_half_up(pl.col("cost_to") - pl.col("cost_from"), pl.col("units").cast(pl.Int128)),
        )
    )


def _layers(rows: pl.DataFrame) -> pl.DataFrame:
    """Each inflow as an interval of cumulative units, with the cost of everything before it."""
    inflows = rows.filter(is_inflow & (pl.col("quantity") != 0))
    return inflows.select(
        "pool",
        layer_units=pl.col("quantity").cast(pl.Int128),
        layer_cost=pl.col("layer_cost"),
        layer_start=(running_total("quantity") - pl.col("quantity")).cast(pl.Int64),
        cost_before=running_total("layer_cost") - pl.col("layer_cost"),
    )


def _cost_up_to() -> pl.Expr:
    """C at the end of an issue, whole ten-billionths."""
    taken = (pl.col("covered_to") - pl.col("layer_start")).cast(pl.Int128)
    whole = pl.col("layer_cost") // pl.col("layer_units") * taken
    part = pl.col("layer_cost") % pl.col("layer_units") * taken // pl.col("layer_units")
    return (pl.col("cost_before") + whole + part).fill_null(0)
