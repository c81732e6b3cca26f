"""What Xero's opening balance already holds of bills and charges, so that the first month does not book it again."""

import polars as pl

from transforms.entries.landed_costs import ROLE
from transforms.entries.landed_costs import SOURCE_TABLE as ALLOCATIONS
from transforms.entries.valuation import RECEIPTS, split_bill_differences, split_share_rounding


def settled_by_opening(matched: pl.LazyFrame, capitalised: pl.LazyFrame, ledger: pl.LazyFrame) -> pl.LazyFrame:
    """Differences and charges of the time before the first month, as if journals had booked them.

    Args:
        matched: result of match_bills on the day before the first month.
        capitalised: result of capitalise_charges on that day.
        ledger: `move_id`, `ledger_amount`: stock value booked before the first month.

    Returns:
        The columns of sum_journaled, one row per source row and role.
    """
    charged = capitalised.select("source_id", pl.lit(ROLE).alias("role"), wanted_amount="capitalised_amount")
    parts = [
        (RECEIPTS, split_bill_differences(matched, ledger)),
        (ALLOCATIONS, split_share_rounding(capitalised, ledger)),
        (ALLOCATIONS, charged),
    ]
    return pl.concat(
        [
            rows.select(
                pl.lit(table).alias("source_table"),
                "source_id",
                "role",
                (-pl.col("wanted_amount")).alias("journaled_amount"),
            )
            for table, rows in parts
        ]
    )
