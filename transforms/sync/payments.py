"""Payments of the source: which of them Xero should hold, on which account, at which rate."""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY
from schemas.sync import SyncPayments
from schemas.sync_policy import SyncPolicy
from transforms.currencies import add_rates
from transforms.sync.contact_words import normal, spaced
from transforms.sync.inputs import SyncInputs
from transforms.sync.sync_errors import complain
from transforms.texts import fill


def judge_payments(
    inputs: SyncInputs, documents: pl.DataFrame, facts: pl.DataFrame, policy: SyncPolicy, to: date | None
) -> pl.DataFrame:
    """Say of each payment of a document that goes whether it may be sent.

    A document takes payments up to its total, less what was credited in Xero already: those that were sent or came from
    the accounts first, then by day. Credits take refunds, other documents payments.

    Args:
        inputs: payments of the source, and rates.
        documents: those that are authorised in Xero, with `carrier_key` of the document that carries them.
        facts: SyncedDocuments of kind payment and allocation.
        policy: the account of each way to pay.
        to: last day that counts.

    Returns:
        Payments with `carrier_key`, `account_code` (null: none is set), `payment_rate` (base for one foreign unit; null
        in base currency), `is_right` (a refund of a credit, a payment of another document), `is_sent`, `is_late`
        (neither sent nor from the accounts), `room` and `running` (document currency), `is_accepted`.
    """
    of_document = documents.select(
        "document_id", "document_key", "carrier_key", "is_credit", "shown_number", "total_amount",
        "currency_code", pl.col("applied_rate").alias("document_rate"),
    ).filter(~pl.col("document_key").str.contains("_reversal:"))  # fmt: skip
    is_due = pl.col("paid_on") <= to if to is not None else pl.lit(value=True)
    payments = inputs.payments.filter(is_due, pl.col("amount") != 0).join(
        of_document, on="document_id", how="inner", validate="m:1"
    )
    rated = add_rates(payments.lazy(), inputs.rates.lazy(), "paid_on", policy.base_currency).collect()
    is_sent = fill("payment:{}", "payment_id").is_in(facts["document_key"].implode())
    is_alone = pl.col("document_key") == pl.col("carrier_key")
    room = pl.col("total_amount") - pl.when(is_alone).then(pl.col("credited")).fill_null(0)
    is_right = pl.col("is_credit") == (pl.col("kind") == "refund")
    running = pl.col("amount").cum_sum().over("document_key", "is_right", order_by=["is_late", "paid_on", "payment_id"])
    return (
        rated.join(_credited(facts), on="carrier_key", how="left", validate="m:1")
        .with_columns(
            is_right=is_right,
            is_sent=is_sent,
            is_late=~(is_sent | pl.col("is_from_accounting")),
            room=room,
            account_code=_account(policy),
            payment_rate=pl.when(~pl.col("is_base_currency")).then(pl.coalesce("applied_rate", "document_rate")),
        )
        .with_columns(running=running)
        .with_columns(is_accepted=pl.col("is_right") & (~pl.col("is_late") | (pl.col("running") <= pl.col("room"))))
    )


def _credited(facts: pl.DataFrame) -> pl.DataFrame:
    """`carrier_key`, `credited`: what credits have settled of it in Xero."""
    return (
        facts.filter(pl.col("kind") == "allocation")
        .select(
            pl.col("document_key").str.split("|").list.last().alias("carrier_key"),
            pl.col("total_amount").alias("credited"),
        )
        .group_by("carrier_key")
        .agg(pl.col("credited").sum())
    )


def _account(policy: SyncPolicy) -> pl.Expr:
    """The account of a payment's method, else the default one."""
    accounts = dict(policy.payment_accounts)
    default = pl.lit(accounts.get("default"), pl.String)
    if not accounts:
        return default
    return pl.coalesce(normal(pl.col("method")).replace_strict(accounts, default=None, return_dtype=pl.String), default)


def divide_over_parts(payments: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """Divide payments of orders in a group of several documents over these, one after the other.

    Args:
        payments: accepted ones of `judge_payments`.
        wanted: SyncDocuments.

    Returns:
        The same columns and `piece`, from 1 for each payment; the amounts of its pieces sum to the payment.
    """
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


def complain_about_payments(judged: pl.DataFrame) -> list[pl.DataFrame]:
    """Complaints about payments of `judge_payments` that are not sent, and why."""
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


def as_payments(payments: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
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


def sum_paid(judged: pl.DataFrame, synced: pl.DataFrame) -> pl.DataFrame:
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
