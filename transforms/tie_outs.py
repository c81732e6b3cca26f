"""The tie-out: from our own books to Xero's balance, by account, each cause the sum of its own documents.

Only `unexplained` is a remainder. Draft journals stand outside Xero's trial balance, so they are a cause of their own.
The causes are computed in `transforms/tie_out`.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import polars as pl

from schemas.closing import TieOutAccounts, TieOutDocuments, TieOuts
from schemas.dtypes import MONEY
from schemas.frames import dtypes_of
from transforms.tie_out.steps import ALWAYS_SHOWN, CAUSES, LEDGER_WORDS, STEPS, TIMING

_STEP = ["account_code", "cause", "amount", "document_count"]


def tie_out(ledger: pl.LazyFrame, causes: pl.LazyFrame, balances: pl.LazyFrame, period: date) -> pl.LazyFrame:
    """Walk from our own books to Xero's balance, for each account.

    Args:
        ledger: `account_code`, `account_role` (ACCOUNT_ROLES) and `amount` (Money): what our books say at the cut-off.
        causes: rows of causes (transforms.tie_out.steps); accounts that are not in the ledger are ignored.
        balances: `account_code`, `amount`: YTD debit less YTD credit of Xero's trial balance (xero.md section 8).
        period: first day of the month.

    Returns:
        TieOuts: ledger, the causes (a stock account has the common ones at 0.00 too), expected, balance and what is
        left unexplained, by account.
    """
    accounts = ledger.select("account_code", "account_role").unique()
    by_cause = causes.group_by("account_code", "cause").agg(
        pl.col("amount").sum().cast(MONEY), _document().n_unique().cast(pl.Int64).alias("document_count")
    )
    is_shown = (pl.col("account_role") == "stock_on_hand") & pl.col("cause").is_in(list(ALWAYS_SHOWN))
    shown = (
        accounts.join(pl.LazyFrame({"cause": CAUSES}), how="cross")
        .join(by_cause, on=["account_code", "cause"], how="left", validate="1:1")
        .filter(is_shown | pl.col("amount").is_not_null())
        .with_columns(pl.col("amount").fill_null(0), pl.col("document_count").fill_null(0))
        .select(_STEP)
    )
    start = _step(ledger, "stock_ledger")
    expected = _step(pl.concat([start, shown]), "expected_in_xero")
    listed = accounts.select("account_code").join(balances, on="account_code", how="left")
    found = _step(listed.with_columns(pl.col("amount").fill_null(0)), "xero_balance")
    rest = _step(pl.concat([found, expected.with_columns(-pl.col("amount"))]), "unexplained")
    order = {step: number for number, step in enumerate(STEPS, start=1)}
    first_words = pl.col("account_role").replace_strict(LEDGER_WORDS, return_dtype=pl.String)
    words = pl.col("cause").replace_strict(STEPS, return_dtype=pl.String)
    return (
        pl.concat([start, shown, expected, found, rest])
        .join(accounts, on="account_code", how="left", validate="m:1")
        .with_columns(
            pl.lit(period).alias("period"),
            pl.col("cause").replace_strict(order, return_dtype=pl.Int64).alias("step"),
            pl.when(pl.col("cause") == "stock_ledger").then(first_words).otherwise(words).alias("description"),
        )
        .sort("account_code", "step")
        .select(list(TieOuts.to_schema().columns))
    )


def list_documents(causes: pl.LazyFrame, accounts: pl.LazyFrame, period: date) -> pl.LazyFrame:
    """The documents behind each cause.

    Args:
        causes: rows of causes.
        accounts: `account_code` of the tie-out.
        period: first day of the month.

    Returns:
        TieOutDocuments, the largest amounts of a cause first.
    """
    order = {cause: number for number, cause in enumerate(CAUSES)}
    keys = ["account_code", "cause", "document_kind", "document_number", "document_date", "xero_id", "note"]
    return (
        causes.join(accounts.select("account_code").unique(), on="account_code", how="semi")
        .group_by(keys)
        .agg(pl.col("amount").sum().cast(MONEY))
        .filter(pl.col("amount") != 0)
        .with_columns(pl.lit(period).alias("period"), _plain(pl.col("note")), _plain(pl.col("document_number")))
        .sort(
            "account_code",
            pl.col("cause").replace_strict(order, return_dtype=pl.Int64),
            -pl.col("amount").abs(),
            "document_date",
            "document_number",
            "note",
            nulls_last=True,
        )
        .select(list(TieOutDocuments.to_schema().columns))
    )


def sum_up(
    steps: pl.DataFrame,
    roles: Mapping[str, str],
    materiality: Mapping[str, Decimal],
    first_days: Mapping[str, date],
    cut_off: date,
) -> pl.DataFrame:
    """The accounts of a tie-out, one row each.

    Args:
        steps: TieOuts of the month.
        roles: role by account.
        materiality: unexplained amount up to which an account still ties out.
        first_days: first day of the difference, where there is one.
        cut_off: last day that counts.

    Returns:
        TieOutAccounts.
    """
    rows = []
    for code in steps["account_code"].unique(maintain_order=True):
        own = steps.filter(pl.col("account_code") == code)
        amounts = dict(zip(own["cause"], own["amount"], strict=True))
        rows.append(
            {
                "period": own.item(0, "period"),
                "account_code": code,
                "account_role": roles[code],
                "cut_off": cut_off,
                "ledger_amount": amounts["stock_ledger"],
                "xero_amount": amounts["xero_balance"],
                "explained_amount": amounts["expected_in_xero"] - amounts["stock_ledger"],
                "unexplained_amount": amounts["unexplained"],
                "materiality_amount": materiality[code],
                "first_difference_on": first_days.get(code),
            }
        )
    return pl.DataFrame(rows, schema=dtypes_of(TieOutAccounts), orient="row")


def first_documents(causes: pl.DataFrame) -> dict[str, date]:
    """The day of the first document that is not a matter of time, by account.

    Args:
        causes: rows of causes.
    """
    dated = causes.filter(~pl.col("cause").is_in(list(TIMING)) & pl.col("document_date").is_not_null())
    first = dated.group_by("account_code").agg(pl.col("document_date").min())
    return dict(first.iter_rows())


def _document() -> pl.Expr:
    """What tells documents apart."""
    return pl.struct("document_kind", "document_number", "xero_id")


def _plain(text: pl.Expr) -> pl.Expr:
    return text.fill_null("")


def _step(rows: pl.LazyFrame, cause: str) -> pl.LazyFrame:
    """One row per account: the sum of the rows, under the name of a step."""
    return (
        rows.group_by("account_code")
        .agg(pl.col("amount").sum().cast(MONEY))
        .select("account_code", pl.lit(cause).alias("cause"), "amount", pl.lit(0, pl.Int64).alias("document_count"))
    )
