"""What settles documents: payments of the source, and credits set against the invoices that they credit."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.dtypes import MONEY
from schemas.sync import SyncAllocations, SyncPayments
from schemas.sync_policy import SyncPolicy
from transforms.currencies import add_rates
from transforms.sync.contact_words import normal, spaced
from transforms.sync.deposits import DEPOSIT_KINDS
from transforms.sync.inputs import SyncInputs
from transforms.sync.sync_errors import complain
from transforms.texts import fill


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
    judged = _judge_payments(inputs, open_documents, facts, policy, to)
    paid = _paid(judged, inputs.synced)
    wishes = _wishes(open_documents, paid)
    allocations, strangers = _allocate(wishes, wanted, paid, facts, policy)
    placed = _over_parts(judged.filter("is_accepted"), wanted)
    payments = placed.filter(~pl.col("is_from_accounting"), pl.col("account_code").is_not_null())
    sent = payments if policy.pushes_payments else payments.clear()
    errors = [*(_complain_about_payments(judged) if policy.pushes_payments else []), strangers]
    return Settled(_as_payments(sent, policy), allocations, errors)


def _judge_payments(
    inputs: SyncInputs, documents: pl.DataFrame, facts: pl.DataFrame, policy: SyncPolicy, to: date | None
) -> pl.DataFrame:
    """Payments of documents that go, with account, rate, and whether the document still has room for them."""
    of_document = documents.select(
        "document_id", "document_key", "carrier_key", "is_credit", "shown_number", "total_amount",
        "currency_code", pl.col("applied_rate").alias("document_rate"),
    ).filter(~pl.col("document_key").str.contains("_reversal:"))  # fmt: skip
    is_due = pl.col("paid_on") <= to if to is not None else pl.lit(value=True)
    payments = inputs.payments.filter(is_due, pl.col("amount") != 0).join(
        of_document, on="document_id", how="inner", validate="m:1"
    )
    rated = add_rates(payments.lazy(), inputs.rates.lazy(), "paid_on", policy.base_currency).collect()
    credited = (
        facts.filter(pl.col("kind") == "allocation")
        .select(
            pl.col("document_key").str.split("|").list.last().alias("carrier_key"),
            pl.col("total_amount").alias("credited"),
        )
        .group_by("carrier_key")
        .agg(pl.col("credited").sum())
    )
    is_sent = fill("payment:{}", "payment_id").is_in(facts["document_key"].implode())
    is_alone = pl.col("document_key") == pl.col("carrier_key")
    room = pl.col("total_amount") - pl.when(is_alone).then(pl.col("credited")).fill_null(0)
    is_right = pl.col("is_credit") == (pl.col("kind") == "refund")
    accounts = dict(policy.payment_accounts)
    account = (
        normal(pl.col("method")).replace_strict(accounts, default=None, return_dtype=pl.String)
        if accounts
        else pl.lit(None, pl.String)
    )
    running = pl.col("amount").cum_sum().over("document_key", "is_right", order_by=["is_late", "paid_on", "payment_id"])
    return (
        rated.join(credited, on="carrier_key", how="left", validate="m:1")
        .with_columns(
            is_right=is_right,
            is_sent=is_sent,
            is_late=~(is_sent | pl.col("is_from_accounting")),
            room=room,
            account_code=pl.coalesce(account, pl.lit(accounts.get("default"), pl.String)),
            payment_rate=pl.when(~pl.col("is_base_currency")).then(pl.coalesce("applied_rate", "document_rate")),
        )
        .with_columns(running=running)
        .with_columns(is_accepted=pl.col("is_right") & (~pl.col("is_late") | (pl.col("running") <= pl.col("room"))))
    )


def _over_parts(payments: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """Payments of orders in a group of several documents, divided over these in their order: `piece` counts from 1."""
    first = pl.col("document_key").str.replace(r":\d+$", ":1")
    number = pl.col("document_key").str.extract(r":(\d+)$", 1).cast(pl.Int64)
    parts = (
        wanted.filter(pl.col("document_key").str.contains(":group:"))
        .with_columns(first_key=first, part=number)
        .with_columns(part_end=pl.col("total_amount").cum_sum().over("first_key", order_by="part"))
        .with_columns(part_begin=pl.col("part_end") - pl.col("total_amount"))
        .filter(pl.len().over("first_key") > 1)
        .select("first_key", "part_begin", "part_end", pl.col("document_key").alias("part_key"))
    )
    order = ["is_late", "paid_on", "payment_id"]
    taken = pl.min_horizontal("part_end", "paid_end") - pl.max_horizontal("part_begin", "paid_begin")
    divided = (
        payments.with_columns(paid_end=pl.col("amount").cum_sum().over("carrier_key", order_by=order))
        .with_columns(paid_begin=pl.col("paid_end") - pl.col("amount"))
        .join(parts, left_on="carrier_key", right_on="first_key", how="inner")
        .with_columns(amount=taken.cast(MONEY), carrier_key="part_key")
        .filter(pl.col("amount") > 0)
        .with_columns(piece=pl.int_range(1, pl.len() + 1).over("payment_id", order_by="part_begin").cast(pl.Int64))
    )
    whole = payments.join(parts, left_on="carrier_key", right_on="first_key", how="anti")
    return pl.concat([whole.with_columns(piece=pl.lit(1, pl.Int64)), divided.select(*payments.columns, "piece")])


def _complain_about_payments(judged: pl.DataFrame) -> list[pl.DataFrame]:
    """Payments that are not sent."""
    rows = judged.filter(~pl.col("is_from_accounting"), ~pl.col("is_sent")).with_columns(
        document_key=fill("payment:{}", "payment_id"),
        total_amount="amount",
        document_date="paid_on",
        word=pl.col("kind"),
        kind=pl.lit("payment"),
    )
    over = rows.filter("is_right", ~pl.col("is_accepted"))
    wrong = rows.filter(~pl.col("is_right"))
    method = pl.col("method").fill_null("(none)")
    return [
        complain(
            over,
            "over_payment",
            fill("{} has a total of {}, and {} would be paid", "shown_number", "room", "running"),
        ),
        complain(
            wrong.filter("is_credit"),
            "payment_of_credit",
            fill("{} is a credit note and has a payment", "shown_number"),
        ),
        complain(
            wrong.filter(~pl.col("is_credit")),
            "refund_of_invoice",
            fill("{} is an invoice and has a refund", "shown_number"),
        ),
        complain(
            rows.filter("is_accepted", pl.col("account_code").is_null()),
            "payment_account",
            fill('payments by "{}" have no account', method),
        ),
    ]


def _as_payments(payments: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
    """SyncPayments: the reference holds the source's id, so that the payment is found again."""
    words = (
        pl.when(spaced(pl.col("reference")) != "").then(spaced(pl.col("reference")) + pl.lit(" ")).otherwise(pl.lit(""))
    )
    piece = pl.when(pl.col("piece") > 1).then(fill(":{}", "piece")).otherwise(pl.lit(""))
    mark = pl.col("payment_id") + piece
    return (
        payments.select(
            (pl.lit("payment:") + mark).alias("payment_key"),
            pl.col("carrier_key").alias("document_key"),
            (words.fill_null("").str.slice(0, 200) + pl.lit(policy.contact_number_prefix) + mark).alias("reference"),
            "paid_on",
            "amount",
            pl.col("payment_rate").alias("currency_rate"),
            "account_code",
        )
        .select(list(SyncPayments.to_schema().columns))
        .sort("payment_key")
    )


def _paid(judged: pl.DataFrame, synced: pl.DataFrame) -> pl.DataFrame:
    """`document_key` (of single and of carrying documents), `paid`: settled by money, at least what Xero shows."""
    accepted = judged.filter("is_accepted")
    sums = (
        pl.concat(
            [
                accepted.select("document_key", "amount"),
                accepted.filter(pl.col("document_key") != pl.col("carrier_key")).select(
                    pl.col("carrier_key").alias("document_key"), "amount"
                ),
            ]
        )
        .group_by("document_key")
        .agg(pl.col("amount").sum().alias("by_source"))
    )
    shown = synced.select("document_key", pl.col("paid_amount").alias("in_xero"))
    return sums.join(shown, on="document_key", how="full", coalesce=True).select(
        "document_key",
        pl.max_horizontal(pl.col("by_source").fill_null(0), pl.col("in_xero").fill_null(0)).cast(MONEY).alias("paid"),
    )


def _wishes(documents: pl.DataFrame, paid: pl.DataFrame) -> pl.DataFrame:
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


def _allocate(
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
    types = {name: column.dtype.type for name, column in SyncAllocations.to_schema().columns.items()}
    return pl.DataFrame(schema=types)
