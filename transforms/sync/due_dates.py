"""The day a document is due: the one that the source states, else by its payment terms."""

import polars as pl

from transforms.sync.contact_words import normal
from transforms.sync.sync_errors import complain
from transforms.texts import fill

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
    said = normal(pl.coalesce(normal(pl.col("payment_terms")), normal(pl.col("usual_terms"))))
    rules = terms.rename({"payment_terms": "terms"})
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
        .with_columns(
            unknown_terms=pl.when(is_unknown).then("terms"),
            due_date=pl.coalesce("due_date", pl.max_horizontal(by_rule, day), day),
        )
        .drop("usual_terms", "terms", "lookup", "days", "term_type")
    )


def complain_about_terms(documents: pl.DataFrame) -> pl.DataFrame:
    """Complaints about documents whose terms have no rule; credits and purchase orders are never due."""
    is_due = ~pl.col("is_credit") & (pl.col("kind") != "purchase_order")
    rows = documents.filter(is_due, pl.col("unknown_terms").is_not_null())
    step = fill(
        'Add under payment_terms of documents.yaml: "{}": {days: 30}'.replace("{days", "{{days"), "unknown_terms"
    )
    return complain(rows, "payment_terms", fill('the payment terms "{}" have no rule', "unknown_terms"), step)


def _day_of(month: pl.Expr) -> pl.Expr:
    """The day called `days` of a month that is given by its first day, or its last day where it is shorter."""
    last = month.dt.month_end()
    wanted = month + pl.duration(days=pl.max_horizontal(pl.col("days"), pl.lit(1)) - 1)
    return pl.min_horizontal(wanted, last)
