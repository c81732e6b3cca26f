"""What a close reports beside its journals: exceptions, what was left out, and the tie-out."""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Money, Quantity

EXCEPTION_KINDS = [
    "missing_cost", "negative_stock", "missing_rate", "unknown_sku", "unmapped_reason", "unmapped_charge",
    "unmapped_tracking", "unmapped_account", "missing_received_line", "unpriced_receipt", "rejected_row",
]  # fmt: skip


class CloseExceptions(pa.DataFrameModel):
    """One row per source row that needs a decision before the month can close."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    exception_kind: str = pa.Field(isin=EXCEPTION_KINDS, description="What is wrong")
    source_table: str = pa.Field(description="Table that holds the row")
    source_id: str = pa.Field(description="Key of the row")
    document_number: str = pa.Field(nullable=True, description="Number that people use")
    sku: str = pa.Field(nullable=True, description="Stock keeping unit")
    subject: str = pa.Field(description="The value that is missing or wrong: a reason, a currency, a SKU")
    quantity: Quantity = pa.Field(nullable=True, description="Stock units concerned")
    amount: Money = pa.Field(nullable=True, description="Base currency concerned, as far as it is known")
    is_blocking: bool = pa.Field(description="Whether nothing may be posted until it is settled")
    correction_id: str = pa.Field(nullable=True, description="The entry of corrections.yaml that accepts it")

    class Config:
        strict = True
        unique = ["period", "exception_kind", "source_table", "source_id"]


class LeftOut(pa.DataFrameModel):
    """One row per sale or return line that the COGS of this period leaves out, with its value and the reason."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    move_id: str = pa.Field(description="Key of the stock move, or of the sale line where nothing has moved")
    category: str = pa.Field(
        isin=["dispatched_not_recognised", "recognised_not_dispatched", "excluded_by_rule"],
        description="dispatched and not recognised, recognised and not dispatched, or excluded by a rule",
    )
    reason: str = pa.Field(description="The rule that left it out, in words")
    document_number: str = pa.Field(description="Number that people use")
    sku: str = pa.Field(description="Stock keeping unit")
    moved_on: pl.Date = pa.Field(nullable=True, description="Physical date")
    invoice_date: pl.Date = pa.Field(nullable=True, description="Date of the invoice or credit note")
    quantity: Quantity = pa.Field(description="Units")
    cost_amount: Money = pa.Field(description="Effect on Xero's stock account against the ledger, in base currency")
    revenue_amount: Money = pa.Field(nullable=True, description="Net revenue in base currency")

    class Config:
        strict = True
        unique = ["period", "move_id"]


class TieOuts(pa.DataFrameModel):
    """One row per stock account and step from the stock ledger to Xero's balance."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    account_code: str = pa.Field(description="Stock account in Xero")
    step: int = pa.Field(ge=1, description="Order of the steps")
    cause: str = pa.Field(
        description="stock_ledger, a cause of difference, expected_in_xero, xero_balance or unexplained"
    )
    description: str = pa.Field(description="The step in words")
    amount: Money = pa.Field(description="Base currency")
    document_count: int = pa.Field(ge=0, description="Documents behind the amount")

    class Config:
        strict = True
        unique = ["period", "account_code", "cause"]
