"""Makes a document's lines equal its total: a rounding line within the cap, an error above it."""

from dataclasses import dataclass

import polars as pl

from schemas.dtypes import MONEY
from schemas.sync_policy import SyncPolicy
from transforms.sync.sync_errors import complain
from transforms.texts import fill

ROUNDING_WORDS = "Rounding"
_HELPERS = (
    "line_sum", "line_tax_sum", "spread_tax_sum", "last_position", "is_spread", "by_line", "by_spread", "lines_total",
    "difference",
)  # fmt: skip


@dataclass(frozen=True)
class Balanced:
    """Documents with their totals, lines that sum to them, and what does not."""

    documents: pl.DataFrame
    """With `net_amount`, `tax_amount`, `total_amount`, `source_total_amount`."""
    lines: pl.DataFrame
    """With `tax_amount` as it is sent; rounding lines have no `line_id`."""
    errors: pl.DataFrame
    """Complaints: total_differs."""


def balance_documents(documents: pl.DataFrame, lines: pl.DataFrame, policy: SyncPolicy) -> Balanced:
    """Choose how tax is rounded, and add the line that makes lines and total equal.

    Tax is rounded line by line, as Xero does; where that misses the stated total and rounding once over the document
    comes closer, as Cin7 Omni does, the latter. What is left, up to `rounding_cap`, becomes a line without tax on the
    rounding account (cin7.md 3A, Other rules; xero.md section 3); more than that is an error with both totals.

    Args:
        documents: with `document_key`, `tax_mode`, `total_amount` as the source states it, document currency.
        lines: of `add_taxes`; exclusive amounts come before tax, inclusive ones contain it.
        policy: the cap, and the tax type of rounding lines.
    """
    judged = _judge(documents, lines)
    is_small = pl.col("difference").abs() <= policy.rounding_cap
    totals = judged.with_columns(
        total_amount=pl.when(is_small).then(pl.col("lines_total") + pl.col("difference")).otherwise("lines_total")
    ).with_columns(net_amount=(pl.col("total_amount") - pl.col("tax_amount")).cast(MONEY))
    chosen = lines.join(judged.select("document_key", "is_spread"), on="document_key", how="inner", validate="m:1")
    settled = chosen.with_columns(
        tax_amount=pl.when("is_spread").then("spread_tax").otherwise("line_tax").cast(MONEY)
    ).drop("is_spread", "line_tax", "spread_tax")
    rounding = _rounding_lines(judged.filter(is_small, pl.col("difference") != 0), settled, policy)
    words = fill(
        "Cin7 states a total of {}, the lines come to {}: {} apart", "source_total_amount", "lines_total", "difference"
    )
    errors = complain(judged.filter(~is_small).with_columns(total_amount="source_total_amount"), "total_differs", words)
    return Balanced(totals.drop(_HELPERS), pl.concat([settled, rounding]), errors)


def _judge(documents: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Documents with both totals of their lines, the one that comes closer, and its difference to the stated total."""
    is_inclusive = pl.col("tax_mode") == "inclusive"
    sums = lines.group_by("document_key").agg(
        pl.col("line_amount").sum().alias("line_sum"),
        pl.col("line_tax").sum().alias("line_tax_sum"),
        pl.col("spread_tax").sum().alias("spread_tax_sum"),
        pl.col("position").max().alias("last_position"),
    )
    by_line, by_spread = (
        pl.when(is_inclusive).then("line_sum").otherwise(pl.col("line_sum") + pl.col(tax))
        for tax in ("line_tax_sum", "spread_tax_sum")
    )
    stated = pl.col("source_total_amount")
    return (
        documents.rename({"total_amount": "source_total_amount"})
        .join(sums, on="document_key", how="inner", validate="1:1")
        .with_columns(
            is_spread=((stated - by_spread).abs() < (stated - by_line).abs()).fill_null(value=False),
            by_line=by_line,
            by_spread=by_spread,
        )
        .with_columns(
            lines_total=pl.when("is_spread").then("by_spread").otherwise("by_line").cast(MONEY),
            tax_amount=pl.when("is_spread").then("spread_tax_sum").otherwise("line_tax_sum").cast(MONEY),
        )
        .with_columns(difference=(stated - pl.col("lines_total")).fill_null(0).cast(MONEY))
    )


def _rounding_lines(documents: pl.DataFrame, lines: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
    """One line per document, in the columns of `lines`; its account is looked up like any other."""
    given = {
        "document_key": pl.col("document_key"),
        "position": pl.col("last_position") + 1,
        "kind": pl.lit("rounding"),
        "role": pl.lit("rounding"),
        "description": pl.lit(ROUNDING_WORDS),
        "quantity": pl.lit(1),
        "unit_price": pl.col("difference"),
        "discount_amount": pl.lit(0),
        "line_amount": pl.col("difference"),
        "tax_amount": pl.lit(0),
        "tax_type": pl.lit(policy.rounding_tax_type),
        "tax_mode": pl.col("tax_mode"),
    }
    return documents.select(
        given.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in lines.schema.items()
    )
