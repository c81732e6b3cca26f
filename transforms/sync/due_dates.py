"""The day a document is due: the one that the source states, else by its payment terms."""

import polars as pl

from transforms.sync.contact_words import normal
from transforms.sync.sync_errors import complain
from transforms.texts import fill

PLAIN_TERMS = (
    (r"^(?:net |in )?(\d{1,3}) ?days?(?: net)?$", "DAYSAFTERBILLDATE"),
    (
        r"^(?:net )?(\d{1,3}) ?days? (?:from|after) (?:invoice|document|bill|the invoice)(?: date)?$",
        "DAYSAFTERBILLDATE",
    ),
    (
        r"^(?:net )?(\d{1,3}) ?days? (?:from|after) (?:the )?(?:end of (?:the )?(?:invoice )?month|eom)$",
        "DAYSAFTERBILLMONTH",
    ),
    (r"^(\d{1,2})(?:st|nd|rd|th)? of (?:the )?(?:following|next) month$", "OFFOLLOWINGMONTH"),
    (r"^(\d{1,2})(?:st|nd|rd|th)? of (?:the )?(?:current|this|same) month$", "OFCURRENTMONTH"),
)
"""Terms in plain words, as they are understood without a rule; a rule in documents.yaml comes first."""

DUE_AT_ONCE = ("cod", "cash on delivery", "due on receipt", "due on invoice", "immediate", "prepaid", "pay in advance")

NO_TERMS = "default"
"""Terms of documents that state none."""


def add_due_dates(documents: pl.DataFrame, contacts: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Give each document its due date.

    The terms are the document's, else its contact's, else those called `default`; without any it is due on its own
    date. Xero counts days after the document, days after the end of its month, or names a day of its own or of the next
    month (xero.md section 8); a day that a month does not have is its last day, and a day before the document is the
    document's own.

    Args:
        documents: with `document_date`, `due_date`, `payment_terms`, `contact_id`.
        contacts: Contacts of the source.
        terms: PaymentTerms.

    Returns:
        The same rows with `due_date` filled, and `unknown_terms`: words for which there is no rule, else null.
    """
    usual = contacts.select("contact_id", pl.col("payment_terms").alias("usual_terms"))
    said = pl.coalesce(normal(pl.col("payment_terms")), normal(pl.col("usual_terms")))
    rules = terms.rename({"payment_terms": "terms", "days": "rule_days", "term_type": "rule_type"})
    day, month = pl.col("document_date"), pl.col("document_date").dt.truncate("1mo")
    after_month = month.dt.month_end() + pl.duration(days="days")
    by_rule = (
        pl.when(pl.col("term_type") == "DAYSAFTERBILLDATE")
        .then(day + pl.duration(days="days"))
        .when(pl.col("term_type") == "DAYSAFTERBILLMONTH")
        .then(after_month)
        .when(pl.col("term_type") == "OFCURRENTMONTH")
        .then(_day_of(month))
        .when(pl.col("term_type") == "OFFOLLOWINGMONTH")
        .then(_day_of(month.dt.offset_by("1mo")))
    )
    is_unknown = pl.col("due_date").is_null() & pl.col("terms").is_not_null() & pl.col("days").is_null()
    return (
        documents.join(usual, on="contact_id", how="left", validate="m:1")
        .with_columns(terms=said)
        .with_columns(lookup=pl.col("terms").fill_null(NO_TERMS))
        .join(rules, left_on="lookup", right_on="terms", how="left", validate="m:1")
        .with_columns(_plain_words(pl.col("terms")))
        .with_columns(
            days=pl.when(pl.col("rule_days").is_not_null()).then("rule_days").otherwise("plain_days"),
            term_type=pl.when(pl.col("rule_days").is_not_null()).then("rule_type").otherwise("plain_type"),
        )
        .with_columns(
            unknown_terms=pl.when(is_unknown).then("terms"),
            due_date=pl.coalesce("due_date", pl.max_horizontal(by_rule, day), day),
        )
        .drop("usual_terms", "terms", "lookup", "days", "term_type")
        .drop("rule_days", "rule_type", "plain_days", "plain_type")
    )


def complain_about_terms(documents: pl.DataFrame) -> pl.DataFrame:
    """Complaints about documents whose terms have no rule; credits and purchase orders are never due."""
    is_due = ~pl.col("is_credit") & (pl.col("kind") != "purchase_order")
    rows = documents.filter(is_due, pl.col("unknown_terms").is_not_null())
    step = fill('Add under payment_terms of documents.yaml: "{}": {days: 30}', "unknown_terms")
    return complain(rows, "payment_terms", fill('the payment terms "{}" have no rule', "unknown_terms"), step)


def _plain_words(terms: pl.Expr) -> list[pl.Expr]:
    """`plain_days`, `plain_type` of terms that say themselves when they are due; null for any others."""
    found = [(terms.str.extract(pattern, 1).cast(pl.Int64, strict=False), word) for pattern, word in PLAIN_TERMS]
    days = pl.coalesce(number for number, _ in found)
    word = pl.coalesce(pl.when(number.is_not_null()).then(pl.lit(word)) for number, word in found)
    is_now = terms.is_in(DUE_AT_ONCE)
    return [
        pl.when(is_now).then(0).otherwise(days).alias("plain_days"),
        pl.when(is_now).then(pl.lit("DAYSAFTERBILLDATE")).otherwise(word).alias("plain_type"),
    ]


def _day_of(month: pl.Expr) -> pl.Expr:
    """The day called `days` of a month that is given by its first day, or its last day where it is shorter."""
    last = month.dt.month_end()
    wanted = month + pl.duration(days=pl.max_horizontal(pl.col("days"), pl.lit(1)) - 1)
    return pl.min_horizontal(wanted, last)
