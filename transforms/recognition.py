"""Decides which sale lines count for COGS and in which month, with one reason for each line that does not.

The Omni rule (cin7.md section 3A, "COGS content and timing"): a line counts when its order has an invoice date and a
fully dispatched date, its accounting status is Imported or Do Not Import, and the shipped quantity equals the ordered
one; the month is that of the invoice. Each part is a setting of RecognitionPolicy.
"""

import polars as pl

from schemas.policies import RecognitionPolicy
from transforms.texts import fill

NOT_DISPATCHED = "not fully dispatched"
NOT_TAKEN_BACK = "not completely taken back"
NOT_INVOICED = "no invoice date"
NOT_CREDITED = "no credit note date"
PART_SHIPPED = "moved quantity differs from the ordered quantity"
PART_TAKEN_BACK = "quantity taken back differs from that of the credit note"


def recognise_sales(sale_lines: pl.LazyFrame, policy: RecognitionPolicy) -> pl.LazyFrame:
    """Add the recognition date of each approved sale or return line, or the rule that leaves it out.

    Args:
        sale_lines: SaleLines.
        policy: which rules hold.

    Returns:
        Approved lines with `recognised_on` (null when left out) and `left_out_reason` (null when it counts).
    """
    no_invoice = policy.require_invoice & pl.col("invoice_date").is_null()
    reason = pl.coalesce(
        pl.when(pl.col("moved_date").is_null()).then(_by_kind(NOT_DISPATCHED, NOT_TAKEN_BACK)),
        pl.when(no_invoice).then(_by_kind(NOT_INVOICED, NOT_CREDITED)),
        pl.when(_is_part_shipped() & policy.require_full_shipment).then(_by_kind(PART_SHIPPED, PART_TAKEN_BACK)),
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


def _by_kind(of_sale: str, of_return: str) -> pl.Expr:
    """The reason in the words of its document."""
    return pl.when(pl.col("kind") == "sale_return").then(pl.lit(of_return)).otherwise(pl.lit(of_sale))


def _is_part_shipped() -> pl.Expr:
    return pl.col("moved_quantity") != pl.col("ordered_quantity")


def _status_reason(statuses: tuple[str, ...]) -> pl.Expr:
    """The reason of a line whose accounting status does not count; a source without statuses leaves none out."""
    if not statuses:
        return pl.lit(None, pl.String)
    status = pl.col("accounting_status")
    text = fill("accounting status is {}", status.str.replace_all("_", " "))
    return pl.when(status.is_not_null() & ~status.is_in(list(statuses))).then(text)
