"""Compares what a source booked by itself with the stock ledger: differences of stock value, document by document."""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY
from schemas.postings import PostingDifferences

_COLUMNS = list(PostingDifferences.to_schema().columns)
_KINDS = {
    "purchase": "purchase", "charge": "purchase", "sale": "sale", "credit_note": "sale", "adjustment": "adjustment",
    "transfer": "transfer", "production": "production",
}  # fmt: skip
"""Kind of posting by kind of document; opening stock is booked by nobody."""

_KEYS = ["kind", "document_number"]


def compare_postings(
    bookings: pl.LazyFrame,
    postings: pl.LazyFrame,
    tasks: pl.LazyFrame,
    stock_accounts: list[str],
    period: date,
    cut_off: date,
) -> pl.LazyFrame:
    """Documents whose stock value the source changed by another amount in the month than the ledger did.

    Both are taken at their own dates: the ledger's bookings of the month (physical dates, and late costs where they
    became known), the source's entries dated in it. Cin7 Core books the cost of a sale at its shipment, and a later
    change of cost as an entry of its own (cin7.md section 3B), which is how the ledger books it too. A purchase is
    booked with the bill where the ledger has the receipt: such a difference says so.

    Args:
        bookings: Bookings of the month.
        postings: SourcePostings.
        tasks: `task_id`, `document_number`: the source's ids of the documents in core. An entry is matched by its task
            first, and by the number that it gives where no document has that task.
        stock_accounts: codes of stock accounts; entries on other accounts do not change stock.
        period: first day of the month.
        cut_off: last day that counts.

    Returns:
        PostingDifferences; documents that agree to the cent are left out. Amounts in base currency.
    """
    ours = _ledger(bookings)
    theirs = _booked(postings, tasks, stock_accounts, period, cut_off)
    return (
        ours.join(theirs, on=_KEYS, how="full", coalesce=True, validate="1:1")
        .with_columns(pl.col("ledger_amount", "posted_amount").fill_null(0).cast(MONEY))
        .with_columns((pl.col("ledger_amount") - pl.col("posted_amount")).cast(MONEY).alias("difference_amount"))
        .filter(pl.col("difference_amount") != 0)
        .with_columns(pl.lit(period).alias("period"), _cause().alias("cause"))
        .sort("kind", "document_number")
        .select(_COLUMNS)
    )


def _ledger(bookings: pl.LazyFrame) -> pl.LazyFrame:
    """Change of stock value of each document."""
    kind = pl.col("document_kind").replace_strict(_KINDS, default=None)
    return (
        bookings.with_columns(kind.alias("kind"))
        .filter(pl.col("kind").is_not_null())
        .group_by(_KEYS)
        .agg(pl.col("cost_amount").sum().cast(MONEY).alias("ledger_amount"), pl.len().alias("line_count"))
        .filter((pl.col("kind") != "transfer") | (pl.col("ledger_amount") != 0))
    )


def _booked(
    postings: pl.LazyFrame, tasks: pl.LazyFrame, stock_accounts: list[str], period: date, cut_off: date
) -> pl.LazyFrame:
    """What the source debited to stock less what it credited, by document."""
    known = tasks.rename({"document_number": "task_number"}).unique("task_id", keep="first", maintain_order=True)
    amount = pl.col("posted_amount")
    in_stock = pl.col("debit_account_code").is_in(stock_accounts).fill_null(value=False)
    out_of_stock = pl.col("credit_account_code").is_in(stock_accounts).fill_null(value=False)
    signed = pl.when(in_stock).then(amount).otherwise(0) - pl.when(out_of_stock).then(amount).otherwise(0)
    return (
        postings.filter(pl.col("posted_date").is_between(period, cut_off) & (in_stock | out_of_stock))
        .join(known, on="task_id", how="left", validate="m:1")
        .with_columns(
            pl.coalesce("task_number", "document_number", "task_id", pl.lit("(no number)")).alias("document_number"),
            signed.cast(MONEY).alias("posted_amount"),
        )
        .group_by(_KEYS)
        .agg(
            pl.col("posted_amount").sum().cast(MONEY),
            pl.col("posted_date").max().alias("posted_on"),
            pl.len().alias("entry_count"),
        )
    )


def _cause() -> pl.Expr:
    """What a difference comes from; cents may be off by one for each line or entry."""
    lines = pl.col("line_count").fill_null(0) + pl.col("entry_count").fill_null(0)
    is_cents = pl.col("difference_amount").abs() * 100 <= lines
    return (
        pl.when(pl.col("kind") == "purchase")
        .then(pl.when(is_cents).then(pl.lit("rounding")).otherwise(pl.lit("billed_not_received")))
        .when(pl.col("entry_count").is_null())
        .then(pl.lit("not_posted"))
        .when(pl.col("line_count").is_null())
        .then(pl.lit("only_posted"))
        .when(is_cents)
        .then(pl.lit("rounding"))
        .otherwise(pl.lit("other_amount"))
    )
