"""What the stock ledger holds on each account, and what stands between it and the accounts for reasons of time."""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY
from transforms.account_rules import resolve_accounts
from transforms.rounding import zero_money
from transforms.texts import fill
from transforms.tie_out.steps import select_cause

PERIODIC = "kept_by_method"
"""The cause that only a company on the periodic method has."""


def sum_ledger(all_bookings: pl.LazyFrame, account_rules: pl.DataFrame) -> pl.LazyFrame:
    """Value of the stock ledger in each stock account, also in those without stock.

    Args:
        all_bookings: Bookings up to the month.
        account_rules: AccountRules; every account of the role stock_on_hand has to tie out.

    Returns:
        One row per stock account: `account_code`, `amount` (Money, base currency).
    """
    booked = all_bookings.drop_nulls("stock_account_code").select(
        pl.col("stock_account_code").alias("account_code"), pl.col("cost_amount").alias("amount")
    )
    mapped = account_rules.lazy().filter(pl.col("role") == "stock_on_hand")
    nothing = mapped.select("account_code", zero_money().alias("amount"))
    return pl.concat([booked, nothing]).group_by("account_code").agg(pl.col("amount").sum().cast(MONEY))


def cause_of_recognition(left_out: pl.LazyFrame, all_bookings: pl.LazyFrame) -> pl.LazyFrame:
    """What Xero holds above the ledger because sales are in one book and not in the other.

    Args:
        left_out: LeftOut of the month.
        all_bookings: Bookings up to the month: what left the ledger and what left Xero, by stock account.

    Returns:
        Rows of causes, one per line and stock account.
    """
    booked = all_bookings.join(left_out.select("move_id"), on="move_id", how="semi")
    above = booked.group_by("move_id", pl.col("stock_account_code").alias("account_code")).agg(
        (-pl.col("cost_amount").sum() - pl.col("recognised_amount").sum()).cast(MONEY).alias("amount")
    )
    named = left_out.join(above, on="move_id", how="inner", validate="1:m").with_columns(
        pl.col("category").alias("cause"),
        pl.lit("sale").alias("document_kind"),
        pl.coalesce("moved_on", "invoice_date").alias("document_date"),
        fill("{}: {}", "sku", "reason").alias("note"),
    )
    return select_cause(named)


def cause_of_billing(
    matched: pl.LazyFrame, all_bookings: pl.LazyFrame, products: pl.LazyFrame, account_rules: pl.DataFrame
) -> pl.LazyFrame:
    """Received and not billed (the ledger has more), billed and not received (Xero has more).

    Args:
        matched: result of match_bills at the cut-off.
        all_bookings: Bookings up to the month.
        products: Products, for the category.
        account_rules: AccountRules: the stock account that a bill is coded to before its goods are in the ledger.

    Returns:
        Rows of causes, one per received line and stock account.
    """
    waiting = (
        matched.filter(pl.col("is_received") & ~pl.col("is_billed"))
        .with_columns(fill("receipt:{}", "receipt_line_id").alias("move_id"))
        .with_columns(pl.lit("received_not_billed").alias("cause"))
    )
    ledger = (
        all_bookings.join(waiting.select("move_id"), on="move_id", how="semi")
        .group_by("move_id", pl.col("stock_account_code").alias("account_code"))
        .agg((-pl.col("cost_amount").sum()).cast(MONEY).alias("amount"), pl.col("moved_on").min())
    )
    not_billed = waiting.join(ledger, on="move_id", how="inner", validate="1:m")
    billed = (
        matched.filter(pl.col("is_billed") & ~pl.col("is_received"))
        .join(products.select("sku", "category", "brand"), on="sku", how="left", validate="m:1")
        .with_columns(
            pl.lit("stock_on_hand").alias("role"),
            pl.col("supplier").alias("party"),
            pl.col("billed_amount").alias("amount"),
            pl.lit("billed_not_received").alias("cause"),
            pl.col("billed_on").alias("moved_on"),
        )
    )
    columns = ["account_code", "cause", "amount", "purchase_number", "sku", "moved_on"]
    both = pl.concat([not_billed.select(columns), resolve_accounts(billed, account_rules).select(columns)])
    return select_cause(
        both.with_columns(
            pl.lit("purchase").alias("document_kind"),
            pl.col("purchase_number").alias("document_number"),
            pl.col("moved_on").alias("document_date"),
            pl.col("sku").alias("note"),
        )
    )


def cause_of_method(all_bookings: pl.LazyFrame, first_period: date) -> pl.LazyFrame:
    """What Xero's stock account still holds because the periodic method books no COGS and no adjustments.

    Args:
        all_bookings: Bookings up to the month.
        first_period: first month that was closed; what came before is in Xero's opening balance.

    Returns:
        Rows of causes, one per document and account.
    """
    is_adjustment = pl.col("document_kind") == "adjustment"
    adjusted = pl.when(is_adjustment).then(-pl.col("cost_amount")).otherwise(zero_money())
    kept = (
        all_bookings.filter(pl.col("period") >= first_period)
        .group_by(pl.col("stock_account_code").alias("account_code"), "document_kind", "document_number")
        .agg(
            (pl.col("recognised_amount") + adjusted).sum().cast(MONEY).alias("amount"),
            pl.col("moved_on").min().alias("document_date"),
        )
    )
    return select_cause(kept.with_columns(pl.lit(PERIODIC).alias("cause"), pl.lit("").alias("note")))


def cause_of_cut_off(lines: pl.LazyFrame) -> pl.LazyFrame:
    """What cut-off journals carry to a stock account at the cut-off, and their reversals take away again.

    Args:
        lines: `journal_key`, `journal_kind`, `journal_date`, `account_code`, `line_amount` of wanted journals that are
            dated up to the cut-off.

    Returns:
        Rows of causes, one per journal and account; journals of earlier months and their reversals sum to nothing.
    """
    carried = lines.filter(pl.col("journal_kind") == "cut_off").with_columns(
        pl.lit("carried_by_cut_off").alias("cause"),
        pl.col("line_amount").alias("amount"),
        pl.lit("journal").alias("document_kind"),
        pl.col("journal_key").alias("document_number"),
        pl.col("journal_date").alias("document_date"),
        pl.lit("").alias("note"),
    )
    return select_cause(carried)
