"""Which documents of the source count for Xero: the kinds that are on, approved, dated, and not marked otherwise."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.sync_policy import CREDIT_KINDS, SALES_KINDS, SyncPolicy
from transforms.sync.inputs import SyncInputs
from transforms.sync.sync_errors import complain, join_complaints
from transforms.texts import fill

NEEDS_REFERENCE = ("bill",)
"""Documents that people find by the supplier's own number (cin7.md 3A, document map)."""


@dataclass(frozen=True)
class Counted:
    """The documents that count, those that do not, and what is wrong with some that should."""

    documents: pl.DataFrame
    """TradeDocuments with `document_key`, `side`, `is_credit`, `is_void`, `shown_number`, currency filled in."""
    left_out: pl.DataFrame
    """`document_key`, `kind`, `why`: draft, not_dated, before_from, after_to, marked, not_moved, void, zero."""
    errors: pl.DataFrame
    """Complaints."""


def count_documents(inputs: SyncInputs, policy: SyncPolicy, to: date | None = None) -> Counted:
    """Choose the documents that Xero should hold.

    A document counts as Cin7's own sync counts it (cin7.md sections 3A and 3B): approved, with a date from
    `policy.first_date` on, a status in accounting that the setting allows, and a contact; a bill needs the supplier's
    reference. A voided one counts while it stands in Xero, so that it is voided there too. A total of zero is not sent.

    Args:
        inputs: the source's documents, and what was sent before.
        policy: kinds, first day, statuses.
        to: last day that counts; None: no end.
    """
    named = _name(inputs.documents.filter(pl.col("kind").is_in(list(policy.kinds))), policy)
    judged = named.join(_standing(inputs), on="document_key", how="left", validate="1:1").with_columns(
        pl.col("is_synced").fill_null(value=False), why=_why_not(policy, to)
    )
    kept = pl.col("why").is_null() | ((pl.col("why") == "void") & pl.col("is_synced"))
    documents = (
        judged.filter(kept).with_columns(is_void=pl.col("why").is_not_null()).drop("why", "posted_date", "is_synced")
    )
    left_out = judged.filter(~kept)
    fell_away = left_out.filter("is_synced", _is_held(to))
    faulty = [
        complain(fell_away, "no_longer_counts", _fell_away()),
        complain(
            documents.filter(
                ~pl.col("is_void"), pl.col("kind").is_in(NEEDS_REFERENCE), pl.col("supplier_reference").is_null()
            ),
            "supplier_reference",
            fill("purchase order {} has an invoice date and no supplier's invoice number", "order_number"),
        ),
        _refused(inputs, policy),
    ]
    return Counted(documents, left_out.select("document_key", "kind", "why"), join_complaints(faulty))


def _standing(inputs: SyncInputs) -> pl.DataFrame:
    """`document_key`, `is_synced`, `posted_date` of what stands in Xero."""
    dates = inputs.synced.select("document_key", pl.col("document_date").alias("posted_date")).unique("document_key")
    marked = inputs.synced_keys().with_columns(is_synced=pl.lit(value=True))
    return marked.join(dates, on="document_key", how="left", validate="1:1")


def _is_held(to: date | None) -> pl.Expr:
    """Why documents stand in Xero and do not count here, though nobody voided them: they are left as they are.

    One that was dated after `to` from the beginning is not looked at in this run, and nothing is wrong with it.
    """
    was_inside = pl.col("posted_date") <= to if to is not None else pl.lit(value=True)
    why = pl.col("why")
    return why.is_in(["draft", "not_dated", "marked", "before_from", "not_moved"]) | ((why == "after_to") & was_inside)


def _name(documents: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
    """Our key, the number that people look for, and the side."""
    by_reference = fill("{} | {}", "supplier_reference", "order_number")
    is_bill = pl.col("kind").is_in(["bill", "supplier_credit"])
    return documents.with_columns(
        document_key=fill("{}:{}", "kind", "document_id"),
        side=pl.when(pl.col("kind").is_in(SALES_KINDS)).then(pl.lit("sales")).otherwise(pl.lit("purchases")),
        is_credit=pl.col("kind").is_in(CREDIT_KINDS),
        currency_code=pl.col("currency_code").fill_null(policy.base_currency),
        shown_number=pl.when(is_bill)
        .then(pl.coalesce(by_reference, "document_number", "order_number"))
        .when(pl.col("kind") == "purchase_order")
        .then("order_number")
        .otherwise(pl.coalesce("document_number", "order_number")),
    )


def _why_not(policy: SyncPolicy, to: date | None) -> pl.Expr:
    """The first reason why a document does not count; null where it does."""
    status = pl.col("accounting_status")
    is_marked = status.is_not_null() & ~status.is_in(policy.accounting_statuses)
    is_unmoved = pl.col("moved_date").is_null() if policy.needs_moved else pl.lit(value=False)
    is_late = pl.col("document_date") > to if to is not None else pl.lit(value=False)
    return (
        pl.when(pl.col("status") == "void")
        .then(pl.lit("void"))
        .when(pl.col("status") != "approved")
        .then(pl.lit("draft"))
        .when(pl.col("document_date").is_null())
        .then(pl.lit("not_dated"))
        .when(pl.col("document_date") < policy.first_date)
        .then(pl.lit("before_from"))
        .when(is_late)
        .then(pl.lit("after_to"))
        .when(is_marked)
        .then(pl.lit("marked"))
        .when(is_unmoved)
        .then(pl.lit("not_moved"))
        .when(pl.col("total_amount") == 0)
        .then(pl.lit("zero"))
    )


def _fell_away() -> pl.Expr:
    """Why a document that stands in Xero does not count any more."""
    words = {
        "draft": "is a draft again in Cin7",
        "not_dated": "has no date any more in Cin7",
        "marked": "is marked in Cin7 as not to be imported",
        "before_from": "is dated before the first day of the sync",
        "after_to": "is dated after the last day that counts",
        "not_moved": "has goods that did not move completely",
    }
    said = pl.col("why").replace_strict(words, return_dtype=pl.String)
    return fill("{} stands in Xero and {}", "shown_number", said)


def _refused(inputs: SyncInputs, policy: SyncPolicy) -> pl.DataFrame:
    """One complaint per row that its core table refused, under the key of what stands in Xero of it, if anything."""
    kind = "contact" if "contact" in policy.kinds else next(iter(policy.kinds), "contact")
    kinds = {"core.contacts": "contact", "core.payments": "payment"}
    standing = inputs.synced.join(inputs.synced_keys(), on="document_key", how="semi").select(
        "document_key",
        pl.col("kind").alias("standing_kind"),
        source_key=pl.col("document_key").str.replace("^[^:]*:", ""),
    )
    is_line = pl.col("core_table") == "core.trade_lines"
    rows = (
        inputs.rejected.unique()
        .with_columns(shown_number="source_key", source_key=pl.when(~is_line).then("source_key"))
        .join(standing, on="source_key", how="left")
        .with_columns(
            document_key=pl.coalesce("document_key", fill("refused:{}:{}", "core_table", "shown_number")),
            kind=pl.coalesce(
                "standing_kind", pl.col("core_table").replace_strict(kinds, default=kind, return_dtype=pl.String)
            ),
        )
    )
    column = pl.when(pl.col("column_name").is_not_null()).then(fill(" in {}", "column_name")).otherwise(pl.lit(""))
    value = pl.when(pl.col("value").is_not_null()).then(fill(": {}", "value")).otherwise(pl.lit(""))
    return complain(rows, "refused_row", fill("{} was refused by the rule {}{}{}", "core_table", "rule", column, value))
