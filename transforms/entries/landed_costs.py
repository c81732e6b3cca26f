"""The landed cost journals: one for each purchase order and charge batch, from the charge accounts to stock (IAS 2.11)."""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY
from transforms.entries.cumulative import still_to_book
from transforms.entries.sides import write_sides
from transforms.rounding import round_money

SOURCE_TABLE = "close.landed_cost_allocations"
ROLE = "landed_cost_clearing"


def capitalise_charges(allocations: pl.LazyFrame) -> pl.LazyFrame:
    """The cents that each share puts into stock: running totals of a charge are rounded, then differenced.

    Args:
        allocations: LandedCostAllocations of charges and receipts up to the cut-off.

    Returns:
        One row per share on a stocked product: `source_id` (charge_id:receipt_line_id), `charge_id`,
        `capitalised_amount` (Money). The shares of a charge sum to its stocked part, rounded once.
    """
    running = round_money(pl.col("allocated_amount").cum_sum().over("charge_id", order_by="receipt_line_id"))
    return allocations.filter("is_stocked").select(
        pl.format("{}:{}", "charge_id", "receipt_line_id").alias("source_id"),
        "charge_id",
        (running - running.shift(1, fill_value=0).over("charge_id", order_by="receipt_line_id"))
        .cast(MONEY)
        .alias("capitalised_amount"),
    )


def enter_landed_costs(
    capitalised: pl.LazyFrame,
    charges: pl.LazyFrame,
    facts: pl.LazyFrame,
    journaled_before: pl.LazyFrame,
    period: date,
    cut_off: date,
) -> pl.LazyFrame:
    """Debit stock on hand with the whole charge, credit the account of its type; the sold share leaves with COGS.

    Args:
        capitalised: result of capitalise_charges.
        charges: Charges, for date and batch.
        facts: result of latest_facts.
        journaled_before: result of sum_journaled for earlier months.
        period: first day of the month.
        cut_off: last day that counts.

    Returns:
        JournalEntries, one journal for each purchase order and batch. It is dated the charge's day, or the cut-off where
        the charge is older than the month (its goods came in later, or it changed).
    """
    wanted = capitalised.select(
        "source_id", pl.lit(ROLE).alias("role"), pl.col("capitalised_amount").alias("wanted_amount")
    )
    in_month = pl.col("charge_date").is_between(period, cut_off).fill_null(value=False)
    number = pl.concat_str(["document_number", "batch"], separator="-", ignore_nulls=True)
    rows = (
        still_to_book(wanted, journaled_before, SOURCE_TABLE, [ROLE])
        .with_columns(pl.format("charge:{}", "source_id").alias("move_id"))
        .join(facts, on="move_id", how="left", validate="m:1")
        .join(capitalised.select("source_id", "charge_id"), on="source_id", how="left", validate="1:1")
        .join(charges.select("charge_id", "charge_date", "batch"), on="charge_id", how="left", validate="m:1")
        .with_columns(
            pl.format(f"LANDED-{period:%Y-%m}-{{}}", number).alias("journal_key"),
            pl.when(in_month).then("charge_date").otherwise(pl.lit(cut_off)).alias("own_date"),
            number.alias("journal_subject"),
        )
        .with_columns(
            pl.col("own_date").max().over("journal_key").alias("journal_date"),
            pl.lit("landed_cost").alias("journal_kind"),
            pl.format("Landed cost: {}", "charge_type").alias("line_topic"),
        )
    )
    return write_sides(rows, "stock_on_hand", ROLE)
