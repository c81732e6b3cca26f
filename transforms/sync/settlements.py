"""What settles documents: payments of the source, and credits set against the invoices that they credit."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.sync_policy import SyncPolicy
from transforms.sync.allocations import allocate, wish_allocations
from transforms.sync.inputs import SyncInputs
from transforms.sync.payments import as_payments, complain_about_payments, divide_over_parts, judge_payments, sum_paid


@dataclass(frozen=True)
class Settled:
    """Payments and allocations that Xero should hold, and what stands in their way."""

    payments: pl.DataFrame
    """SyncPayments."""
    allocations: pl.DataFrame
    """SyncAllocations."""
    errors: list[pl.DataFrame]
    """Complaints."""


def settle(
    inputs: SyncInputs,
    documents: pl.DataFrame,
    wanted: pl.DataFrame,
    members: pl.DataFrame,
    policy: SyncPolicy,
    to: date | None,
) -> Settled:
    """Work out payments and allocations of the documents that go.

    Args:
        inputs: payments of the source, and what was sent before.
        documents: prepared documents with the reversals of deposits, one for one with the source.
        wanted: SyncDocuments.
        members: which document carries each of them.
        policy: accounts by way of paying; whether payments are sent.
        to: last day that counts.
    """
    carried = documents.filter(~pl.col("is_void")).join(
        members.rename({"document_key": "carrier_key"}),
        left_on="document_key",
        right_on="source_key",
        how="inner",
        validate="1:1",
    )
    booked = wanted.filter(pl.col("wanted_status") == "AUTHORISED").select(pl.col("document_key").alias("carrier_key"))
    open_documents = carried.join(booked, on="carrier_key", how="semi")
    facts = inputs.synced.filter(
        pl.col("kind").is_in(["payment", "allocation"]), ~pl.col("xero_status").is_in(["VOIDED", "DELETED"])
    )
    judged = judge_payments(inputs, open_documents, facts, policy, to)
    paid = sum_paid(judged, inputs.synced)
    wishes = wish_allocations(open_documents, paid)
    allocations, strangers = allocate(wishes, wanted, paid, facts, policy)
    placed = divide_over_parts(judged.filter("is_accepted"), wanted)
    payments = placed.filter(~pl.col("is_from_accounting"), pl.col("account_code").is_not_null())
    sent = payments if policy.pushes_payments else payments.clear()
    errors = [*(complain_about_payments(judged) if policy.pushes_payments else []), strangers]
    return Settled(as_payments(sent, policy), allocations, errors)
