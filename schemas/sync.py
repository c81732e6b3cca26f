"""The document sync: what Xero should hold of the source's trade documents, what stands in the way, and what was paid.

`sync` tables are computed by every `tieout plan --documents`; what was sent stands in `post`, as for journals.
"""

import pandera.polars as pa
import polars as pl

from schemas.dtypes import Instant, Money, Quantity, Rate, UnitCost

SYNC_KINDS = (
    "contact",
    "item",
    "sales_invoice",
    "bill",
    "purchase_order",
    "sales_credit",
    "supplier_credit",
    "sales_deposit",
    "purchase_deposit",
    "sales_deposit_reversal",
    "purchase_deposit_reversal",
    "payment",
    "allocation",
)
"""In the order of sending, but for deposits, which go with invoices and credits."""

SYNC_ACTIONS = ("new", "adopted", "changed", "voided", "blocked", "unchanged")
"""What a plan of documents does, in the order in which it is shown; adopted, blocked and unchanged send nothing."""


class SyncContacts(pa.DataFrameModel):
    """One row per contact that has a document to send: whom it is in Xero, or what has to be decided."""

    contact_key: str = pa.Field(unique=True, description="Our key: the source's contact id")
    contact_name: str = pa.Field(description="Name as it is sent: no < >, no double or outer spaces")
    contact_number: str = pa.Field(description="Our number in Xero (ContactNumber): how the contact is found again")
    email: str = pa.Field(nullable=True, description="The one e-mail that is sent: accounts first, else any other")
    tax_number: str = pa.Field(nullable=True, description="Tax or business number")
    first_name: str = pa.Field(nullable=True, description="First name of the person")
    last_name: str = pa.Field(nullable=True, description="Last name of the person")
    phone: str = pa.Field(nullable=True, description="Phone number")
    xero_contact_id: str = pa.Field(nullable=True, description="The contact in Xero; null: to be created, or undecided")
    matched_by: str = pa.Field(
        nullable=True,
        isin=["stored_id", "contact_number", "tax_number", "email", "name", "decision", "new"],
        description="How it was found; new: there is none; null: waits for somebody",
    )
    candidate_count: pl.Int64 = pa.Field(description="Contacts in Xero that fit equally well; above 1 somebody decides")
    candidates: str = pa.Field(nullable=True, description="Those contacts, name and id, for the review list")

    class Config:
        strict = True


class SyncDocuments(pa.DataFrameModel):
    """One row per document that Xero should hold; amounts in document currency, positive."""

    document_key: str = pa.Field(unique=True, description="Our key, the same in every run: kind and source id or group")
    kind: str = pa.Field(isin=list(SYNC_KINDS), description="What kind of document")
    xero_number: str = pa.Field(description="InvoiceNumber, CreditNoteNumber or PurchaseOrderNumber in Xero")
    reference: str = pa.Field(nullable=True, description="Reference in Xero")
    contact_key: str = pa.Field(nullable=True, description="sync.contacts")
    document_date: pl.Date = pa.Field(description="Date of the document")
    due_date: pl.Date = pa.Field(nullable=True, description="Day it is due")
    currency_code: str = pa.Field(description="Currency of all amounts of it")
    currency_rate: Rate = pa.Field(nullable=True, gt=0, description="Base currency for one foreign unit; null: base")
    tax_mode: str = pa.Field(isin=["inclusive", "exclusive", "exempt"], description="Whether line amounts contain tax")
    wanted_status: str = pa.Field(isin=["DRAFT", "AUTHORISED", "VOIDED"], description="Status that it should have")
    net_amount: Money = pa.Field(description="Sum of the lines without tax")
    tax_amount: Money = pa.Field(description="Sum of the lines' tax")
    total_amount: Money = pa.Field(description="net_amount + tax_amount: what Xero has to show as its total")
    source_total_amount: Money = pa.Field(nullable=True, description="Total as the source states it")
    order_count: pl.Int64 = pa.Field(description="Orders inside it: 1, or more where they are consolidated")
    channel: str = pa.Field(nullable=True, description="Channel, where it is one")
    location: str = pa.Field(nullable=True, description="Branch, where it is one")
    source_document_id: str = pa.Field(nullable=True, description="core.trade_documents; null where consolidated")
    original_document_key: str = pa.Field(nullable=True, description="Credits and reversals: the document they credit")

    class Config:
        strict = True


