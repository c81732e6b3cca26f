"""What others computed for AdventureWorks (expected/), and the comparison with it: cumulative cents by product."""

import polars as pl

from tests.adventureworks.closed_months import LAST
from tests.reference_data import ADVENTUREWORKS

EXACT = pl.Decimal(38, 6)


def expected(file: str) -> pl.DataFrame:
    """A file of the truth, every column as text."""
    return pl.read_csv(ADVENTUREWORKS / "expected" / file, infer_schema=False)


def cumulative_truth(scope: str, basis: str, method: str) -> pl.DataFrame:
    """Cost by product since the start, at the end of each month that is closed here.

    Returns:
        One row per product and month from its first movement: `sku`, `month` (first day), `received`, `sold` (exact to
        six places, cumulative). What was sold is what was received less the closing value, so that only one rounding of
        the file lies in it.
    """
    is_asked = (pl.col("scope") == scope) & (pl.col("basis") == basis) & (pl.col("method") == method)
    return (
        expected("cogs_by_product_month.csv")
        .filter(is_asked)
        .select(
            pl.col("ProductID").alias("sku"),
            (pl.col("month") + "-01").str.to_date().alias("month"),
            pl.col("receipts_value").cast(EXACT),
            pl.col("closing_value").cast(EXACT),
        )
        .filter(pl.col("month") <= LAST)
        .sort("sku", "month")
        .with_columns(pl.col("receipts_value").cum_sum().over("sku").cast(EXACT).alias("received"))
        .select("sku", "month", "received", (pl.col("received") - pl.col("closing_value")).cast(EXACT).alias("sold"))
    )


def cents(column: str) -> pl.Expr:
    """Rounded to cents, half away from zero."""
    return pl.col(column).round(2, mode="half_away_from_zero").cast(pl.Decimal(38, 2))


def find_differences(ours: pl.DataFrame, scope: str, basis: str, method: str) -> pl.DataFrame:
    """Set our cumulative cents against the truth, rounded once.

    Args:
        ours: `sku`, `month`, `sold_cents`, `closing_cents`: cumulative COGS and closing stock at the end of each month;
            a missing row is nothing at all. Closing stock is what came in less what went out, each in whole cents.
        scope: of the truth.
        basis: of the truth.
        method: of the truth.

    Returns:
        Rows where cumulative COGS or closing stock differ by anything at all.
    """
    return (
        cumulative_truth(scope, basis, method)
        .join(ours, on=["sku", "month"], how="left", validate="1:1")
        .with_columns(pl.col("sold_cents", "closing_cents").fill_null(0))
        .with_columns(cents("sold").alias("sold_truth"), (cents("received") - cents("sold")).alias("closing_truth"))
        .filter((pl.col("sold_cents") != pl.col("sold_truth")) | (pl.col("closing_cents") != pl.col("closing_truth")))
    )
