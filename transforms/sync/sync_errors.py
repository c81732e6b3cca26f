"""The list of what cannot go as it is: each row with a stable word, a reason, and what to do about it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import polars as pl
from polars.datatypes import DataType, DataTypeClass

from schemas.dtypes import INSTANT, MONEY
from schemas.sync import SyncErrors
from transforms.sync.inputs import no_errors
from transforms.texts import fill

NEXT_STEPS = {
    "no_contact": "Choose the customer or supplier on the document in Cin7.",
    "ambiguous_contact": "Say in documents.yaml which one it is: contacts.decisions, the contact's id in Cin7, then "
    "Xero's id of the right one, or new.",
    "unknown_decision": "Write the id of a contact that Xero has under contacts.decisions of documents.yaml, or new.",
    "archived_contact": "Restore the contact in Xero, or name another one under contacts.decisions of documents.yaml.",
    "contact_waits": "Put right its contact first: it stands in this list, too.",
    "member_waits": "Put right the orders that wait; until then what stands in Xero is left as it is.",
    "original_waits": "Put right the deposit and its final document; until then what stands in Xero is left as it is.",
    "unlinked_contact": "Create the contact in Xero, or switch contacts on under kinds of documents.yaml.",
    "unknown_contact": "Extract the contacts again; if it was deleted in Cin7, choose another one on the document.",
    "supplier_reference": "Enter the supplier's invoice number on the purchase order in Cin7.",
    "no_lines": "Enter at least one line in Cin7, or void the document there.",
    "no_account": "Add an account under accounts or rules of documents.yaml.",
    "unknown_account": "Write an active account of Xero that is no bank, receivables or payables account.",
    "unmapped_tax": "Add the tax under tax_types of documents.yaml, by its name or by its rate.",
    "unknown_tax_type": "Write an active tax type of Xero under tax_types of documents.yaml.",
    "tax_on_exempt": "Correct the tax status or the tax of the document in Cin7.",
    "untracked_value": "Add its option in tracking.yaml.",
    "total_differs": "Correct the document in Cin7, or look at its lines and taxes: above rounding.cap nothing is "
    "made equal.",
    "negative_total": "Make a credit note of it in Cin7: Xero takes no invoice below zero.",
    "no_rounding_account": "Write accounts.rounding in documents.yaml: Xero's own rounding account was not found.",
    "payment_terms": "Add the words under payment_terms of documents.yaml.",
    "currency": "Switch the currency on in Xero (Settings, Currencies), or change the document's currency in Cin7.",
    "no_rate": "Enter the exchange rate on the document in Cin7, or add it to the file of exchange rates.",
    "duplicate_number": "Give each document in Cin7 a number of its own, or the kinds different prefixes.",
    "item_code": "Shorten the code in Cin7, or switch items off: Xero takes 30 characters.",
    "tracked_item": "Make the item untracked in Xero: it would count the stock twice.",
    "no_longer_counts": "Approve it again in Cin7, or void it there; what stands in Xero is left alone until then.",
    "refused_row": "Correct the document in Cin7: see raw.rejected_rows.",
    "payment_account": "Add the way it was paid under payment_accounts of documents.yaml.",
    "over_payment": "Take the payment back in Cin7, or enter it in Xero as an overpayment.",
    "refund_of_invoice": "Enter the refund on the credit note in Cin7: Xero pays back credit notes only.",
    "payment_of_credit": "Enter it as a refund in Cin7: a credit note is refunded, not paid.",
    "allocation_contact": "Allocate the credit in Xero by hand: credit and invoice carry different contacts.",
}
"""Error codes of the computation, and what to do about each."""

OWN_CODES = tuple(NEXT_STEPS)
"""Rows of sync.errors with these codes are replaced whenever the wanted documents are computed."""


def complain(rows: pl.DataFrame, code: str, reason: pl.Expr, next_step: pl.Expr | None = None) -> pl.DataFrame:
    """Complaints about rows of documents.

    Args:
        rows: with `document_key`, `kind`, and where they are known `shown_number`, `total_amount`, `currency_code`,
            `document_date`.
        code: one of OWN_CODES.
        reason: the finding in words.
        next_step: what to do, where the usual words do not say enough.

    Returns:
        One complaint per row: SyncErrors without owner, first_seen_at and skips.
    """
    known: dict[str, DataType | DataTypeClass] = {
        "shown_number": pl.String,
        "total_amount": MONEY,
        "currency_code": pl.String,
        "document_date": pl.Date,
    }
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in known.items() if name not in rows.columns]
    return rows.with_columns(absent).select(
        "document_key",
        "kind",
        pl.col("shown_number").alias("document_number"),
        pl.lit(code).alias("error_code"),
        reason.alias("reason"),
        (next_step if next_step is not None else pl.lit(NEXT_STEPS[code])).alias("next_step"),
        pl.col("total_amount").cast(MONEY).alias("amount"),
        "currency_code",
        "document_date",
    )


def join_complaints(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All complaints, one for each document and code: of several the first, with how many more."""
    nothing = no_errors()
    every = pl.concat([nothing, *(part.select(nothing.columns) for part in parts)], how="vertical_relaxed")
    more = pl.col("reason").n_unique() - 1
    words = (
        pl.when(more > 0).then(fill("{} (and {} more)", pl.col("reason").min(), more)).otherwise(pl.col("reason").min())
    )
    others = [name for name in every.columns if name not in {"document_key", "error_code", "reason"}]
    return (
        every.group_by("document_key", "error_code")
        .agg(words.alias("reason"), *(pl.col(name).sort_by("reason").first() for name in others))
        .select(every.columns)
        .sort("document_key", "error_code")
    )


def keep_history(found: pl.DataFrame, before: pl.DataFrame, owners: Mapping[str, str], now: datetime) -> pl.DataFrame:
    """Complaints as rows of the error list: since when, who looks after it, and what was set aside.

    Args:
        found: complaints of this run.
        before: SyncErrors of earlier runs.
        owners: person by error code, kind, or `default`.
        now: this moment, UTC.

    Returns:
        SyncErrors: what stays keeps `first_seen_at` and its skip; what is not found any more is gone.
    """
    kept = before.select("document_key", "error_code", "first_seen_at", "skip_reason", "skipped_until")
    by_code, by_kind = (_owner(owners, name) for name in ("error_code", "kind"))
    return (
        found.join(kept, on=["document_key", "error_code"], how="left", validate="1:1")
        .with_columns(
            pl.col("first_seen_at").fill_null(pl.lit(now, INSTANT)),
            pl.coalesce(by_code, by_kind, pl.lit(owners.get("default"), pl.String)).alias("owner"),
        )
        .select(list(SyncErrors.to_schema().columns))
        .sort("document_key", "error_code")
    )


def _owner(owners: Mapping[str, str], column: str) -> pl.Expr:
    """The person of the value of a column; null where nobody is named."""
    if not owners:
        return pl.lit(None, pl.String)
    return pl.col(column).replace_strict(dict(owners), default=None, return_dtype=pl.String)
