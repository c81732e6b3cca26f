"""The landed cost journals: one per purchase order and charge batch, from the charge accounts to stock (IAS 2.11)."""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY
from transforms.entries.cumulative import still_to_book
from transforms.entries.sides import write_sides
from transforms.rounding import round_money
from transforms.texts import fill

SOURCE_TABLE = "close.landed_cost_allocations"
ROLE = "landed_cost_clearing"


def capitalise_charges(allocations: pl.LazyFrame, stocked: pl.LazyFrame) -> pl.LazyFrame:
    """The cents that each share puts into stock: running totals of a charge are rounded, then differenced.

    Args:
        allocations: LandedCostAllocations of charges and receipts up to the cut-off.
        stocked: `sku` of stocked products; the share of another one stays in the account of its charge.

    Returns:
        One row per share on a stocked product: `source_id` (charge_id:receipt_line_id), `charge_id`,
        `capitalised_amount` (Money). The shares of a charge sum to its stocked part, rounded once.
    """
    running = round_money(pl.col("allocated_amount").cum_sum().over("charge_id", order_by="receipt_line_id"))
    before = pl.col("running").shift(1, fill_value=0).over("charge_id", order_by="receipt_line_id")
    return (
        allocations.filter("is_stocked")
        .join(stocked, on="sku", how="semi")
        .with_columns(running.alias("running"))
        .select(
            fill("{}:{}", "charge_id", "receipt_line_id").alias("source_id"),
            "charge_id",
            (pl.col("running") - before).cast(MONEY).alias("capitalised_amount"),
        )
    )


def enter_landed_costs(
    capitalised: pl.LazyFrame,
    charges: pl.LazyFrame,
    facts: pl.LazyFrame,
    journaled_before: pl.LazyFrame,
    period: date,
) -> pl.LazyFrame:
    """Debit stock on hand with the whole charge, credit the account of its type; the sold share leaves with COGS.

    Args:
        capitalised: result of capitalise_charges.
        charges: Charges, for purchase order and batch.
        facts: result of latest_facts, this month included.
        journaled_before: result of sum_journaled for earlier months.
        period: first day of the month.

    Returns:
        JournalEntries, one journal for each purchase order and batch. It is dated the day of the charge or the day its
        goods came in, whichever is later; a change of an earlier month is dated the first of this one.
    """
    wanted = capitalised.select(
        "source_id", pl.lit(ROLE).alias("role"), pl.col("capitalised_amount").alias("wanted_amount")
    )
    orders = charges.select(pl.col("charge_id").alias("document_id"), "purchase_id", "batch")
    rows = (
        still_to_book(wanted, journaled_before, SOURCE_TABLE, [ROLE])
        .with_columns(fill("charge:{}", "source_id").alias("move_id"))
        .join(facts, on="move_id", how="left", validate="m:1")
        .join(orders, on="document_id", how="left", validate="m:1")
        .with_columns(_number().alias("journal_subject"))
        .with_columns(
            fill(f"LANDED-{period:%Y-%m}-{{}}", "journal_subject").alias("journal_key"),
            pl.max_horizontal("moved_on", pl.lit(period)).max().over("journal_subject").alias("journal_date"),
            pl.lit("landed_cost").alias("journal_kind"),
            fill("Landed cost: {}", "charge_type").alias("line_topic"),
        )
    )
    return write_sides(rows, "stock_on_hand", ROLE)


def _number() -> pl.Expr:
    """Number of the purchase order, with its id where two orders share the number, and the batch."""
    is_shared = pl.col("purchase_id").drop_nulls().n_unique().over("document_number") > 1
    return pl.concat_str(
        "document_number", pl.when(is_shared).then("purchase_id"), "batch", separator="-", ignore_nulls=True
    )
