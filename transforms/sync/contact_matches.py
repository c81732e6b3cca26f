"""Finds for each contact of the source its own in Xero; where several fit equally well, somebody decides."""

import polars as pl

from schemas.sync_policy import SyncPolicy
from transforms.sync.contact_words import compact, normal

SURE_LEVELS = ("decision", "stored_id", "contact_number", "tax_number")
"""Matches that several contacts of ours may share: branches of one company, or contacts that were merged in Xero."""

MOST_MERGES = 8
"""How often a contact that was merged is followed to the one it was merged into."""


def match_contacts(ours: pl.DataFrame, theirs: pl.DataFrame, synced: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
    """Match contacts by stored id, then number, tax number, e-mail, name: the first that finds something decides.

    Args:
        ours: Contacts with `our_number` (as it is sent to Xero) and `sent_email`.
        theirs: XeroContacts, archived and merged ones too.
        synced: SyncedDocuments: a contact that was linked before stays linked.
        policy: which comparisons, in which order, and what somebody decided.

    Returns:
        `contact_id`; `xero_contact_id` (null: none or several); `matched_by` (null: several, or an archived one);
        `level` (by which candidates were found); `candidate_count`; `candidates` (names and ids in words);
        `is_archived`; `claimed_by` (contacts of ours with an equal claim on the same one). Merged contacts are followed
        to what they were merged into; an archived one counts only where no active one fits as well.
    """
    final = _follow_merges(theirs)
    found = pl.concat([_found(level, ours, final, synced, policy) for level in _levels(policy)])
    order = {level: place for place, level in enumerate(_levels(policy))}
    place = pl.col("level").replace_strict(order, return_dtype=pl.Int64)
    decided = (
        found.join(
            final.select("xero_contact_id", "contact_name", "is_active").unique(), on="xero_contact_id", how="inner"
        )
        .filter(place == place.min().over("contact_id"))
        .filter(pl.col("is_active") | ~pl.col("is_active").any().over("contact_id"))
        .unique()
        .sort("contact_id", "contact_name", "xero_contact_id")
    )
    one = (
        decided.group_by("contact_id", maintain_order=True)
        .agg(
            pl.col("xero_contact_id").first().alias("only_id"),
            pl.col("level").first(),
            pl.len().cast(pl.Int64).alias("candidate_count"),
            (pl.col("contact_name") + pl.lit(" ") + pl.col("xero_contact_id")).str.join("; ").alias("candidates"),
            (~pl.col("is_active").first()).alias("is_archived"),
        )
        .join(ours.select("contact_id", "kind", pl.col("contact_name").alias("our_name")), on="contact_id", how="inner")
    )
    return _settle_claims(one, ours, policy)


def _levels(policy: SyncPolicy) -> tuple[str, ...]:
    return ("decision", *policy.match_levels)


def _follow_merges(theirs: pl.DataFrame) -> pl.DataFrame:
    """XeroContacts with `xero_contact_id`: itself, or at the end of the chain of merges; name and state are of that."""
    merged = theirs.select(
        pl.col("contact_id").alias("xero_contact_id"), pl.col("merged_to_contact_id").alias("merged_to")
    )
    chain = theirs.with_columns(xero_contact_id=pl.col("contact_id"))
    for _ in range(MOST_MERGES):
        chain = (
            chain.join(merged, on="xero_contact_id", how="left", validate="m:1")
            .with_columns(xero_contact_id=pl.coalesce("merged_to", "xero_contact_id"))
            .drop("merged_to")
        )
    state = theirs.select(
        pl.col("contact_id").alias("xero_contact_id"),
        pl.col("contact_name"),
        (pl.col("contact_status") == "ACTIVE").alias("is_active"),
    )
    return chain.rename({"contact_name": "old_name"}).join(state, on="xero_contact_id", how="inner", validate="m:1")


def _found(
    level: str, ours: pl.DataFrame, theirs: pl.DataFrame, synced: pl.DataFrame, policy: SyncPolicy
) -> pl.DataFrame:
    """`contact_id`, `xero_contact_id`, `level`: pairs that a comparison finds."""
    mine, yours = _compared(level, ours, theirs, synced, policy)
    word = pl.col("word").str.to_lowercase()
    return (
        mine.with_columns(word)
        .drop_nulls()
        .unique()
        .join(yours.select("xero_contact_id", word).drop_nulls(), on="word", how="inner")
        .select("contact_id", "xero_contact_id", pl.lit(level).alias("level"))
        .unique()
    )


def _compared(
    level: str, ours: pl.DataFrame, theirs: pl.DataFrame, synced: pl.DataFrame, policy: SyncPolicy
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`contact_id`, `word` of our side, and `xero_contact_id`, `word` of theirs: what a level compares."""
    by_id = theirs.with_columns(word=pl.col("contact_id"))
    if level == "decision":
        schema = {"contact_id": pl.String, "word": pl.String}
        return pl.DataFrame(list(policy.contact_decisions.items()), schema=schema, orient="row"), by_id
    if level == "stored_id":
        return _known_ids(ours, synced), by_id
    if level == "contact_number":
        numbers = [pl.col("our_number"), normal(pl.col("contact_number"))]
        columns = ("contact_number", "account_number")
        mine = pl.concat([ours.select("contact_id", number.alias("word")) for number in numbers])
        return mine, pl.concat([theirs.with_columns(word=normal(pl.col(name))) for name in columns])
    words = {
        "tax_number": (compact(pl.col("tax_number")), compact(pl.col("tax_number"))),
        "email": (normal(pl.col("sent_email")), normal(pl.col("email"))),
        "name": (normal(pl.col("contact_name")), normal(pl.col("old_name"))),
    }
    own, other = words[level]
    return ours.select("contact_id", own.alias("word")), theirs.with_columns(word=other)


def _known_ids(ours: pl.DataFrame, synced: pl.DataFrame) -> pl.DataFrame:
    """Xero's id of a contact: as it was linked before, else as the source stores it."""
    links = synced.filter(pl.col("kind") == "contact").select(
        pl.col("document_key").alias("contact_id"), pl.col("xero_id").alias("word")
    )
    stored = ours.select("contact_id", pl.col("xero_contact_id").alias("word"))
    linked = links.join(ours.select("contact_id"), on="contact_id", how="semi")
    return pl.concat([linked, stored.join(links, on="contact_id", how="anti")])


def _settle_claims(one: pl.DataFrame, ours: pl.DataFrame, policy: SyncPolicy) -> pl.DataFrame:
    """Which of the candidates counts: one that two of our customers (or suppliers) claim by chance waits."""
    is_settled = (pl.col("candidate_count") == 1) & pl.col("claimed_by").is_null() & ~pl.col("is_archived")
    new = [one for one, choice in policy.contact_decisions.items() if choice == "new"]
    wants_new = pl.col("contact_id").is_in(new)
    return (
        ours.select("contact_id")
        .join(one, on="contact_id", how="left", validate="1:1")
        .join(_find_rivals(one), on="contact_id", how="left", validate="1:1")
        .with_columns(pl.col("candidate_count").fill_null(0), pl.col("is_archived").fill_null(value=False))
        .with_columns(
            xero_contact_id=pl.when(is_settled & ~wants_new).then("only_id"),
            matched_by=pl.when(wants_new | (pl.col("candidate_count") == 0))
            .then(pl.lit("new"))
            .when(is_settled)
            .then("level"),
        )
        .with_columns(
            pl.when(pl.col("matched_by") == "new").then(0).otherwise("candidate_count").alias("candidate_count"),
            pl.when(pl.col("matched_by") == "new")
            .then(pl.lit(value=False))
            .otherwise("is_archived")
            .alias("is_archived"),
            *(
                pl.when(pl.col("matched_by").fill_null("") != "new").then(name).alias(name)
                for name in ("claimed_by", "candidates")
            ),
        )
        .select(
            "contact_id",
            "xero_contact_id",
            "matched_by",
            "level",
            "candidate_count",
            "candidates",
            "is_archived",
            "claimed_by",
        )
    )


def _find_rivals(one: pl.DataFrame) -> pl.DataFrame:
    """`contact_id`, `claimed_by`: contacts of ours of the same side that want the same one in Xero, in words."""
    is_sure = pl.col("level").is_in(SURE_LEVELS)
    sides = one.with_columns(
        side=pl.when(pl.col("kind") == "both").then(pl.lit("customer supplier")).otherwise("kind").str.split(" ")
    ).explode("side")
    return (
        sides.filter(pl.col("candidate_count") == 1)
        .join(
            sides.filter(pl.col("candidate_count") == 1).select(
                "only_id", "side", pl.col("contact_id").alias("rival_id"), pl.col("our_name").alias("rival_name")
            ),
            on=["only_id", "side"],
            how="inner",
        )
        .filter(pl.col("contact_id") != pl.col("rival_id"), ~is_sure)
        .unique(["contact_id", "rival_id"])
        .group_by("contact_id")
        .agg((pl.col("rival_name") + pl.lit(" ") + pl.col("rival_id")).sort().str.join("; ").alias("claimed_by"))
    )
