"""The contacts that have a document to send: whom each is in Xero, or why its documents wait."""

from dataclasses import dataclass

import polars as pl

from schemas.sync import SyncContacts
from schemas.sync_policy import SyncPolicy
from transforms.sync.contact_matches import match_contacts
from transforms.sync.contact_words import LONGEST_NUMBER, first_email, normal, spaced, with_suffix, xero_name
from transforms.sync.inputs import SyncInputs
from transforms.sync.sync_errors import complain, join_complaints
from transforms.texts import fill


@dataclass(frozen=True)
class LinkedContacts:
    """Contacts as Xero should have them, which one serves each contact of the source, and what has to be decided."""

    contacts: pl.DataFrame
    """SyncContacts."""
    keys: pl.DataFrame
    """`contact_id` of the source, `contact_key` that serves it, `is_held`: its documents wait."""
    errors: pl.DataFrame
    """Complaints, of kind contact."""


def link_contacts(inputs: SyncInputs, documents: pl.DataFrame, policy: SyncPolicy) -> LinkedContacts:
    """Link every contact that has a document to send with its contact in Xero, or make it a new one.

    Names that are too long, hold < or >, or that two contacts of ours share become names that Xero takes (xero.md
    section 5: unique among active contacts, whatever their case). A customer and a supplier of the same name that are
    both new are one company: one contact serves both.

    Args:
        inputs: contacts of the source and of Xero, and what was sent before.
        documents: those that count, with `contact_id` and `is_void`.
        policy: how contacts are matched, and whether new ones may be created.
    """
    used = documents.filter(pl.col("contact_id").is_not_null()).select("contact_id").unique()
    ours = _prepare(inputs.contacts.join(used, on="contact_id", how="semi"), policy)
    matches = match_contacts(ours, inputs.xero_contacts, inputs.synced, policy)
    known = ours.drop("xero_contact_id").join(matches, on="contact_id", how="inner", validate="1:1")
    named = _name_apart(known, inputs.xero_contacts)
    unknown = _unknown_decisions(named, inputs.xero_contacts, policy)
    errors = join_complaints([*_complaints(named, policy), unknown, _strangers(used, inputs.contacts)])
    contacts = named.filter(pl.col("contact_id") == pl.col("contact_key")).with_columns(
        contact_name="sent_name",
        contact_number="our_number",
        email="sent_email",
        candidate_count=pl.max_horizontal("candidate_count", pl.when(pl.col("claimed_by").is_not_null()).then(2)),
        candidates=pl.coalesce("claimed_by_words", "candidates"),
    )
    held = errors.select(pl.col("document_key").alias("contact_id")).unique().with_columns(is_held=pl.lit(value=True))
    keys = (
        used.join(named.select("contact_id", "contact_key"), on="contact_id", how="left", validate="1:1")
        .join(held, on="contact_id", how="left", validate="1:1")
        .with_columns(pl.col("is_held").fill_null(value=False))
    )
    return LinkedContacts(contacts.select(list(SyncContacts.to_schema().columns)).sort("contact_key"), keys, errors)


