"""What a close reports beside its journals: exceptions, what was left out, and the tie-out."""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Money, Quantity

EXCEPTION_KINDS = [
    "missing_cost", "negative_stock", "missing_rate", "unknown_sku", "unmapped_reason", "unmapped_charge",
    "unmapped_tracking", "unmapped_account", "missing_received_line", "unpriced_receipt", "rejected_row", "no_cogs",
    "no_receipts", "fewer_rows", "before_opening", "unstocked",
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
    """One row per line of a document that the COGS of this period, or the ledger, leaves out, with value and reason."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    move_id: str = pa.Field(description="Key of the stock move, or of the sale line where nothing has moved")
    category: str = pa.Field(
        isin=[
            "dispatched_not_recognised",
            "recognised_not_dispatched",
            "excluded_by_rule",
            "not_counted",
            "dispatched_before_opening",
            "before_opening",
        ],
        description="dispatched and not recognised, recognised and not dispatched, excluded by a rule, or not counted"
        " at all: a draft or void document whose goods moved nevertheless; a sale of this month, or any document"
        " (listed in the first month), whose goods moved before the opening stock was counted",
    )
    reason: str = pa.Field(description="The rule that left it out, in words")
    document_number: str = pa.Field(description="Number that people use")
    sku: str = pa.Field(description="Stock keeping unit")
    moved_on: pl.Date = pa.Field(nullable=True, description="Physical date")
    invoice_date: pl.Date = pa.Field(nullable=True, description="Date of the invoice or credit note")
    quantity: Quantity = pa.Field(description="Units")
    cost_amount: Money = pa.Field(description="Effect on Xero's stock account against the ledger, in base currency")
    revenue_amount: Money = pa.Field(nullable=True, description="Net revenue in base currency")
    goods_amount: Money = pa.Field(
        nullable=True,
        description="What the goods cost, base currency, leaving positive, coming in negative: in the ledger where they"
        " have moved, else as their sale or the units on hand do; null where nothing tells",
    )

    class Config:
        strict = True
        unique = ["period", "move_id"]


ACCOUNT_ROLES = ["stock_on_hand", "clearing", "allowance"]
"""What an account of the tie-out is for: stock, what passes through (freight, goods received), a write-down."""

AGE_BANDS = ["0-30 days", "31-60 days", "61-90 days", "over 90 days", "before the first month"]
"""How long something has been open at the cut-off."""


class TieOuts(pa.DataFrameModel):
    """One row per account of the tie-out and step from the stock ledger to Xero's balance."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    account_code: str = pa.Field(description="Stock, clearing or allowance account in Xero")
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


class TieOutAccounts(pa.DataFrameModel):
    """One row per account of the tie-out: the two balances, what is not explained, and since when."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    account_code: str = pa.Field(description="Account in Xero")
    account_role: str = pa.Field(isin=ACCOUNT_ROLES, description="stock_on_hand, clearing or allowance")
    cut_off: pl.Date = pa.Field(description="Last day that counts")
    ledger_amount: Money = pa.Field(description="What our own books say: stock ledger, open orders, allowance")
    xero_amount: Money = pa.Field(description="Balance of Xero's trial balance, debit positive")
    explained_amount: Money = pa.Field(description="Sum of the causes")
    unexplained_amount: Money = pa.Field(description="Xero less our books less the causes")
    materiality_amount: Money = pa.Field(ge=0, description="Unexplained amount up to which the month still ties out")
    first_difference_on: pl.Date = pa.Field(
        nullable=True, description="First day of the difference; null where nothing but timing stands between them"
    )

    class Config:
        strict = True
        unique = ["period", "account_code"]


class TieOutDocuments(pa.DataFrameModel):
    """One row per account, cause and document: the documents of a cause sum to it."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    account_code: str = pa.Field(description="Account in Xero")
    cause: str = pa.Field(description="The step of close.tie_outs that it is part of")
    document_kind: str = pa.Field(description="sale, purchase, journal, bill, credit, bank transaction, …")
    document_number: str = pa.Field(description="Number, tag or narration by which people know it")
    document_date: pl.Date = pa.Field(nullable=True, description="Accounting date; null where it has none yet")
    amount: Money = pa.Field(description="What Xero holds above our books because of it, in base currency")
    xero_id: str = pa.Field(nullable=True, description="Xero's id of the document; null where Xero has none")
    note: str = pa.Field(description="What is the matter with it, in words")

    class Config:
        strict = True


class ClearingOrders(pa.DataFrameModel):
    """One row per clearing account and purchase order that is open on it at the cut-off, with its age."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    account_code: str = pa.Field(description="Clearing account in Xero; empty where received goods have no account")
    order_number: str = pa.Field(description="Purchase order; empty: what Xero held before the first month")
    party: str = pa.Field(nullable=True, description="Supplier, carrier or broker")
    opened_on: pl.Date = pa.Field(nullable=True, description="Day of the first charge or receipt")
    age_days: int = pa.Field(nullable=True, ge=0, description="Days from then to the cut-off")
    age_band: str = pa.Field(isin=AGE_BANDS, description="The same in words")
    charged_amount: Money = pa.Field(description="What came onto the account, base currency, debit positive")
    cleared_amount: Money = pa.Field(description="What our journals took off it again, debit positive")
    open_amount: Money = pa.Field(description="Charged and cleared: what stands open, debit positive")

    class Config:
        strict = True
        unique = ["period", "account_code", "order_number"]