class SyncLines(pa.DataFrameModel):
    """One row per line of a document that Xero should hold; document currency, amounts as the tax mode says."""

    document_key: str = pa.Field(description="sync.documents")
    line_number: pl.Int64 = pa.Field(description="Order of the lines, from 1")
    line_kind: str = pa.Field(description="goods, freight, surcharge, discount, deposit, rounding, other")
    description: str = pa.Field(description="Text of the line")
    item_code: str = pa.Field(nullable=True, description="Xero item; null where items are not synced")
    quantity: Quantity = pa.Field(description="Units")
    unit_price: UnitCost = pa.Field(description="Price of one unit, 4 places at most; quantity x price is line_amount")
    line_amount: Money = pa.Field(description="2 places")
    tax_amount: Money = pa.Field(description="Tax of the line, 2 places")
    account_code: str = pa.Field(description="Account in Xero")
    tax_type: str = pa.Field(description="Tax type in Xero")
    tracking: str = pa.Field(nullable=True, description="Category: option, up to two, as in journal lines")

    class Config:
        strict = True


class SyncLineSources(pa.DataFrameModel):
    """One row per source line behind a line of a document: the drill-down, also of a consolidated one."""

    document_key: str = pa.Field(description="sync.documents")
    line_number: pl.Int64 = pa.Field(description="Line of the document")
    source_document_id: str = pa.Field(description="core.trade_documents")
    source_line_id: str = pa.Field(nullable=True, description="core.trade_lines; null for rounding")
    line_amount: Money = pa.Field(description="Its part of the line's amount; the parts sum to it")
    tax_amount: Money = pa.Field(description="Its part of the line's tax; the parts sum to it")

    class Config:
        strict = True


class SyncPayments(pa.DataFrameModel):
    """One row per payment that Xero should hold from us."""

    payment_key: str = pa.Field(unique=True, description="Our key: the source's payment id")
    document_key: str = pa.Field(description="sync.documents that it pays or refunds")
    reference: str = pa.Field(description="Reference in Xero: deterministic, how the payment is found again")
    paid_on: pl.Date = pa.Field(description="Day of the payment")
    amount: Money = pa.Field(ge=0, description="Document currency")
    currency_rate: Rate = pa.Field(nullable=True, gt=0, description="Base currency for one foreign unit; null: base")
    account_code: str = pa.Field(description="Bank or clearing account in Xero")

    class Config:
        strict = True


class SyncAllocations(pa.DataFrameModel):
    """One row per credit that is set against an invoice or bill."""

    allocation_key: str = pa.Field(unique=True, description="Our key: credit and invoice")
    credit_key: str = pa.Field(description="sync.documents: the credit note")
    invoice_key: str = pa.Field(description="sync.documents: the invoice or bill")
    allocated_on: pl.Date = pa.Field(description="The later of the two dates (xero.md section 4)")
    amount: Money = pa.Field(ge=0, description="Document currency")

    class Config:
        strict = True


class SyncErrors(pa.DataFrameModel):
    """One row per document that cannot go as it is: what `tieout errors` shows."""

    document_key: str = pa.Field(description="Our key of the document, contact, item, payment or allocation")
    kind: str = pa.Field(isin=list(SYNC_KINDS), description="What kind of document")
    document_number: str = pa.Field(nullable=True, description="Number that people look for")
    error_code: str = pa.Field(description="Which rule, a stable word: ambiguous_contact, locked, paid, refused ...")
    reason: str = pa.Field(description="What is wrong, in words")
    next_step: str = pa.Field(description="What to do about it")
    owner: str = pa.Field(nullable=True, description="Who looks after it, by documents.yaml")
    amount: Money = pa.Field(nullable=True, description="Total of the document, document currency")
    currency_code: str = pa.Field(nullable=True, description="Currency of the amount")
    document_date: pl.Date = pa.Field(nullable=True, description="Date of the document")
    first_seen_at: Instant = pa.Field(description="When it was found first; kept while it stays")
    skip_reason: str = pa.Field(nullable=True, description="Why somebody set it aside; null: nobody did")
    skipped_until: pl.Date = pa.Field(nullable=True, description="Last day that it stays set aside")

    class Config:
        strict = True


