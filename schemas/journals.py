"""Journals: the source rows behind each line, the lines, and the header that Xero gets."""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Money

JOURNAL_KINDS = ["cogs", "landed_cost", "adjustment", "production", "valuation", "cut_off"]
"""The journals of the design, in the order in which they are shown and posted."""

ROLES = [
    "stock_on_hand", "cogs", "late_cost", "landed_cost_clearing", "adjustment", "production_clearing", "rounding",
    "exchange_difference", "purchase_price_variance", "purchase_return_variance", "opening_difference",
    "goods_received_not_invoiced", "goods_in_transit", "shipped_not_invoiced",
]  # fmt: skip
"""What an account is for; accounts.yaml, adjustments.yaml and landed_costs.yaml say which account it is."""


class JournalEntries(pa.DataFrameModel):
    """One row per source row and side of a journal, before accounts are known: what a line will be the sum of."""

    journal_key: str = pa.Field(description="Kind, period and document: one journal")
    journal_kind: str = pa.Field(isin=JOURNAL_KINDS, description="Kind of journal")
    journal_date: pl.Date = pa.Field(description="Accounting date")
    journal_subject: str = pa.Field(description="What the narration names: a month, a purchase order, an adjustment")
    role: str = pa.Field(isin=ROLES, description="What the account is for")
    line_topic: str = pa.Field(
        description="Words that open the line's description; rows of another topic make another line"
    )
    entry_amount: Money = pa.Field(description="Base currency, debit positive")
    source_table: str = pa.Field(description="Table that holds the source row")
    source_id: str = pa.Field(description="Key of the source row")
    sku: str = pa.Field(nullable=True, description="Stock keeping unit, for mapping rules")
    category: str = pa.Field(nullable=True, description="Product category, for mapping rules")
    location: str = pa.Field(nullable=True, description="Branch or warehouse, for mapping rules and tracking")
    channel: str = pa.Field(nullable=True, description="Sales channel, for mapping rules and tracking")
    party: str = pa.Field(nullable=True, description="Customer or supplier")
    reason: str = pa.Field(nullable=True, description="Adjustment reason")
    charge_type: str = pa.Field(nullable=True, description="Kind of landed charge")
    brand: str = pa.Field(nullable=True, description="Product brand, for mapping rules")
    customer_group: str = pa.Field(nullable=True, description="Group that the customer belongs to, for mapping rules")
    currency_code: str = pa.Field(nullable=True, description="Currency of the document, for mapping rules")
    order_account: str = pa.Field(
        nullable=True, description="Account on the document's line in the source, for mapping rules"
    )
    left_account_code: str = pa.Field(
        nullable=True, description="Stock account that goods leave, whatever the rules give now; null: as the rules say"
    )

    class Config:
        strict = True

    @pa.dataframe_check(error="both sides of every source row must sum to zero in each journal")
    @classmethod
    def _sides_sum_to_zero(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return _sums_to_zero(data, ["journal_key", "source_table", "source_id"], "entry_amount")


class KeptEntries(JournalEntries):
    """One row per source row and side of a journal of a month, before accounts are known: to map months again."""

    period: pl.Date = pa.Field(description="First day of the month closed")

    class Config:
        strict = True


class JournalLineSources(pa.DataFrameModel):
    """One row per source row and journal line; the amounts of a line's sources sum to the line."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    journal_key: str = pa.Field(description="The journal")
    line_number: int = pa.Field(
        ge=0, description="The line within the journal, from 1; 0: the rows cancelled out, so there is no line"
    )
    role: str = pa.Field(isin=ROLES, description="What the account is for")
    source_table: str = pa.Field(description="Table that holds the source row")
    source_id: str = pa.Field(description="Key of the source row")
    source_amount: Money = pa.Field(description="Part of the line in base currency, debit positive")

    class Config:
        strict = True


class JournalLines(pa.DataFrameModel):
    """One row per journal line: account, tracking and a signed amount."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    journal_key: str = pa.Field(description="The journal")
    line_number: int = pa.Field(ge=1, description="From 1, in the order in which Xero shows them")
    role: str = pa.Field(isin=ROLES, description="What the account is for")
    account_code: str = pa.Field(description="Xero account code, as text")
    tax_type: str = pa.Field(nullable=True, description="Xero tax type; null leaves it to NoTax")
    tracking_category_1: str = pa.Field(nullable=True, description="Xero tracking category")
    tracking_option_1: str = pa.Field(nullable=True, description="Its option")
    tracking_category_2: str = pa.Field(nullable=True, description="Second Xero tracking category")
    tracking_option_2: str = pa.Field(nullable=True, description="Its option")
    description: str = pa.Field(description="What a reader of the ledger sees")
    line_amount: Money = pa.Field(ne=0, description="Base currency, debit positive, credit negative")
    source_count: int = pa.Field(ge=1, description="Source rows behind the line")

    class Config:
        strict = True
        unique = ["period", "journal_key", "line_number"]

    @pa.dataframe_check(error="lines of a journal must sum to zero")
    @classmethod
    def _lines_sum_to_zero(cls, data: pa.PolarsData) -> pl.LazyFrame:
        return _sums_to_zero(data, ["period", "journal_key"], "line_amount")


class Journals(pa.DataFrameModel):
    """One row per journal that the period should have in Xero."""

    period: pl.Date = pa.Field(description="First day of the month closed")
    journal_key: str = pa.Field(description="Kind, period and document, such as COGS-2026-10 or LANDED-2026-10-PO-104")
    journal_kind: str = pa.Field(isin=JOURNAL_KINDS, description="Kind of journal")
    journal_date: pl.Date = pa.Field(description="Accounting date")
    narration_text: str = pa.Field(
        description="Period and source in words; the tag is put before it when it is planned"
    )
    debit_amount: Money = pa.Field(gt=0, description="Sum of the debits in base currency")
    line_count: int = pa.Field(ge=2, description="Number of lines")

    class Config:
        strict = True
        unique = ["period", "journal_key"]


def _sums_to_zero(data: pa.PolarsData, keys: list[str], amount: str) -> pl.LazyFrame:
    """One verdict a row: whether the rows that share its keys sum to zero."""
    return data.lazyframe.select((pl.col(amount).sum().over(keys) == 0).alias("balanced"))
