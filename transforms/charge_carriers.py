"""Which lines a landed charge is spread over: received goods, goods that a transfer brought, what a job made.

A charge names its document in `purchase_id`: a purchase order by its id, a transfer as `transfer:` and its id, a job as
`production:` and its id, since sources number each kind of document by itself. Freight between branches is cost of
bringing goods to where they are (IAS 2.15), labour and machines are cost of conversion (IAS 2.12).
"""

import polars as pl

from schemas.dtypes import COST
from transforms.core_tables import CoreTables
from transforms.rounding import extend
from transforms.texts import fill

COLUMNS = [
    "purchase_id", "receipt_line_id", "kind", "sku", "quantity", "received_date", "location", "lot", "amount",
    "inflow_id",
]  # fmt: skip


def list_carriers(core: CoreTables, costed_receipts: pl.LazyFrame) -> pl.LazyFrame:
    """Every line that can carry a charge.

    Args:
        core: transfers and production.
        costed_receipts: result of cost_receipts.

    Returns:
        COLUMNS, one row per line: the charge's `purchase_id`; `receipt_line_id`, the key of the share (with the kind in
        front for a transfer or a job); `kind` as in ReceiptLines; the day it came in, null before; what it cost in base
        currency, the basis `value` (null where nobody says); `inflow_id`, the stock move that brought it.
    """
    return pl.concat([_received(costed_receipts), _transferred(core.transfer_lines), _made(core.production_lines)])


def _received(receipts: pl.LazyFrame) -> pl.LazyFrame:
    return receipts.with_columns(
        pl.col("base_cost_amount").cast(COST).alias("amount"), fill("receipt:{}", "receipt_line_id").alias("inflow_id")
    ).select(COLUMNS)


def _transferred(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Goods carry the freight once they are there, on the move that brought them to the other location."""
    is_on_the_way = pl.col("received_date") > pl.col("dispatched_date")
    leg = pl.when(is_on_the_way).then(pl.lit("arrival_in")).otherwise(pl.lit("dispatch_in"))
    return (
        lines.filter(pl.col("dispatched_date").is_not_null())
        .with_columns(
            fill("transfer:{}", "transfer_id").alias("purchase_id"),
            fill("transfer:{}", "transfer_line_id").alias("receipt_line_id"),
            pl.lit("receipt").alias("kind"),
            # an arrival that is dated before its dispatch counts as one of the same day
            pl.when(pl.col("received_date").is_not_null())
            .then(pl.max_horizontal("dispatched_date", "received_date"))
            .alias("received_date"),
            pl.col("to_location").alias("location"),
            extend(pl.col("quantity"), pl.col("unit_cost")).alias("amount"),
            fill("{}:{}", leg, "transfer_line_id").alias("inflow_id"),
        )
        .select(COLUMNS)
    )


def _made(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Several outputs share by their shares of the job's cost, or their own costs, where the source says them."""
    own = extend(pl.col("quantity"), pl.col("unit_cost"))
    return (
        lines.filter(pl.col("kind") == "output")
        .with_columns(
            fill("production:{}", "production_id").alias("purchase_id"),
            fill("production:{}", "production_line_id").alias("receipt_line_id"),
            pl.lit("receipt").alias("kind"),
            pl.col("produced_date").alias("received_date"),
            pl.coalesce("cost_share", own).cast(COST).alias("amount"),
            fill("production:{}", "production_line_id").alias("inflow_id"),
        )
        .select(COLUMNS)
    )
