"""Bills and charges of goods that came in before the opening stock was counted: they are in it, and in no receipt.

The opening stock has such goods at its own cost. A bill that comes later debits the stock account for them once more,
and so does the journal of a later charge: the valuation journal takes both out again, against the opening difference,
where the approved difference to Xero's balance stands.
"""

from datetime import date

import polars as pl

from transforms.charge_carriers import list_carriers
from transforms.core_tables import CoreTables
from transforms.currencies import cost_receipts
from transforms.entries.cumulative import FACTS
from transforms.texts import fill

ROLE = "opening_difference"


def find_goods_before_opening(
    core: CoreTables, shares: pl.LazyFrame, all_bookings: pl.LazyFrame, base_currency: str, first_period: date
) -> pl.LazyFrame:
    """Receipts of the time before the first month that no booking knows, and the shares of charges on them.

    Args:
        core: receipts, transfers, production, charges and products.
        shares: result of capitalise_charges: all that are known.
        all_bookings: Bookings of this month and of all earlier ones, the opening before the first month included: a
            company without opening stock has its earlier receipts there.
        base_currency: ISO 4217 code.
        first_period: first day of the first month.

    Returns:
        `move_id` that they would have had, and the other columns of latest_facts.
    """
    carriers = list_carriers(core, cost_receipts(core.receipt_lines, core.currency_rates, base_currency))
    booked = all_bookings.select("move_id").unique()
    earlier = carriers.filter(pl.col("received_date") < first_period).join(
        booked, left_on="inflow_id", right_on="move_id", how="anti"
    )
    lines = core.receipt_lines.with_columns(fill("receipt:{}", "receipt_line_id").alias("move_id"))
    receipts = lines.join(earlier.select(move_id="inflow_id"), on="move_id", how="semi").select(
        "move_id", "sku", "location", "currency_code", "order_account",
        moved_on="received_date", document_id="purchase_id", document_number="purchase_number", party="supplier",
    )  # fmt: skip
    charges = core.charges.select(
        "charge_id", "charge_date", "charge_type",
        document_id="charge_id", document_number="purchase_number", party="supplier",
    )  # fmt: skip
    charged = (
        shares.with_columns(fill("charge:{}", "source_id").alias("move_id"))
        .join(booked, on="move_id", how="anti")
        .join(charges, on="charge_id", how="inner", validate="m:1")
        .with_columns(pl.col("source_id").str.strip_prefix(pl.col("charge_id") + ":").alias("receipt_line_id"))
        .join(
            earlier.select("receipt_line_id", "sku", "location", "received_date"),
            on="receipt_line_id", how="inner", validate="m:1",
        )
        .select(
            "move_id", "sku", "location", "charge_type", "document_id", "document_number", "party",
            moved_on=pl.max_horizontal("charge_date", "received_date"),
        )
    )  # fmt: skip
    every = pl.concat([receipts, charged], how="diagonal")
    named = every.join(core.products.select("sku", "category", "brand"), on="sku", how="left", validate="m:1")
    absent = [pl.lit(None, pl.String).alias(name) for name in ("channel", "reason", "customer_group")]
    return named.with_columns(*absent).select("move_id", *FACTS)
