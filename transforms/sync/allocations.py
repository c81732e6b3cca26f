"""Credits set against the invoices that they credit, as far as both are open (xero.md section 4)."""

import polars as pl

from schemas.dtypes import MONEY
from schemas.frames import dtypes_of
from schemas.sync import SyncAllocations
from schemas.sync_policy import SyncPolicy
from transforms.sync.deposits import DEPOSIT_KINDS
from transforms.sync.sync_errors import complain
from transforms.texts import fill


def wish_allocations(documents: pl.DataFrame, paid: pl.DataFrame) -> pl.DataFrame:
    """`credit_key`, `invoice_key`, `wish`, `allocated_on`: what each credit would like to settle.

    A credit settles the invoice that it credits, less what was refunded. The reversal of a deposit settles the deposit
    invoice as far as that is unpaid (Xero allocates nothing to a paid one), the rest the final invoice.
    """
    with_paid = documents.join(paid, on="document_key", how="left", validate="1:1").with_columns(
        pl.col("paid").fill_null(0)
    )
    targets = with_paid.filter(~pl.col("is_credit")).select(
        pl.col("document_id").alias("original_document_id"),
        pl.col("carrier_key").alias("invoice_key"),
        pl.col("contact_key").alias("invoice_contact"),
        pl.col("currency_code").alias("invoice_currency"),
        pl.col("document_date").alias("invoice_date"),
        pl.col("kind").alias("invoice_kind"),
    )
    is_reversal = pl.col("kind").str.ends_with("_reversal")
    credited = with_paid.filter("is_credit", ~is_reversal).with_columns(wish=pl.col("total_amount") - pl.col("paid"))
    deposits = with_paid.filter(pl.col("kind").is_in(DEPOSIT_KINDS)).select(
        "document_id", (pl.col("total_amount") - pl.col("paid")).clip(lower_bound=0).alias("unpaid")
    )
    reversals = with_paid.filter(is_reversal).join(deposits, on="document_id", how="inner", validate="1:1")
    to_deposit = reversals.with_columns(original_document_id="document_id", wish=pl.col("unpaid"))
    to_final = reversals.with_columns(wish=pl.col("total_amount") - pl.col("unpaid"))
    columns = [
        "original_document_id",
        "carrier_key",
        "contact_key",
        "currency_code",
        "document_date",
        "wish",
        "kind",
        "shown_number",
        "total_amount",
    ]
    return (
        pl.concat([one.select(columns) for one in (credited, to_deposit, to_final)])
        .join(targets, on="original_document_id", how="inner", validate="m:1")
        .rename({"carrier_key": "credit_key"})
        .filter(pl.col("wish") > 0)
        .with_columns(allocated_on=pl.max_horizontal("document_date", "invoice_date"))
    )


def allocate(
    wishes: pl.DataFrame, wanted: pl.DataFrame, paid: pl.DataFrame, facts: pl.DataFrame, policy: SyncPolicy
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """SyncAllocations, as far as credit and invoice are open; and complaints about pairs that cannot be."""
    if "allocation" not in policy.kinds:
        return _no_allocations(), complain(_as_complaints(wishes.clear()), "allocation_contact", pl.lit(""))
    is_pair = (pl.col("contact_key") == pl.col("invoice_contact")) & (
        pl.col("currency_code") == pl.col("invoice_currency")
    )
    strangers = wishes.filter(~is_pair)
    pairs = (
        wishes.filter(is_pair)
        .group_by("credit_key", "invoice_key")
        .agg(pl.col("wish").sum(), pl.col("allocated_on").max())
        .with_columns(allocation_key=fill("{}|{}", "credit_key", "invoice_key"))
        .join(
            facts.filter(pl.col("kind") == "allocation").select(
                pl.col("document_key").alias("allocation_key"), pl.col("total_amount").alias("sent_amount")
            ),
            on="allocation_key",
            how="left",
            validate="1:1",
        )
        .with_columns(wish=pl.coalesce("sent_amount", "wish"), is_late=pl.col("sent_amount").is_null())
    )
    open_amounts = (
        wanted.select("document_key", "total_amount")
        .join(paid, on="document_key", how="left", validate="1:1")
        .select("document_key", (pl.col("total_amount") - pl.col("paid").fill_null(0)).alias("open"))
    )
    limited = pairs
    for side in ("credit_key", "invoice_key"):
        limited = _limit(limited, open_amounts, side)
    allocations = limited.filter(pl.col("wish") > 0).with_columns(amount=pl.col("wish").cast(MONEY))
    words = fill("{} credits a document of another contact or currency", "shown_number")
    return (
        allocations.select(list(SyncAllocations.to_schema().columns)).sort("allocation_key"),
        complain(_as_complaints(strangers), "allocation_contact", words),
    )


def _limit(pairs: pl.DataFrame, open_amounts: pl.DataFrame, side: str) -> pl.DataFrame:
    """No more than what is open on one side: those sent already first, then by date and key."""
    order = ["is_late", "allocated_on", "allocation_key"]
    before = (pl.col("wish").cum_sum() - pl.col("wish")).over(side, order_by=order)
    return (
        pairs.join(open_amounts.rename({"document_key": side}), on=side, how="inner", validate="m:1")
        .with_columns(room=(pl.col("open") - before).clip(lower_bound=0))
        .with_columns(wish=pl.when("is_late").then(pl.min_horizontal("wish", "room")).otherwise("wish"))
        .drop("open", "room")
    )


def _as_complaints(wishes: pl.DataFrame) -> pl.DataFrame:
    """Wishes with what a complaint names."""
    return wishes.with_columns(
        document_key=fill("{}|{}", "credit_key", "invoice_key"), kind=pl.lit("allocation"), total_amount="wish"
    )


def _no_allocations() -> pl.DataFrame:
    return pl.DataFrame(schema=dtypes_of(SyncAllocations))
