"""Everything that Xero should hold of the source's trade documents: read this first, then the modules it calls."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.dtypes import MONEY, QUANTITY, RATE, UNIT_COST
from schemas.sync import SyncDocuments, SyncLines, SyncLineSources
from schemas.sync_policy import SALES_KINDS, SyncMaps, SyncPolicy
from transforms.sync.consolidation import consolidate
from transforms.sync.contacts import summary_contacts
from transforms.sync.deposits import hold_reversals, reverse_deposits, roll_deposits
from transforms.sync.inputs import SyncInputs
from transforms.sync.items import list_items
from transforms.sync.prepared import Prepared, prepare_documents
from transforms.sync.settlements import settle
from transforms.sync.sync_errors import complain, join_complaints
from transforms.sync.unit_prices import fit_unit_prices
from transforms.texts import fill

LONGEST_NUMBER = 255
_AMOUNTS = ("net_amount", "tax_amount", "total_amount", "source_total_amount")


@dataclass(frozen=True)
class WantedSync:
    """What Xero should hold, table by table, and what waits."""

    contacts: pl.DataFrame
    """SyncContacts."""
    items: pl.DataFrame
    """SyncItems."""
    documents: pl.DataFrame
    """SyncDocuments."""
    lines: pl.DataFrame
    """SyncLines."""
    line_sources: pl.DataFrame
    """SyncLineSources."""
    payments: pl.DataFrame
    """SyncPayments."""
    allocations: pl.DataFrame
    """SyncAllocations."""
    deposits: pl.DataFrame
    """DepositRollForward."""
    errors: pl.DataFrame
    """Complaints: SyncErrors without history."""
    left_out: pl.DataFrame
    """`document_key`, `kind`, `why`: documents that do not count."""


def want_documents(inputs: SyncInputs, maps: SyncMaps, policy: SyncPolicy, to: date | None = None) -> WantedSync:
    """Compute the wanted state of the sync.

    Args:
        inputs: core tables, Xero's mirror, what was sent before.
        maps: documents.yaml and tracking.yaml as frames.
        policy: what documents.yaml decides.
        to: last day that counts.

    Returns:
        WantedSync. Lines and tax of a document sum to its total, which is the source's; the sources of a line sum to
        the line; the same input gives the same keys, in whatever order its rows come.
    """
    prepared = prepare_documents(inputs, maps, policy, to)
    items, item_errors = list_items(inputs, prepared.lines, maps, policy)
    codes = items.select(pl.col("item_code").alias("sku"), "item_code")
    lines = prepared.lines.join(codes, on="sku", how="left", validate="m:1").with_columns(
        line_key=fill("{}:{}", "document_key", pl.col("line_id").fill_null("rounding"))
    )
    unique, number_errors = _without_doubles(prepared, inputs, policy)
    unique, member_errors = _without_waiting_groups(unique, prepared, inputs)
    lines = lines.join(unique.select("document_key"), on="document_key", how="semi")
    reversals, reversal_lines = reverse_deposits(unique, lines, inputs.synced_keys())
    singles = pl.concat([unique, reversals]).with_columns(order_count=pl.lit(1, pl.Int64))
    grouped = consolidate(singles, pl.concat([lines, reversal_lines]))
    documents = _as_documents(grouped.documents, policy)
    numbered = _number_lines(grouped.lines)
    settled = settle(inputs, singles, documents, grouped.members, policy, to)
    return WantedSync(
        contacts=_all_contacts(prepared, inputs, documents, policy),
        items=items,
        documents=documents,
        lines=numbered.select(list(SyncLines.to_schema().columns)),
        line_sources=_as_sources(grouped.sources, numbered),
        payments=settled.payments,
        allocations=settled.allocations,
        deposits=roll_deposits(documents),
        errors=join_complaints(
            [
                prepared.errors,
                number_errors,
                member_errors,
                hold_reversals(inputs, documents, pl.concat([prepared.errors, number_errors])),
                *item_errors,
                *settled.errors,
            ]
        ),
        left_out=prepared.left_out,
    )


def _all_contacts(prepared: Prepared, inputs: SyncInputs, documents: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
    """SyncContacts: those of documents, and those that consolidated ones carry."""
    summaries = documents.filter(pl.col("contact_key").str.starts_with("summary:"))["contact_key"].unique()
    names = [key.removeprefix("summary:") for key in summaries.to_list()]
    return pl.concat([prepared.contacts.contacts, summary_contacts(names, inputs.xero_contacts, inputs.synced, policy)])


def _without_doubles(prepared: Prepared, inputs: SyncInputs, policy: SyncPolicy) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Documents whose number in Xero is their own, and complaints about the others (xero.md sections 3, 4 and 7).

    Invoices and credit notes of sales, and purchase orders, are found again by their number alone; bills and supplier
    credits by number and contact. What stands in Xero already keeps its number.
    """
    by_contact = pl.when(pl.col("side") == "sales").then(pl.lit("")).otherwise(pl.col("contact_key").fill_null(""))
    space = pl.when(pl.col("kind") == "sales_deposit").then(pl.lit("sales_invoice")).otherwise("kind")
    place = [space, by_contact, pl.col("shown_number").str.to_lowercase()]
    is_single = pl.col("group_key").is_null() & ~pl.col("is_void")
    named = prepared.documents.with_columns(shown_number=_number(policy)).join(
        inputs.synced_keys().with_columns(is_sent=pl.lit(value=True)), on="document_key", how="left", validate="1:1"
    )
    sent = pl.col("is_sent").fill_null(value=False)
    many = is_single.sum().over(place) > 1
    is_double = is_single & many & ~sent & (is_single.sum().over(place) > 1)
    is_long = pl.col("shown_number").str.len_chars() > LONGEST_NUMBER
    judged = named.with_columns(is_double=is_double | is_long).drop("is_sent")
    words = fill("another document has the number {} too", "shown_number")
    return (
        judged.filter(~pl.col("is_double")).drop("is_double"),
        complain(judged.filter("is_double"), "duplicate_number", words),
    )


