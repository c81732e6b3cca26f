"""Turns entries that no mapping rule covers into exceptions that name the value without a rule."""

import polars as pl

from schemas.dtypes import MONEY, QUANTITY
from transforms.texts import fill

KIND_OF_ROLE = {"adjustment": "unmapped_reason", "landed_cost_clearing": "unmapped_charge"}
"""Roles whose accounts come from a list of their own; any other role is an unmapped account."""


def describe_unmapped(unmapped: pl.LazyFrame) -> pl.LazyFrame:
    """One exception for each entry without an account or a tracking option.

    Args:
        unmapped: BuiltJournals.unmapped.

    Returns:
        CloseExceptions without period, is_blocking and correction_id, with `happened_on`.
    """
    no_account = pl.col("missing") == "account"
    kind = (
        pl.when(no_account)
        .then(pl.col("role").replace_strict(KIND_OF_ROLE, default="unmapped_account"))
        .otherwise(pl.lit("unmapped_tracking"))
    )
    subject = (
        pl.when(~no_account)
        .then(fill("{}: {}", "missing", "missing_value"))
        .when(pl.col("role") == "adjustment")
        .then(pl.coalesce("reason", pl.lit("(none)")))
        .when(pl.col("role") == "landed_cost_clearing")
        .then(pl.coalesce("charge_type", pl.lit("(none)")))
        .otherwise("role")
    )
    return unmapped.select(
        kind.alias("exception_kind"),
        "source_table",
        "source_id",
        pl.col("journal_subject").alias("document_number"),
        "sku",
        subject.alias("subject"),
        pl.lit(None, QUANTITY).alias("quantity"),
        pl.col("entry_amount").cast(MONEY).alias("amount"),
        pl.col("journal_date").alias("happened_on"),
    )
