"""Documents of the source, each for itself, with everything that Xero needs: dates, rates, accounts, taxes, totals."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.sync_policy import SyncMaps, SyncPolicy
from transforms.account_rules import resolve_accounts
from transforms.currencies import add_rates
from transforms.sync.consolidation import assign_groups
from transforms.sync.contact_words import spaced
from transforms.sync.contacts import LinkedContacts, link_contacts
from transforms.sync.counted import count_documents
from transforms.sync.due_dates import add_due_dates, complain_about_terms
from transforms.sync.inputs import SyncInputs
from transforms.sync.line_accounts import complain_about_mapping, map_line_accounts
from transforms.sync.line_taxes import add_taxes
from transforms.sync.sync_errors import complain, join_complaints
from transforms.sync.totals import Balanced, balance_documents
from transforms.texts import fill

LONGEST_TEXT = 4_000


@dataclass(frozen=True)
class Prepared:
    """Documents that can go, one for one with the source, before deposits are reversed and sales consolidated."""

    documents: pl.DataFrame
    """TradeDocuments with what Xero needs; voided ones have no lines."""
    lines: pl.DataFrame
    """Mapped lines of the documents that are not void."""
    contacts: LinkedContacts
    """Who they are for."""
    errors: pl.DataFrame
    """Complaints about documents and contacts that wait."""
    waiting_groups: pl.DataFrame
    """`group_key`, `waiting` (how many members wait) of groups with a member that waits."""
    left_out: pl.DataFrame
    """`document_key`, `kind`, `why`: documents that do not count."""


def prepare_documents(inputs: SyncInputs, maps: SyncMaps, policy: SyncPolicy, to: date | None = None) -> Prepared:
    """Bring every document that counts into the form that Xero takes, or say why it waits.

    Args:
        inputs: the source's tables and Xero's mirror.
        maps: documents.yaml and tracking.yaml as frames.
        policy: what documents.yaml decides.
        to: last day that counts.
    """
    counted = count_documents(inputs, policy, to)
    dated = add_due_dates(counted.documents, inputs.contacts, maps.terms)
    rated = add_rates(dated.lazy(), inputs.rates.lazy(), "document_date", policy.base_currency).collect()
    assigned = assign_groups(rated, _apart(rated, inputs), policy)
    contacts = link_contacts(inputs, assigned.filter(pl.col("group_key").is_null()), policy)
    documents = _with_contacts(assigned, contacts)
    lines = _mapped_lines(inputs, documents, maps, policy)
    balanced = balance_documents(documents, add_taxes(lines, inputs.xero_tax_rates), policy)
    rounded = _add_rounding_account(balanced.lines, maps, inputs.xero_accounts)
    living = documents.filter(~pl.col("is_void"))
    found = [
        counted.errors,
        contacts.errors,
        balanced.errors,
        complain_about_terms(living),
        *_complain_about_contacts(living),
        *_complain_about_money(living, inputs, policy),
        *_complain_about_lines(living, lines, inputs),
        _complain_about_totals(balanced),
        _complain_about_rounding(living, rounded),
    ]
    voided = documents.filter("is_void").select("document_key")
    errors = join_complaints(found).join(voided, on="document_key", how="anti")
    ready = _ready(documents, balanced.documents, errors)
    return Prepared(
        documents=ready,
        lines=rounded.join(ready.filter(~pl.col("is_void")).select("document_key"), on="document_key", how="semi"),
        contacts=contacts,
        errors=errors,
        waiting_groups=_waiting_groups(living, errors),
        left_out=counted.left_out,
    )


def _apart(documents: pl.DataFrame, inputs: SyncInputs) -> pl.DataFrame:
    """Documents that stay by themselves: those that a deposit is for, and those that were sent already."""
    is_deposit = pl.col("kind").is_in(["sales_deposit", "purchase_deposit"])
    with_deposit = documents.filter(is_deposit).select(pl.col("original_document_id").alias("document_id")).drop_nulls()
    final = documents.join(with_deposit.unique(), on="document_id", how="semi").select("document_key")
    return pl.concat([final, inputs.synced_keys()]).unique()


def _with_contacts(documents: pl.DataFrame, contacts: LinkedContacts) -> pl.DataFrame:
    """Documents with the contact that serves them, the summary contact in a group, and whether they wait for it."""
    is_grouped = pl.col("group_key").is_not_null()
    return (
        documents.join(contacts.keys, on="contact_id", how="left", validate="m:1")
        .with_columns(
            contact_key=pl.when(is_grouped).then("group_contact").otherwise("contact_key"),
            is_held=pl.col("is_held").fill_null(value=False) & ~is_grouped,
        )
        .sort("document_key")
    )


def _mapped_lines(inputs: SyncInputs, documents: pl.DataFrame, maps: SyncMaps, policy: SyncPolicy) -> pl.DataFrame:
    """The lines of the documents with account, tax type, tracking and text."""
    of_document = documents.select(
        "document_id",
        "document_key",
        pl.col("kind").alias("document_kind"),
        *("side", "tax_mode", "contact_name", "location", "channel", "currency_code"),
        pl.col("document_date").dt.truncate("1mo").alias("month"),
    )
    names = inputs.products.select("sku", "product_name").unique("sku")
    text = pl.coalesce(_text("description"), _text("product_name"), _text("sku"), pl.col("kind").str.to_titlecase())
    lines = (
        inputs.lines.join(of_document, on="document_id", how="inner", validate="m:1")
        .join(names, on="sku", how="left", validate="m:1")
        .with_columns(description=text.str.slice(0, LONGEST_TEXT))
        .drop("product_name")
    )
    months = (
        lines.partition_by("month", as_dict=True, include_key=False)
        if maps.months and lines.height
        else {(date.min,): lines}
    )
    mapped = [map_line_accounts(part, inputs.products, maps.of(month), policy) for (month,), part in months.items()]
    return pl.concat(mapped).drop("month", strict=False)


def _text(name: str) -> pl.Expr:
    """A text, or null where it is empty."""
    return pl.when(spaced(pl.col(name)) != "").then(pl.col(name).str.strip_chars())


def _add_rounding_account(lines: pl.DataFrame, maps: SyncMaps, accounts: pl.DataFrame) -> pl.DataFrame:
    """Rounding lines go to the account that is set, else to Xero's own, found by its system account (xero.md 8)."""
    own = accounts.filter(pl.col("system_account") == "ROUNDING", pl.col("account_code").is_not_null())["account_code"]
    is_rounding = pl.col("kind") == "rounding"
    set_account = resolve_accounts(lines.filter(is_rounding).drop("account_code").lazy(), maps.accounts).collect()
    other = pl.lit(own[0] if own.len() else None, pl.String)
    filled = set_account.with_columns(pl.col("account_code").fill_null(other)).select(lines.columns)
    return pl.concat([lines.filter(~is_rounding), filled])


