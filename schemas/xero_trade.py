"""What tieout mirrors from Xero for the document sync: contacts, items, terms, and documents with what settles them."""

from typing import Annotated

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Instant, Money

XeroRate = Annotated[pl.Decimal, 24, 6]
"""Units of a foreign currency for one of base currency, as Xero keeps it."""


class XeroContacts(pa.DataFrameModel):
    """One row per contact in Xero, archived and merged ones too."""

    contact_id: str = pa.Field(unique=True, description="Xero's id of the contact")
    contact_name: str = pa.Field(description="Name, unique among active contacts whatever its case")
    contact_number: str = pa.Field(nullable=True, description="ContactNumber: what an integration knows it by")
    account_number: str = pa.Field(nullable=True, description="Account number that people gave it")
    tax_number: str = pa.Field(nullable=True, description="Tax or business number")
    email: str = pa.Field(nullable=True, description="E-mail address")
    first_name: str = pa.Field(nullable=True, description="First name of the person")
    last_name: str = pa.Field(nullable=True, description="Last name of the person")
    contact_status: str = pa.Field(description="ACTIVE, ARCHIVED or GDPRREQUEST")
    merged_to_contact_id: str = pa.Field(nullable=True, description="The contact that it was merged into; null: none")
    is_customer: bool = pa.Field(description="Whether it has had an invoice")
    is_supplier: bool = pa.Field(description="Whether it has had a bill")
    receivable_amount: Money = pa.Field(nullable=True, description="What it owes us, base currency; null: not told")
    payable_amount: Money = pa.Field(nullable=True, description="What we owe it, base currency; null: not told")
    updated_at: Instant = pa.Field(nullable=True, description="Last change in Xero")

    class Config:
        strict = True


class XeroItems(pa.DataFrameModel):
    """One row per item in Xero."""

    item_id: str = pa.Field(unique=True, description="Xero's id of the item")
    item_code: str = pa.Field(description="Code, unique")
    item_name: str = pa.Field(nullable=True, description="Name")
    sales_account_code: str = pa.Field(nullable=True, description="Account of its sales lines")
    purchase_account_code: str = pa.Field(nullable=True, description="Account of its purchase lines")
    is_tracked: bool = pa.Field(description="Whether Xero itself counts its stock: never one of ours")

    class Config:
        strict = True


class XeroCurrencies(pa.DataFrameModel):
    """One row per currency that the organisation has switched on."""

    currency_code: str = pa.Field(unique=True, description="ISO 4217")
    description: str = pa.Field(nullable=True, description="Name as Xero shows it")

    class Config:
        strict = True


class XeroPaymentTerms(pa.DataFrameModel):
    """One row per side of the organisation's own payment terms."""

    side: str = pa.Field(isin=["sales", "bills"], description="Of which documents")
    day: pl.Int64 = pa.Field(description="Days, or day of the month")
    term_type: str = pa.Field(description="DAYSAFTERBILLDATE, DAYSAFTERBILLMONTH, OFCURRENTMONTH or OFFOLLOWINGMONTH")

    class Config:
        strict = True
        unique = ["side"]


class XeroTradeDocuments(pa.DataFrameModel):
    """One row per invoice, bill, credit note and purchase order in Xero since the sync begins, ours or not."""

    document_id: str = pa.Field(unique=True, description="Xero's id of the document")
    resource: str = pa.Field(isin=["Invoices", "CreditNotes", "PurchaseOrders"], description="Endpoint of Xero")
    document_type: str = pa.Field(description="ACCREC, ACCPAY, ACCRECCREDIT, ACCPAYCREDIT or PURCHASEORDER")
    document_number: str = pa.Field(nullable=True, description="Its number in Xero")
    reference: str = pa.Field(nullable=True, description="Reference in Xero")
    contact_id: str = pa.Field(nullable=True, description="xero.contacts")
    document_date: pl.Date = pa.Field(description="Accounting date")
    document_status: str = pa.Field(description="DRAFT, SUBMITTED, AUTHORISED, PAID, BILLED, VOIDED or DELETED")
    currency_code: str = pa.Field(nullable=True, description="Currency of the amounts")
    currency_rate: XeroRate = pa.Field(description="Units of that currency for one of base currency, as Xero keeps it")
    net_amount: Money = pa.Field(description="Total without tax, document currency")
    tax_amount: Money = pa.Field(description="Tax, document currency")
    total_amount: Money = pa.Field(description="Total, document currency")
    paid_amount: Money = pa.Field(description="Paid or refunded, document currency")
    credited_amount: Money = pa.Field(description="Credited, or of a credit note: allocated, document currency")
    due_amount: Money = pa.Field(description="What is left, document currency")
    shown_hash: str = pa.Field(description="sha256 over date, currency, rate and lines: an edit in Xero changes it")
    line_ids: str = pa.Field(description="LineItemIDs in the order of the lines, joined by spaces")
    updated_at: Instant = pa.Field(nullable=True, description="Last change in Xero")

    class Config:
        strict = True


class XeroPayments(pa.DataFrameModel):
    """One row per payment in Xero since the sync begins, ours or not."""

    payment_id: str = pa.Field(unique=True, description="Xero's id of the payment")
    document_id: str = pa.Field(nullable=True, description="xero.trade_documents that it pays or refunds")
    payment_type: str = pa.Field(nullable=True, description="ACCRECPAYMENT, ACCPAYPAYMENT, ARCREDITPAYMENT ...")
    paid_on: pl.Date = pa.Field(description="Day of the payment")
    amount: Money = pa.Field(description="Document currency")
    currency_rate: XeroRate = pa.Field(nullable=True, description="Units of the currency for one of base currency")
    account_code: str = pa.Field(nullable=True, description="Account that the money came to or left; null: not told")
    reference: str = pa.Field(nullable=True, description="Reference in Xero")
    payment_status: str = pa.Field(description="AUTHORISED or DELETED")
    is_reconciled: bool = pa.Field(description="Whether it is matched with the bank: such a one cannot be taken back")
    updated_at: Instant = pa.Field(nullable=True, description="Last change in Xero")

    class Config:
        strict = True


class XeroAllocations(pa.DataFrameModel):
    """One row per part of a credit note that is set against an invoice or bill, as it stands in Xero."""

    allocation_id: str = pa.Field(description="Xero's id of the allocation; empty where Xero tells none")
    credit_id: str = pa.Field(description="xero.trade_documents: the credit note")
    invoice_id: str = pa.Field(description="xero.trade_documents: the invoice or bill")
    allocated_on: pl.Date = pa.Field(nullable=True, description="Day of the allocation")
    amount: Money = pa.Field(description="Document currency")

    class Config:
        strict = True