class SyncedDocuments(pa.DataFrameModel):
    """One row per document that we put into Xero and that stands there: the posted state of the sync."""

    document_key: str = pa.Field(unique=True, description="Our key")
    kind: str = pa.Field(isin=list(SYNC_KINDS), description="What kind of document")
    xero_id: str = pa.Field(description="Xero's id")
    xero_number: str = pa.Field(nullable=True, description="Its number in Xero")
    xero_status: str = pa.Field(description="Its status in Xero when last seen")
    content_hash: str = pa.Field(description="Hash of what was sent: an equal one plans nothing")
    shown_hash: str = pa.Field(nullable=True, description="Hash of what Xero showed of it then: another one is an edit")
    content_json: str = pa.Field(description="What was sent, as JSON, with our keys in place of Xero's ids")
    document_date: pl.Date = pa.Field(nullable=True, description="Date of the document")
    currency_code: str = pa.Field(nullable=True, description="Currency of the amounts")
    total_amount: Money = pa.Field(nullable=True, description="Total, document currency")
    paid_amount: Money = pa.Field(nullable=True, description="Paid in Xero when last seen, document currency")
    credited_amount: Money = pa.Field(nullable=True, description="Credited in Xero when last seen, document currency")
    due_amount: Money = pa.Field(nullable=True, description="Outstanding in Xero when last seen, document currency")
    plan_hash: str = pa.Field(description="Plan that sent it")
    posted_at: Instant = pa.Field(description="When Xero confirmed it")
    seen_at: Instant = pa.Field(description="When Xero's state was read last")
    ended_at: Instant = pa.Field(nullable=True, description="When we voided or deleted it; null: we did not")

    class Config:
        strict = True


class DepositRollForward(pa.DataFrameModel):
    """One row per kind of deposit, currency and month: opening + taken - reversed = closing, net of tax."""

    kind: str = pa.Field(isin=["sales_deposit", "purchase_deposit"], description="Customers' or our own deposits")
    currency_code: str = pa.Field(description="Currency of the amounts")
    month: pl.Date = pa.Field(description="First day of the month")
    opening_amount: Money = pa.Field(description="On the deposit account at the month's beginning, document currency")
    taken_amount: Money = pa.Field(description="Deposits of the month, net of tax")
    reversed_amount: Money = pa.Field(description="Deposits whose final invoice went out in the month, net of tax")
    closing_amount: Money = pa.Field(description="On the deposit account at the month's end")

    class Config:
        strict = True
        unique = ["kind", "currency_code", "month"]


class SyncItems(pa.DataFrameModel):
    """One row per product that Xero should hold as an untracked item."""

    item_key: str = pa.Field(unique=True, description="Our key: the source's id or SKU of the product")
    item_code: str = pa.Field(description="Code in Xero, at most 30 characters: how the item is found again")
    item_name: str = pa.Field(nullable=True, description="Name, at most 50 characters")
    sales_account_code: str = pa.Field(nullable=True, description="Account of its sales lines")
    purchase_account_code: str = pa.Field(nullable=True, description="Account of its purchase lines")

    class Config:
        strict = True


