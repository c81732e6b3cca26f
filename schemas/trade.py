"""What a source knows of trade documents: contacts, invoices, credits, bills, deposits, purchase orders, payments.

These tables feed the document sync (invoices and bills to Xero), not costing: costing reads schemas/documents.py.
A source YAML fills each with one `select`. Amounts are in the document's own currency where the column says so.
"""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Money, Quantity, Rate, UnitCost

DOCUMENT_KINDS = (
    "sales_invoice",
    "sales_credit",
    "bill",
    "supplier_credit",
    "purchase_order",
    "sales_deposit",
    "purchase_deposit",
)
"""A deposit is money asked for before the goods: its final invoice is named by `original_document_id`."""

LINE_KINDS = ("goods", "freight", "surcharge", "discount", "deposit", "other")

TAX_MODES = ("inclusive", "exclusive", "exempt")
"""Whether line amounts contain tax, come before it, or have none."""


class Contacts(pa.DataFrameModel):
    """One row per customer or supplier of the source."""

    contact_id: str = pa.Field(unique=True, description="The source's id of the contact")
    kind: str = pa.Field(isin=["customer", "supplier", "both"], description="customer, supplier or both")
    contact_name: str = pa.Field(description="Name of the company, or of the person where there is none")
    contact_number: str = pa.Field(nullable=True, description="Account number that people use")
    tax_number: str = pa.Field(nullable=True, description="Tax or business number")
    accounts_email: str = pa.Field(nullable=True, description="E-mail of the accounts department, as typed")
    email: str = pa.Field(nullable=True, description="Any other e-mail, as typed")
    first_name: str = pa.Field(nullable=True, description="First name of the person")
    last_name: str = pa.Field(nullable=True, description="Last name of the person")
    phone: str = pa.Field(nullable=True, description="Phone number, as typed")
    currency_code: str = pa.Field(nullable=True, description="Usual currency; null is base currency")
    payment_terms: str = pa.Field(nullable=True, description="Payment terms in the source's words")
    xero_contact_id: str = pa.Field(nullable=True, description="Xero's id of the contact as the source stores it")
    is_active: bool = pa.Field(description="Whether the source still uses the contact")

    class Config:
        strict = True


class TradeDocuments(pa.DataFrameModel):
    """One row per document that the accounts carry: invoice, credit, bill, purchase order, deposit."""

    document_id: str = pa.Field(unique=True, description="The source's id with a prefix that keeps kinds apart")
    kind: str = pa.Field(isin=list(DOCUMENT_KINDS), description="What kind of document")
    document_number: str = pa.Field(
        nullable=True, description="Number of the invoice or credit; null before it has one"
    )
    order_number: str = pa.Field(description="Reference of the order, as people use it")
    supplier_reference: str = pa.Field(nullable=True, description="Bills: the supplier's own invoice reference")
    contact_id: str = pa.Field(nullable=True, description="core.contacts; null where the source names none")
    contact_name: str = pa.Field(nullable=True, description="Name on the document")
    document_date: pl.Date = pa.Field(nullable=True, description="Date of the invoice, credit or bill; null before")
    due_date: pl.Date = pa.Field(nullable=True, description="Day it is due, where the source states a day")
    payment_terms: str = pa.Field(nullable=True, description="Payment terms of the order in the source's words")
    currency_code: str = pa.Field(nullable=True, description="Currency of all amounts of it; null is base currency")
    currency_rate: Rate = pa.Field(
        nullable=True, gt=0, description="Base currency for one foreign unit, as the document states; null: rate tables"
    )
    tax_mode: str = pa.Field(isin=list(TAX_MODES), description="Whether line amounts contain tax")
    status: str = pa.Field(isin=["draft", "approved", "void"], description="draft, approved or void")
    accounting_status: str = pa.Field(
        nullable=True,
        isin=["not_imported", "imported", "do_not_import", "error"],
        description="What the source says about the document in accounting; null where it does not say",
    )
    location: str = pa.Field(nullable=True, description="Branch or warehouse")
    channel: str = pa.Field(nullable=True, description="Where the sale came from: web, store, wholesale")
    original_document_id: str = pa.Field(
        nullable=True, description="Credits: the invoice they credit; deposits: the final invoice or bill"
    )
    total_amount: Money = pa.Field(
        nullable=True, description="Total with tax as the source states it, document currency; null: it does not"
    )
    moved_date: pl.Date = pa.Field(nullable=True, description="Day the goods moved completely; null before")

    class Config:
        strict = True


