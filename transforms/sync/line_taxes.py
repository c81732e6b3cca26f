"""The tax of each line: Cin7's own where it states one, else computed and rounded half away from zero."""

import polars as pl

from schemas.dtypes import MONEY
from transforms.rounding import round_money

_WIDE = pl.Decimal(38, 12)
_RATE = ("document_key", "used_rate", "is_stated")
_ORDER = ["position", "line_id"]


def add_taxes(lines: pl.DataFrame, tax_rates: pl.DataFrame) -> pl.DataFrame:
    """Add the tax of each line in two ways: rounded line by line, and rounded once over the lines of a rate.

    Xero computes tax per line and sums it (xero.md section 3, Rounding), Cin7 Omni once on the document. Which of the
    two a document takes depends on the total that the source states (`totals.py`).

    Args:
        lines: with `document_key`, `position`, `line_id`, `tax_mode`, `line_amount`, `tax_amount` (as stated),
            `tax_rate`, `tax_type`.
        tax_rates: XeroTaxRates: their rate serves lines that state neither tax nor rate.

    Returns:
        The same rows with `line_tax` and `spread_tax` (Money; equal where the source states the tax, 0.00 where the
        document is exempt).
    """
    rates = tax_rates.select("tax_type", pl.col("effective_rate").alias("xero_rate")).unique("tax_type")
    rate = pl.coalesce(
        pl.col("tax_rate").cast(_WIDE), pl.col("xero_rate").cast(_WIDE) / pl.lit(100).cast(_WIDE), pl.lit(0).cast(_WIDE)
    )
    amount = pl.col("line_amount").cast(_WIDE)
    exact = (
        pl.when(pl.col("tax_mode") == "inclusive")
        .then(amount * pl.col("used_rate") / (pl.lit(1).cast(_WIDE) + pl.col("used_rate")))
        .otherwise(amount * pl.col("used_rate"))
    )

    def settled(computed: pl.Expr) -> pl.Expr:
        stated = pl.when(pl.col("tax_amount").is_not_null()).then("tax_amount").otherwise(computed)
        return pl.when(pl.col("tax_mode") == "exempt").then(pl.lit(0).cast(MONEY)).otherwise(stated).cast(MONEY)

    running = round_money(pl.col("exact_tax").cum_sum()).over(*_RATE, order_by=_ORDER)
    step = (pl.col("running_tax") - pl.col("running_tax").shift(1, fill_value=0)).over(*_RATE, order_by=_ORDER)
    return (
        lines.join(rates, on="tax_type", how="left", validate="m:1")
        .with_columns(used_rate=rate, is_stated=pl.col("tax_amount").is_not_null())
        .with_columns(exact_tax=exact)
        .with_columns(running_tax=running)
        .with_columns(line_tax=settled(round_money(pl.col("exact_tax"))), spread_tax=settled(step))
        .drop("xero_rate", "used_rate", "is_stated", "exact_tax", "running_tax")
    )