def _complain_about_contacts(documents: pl.DataFrame) -> list[pl.DataFrame]:
    """Documents without a contact, and documents whose contact waits."""
    single = documents.filter(pl.col("group_key").is_null())
    who = pl.coalesce("contact_name", "contact_id")
    waits = fill("{} is for {}, which waits itself", "shown_number", who)
    return [
        complain(single.filter("is_held"), "contact_waits", waits),
        complain(
            single.filter(pl.col("contact_id").is_null()), "no_contact", fill("{} names no contact", "shown_number")
        ),
    ]


def _complain_about_rounding(documents: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Documents with a rounding line for which there is no account."""
    homeless = lines.filter(pl.col("account_code").is_null(), pl.col("kind") == "rounding")
    return complain(
        _with_document(homeless, documents), "no_rounding_account", pl.lit("a rounding line has no account")
    )


def _waiting_groups(documents: pl.DataFrame, errors: pl.DataFrame) -> pl.DataFrame:
    """`group_key`, `waiting`: how many members of a group wait."""
    waiting = documents.join(errors, on="document_key", how="semi").filter(pl.col("group_key").is_not_null())
    return waiting.group_by("group_key").agg(pl.len().alias("waiting"))


def _complain_about_money(documents: pl.DataFrame, inputs: SyncInputs, policy: SyncPolicy) -> list[pl.DataFrame]:
    """Currencies that Xero has not switched on, and foreign documents without a rate."""
    foreign = documents.filter(pl.col("currency_code") != policy.base_currency)
    known = inputs.xero_currencies
    disabled = foreign.join(known, on="currency_code", how="anti") if known.height else foreign.clear()
    no_rate = foreign.filter(pl.col("applied_rate").is_null())
    return [
        complain(disabled, "currency", fill("{} is not switched on in Xero", "currency_code")),
        complain(no_rate, "no_rate", fill("no rate of {} on {} is known", "currency_code", "document_date")),
    ]


def _complain_about_lines(documents: pl.DataFrame, lines: pl.DataFrame, inputs: SyncInputs) -> list[pl.DataFrame]:
    """Documents without lines, lines without a mapping, tax on documents that are exempt."""
    placed = _with_document(lines, documents)
    taxed = placed.filter(pl.col("tax_mode") == "exempt", pl.col("tax_amount").fill_null(0) != 0)
    empty = documents.join(lines, on="document_key", how="anti")
    return [
        complain(empty, "no_lines", fill("{} has no lines", "shown_number")),
        *complain_about_mapping(placed, inputs.xero_accounts, inputs.xero_tax_rates),
        complain(taxed, "tax_on_exempt", fill("the document is exempt, and a line states a tax of {}", "tax_amount")),
    ]


def _with_document(lines: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Lines with what a complaint names of their document, its kind in the place of theirs."""
    names = documents.select("document_key", "kind", "shown_number", "total_amount", "document_date")
    return lines.drop("kind", "document_date", "total_amount", strict=False).join(
        names, on="document_key", how="inner", validate="m:1"
    )


def _complain_about_totals(balanced: Balanced) -> pl.DataFrame:
    """Documents below zero."""
    below = balanced.documents.filter(pl.col("total_amount") < 0, ~pl.col("is_void"))
    return complain(below, "negative_total", fill("its total is {}", "total_amount"))


def _ready(documents: pl.DataFrame, totals: pl.DataFrame, errors: pl.DataFrame) -> pl.DataFrame:
    """Documents without an error of their own or of their contact; voided ones pass."""
    amounts = ("net_amount", "tax_amount", "total_amount", "source_total_amount")
    with_totals = documents.drop("total_amount").join(
        totals.select("document_key", *amounts), on="document_key", how="left", validate="1:1"
    )
    zero = [pl.col(name).fill_null(0) for name in amounts[:3]]
    held = errors.select("document_key").unique()
    is_living = ~pl.col("is_void")
    fine = with_totals.filter(is_living, pl.col("contact_key").is_not_null())
    return pl.concat(
        [
            # what comes to nothing though the source states no total would only be noise
            fine.join(held, on="document_key", how="anti").filter(pl.col("total_amount") != 0),
            with_totals.filter("is_void").with_columns(zero),
        ]
    ).sort("document_key")
