"""Documents of others in Xero that may touch stock and clearing accounts: invoices, bills, credit notes, bank lines.

They are read because the `/Journals` feed is closed to most apps since March 2026 (xero.md section 8).
"""

from typing import Annotated

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Instant, Money


class XeroDocumentLines(pa.DataFrameModel):
    """One row per line of a bill or supplier credit, and per line of other documents on accounts of the tie-out."""

    document_id: str = pa.Field(description="Xero's id of the document")
    line_number: int = pa.Field(ge=1, description="Place of the line in the document")
    document_kind: str = pa.Field(
        isin=["invoice", "credit_note", "bank_transaction", "payment"],
        description="Endpoint of Xero that it was read from",
    )
    document_type: str = pa.Field(description="Xero's type: ACCPAY, ACCREC, ACCPAYCREDIT, SPEND, RECEIVE …")
    document_number: str = pa.Field(nullable=True, description="Number in Xero; the supplier's own for a bill")
    reference: str = pa.Field(nullable=True, description="Reference in Xero")
    contact_name: str = pa.Field(nullable=True, description="Supplier or customer")
    document_date: pl.Date = pa.Field(description="Accounting date")
    document_status: str = pa.Field(description="DRAFT, SUBMITTED, AUTHORISED, PAID, VOIDED or DELETED")
    currency_code: str = pa.Field(nullable=True, description="Currency of the document; null is base currency")
    currency_rate: Annotated[pl.Decimal, 24, 6] = pa.Field(
        nullable=True, description="Units of that currency for one of base currency, as Xero keeps it"
    )
    account_code: str = pa.Field(nullable=True, description="Account code as text; null: the line has none")
    description: str = pa.Field(description="Words of the line")
    foreign_amount: Money = pa.Field(description="Without tax, in currency_code, debit positive")
    line_amount: Money = pa.Field(description="Without tax, in base currency, debit positive")
    updated_at: Instant = pa.Field(nullable=True, description="Last change in Xero")

    class Config:
        strict = True
        unique = ["document_id", "line_number"]


class XeroReads(pa.DataFrameModel):
    """One row per endpoint whose documents are mirrored: how far it was read, for which accounts, or why it was not."""

    resource: str = pa.Field(unique=True, description="Endpoint of Xero")
    organisation_id: str = pa.Field(description="Xero's id of the organisation that it was read from")
    from_date: pl.Date = pa.Field(description="Documents of earlier days were left out")
    account_codes: str = pa.Field(description="Accounts whose lines were kept, joined by spaces")
    changed_until: Instant = pa.Field(nullable=True, description="Latest change seen; the next read begins before it")
    refusal: str = pa.Field(nullable=True, description="Why Xero did not let it be read, such as a missing scope")

    class Config:
        strict = True
