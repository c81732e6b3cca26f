"""What tieout mirrors from Xero: organisation, accounts, tax rates, tracking, trial balance and our own journals.

Xero's spellings are translated once, in `pipelines/load/mirror_rows.py`; the facts about each field are in xero.md
sections 2 and 8.
"""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Instant, Money, Rate


class XeroOrganisations(pa.DataFrameModel):
    """One row: the Xero organisation that the journals go to."""

    organisation_id: str = pa.Field(unique=True, description="Xero's id of the organisation")
    name: str = pa.Field(description="Name of the organisation")
    base_currency: str = pa.Field(description="Currency of every manual journal")
    country_code: str = pa.Field(nullable=True, description="Country of the organisation")
    time_zone: str = pa.Field(nullable=True, description="Time zone in Xero's own spelling")
    period_lock_date: pl.Date = pa.Field(
        nullable=True, description="Nothing may be dated on or before it, advisers excepted"
    )
    end_of_year_lock_date: pl.Date = pa.Field(nullable=True, description="Nothing may be dated on or before it")
    mirrored_at: Instant = pa.Field(description="When it was read")

    class Config:
        strict = True


class XeroAccounts(pa.DataFrameModel):
    """One row per account of the Xero chart of accounts."""

    account_id: str = pa.Field(unique=True, description="Xero's id of the account")
    account_code: str = pa.Field(nullable=True, description="Account code as text; bank accounts may have none")
    account_name: str = pa.Field(description="Account name")
    account_type: str = pa.Field(description="Xero account type: CURRENT, DIRECTCOSTS, BANK, ...")
    account_class: str = pa.Field(nullable=True, description="ASSET, EQUITY, EXPENSE, LIABILITY or REVENUE")
    tax_type: str = pa.Field(nullable=True, description="The account's own tax type")
    account_status: str = pa.Field(description="ACTIVE, ARCHIVED or DELETED")
    system_account: str = pa.Field(
        nullable=True, description="What Xero itself uses the account for; null on ordinary ones"
    )

    class Config:
        strict = True


class XeroTaxRates(pa.DataFrameModel):
    """One row per tax rate of the organisation."""

    tax_type: str = pa.Field(unique=True, description="Xero tax type, the key that documents carry")
    tax_name: str = pa.Field(description="Name as people read it")
    tax_status: str = pa.Field(description="ACTIVE, DELETED, ARCHIVED or PENDING")
    effective_rate: Rate = pa.Field(nullable=True, description="Per cent")
    can_apply_to_assets: bool = pa.Field(description="Whether asset accounts may carry it")
    can_apply_to_equity: bool = pa.Field(description="Whether equity accounts may carry it")
    can_apply_to_expenses: bool = pa.Field(description="Whether expense accounts may carry it")
    can_apply_to_liabilities: bool = pa.Field(description="Whether liability accounts may carry it")
    can_apply_to_revenue: bool = pa.Field(description="Whether revenue accounts may carry it")

    class Config:
        strict = True


class XeroTrackingOptions(pa.DataFrameModel):
    """One row per option of a tracking category; a category without options has one row without option."""

    tracking_category_id: str = pa.Field(description="Xero's id of the category")
    tracking_category: str = pa.Field(description="Name of the category")
    category_status: str = pa.Field(description="ACTIVE, ARCHIVED or DELETED")
    tracking_option_id: str = pa.Field(nullable=True, description="Xero's id of the option")
    tracking_option: str = pa.Field(nullable=True, description="Name of the option")
    option_status: str = pa.Field(nullable=True, description="ACTIVE, ARCHIVED or DELETED")

    class Config:
        strict = True


class XeroTrialBalances(pa.DataFrameModel):
    """One row per account and balance date of Xero's trial balance, in base currency."""

    balance_date: pl.Date = pa.Field(description="Last day that is counted")
    account_id: str = pa.Field(description="Xero's id of the account")
    account_code: str = pa.Field(nullable=True, description="Account code as text")
    account_name: str = pa.Field(description="Account name")
    debit_amount: Money = pa.Field(description="The month's movement, if debit")
    credit_amount: Money = pa.Field(description="The month's movement, if credit")
    ytd_debit_amount: Money = pa.Field(description="The balance, if debit")
    ytd_credit_amount: Money = pa.Field(description="The balance, if credit")
    balance_amount: Money = pa.Field(description="YTD debit less YTD credit: the balance that is compared")

    class Config:
        strict = True
        unique = ["balance_date", "account_id"]


class XeroManualJournals(pa.DataFrameModel):
    """One row per manual journal in Xero whose narration starts with a tag, or that we posted, as Xero shows it."""

    manual_journal_id: str = pa.Field(unique=True, description="Xero's id of the journal")
    tag: str = pa.Field(
        description="First word of the narration, such as ACME-COGS-2026-10-v1; ours where a person deleted the word"
    )
    narration: str = pa.Field(description="The whole narration")
    journal_date: pl.Date = pa.Field(description="Accounting date")
    journal_status: str = pa.Field(description="DRAFT, POSTED, VOIDED, DELETED or ARCHIVED")
    content_hash: str = pa.Field(description="sha256 over what Xero shows, made as for our own documents")
    debit_amount: Money = pa.Field(description="Sum of the debits in base currency")
    line_count: int = pa.Field(ge=0, description="Number of lines")
    updated_at: Instant = pa.Field(nullable=True, description="Last change in Xero")
    material_hash: str = pa.Field(description="sha256 over date, accounts, amounts, tax and tracking")
    content_json: str = pa.Field(description="Date, text and lines as Xero shows them, as JSON")

    class Config:
        strict = True


class XeroForeignJournalLines(pa.DataFrameModel):
    """One row per line of a manual journal in Xero that is not ours: of Cin7's sync, a person, another app."""

    manual_journal_id: str = pa.Field(description="Xero's id of the journal")
    line_number: int = pa.Field(ge=1, description="Place of the line in the journal")
    narration: str = pa.Field(description="The whole narration")
    journal_date: pl.Date = pa.Field(description="Accounting date")
    journal_status: str = pa.Field(description="DRAFT, POSTED, VOIDED, DELETED or ARCHIVED")
    account_code: str = pa.Field(nullable=True, description="Account code as text; null: the line has none")
    description: str = pa.Field(description="Words of the line")
    line_amount: Money = pa.Field(description="Base currency, debit positive")
    updated_at: Instant = pa.Field(nullable=True, description="Last change in Xero")

    class Config:
        strict = True
        unique = ["manual_journal_id", "line_number"]
