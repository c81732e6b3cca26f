"""Deposits: an invoice on the deposit account, and the credit that reverses it when the final invoice goes out."""

import polars as pl

from schemas.dtypes import MONEY
from schemas.sync import DepositRollForward
from transforms.sync.inputs import SyncInputs
from transforms.sync.sync_errors import complain
from transforms.texts import fill

DEPOSIT_KINDS = ("sales_deposit", "purchase_deposit")
_MONTH = ["kind", "currency_code", "month"]


def reverse_deposits(
    documents: pl.DataFrame, lines: pl.DataFrame, synced_keys: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make the credit that reverses each deposit whose final invoice (or bill) goes out.

    The credit has the deposit's lines, taxes, total and currency rate, and the final document's date.

    Args:
        documents: prepared ones; `original_document_id` of a deposit names its final invoice or bill.
        lines: theirs.
        synced_keys: what stands in Xero: the credit of a final invoice that was voided is voided too.

    Returns:
        Documents of kind sales_deposit_reversal and purchase_deposit_reversal, and their lines, in the columns given.
    """
    finals = documents.filter(~pl.col("kind").is_in(DEPOSIT_KINDS)).select(
        pl.col("document_id").alias("original_document_id"),
        pl.col("document_date").alias("final_date"),
        pl.col("is_void").alias("final_is_void"),
    )
    pairs = documents.filter(pl.col("kind").is_in(DEPOSIT_KINDS)).join(
        finals, on="original_document_id", how="inner", validate="m:1"
    )
    standing = synced_keys.with_columns(is_standing=pl.lit(value=True))
    reversals = (
        pairs.with_columns(
            document_date=pl.max_horizontal("final_date", "document_date"),
            is_void=pl.col("is_void") | pl.col("final_is_void"),
            deposit_key=pl.col("document_key"),
            document_key=fill("{}_reversal:{}", "kind", "document_id"),
            kind=fill("{}_reversal", "kind"),
            shown_number=fill("{}-REV", "shown_number"),
            is_credit=pl.lit(value=True),
            due_date=pl.lit(None, pl.Date),
        )
        .join(standing, on="document_key", how="left", validate="1:1")
        .filter(~pl.col("is_void") | pl.col("is_standing").fill_null(value=False))
    )
    keys = reversals.filter(~pl.col("is_void")).select(
        pl.col("deposit_key"), pl.col("document_key").alias("credit_key")
    )
    own = lines.join(keys, left_on="document_key", right_on="deposit_key", how="inner", validate="m:1").with_columns(
        document_key=pl.col("credit_key"), line_key=fill("{}:{}", "credit_key", "line_key")
    )
    return reversals.select(documents.columns), own.select(lines.columns)


def hold_reversals(inputs: SyncInputs, wanted: pl.DataFrame, errors: pl.DataFrame) -> pl.DataFrame:
    """Complaints about reversals that stand in Xero while their deposit or final document waits.

    Args:
        inputs: documents of the source, and what was sent before.
        wanted: SyncDocuments.
        errors: complaints about documents.
    """
    waiting = errors.select(pl.col("document_key").alias("waiting_key")).unique()
    final_kind = {"sales_deposit": "sales_invoice", "purchase_deposit": "bill"}
    deposits = inputs.documents.filter(pl.col("kind").is_in(DEPOSIT_KINDS)).with_columns(
        document_key=fill("{}_reversal:{}", "kind", "document_id"),
        shown_number=pl.coalesce("document_number", "order_number"),
    )
    final = fill("{}:{}", pl.col("kind").replace_strict(final_kind, return_dtype=pl.String), "original_document_id")
    keys = [fill("{}:{}", "kind", "document_id"), final]
    held = pl.concat([deposits.with_columns(waiting_key=key) for key in keys])
    rows = (
        held.join(waiting, on="waiting_key", how="semi")
        .join(inputs.synced_keys(), on="document_key", how="semi")
        .join(wanted, on="document_key", how="anti")
        .with_columns(kind=fill("{}_reversal", "kind"))
    )
    return complain(rows, "original_waits", fill("{} waits", "waiting_key"))


def roll_deposits(documents: pl.DataFrame) -> pl.DataFrame:
    """What stands on the deposit accounts at each month's end, by kind and currency.

    Args:
        documents: SyncDocuments.

    Returns:
        DepositRollForward: net of tax, document currency; opening + taken - reversed = closing, without gaps from the
        first month with a deposit to the last one with a deposit or reversal.
    """
    is_reversal = pl.col("kind").str.ends_with("_reversal")
    kind = pl.col("kind").str.strip_suffix("_reversal")
    moved = (
        documents.filter(kind.is_in(DEPOSIT_KINDS), pl.col("wanted_status") != "VOIDED")
        .with_columns(month=pl.col("document_date").dt.truncate("1mo"), is_reversal=is_reversal)
        .with_columns(kind=kind)
    )
    net = pl.col("net_amount")
    sums = moved.group_by(_MONTH).agg(
        net.filter(~pl.col("is_reversal")).sum().cast(MONEY).alias("taken_amount"),
        net.filter("is_reversal").sum().cast(MONEY).alias("reversed_amount"),
    )
    months = (
        sums.group_by("kind", "currency_code")
        .agg(
            pl.date_ranges(pl.col("month").min(), pl.lit(documents["document_date"].max()).dt.truncate("1mo"), "1mo")
            .first()
            .alias("month")
        )
        .explode("month")
        if sums.height
        else sums.select(_MONTH)
    )
    net_move = pl.col("taken_amount") - pl.col("reversed_amount")
    closing = net_move.cum_sum().over("kind", "currency_code", order_by="month")
    return (
        months.join(sums, on=_MONTH, how="left", validate="1:1")
        .with_columns(pl.col("taken_amount", "reversed_amount").fill_null(0).cast(MONEY))
        .with_columns(closing_amount=closing.cast(MONEY))
        .with_columns(opening_amount=(pl.col("closing_amount") - net_move).cast(MONEY))
        .sort(_MONTH)
        .select(list(DepositRollForward.to_schema().columns))
    )
