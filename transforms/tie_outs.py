"""The tie-out: from the stock ledger to Xero's balance, each cause computed from its own documents.

Only `unexplained` is a remainder. Draft journals stand outside Xero's trial balance, so they are a cause of their own.
"""

from datetime import date

import polars as pl

from schemas.closing import TieOuts
from schemas.dtypes import MONEY
from transforms.account_rules import resolve_accounts
from transforms.rounding import zero_money
from transforms.texts import fill

STEPS = {
    "stock_ledger": "Stock ledger at the cut-off",
    "dispatched_not_recognised": "Dispatched, not yet in COGS",
    "excluded_by_rule": "Dispatched, kept out of COGS by a rule",
    "recognised_not_dispatched": "In COGS, not yet dispatched",
    "received_not_billed": "Received, not yet billed",
    "billed_not_received": "Billed, not yet received",
    "kept_by_method": "Sales and adjustments, which the periodic method does not book",
    "draft_in_xero": "Journals that are drafts in Xero",
    "not_posted": "Journals that are not posted",
    "posted_later": "Changes of journals, dated after the cut-off",
    "posted_otherwise": "Journals that stand otherwise than wanted",
    "expected_in_xero": "Expected in Xero",
    "xero_balance": "Balance in Xero's trial balance",
    "unexplained": "Unexplained",
}
"""Every step in order; those between the ledger and the expected balance are causes."""

PERIODIC = "kept_by_method"
"""The cause that only a company on the periodic method has."""

RARE = frozenset({PERIODIC, "posted_later", "posted_otherwise"})
"""Causes that are shown only where they occur; the others are shown at 0.00 too."""

_CAUSES = [step for step in STEPS if step not in {"stock_ledger", "expected_in_xero", "xero_balance", "unexplained"}]


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
        One row per line and stock account: `account_code`, `cause`, `amount`, `document_id`.
    """
    above = all_bookings.group_by("move_id", pl.col("stock_account_code").alias("account_code")).agg(
        (-pl.col("cost_amount").sum() - pl.col("recognised_amount").sum()).cast(MONEY).alias("amount")
    )
    return (
        left_out.join(above, on="move_id", how="inner", validate="1:m")
        .filter(pl.col("amount") != 0)
        .select(
            "account_code",
            pl.col("category").alias("cause"),
            "amount",
            pl.col("document_number").alias("document_id"),
        )
    )


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
        One row per received line and stock account: `account_code`, `cause`, `amount`, `document_id`.
    """
    ledger = all_bookings.group_by(pl.col("move_id"), pl.col("stock_account_code").alias("account_code")).agg(
        (-pl.col("cost_amount").sum()).cast(MONEY).alias("amount")
    )
    not_billed = (
        matched.filter(pl.col("is_received") & ~pl.col("is_billed"))
        .with_columns(fill("receipt:{}", "receipt_line_id").alias("move_id"))
        .join(ledger, on="move_id", how="inner", validate="1:m")
        .with_columns(pl.lit("received_not_billed").alias("cause"))
    )
    billed = (
        matched.filter(pl.col("is_billed") & ~pl.col("is_received"))
        .join(products.select("sku", "category"), on="sku", how="left", validate="m:1")
        .with_columns(
            pl.lit("stock_on_hand").alias("role"),
            pl.col("supplier").alias("party"),
            pl.col("billed_amount").alias("amount"),
            pl.lit("billed_not_received").alias("cause"),
        )
    )
    columns = ["account_code", "cause", "amount", pl.col("purchase_number").alias("document_id")]
    return pl.concat([not_billed.select(columns), resolve_accounts(billed, account_rules).select(columns)])


def cause_of_method(all_bookings: pl.LazyFrame, first_period: date) -> pl.LazyFrame:
    """What Xero's stock account still holds because the periodic method books no COGS and no adjustments.

    Args:
        all_bookings: Bookings up to the month.
        first_period: first month that was closed; what came before is in Xero's opening balance.

    Returns:
        One row per booking: `account_code`, `cause`, `amount`, `document_id`.
    """
    is_adjustment = pl.col("document_kind") == "adjustment"
    adjusted = pl.when(is_adjustment).then(-pl.col("cost_amount")).otherwise(zero_money())
    return (
        all_bookings.filter(pl.col("period") >= first_period)
        .select(
            pl.col("stock_account_code").alias("account_code"),
            pl.lit(PERIODIC).alias("cause"),
            (pl.col("recognised_amount") + adjusted).cast(MONEY).alias("amount"),
            "document_id",
        )
        .filter(pl.col("amount") != 0)
    )


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


def cause_of_changes(wanted: pl.LazyFrame, posted: pl.LazyFrame, cut_off: date) -> pl.LazyFrame:
    """What Xero holds otherwise, or on a later day, of journals that stand in several documents.

    A change to a locked month is dated in the earliest open one, so the trial balance of the month lacks it. A journal
    that stands beside the one that replaced it, or that somebody edited, is in the balance as it stands.

    Args:
        wanted: JournalLines up to the month.
        posted: lines of the documents that stand posted in Xero, all of every journal that is in it: `journal_key`,
            `journal_date`, `account_code`, `line_amount` (Money, base currency, debit positive).
        cut_off: last day of the trial balance.

    Returns:
        One row per journal and account, and per line that is dated later: `account_code`, `cause`, `amount`,
        `document_id`.
    """
    columns = ["journal_key", "account_code", "line_amount"]
    own = wanted.join(posted.select("journal_key").unique(), on="journal_key", how="semi")
    both = pl.concat([posted.select(columns), own.select(columns).with_columns(-pl.col("line_amount"))])
    otherwise = (
        both.group_by("journal_key", "account_code")
        .agg(pl.col("line_amount").sum())
        .filter(pl.col("line_amount") != 0)
        .with_columns(pl.lit("posted_otherwise").alias("cause"), pl.col("line_amount").alias("amount"))
    )
    later = posted.filter(pl.col("journal_date") > cut_off).with_columns(
        pl.lit("posted_later").alias("cause"), (-pl.col("line_amount")).alias("amount")
    )
    names = {"amount": pl.col("amount").cast(MONEY), "document_id": pl.col("journal_key")}
    return pl.concat([frame.select("account_code", "cause", **names) for frame in (otherwise, later)])


def tie_out(ledger: pl.LazyFrame, causes: pl.LazyFrame, balances: pl.LazyFrame, period: date) -> pl.LazyFrame:
    """Walk from the ledger to Xero's balance, for each stock account.

    Args:
        ledger: result of sum_ledger at the cut-off.
        causes: rows of the cause functions; accounts that are not stock accounts are ignored.
        balances: `account_code`, `amount`: YTD debit less YTD credit of Xero's trial balance (xero.md section 8).
        period: first day of the month.

    Returns:
        TieOuts: ledger, every cause (0.00 too, but for the rare ones), expected, balance, unexplained, by account.
    """
    accounts = ledger.select("account_code").unique()
    by_cause = causes.group_by("account_code", "cause").agg(
        pl.col("amount").sum().cast(MONEY), pl.col("document_id").n_unique().cast(pl.Int64).alias("document_count")
    )
    grid = accounts.join(pl.LazyFrame({"cause": _CAUSES}), how="cross")
    shown = (
        grid.join(by_cause, on=["account_code", "cause"], how="left", validate="1:1")
        .filter(~pl.col("cause").is_in(list(RARE)) | pl.col("amount").is_not_null())
        .with_columns(pl.col("amount").fill_null(0), pl.col("document_count").fill_null(0))
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
