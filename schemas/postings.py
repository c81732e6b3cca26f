"""What the source booked by itself, and where it differs from the stock ledger, document by document."""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Money

POSTING_KINDS = ["sale", "purchase", "adjustment", "production", "transfer", "journal"]
"""The documents that a source books for."""

POSTING_CAUSES = ["not_posted", "only_posted", "billed_not_received", "rounding", "other_amount"]
"""Why source and ledger differ: the source booked nothing; the ledger moved nothing; purchases, which a source books
with the bill and the ledger with the receipt; cents; another amount."""


class SourcePostings(pa.DataFrameModel):
    """One row per double entry that the source made by itself, such as a row of Cin7 Core's /transactions."""

    posting_id: str = pa.Field(unique=True, description="Our number of the entry: the source gives none")
    task_id: str = pa.Field(nullable=True, description="The source's id of the document that it books")
    document_number: str = pa.Field(nullable=True, description="Number of the document, as the entry gives it")
    kind: str = pa.Field(isin=POSTING_KINDS, description="What the entry books")
    posted_date: pl.Date = pa.Field(description="Accounting date of the entry")
    debit_account_code: str = pa.Field(nullable=True, description="Account debited")
    credit_account_code: str = pa.Field(nullable=True, description="Account credited")
    posted_amount: Money = pa.Field(description="Base currency, as the source gives it; an undone entry is negative")
    description: str = pa.Field(nullable=True, description="What the entry says about itself")

    class Config:
        strict = True


class PostingDifferences(pa.DataFrameModel):
    """One row per document whose change of stock value in the month the source booked at another amount."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    kind: str = pa.Field(isin=POSTING_KINDS, description="What kind of document")
    document_number: str = pa.Field(description="Number that people use")
    posted_on: pl.Date = pa.Field(nullable=True, description="Last day that the source booked it on in the month")
    ledger_amount: Money = pa.Field(description="Change of stock value in our ledger, base currency, signed")
    posted_amount: Money = pa.Field(description="What the source debited to stock less what it credited")
    difference_amount: Money = pa.Field(description="Ledger less source")
    cause: str = pa.Field(isin=POSTING_CAUSES, description="What the difference comes from")

    class Config:
        strict = True
        unique = ["period", "kind", "document_number"]
