"""Decides which sale lines count for COGS and in which month, with one reason for each line that does not.

The Omni rule (cin7.md section 3A, "COGS content and timing"): a line counts when its order has an invoice date and a
fully dispatched date, its accounting status is Imported or Do Not Import, and the shipped quantity equals the ordered
one; the month is that of the invoice. Each part is a setting of RecognitionPolicy.
"""

import polars as pl

from schemas.policies import RecognitionPolicy
from transforms.texts import fill

NOT_DISPATCHED = "not fully dispatched"
NOT_INVOICED = "no invoice or credit note date"
PART_SHIPPED = "moved quantity differs from the ordered quantity"


def recognise_sales(sale_lines: pl.LazyFrame, policy: RecognitionPolicy) -> pl.LazyFrame:
    """Add the recognition date of each approved sale or return line, or the rule that leaves it out.

    Args:
        sale_lines: SaleLines.
        policy: which rules hold.

    Returns:
        Approved lines with `recognised_on` (null when left out) and `left_out_reason` (null when it counts).
    """
    reason = pl.coalesce(
        pl.when(pl.col("moved_date").is_null()).then(pl.lit(NOT_DISPATCHED)),
        pl.when(policy.require_invoice & pl.col("invoice_date").is_null()).then(pl.lit(NOT_INVOICED)),
        pl.when(_is_part_shipped() & policy.require_full_shipment).then(pl.lit(PART_SHIPPED)),
        _status_reason(policy.accounting_statuses),
    )
    return (
        sale_lines.filter(pl.col("status") == "approved")
        .with_columns(reason.alias("left_out_reason"))
        .with_columns(
            pl.when(pl.col("left_out_reason").is_null())
            .then(pl.coalesce(policy.date, "moved_date"))
            .alias("recognised_on")
        )
    )


def _is_part_shipped() -> pl.Expr:
    return pl.col("moved_quantity") != pl.col("ordered_quantity")


def _status_reason(statuses: tuple[str, ...]) -> pl.Expr:
    """The reason of a line whose accounting status does not count; a source without statuses leaves none out."""
    if not statuses:
        return pl.lit(None, pl.String)
    status = pl.col("accounting_status")
    text = fill("accounting status is {}", status.str.replace_all("_", " "))
    return pl.when(status.is_not_null() & ~status.is_in(list(statuses))).then(text)