class PlannedSync(pa.DataFrameModel):
    """One row per contact, item, document, payment and allocation of a plan of documents."""

    plan_hash: str = pa.Field(description="post.plans")
    position: pl.Int64 = pa.Field(ge=1, description="Order in which they are shown and sent")
    document_key: str = pa.Field(description="Our key")
    kind: str = pa.Field(isin=list(SYNC_KINDS), description="What kind of document")
    action: str = pa.Field(
        isin=list(SYNC_ACTIONS),
        description="new, adopted (it stands in Xero already), changed, voided, blocked, unchanged",
    )
    xero_number: str = pa.Field(nullable=True, description="Number, code, name or reference that people look for")
    document_date: pl.Date = pa.Field(nullable=True, description="Date of the document")
    currency_code: str = pa.Field(nullable=True, description="Currency of the amounts; null: base")
    total_amount: Money = pa.Field(nullable=True, description="Total afterwards, document currency; null: it goes")
    old_total_amount: Money = pa.Field(nullable=True, description="Total before, document currency; null: it is new")
    content_hash: str = pa.Field(nullable=True, description="Hash of what is wanted; null: it goes")
    before_hash: str = pa.Field(
        nullable=True, description="Hash of what was posted and of how Xero showed it; null: new"
    )
    error_code: str = pa.Field(nullable=True, description="What blocks it, a stable word; null: nothing does")
    reason: str = pa.Field(description="Why, in words")
    next_step: str = pa.Field(nullable=True, description="What to do about what blocks it")

    class Config:
        strict = True
        unique = ["plan_hash", "position"]


class SyncTotals(pa.DataFrameModel):
    """One row per total that was compared with Xero: by kind, tax mode and currency, or by account in base currency."""

    tie_out: str = pa.Field(isin=["documents", "accounts"], description="Which of the two comparisons")
    name: str = pa.Field(description="Kind of document, or account code with what it is for")
    tax_mode: str = pa.Field(nullable=True, description="inclusive, exclusive, exempt; null for accounts")
    currency_code: str = pa.Field(description="Currency of the amounts; base for accounts")
    document_count: pl.Int64 = pa.Field(ge=0, description="Documents that it sums")
    net_amount: Money = pa.Field(description="Without tax; for accounts: what our documents book, debit positive")
    tax_amount: Money = pa.Field(description="Tax; 0 for accounts")
    total_amount: Money = pa.Field(description="Total; for accounts: what our documents book, debit positive")
    xero_amount: Money = pa.Field(description="The same total in Xero; for accounts: the trial balance")
    difference_amount: Money = pa.Field(description="xero_amount - total_amount; of accounts: what others booked there")
    examples: str = pa.Field(nullable=True, description="Documents that differ, by number and amount")

    class Config:
        strict = True


class SyncSkips(pa.DataFrameModel):
    """One row per time that somebody set an error of the sync aside, with a reason and an end."""

    document_key: str = pa.Field(description="Our key of the document, contact, item, payment or allocation")
    error_code: str = pa.Field(description="Which rule it broke")
    reason: str = pa.Field(description="Why, in the words of the person")
    skipped_until: pl.Date = pa.Field(description="Last day that it stays set aside")
    skipped_by: str = pa.Field(description="Name that was given, or the login")
    login: str = pa.Field(description="Login of the operating system")
    host: str = pa.Field(description="Host on which it was set aside")
    skipped_at: Instant = pa.Field(description="When")

    class Config:
        strict = True


class SourcePayments(pa.DataFrameModel):
    """One row per payment of the accounts that was written into the source, so that it is written once."""

    xero_payment_id: str = pa.Field(unique=True, description="Xero's id of the payment")
    document_id: str = pa.Field(description="core.trade_documents that it pays")
    paid_on: pl.Date = pa.Field(description="Day of the payment")
    amount: Money = pa.Field(ge=0, description="Amount, document currency")
    resource: str = pa.Field(description="Where it was written: Payments of Omni, sale/payment of Core ...")
    body: str = pa.Field(description="The request's body, byte for byte")
    state: str = pa.Field(
        isin=["sending", "written", "refused"],
        description="sending: no answer yet, so the source is asked whether it has it; written; refused",
    )
    source_payment_id: str = pa.Field(nullable=True, description="The source's id of the payment it made")
    reason: str = pa.Field(nullable=True, description="What the source said where it refused")
    first_sent_at: Instant = pa.Field(description="When the request left first")
    settled_at: Instant = pa.Field(nullable=True, description="When the source's answer came")

    class Config:
        strict = True