def summary_contacts(names: list[str], theirs: pl.DataFrame, synced: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
    """The contacts that consolidated documents carry: found by their name in Xero, or new.

    Args:
        names: as documents.yaml writes them.
        theirs: XeroContacts.
        synced: what was sent before.
        policy: the prefix of numbers.

    Returns:
        SyncContacts with keys such as `summary:Web sales`.
    """
    rows = pl.DataFrame({"contact_name": sorted(set(names))}, schema={"contact_name": pl.String}).with_columns(
        xero_name(pl.col("contact_name"))
    )
    by_name = (
        theirs.filter(pl.col("contact_status") == "ACTIVE")
        .select(normal(pl.col("contact_name")).alias("word"), pl.col("contact_id").alias("xero_contact_id"))
        .unique("word", keep="first", maintain_order=True)
    )
    linked = synced.filter(pl.col("kind") == "contact").select(
        pl.col("document_key").alias("contact_key"), pl.col("xero_id").alias("linked_id")
    )
    nothing = [name for name in SyncContacts.to_schema().columns if name not in _SUMMARY]
    return (
        rows.with_columns(contact_key=fill("summary:{}", "contact_name"), word=normal(pl.col("contact_name")))
        .join(by_name, on="word", how="left", validate="m:1")
        .join(linked, on="contact_key", how="left", validate="1:1")
        .with_columns(
            xero_contact_id=pl.coalesce("linked_id", "xero_contact_id"),
            contact_number=fill(policy.contact_number_prefix + "{}", "contact_key").str.slice(0, LONGEST_NUMBER),
            candidate_count=pl.lit(0, pl.Int64),
        )
        .with_columns(
            *(pl.lit(None, pl.String).alias(name) for name in nothing),
            matched_by=pl.when(pl.col("linked_id").is_not_null())
            .then(pl.lit("stored_id"))
            .when(pl.col("xero_contact_id").is_not_null())
            .then(pl.lit("name"))
            .otherwise(pl.lit("new")),
        )
        .select(list(SyncContacts.to_schema().columns))
    )


_SUMMARY = ("contact_key", "contact_name", "contact_number", "xero_contact_id", "matched_by", "candidate_count")


def _prepare(contacts: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
    """Contacts with the number, e-mail and name that are sent."""
    texts = ("tax_number", "first_name", "last_name", "phone")
    limits = {"tax_number": LONGEST_NUMBER, "phone": LONGEST_NUMBER}
    return contacts.with_columns(
        *(
            pl.when(spaced(pl.col(name)) != "")
            .then(spaced(pl.col(name)).str.slice(0, limits.get(name, 255)))
            .alias(name)
            for name in texts
        ),
        our_number=fill(policy.contact_number_prefix + "{}", "contact_id").str.slice(0, LONGEST_NUMBER),
        sent_email=first_email(pl.col("accounts_email"), pl.col("email")),
        sent_name=xero_name(pl.col("contact_name")),
    )


def _name_apart(known: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """One contact for a customer and a supplier of one name; another new one of a name that is taken gets a suffix."""
    word = normal(pl.col("sent_name"))
    is_new = pl.col("matched_by").fill_null("") == "new"
    taken = theirs.filter(pl.col("contact_status") == "ACTIVE").select(normal(pl.col("contact_name")).alias("word"))
    side = pl.when(pl.col("kind") == "supplier").then(1).otherwise(0)
    named = (
        known.with_columns(word=word, is_new=is_new, side_order=side)
        .join(taken.unique().with_columns(is_taken=pl.lit(value=True)), on="word", how="left", validate="m:1")
        .sort("word", "is_new", "side_order", "contact_id")
        .with_columns(
            pl.col("is_taken").fill_null(value=False) | (~pl.col("is_new")).any().over("word"),
            place=pl.col("contact_id").cum_count().over("word", "is_new", "side_order"),
            first_id=pl.col("contact_id").first().over("word", "is_new"),
            first_kind=pl.col("kind").first().over("word", "is_new"),
        )
    )
    is_twin = (
        pl.col("is_new")
        & ~pl.col("is_taken")
        & (pl.col("kind") == "supplier")
        & (pl.col("first_kind") == "customer")
        & (pl.col("place") == 1)
    )
    is_second = pl.col("is_new") & ~is_twin & (pl.col("is_taken") | (pl.col("contact_id") != pl.col("first_id")))
    apart = pl.coalesce(pl.col("contact_number"), pl.col("contact_id"))
    is_clear = apart.is_unique().over("word", "is_new")
    return named.with_columns(
        contact_key=pl.when(is_twin).then("first_id").otherwise("contact_id"),
        sent_name=pl.when(is_second)
        .then(with_suffix(pl.col("sent_name"), pl.when(is_clear).then(apart).otherwise("contact_id")))
        .otherwise("sent_name"),
        claimed_by_words=fill("claimed by {} too: {}", "claimed_by", "candidates"),
    )


def _complaints(named: pl.DataFrame, policy: SyncPolicy) -> list[pl.DataFrame]:
    """What has to be decided about contacts."""
    rows = named.with_columns(
        document_key=pl.col("contact_id"), kind=pl.lit("contact"), shown_number=pl.col("contact_name")
    ).with_columns(currency_code=pl.lit(None, pl.String))
    several = rows.filter(pl.col("matched_by").is_null(), pl.col("candidate_count") > 1)
    claimed = rows.filter(
        pl.col("matched_by").is_null(), pl.col("candidate_count") == 1, pl.col("claimed_by").is_not_null()
    )
    archived = rows.filter("is_archived", pl.col("candidate_count") == 1, pl.col("claimed_by").is_null())
    unlinked = rows.filter(pl.col("matched_by") == "new") if "contact" not in policy.kinds else rows.clear()
    words = pl.col("level").str.replace_all("_", " ")
    return [
        complain(
            several,
            "ambiguous_contact",
            fill("{} fits {} contacts in Xero by {}: {}", "contact_name", "candidate_count", words, "candidates"),
        ),
        complain(
            claimed,
            "ambiguous_contact",
            fill("{} fits {} by {}, and so does {}", "contact_name", "candidates", words, "claimed_by"),
        ),
        complain(
            archived,
            "archived_contact",
            fill("{} is {} in Xero by {}, which is archived there", "contact_name", "candidates", words),
        ),
        complain(unlinked, "unlinked_contact", fill("{} is not in Xero, and contacts are not sent", "contact_name")),
    ]


def _unknown_decisions(named: pl.DataFrame, theirs: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
    """Decisions for a contact that Xero does not have; without a mirror of Xero nothing is compared."""
    chosen = {key: choice for key, choice in policy.contact_decisions.items() if choice != "new"}
    known = theirs["contact_id"].str.to_lowercase().to_list()
    wrong = [key for key, choice in chosen.items() if choice.lower() not in known] if known else []
    rows = named.filter(pl.col("contact_id").is_in(wrong)).with_columns(
        document_key=pl.col("contact_id"), kind=pl.lit("contact"), shown_number=pl.col("contact_name")
    )
    rows = rows.with_columns(currency_code=pl.lit(None, pl.String))
    words = fill("contacts.decisions names a contact for {} that Xero does not have", "contact_name")
    return complain(rows, "unknown_decision", words)


def _strangers(used: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Contacts that documents name and the source does not list."""
    rows = used.join(contacts, on="contact_id", how="anti").with_columns(
        document_key=pl.col("contact_id"), kind=pl.lit("contact"), shown_number=pl.col("contact_id")
    )
    return complain(
        rows, "unknown_contact", fill("documents name the contact {}, which core.contacts lacks", "contact_id")
    )
