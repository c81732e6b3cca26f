"""The tie-out: from the stock ledger to Xero's balance, each cause computed from its own documents.

Only `unexplained` is a remainder. Draft journals stand outside Xero's trial balance, so they are a cause of their own.
"""

from datetime import date

import polars as pl

from schemas.closing import TieOuts
from schemas.dtypes import MONEY

STEPS = {
    "stock_ledger": "Stock ledger at the cut-off",
    "dispatched_not_recognised": "Dispatched, not yet in COGS",
    "excluded_by_rule": "Dispatched, kept out of COGS by a rule",
    "recognised_not_dispatched": "In COGS, not yet dispatched",
    "received_not_billed": "Received, not yet billed",
    "billed_not_received": "Billed, not yet received",
    "draft_in_xero": "Journals that are drafts in Xero",
    "not_posted": "Journals that are not posted",
    "expected_in_xero": "Expected in Xero",
    "xero_balance": "Balance in Xero's trial balance",
    "unexplained": "Unexplained",
}
"""Every step in order; those between the ledger and the expected balance are causes."""

_CAUSES = [step for step in STEPS if step not in {"stock_ledger", "expected_in_xero", "xero_balance", "unexplained"}]


def cause_of_recognition(left_out: pl.LazyFrame, all_bookings: pl.LazyFrame) -> pl.LazyFrame:
    """What Xero holds above the ledger because sales are in one book and not in the other.

    Args:
        left_out: LeftOut of the month.
        all_bookings: Bookings up to the month, for the stock account of each line.

    Returns:
        One row per line: `account_code`, `cause`, `amount`, `document_id`.
    """
    accounts = all_bookings.group_by("move_id").agg(pl.col("stock_account_code").last().alias("account_code"))
    return (
        left_out.join(accounts, on="move_id", how="left", validate="m:1")
        .filter(pl.col("cost_amount") != 0)
        .select(
            "account_code",
            pl.col("category").alias("cause"),
            pl.col("cost_amount").alias("amount"),
            pl.col("document_number").alias("document_id"),
        )
    )


def cause_of_billing(matched: pl.LazyFrame, all_bookings: pl.LazyFrame, stock_accounts: pl.LazyFrame) -> pl.LazyFrame:
    """Received and not billed (the ledger has more), billed and not received (Xero has more).

    Args:
        matched: result of match_bills at the cut-off.
        all_bookings: Bookings up to the month.
        stock_accounts: `sku`, `account_code`: where a bill of that product is coded.

    Returns:
        One row per received line: `account_code`, `cause`, `amount`, `document_id`.
    """
    ledger = all_bookings.group_by("move_id").agg(
        pl.col("cost_amount").sum().cast(MONEY).alias("ledger_amount"),
        pl.col("stock_account_code").last().alias("booked_account"),
    )
    lines = matched.with_columns(pl.format("receipt:{}", "receipt_line_id").alias("move_id")).join(
        ledger, on="move_id", how="left", validate="1:1"
    )
    not_billed = lines.filter(pl.col("is_received") & ~pl.col("is_billed")).select(
        pl.col("booked_account").alias("account_code"),
        pl.lit("received_not_billed").alias("cause"),
        (-pl.col("ledger_amount")).cast(MONEY).alias("amount"),
        pl.col("purchase_number").alias("document_id"),
    )
    not_received = (
        lines.filter(pl.col("is_billed") & ~pl.col("is_received"))
        .join(stock_accounts, on="sku", how="left", validate="m:1")
        .select(
            "account_code",
            pl.lit("billed_not_received").alias("cause"),
            pl.col("billed_amount").alias("amount"),
            pl.col("purchase_number").alias("document_id"),
        )
    )
    return pl.concat([not_billed, not_received])


def cause_of_posting(lines: pl.LazyFrame, documents: pl.LazyFrame) -> pl.LazyFrame:
    """Lines of wanted journals that Xero's trial balance does not hold, because they are drafts or not posted at all.

    Args:
        lines: JournalLines up to the month.
        documents: `journal_key`, `document_status` (POSTED or DRAFT): what Xero holds from us now.

    Returns:
        One row per line on any account: `account_code`, `cause`, `amount` (negative: Xero lacks it), `document_id`.
    """
    cause = pl.when(pl.col("document_status") == "DRAFT").then(pl.lit("draft_in_xero")).otherwise(pl.lit("not_posted"))
    return (
        lines.join(documents.select("journal_key", "document_status"), on="journal_key", how="left", validate="m:1")
        .filter(pl.col("document_status").is_null() | (pl.col("document_status") != "POSTED"))
        .select(
            "account_code",
            cause.alias("cause"),
            (-pl.col("line_amount")).cast(MONEY).alias("amount"),
            pl.col("journal_key").alias("document_id"),
        )
    )


def tie_out(ledger: pl.LazyFrame, causes: pl.LazyFrame, balances: pl.LazyFrame, period: date) -> pl.LazyFrame:
    """Walk from the ledger to Xero's balance, for each stock account.

    Args:
        ledger: `account_code`, `amount`: value of the stock ledger at the cut-off.
        causes: rows of the cause functions; accounts that are not stock accounts are ignored.
        balances: `account_code`, `amount`: YTD debit less YTD credit of Xero's trial balance (xero.md section 8).
        period: first day of the month.

    Returns:
        TieOuts: ledger, every cause (0.00 too), expected, balance, unexplained, for each account.
    """
    accounts = ledger.select("account_code").unique()
    by_cause = causes.group_by("account_code", "cause").agg(
        pl.col("amount").sum().cast(MONEY), pl.col("document_id").n_unique().cast(pl.Int64).alias("document_count")
    )
    grid = accounts.join(pl.LazyFrame({"cause": _CAUSES}), how="cross")
    shown = grid.join(by_cause, on=["account_code", "cause"], how="left", validate="1:1").with_columns(
        pl.col("amount").fill_null(0), pl.col("document_count").fill_null(0)
    )
    start = _step(ledger, "stock_ledger")
    expected = _step(pl.concat([start, shown.select(start.collect_schema().names())]), "expected_in_xero")
    found = _step(
        accounts.join(balances, on="account_code", how="left").with_columns(pl.col("amount").fill_null(0)),
        "xero_balance",
    )
    rest = _step(pl.concat([found, expected.with_columns(-pl.col("amount"))]), "unexplained")
    steps = pl.concat([start, shown.select(start.collect_schema().names()), expected, found, rest])
    order = {step: number for number, step in enumerate(STEPS, start=1)}
    return (
        steps.with_columns(
            pl.lit(period).alias("period"),
            pl.col("cause").replace_strict(order, return_dtype=pl.Int64).alias("step"),
            pl.col("cause").replace_strict(STEPS, return_dtype=pl.String).alias("description"),
        )
        .sort("account_code", "step")
        .select(list(TieOuts.to_schema().columns))
    )


def _step(rows: pl.LazyFrame, cause: str) -> pl.LazyFrame:
    """One row per account: the sum of the rows, under the name of a step."""
    return (
        rows.group_by("account_code")
        .agg(pl.col("amount").sum().cast(MONEY))
        .select("account_code", pl.lit(cause).alias("cause"), "amount", pl.lit(0, pl.Int64).alias("document_count"))
    )