def _without_waiting_groups(
    documents: pl.DataFrame, prepared: Prepared, inputs: SyncInputs
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leave out groups that stand in Xero while one of their orders waits: they would lose it there.

    A group that is not in Xero yet goes without the orders that wait, and takes them in later.
    """
    standing = inputs.synced_keys().with_columns(group_key=pl.col("document_key").str.replace(r":\d+$", ""))
    waiting = standing.join(prepared.waiting_groups, on="group_key", how="inner", validate="m:1").with_columns(
        kind=pl.col("document_key").str.split(":").list.first(), shown_number=pl.col("group_key")
    )
    left = documents.join(waiting.select("group_key").unique(), on="group_key", how="anti")
    return left, complain(waiting, "member_waits", fill("{} of its orders wait", "waiting"))


def _number(policy: SyncPolicy) -> pl.Expr:
    """The number in Xero, with the prefix of the kind; that of a group has it already."""
    prefixes = {kind: sent.number_prefix for kind, sent in policy.kinds.items()}
    prefix = pl.col("kind").replace_strict(prefixes, default="", return_dtype=pl.String)
    return prefix + pl.col("shown_number")


def _as_documents(documents: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
    """SyncDocuments."""
    statuses = {kind: sent.status for kind, sent in policy.kinds.items()}
    statuses |= {f"{kind}_reversal": status for kind, status in statuses.items() if kind.endswith("_deposit")}
    status = pl.col("kind").replace_strict(statuses, default="DRAFT", return_dtype=pl.String)
    is_reversal = pl.col("kind").str.ends_with("_reversal")
    credited = documents.filter(~pl.col("is_credit"), pl.col("document_id").is_not_null()).select(
        pl.col("document_id").alias("original_document_id"), pl.col("document_key").alias("original_document_key")
    )
    is_foreign = pl.col("currency_code") != policy.base_currency
    never_due = pl.col("is_credit") | (pl.col("kind") == "purchase_order")
    reference = pl.when(pl.col("kind").is_in(SALES_KINDS)).then("order_number")
    return (
        documents.with_columns(
            original_document_id=pl.when(is_reversal).then("document_id").when("is_credit").then("original_document_id")
        )
        .join(credited, on="original_document_id", how="left", validate="m:1")
        .with_columns(
            xero_number="shown_number",
            reference=pl.coalesce(reference, "supplier_reference", "order_number"),
            due_date=pl.when(~never_due).then("due_date"),
            currency_rate=pl.when(is_foreign).then("applied_rate").cast(RATE),
            wanted_status=pl.when("is_void").then(pl.lit("VOIDED")).otherwise(status),
            source_document_id="document_id",
            order_count=pl.col("order_count").cast(pl.Int64),
            **{name: pl.col(name).cast(MONEY) for name in _AMOUNTS},
        )
        .select(list(SyncDocuments.to_schema().columns))
        .sort("document_key")
    )


def _number_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """SyncLines with `line_key`, numbered from 1 in the order of the source."""
    number = pl.int_range(1, pl.len() + 1).over("document_key", order_by=["position", "line_key"])
    return (
        fit_unit_prices(lines)
        .with_columns(line_number=number.cast(pl.Int64), line_kind="kind")
        .with_columns(
            pl.col("quantity").cast(QUANTITY),
            pl.col("unit_price").cast(UNIT_COST),
            pl.col("line_amount", "tax_amount").cast(MONEY),
        )
        .sort("document_key", "line_number")
    )


def _as_sources(sources: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """SyncLineSources."""
    numbers = lines.select("line_key", "line_number")
    return (
        sources.join(numbers, on="line_key", how="inner", validate="m:1")
        .select(list(SyncLineSources.to_schema().columns))
        .sort("document_key", "line_number", "source_document_id", "source_line_id", nulls_last=True)
    )