class TradeLines(pa.DataFrameModel):
    """One row per line of a trade document; credits have positive quantities and amounts, like the paper shows."""

    line_id: str = pa.Field(unique=True, description="The source's id of the line; made up for freight and the like")
    document_id: str = pa.Field(description="core.trade_documents")
    position: pl.Int64 = pa.Field(description="Order of the lines on the document")
    kind: str = pa.Field(isin=list(LINE_KINDS), description="goods (any product), freight, surcharge, discount ...")
    sku: str = pa.Field(nullable=True, description="Stock keeping unit of goods")
    description: str = pa.Field(nullable=True, description="Text of the line")
    quantity: Quantity = pa.Field(description="Units; 1 for freight and the like")
    unit_price: UnitCost = pa.Field(description="Price of one unit, document currency, with tax where tax_mode says so")
    discount_amount: Money = pa.Field(ge=0, description="Discount of the whole line, document currency, same tax mode")
    line_amount: Money = pa.Field(
        description="quantity x unit_price - discount, 2 places, document currency, same tax mode; a discount line is "
        "negative"
    )
    tax_amount: Money = pa.Field(
        nullable=True, description="Tax of the line as the source states it, document currency; null: by tax_rate"
    )
    tax_rate: Rate = pa.Field(nullable=True, ge=0, description="Rate of tax as a fraction: 0.15 is 15 %")
    tax_name: str = pa.Field(nullable=True, description="The source's name of the tax rule, for mappings")
    order_account: str = pa.Field(nullable=True, description="Account that somebody chose on the line or the order")

    class Config:
        strict = True


class Payments(pa.DataFrameModel):
    """One row per payment of a trade document."""

    payment_id: str = pa.Field(unique=True, description="The source's id of the payment")
    document_id: str = pa.Field(nullable=True, description="core.trade_documents; null: the source names none we know")
    order_number: str = pa.Field(nullable=True, description="Reference of the order, as people use it")
    kind: str = pa.Field(isin=["payment", "refund"], description="payment, or refund of a credit")
    paid_on: pl.Date = pa.Field(description="Day of the payment")
    amount: Money = pa.Field(ge=0, description="Amount, document currency, positive")
    currency_rate: Rate = pa.Field(
        nullable=True, gt=0, description="Base currency for one foreign unit on that day, where the source states it"
    )
    method: str = pa.Field(
        nullable=True, description="How it was paid: card, cash ...; documents.yaml gives its account"
    )
    reference: str = pa.Field(nullable=True, description="Reference of the payment")
    is_from_accounting: bool = pa.Field(
        description="Whether the source took it over from the accounts: such a payment is never sent there again"
    )

    class Config:
        strict = True


class AccountingPayments(pa.DataFrameModel):
    """One row per payment that people or the bank feed entered in Xero on a document that we sent."""

    xero_payment_id: str = pa.Field(unique=True, description="Xero's id of the payment")
    document_id: str = pa.Field(description="core.trade_documents that it pays or refunds")
    kind: str = pa.Field(isin=["payment", "refund"], description="payment, or refund of a credit")
    paid_on: pl.Date = pa.Field(description="Day of the payment")
    amount: Money = pa.Field(ge=0, description="Amount, document currency, positive")
    currency_rate: Rate = pa.Field(nullable=True, description="Base currency for one foreign unit, as Xero states it")
    account_code: str = pa.Field(nullable=True, description="Bank or clearing account in Xero")
    reference: str = pa.Field(nullable=True, description="Its reference in Xero")

    class Config:
        strict = True


class DocumentBalances(pa.DataFrameModel):
    """One row per document that Xero holds from us: what of it is paid, as Xero showed it last."""

    document_id: str = pa.Field(unique=True, description="core.trade_documents")
    xero_number: str = pa.Field(nullable=True, description="Its number in Xero")
    xero_status: str = pa.Field(description="Its status in Xero: AUTHORISED, PAID, VOIDED ...")
    currency_code: str = pa.Field(nullable=True, description="Currency of the amounts")
    total_amount: Money = pa.Field(description="Total, document currency")
    paid_amount: Money = pa.Field(description="Paid, document currency")
    credited_amount: Money = pa.Field(description="Credited, document currency")
    due_amount: Money = pa.Field(description="Still open, document currency")

    class Config:
        strict = True


class ContactBalances(pa.DataFrameModel):
    """One row per contact of the source that Xero has too: what is open between it and us, in base currency."""

    contact_id: str = pa.Field(unique=True, description="core.contacts")
    receivable_amount: Money = pa.Field(nullable=True, description="What it owes us, base currency")
    payable_amount: Money = pa.Field(nullable=True, description="What we owe it, base currency")

    class Config:
        strict = True
