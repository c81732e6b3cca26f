"""What a company decides about the document sync, as plain values: what the transforms of transforms/sync get."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

import pandera.polars as pa
import polars as pl

from schemas.maps import RuleConditions

SyncStatus = Literal["DRAFT", "AUTHORISED"]
TermType = Literal["DAYSAFTERBILLDATE", "DAYSAFTERBILLMONTH", "OFCURRENTMONTH", "OFFOLLOWINGMONTH"]
GroupSpan = Literal["day", "month"]
GroupRate = Literal["document", "average"]
MatchLevel = Literal["stored_id", "contact_number", "tax_number", "email", "name"]

KINDS_SENT = {
    "contacts": "contact",
    "items": "item",
    "sales_invoices": "sales_invoice",
    "sales_credits": "sales_credit",
    "bills": "bill",
    "supplier_credits": "supplier_credit",
    "purchase_orders": "purchase_order",
    "sales_deposits": "sales_deposit",
    "purchase_deposits": "purchase_deposit",
    "payments": "payment",
    "allocations": "allocation",
}
"""Kinds that documents.yaml switches on, and the kind of their rows in `sync`."""

SALES_KINDS = ("sales_invoice", "sales_credit", "sales_deposit", "sales_deposit_reversal")
"""Documents with a customer; the others have a supplier."""

CREDIT_KINDS = ("sales_credit", "supplier_credit", "sales_deposit_reversal", "purchase_deposit_reversal")
"""Documents that are credit notes in Xero."""

DOCUMENT_ROLES = (
    "revenue",
    "purchases",
    "purchases_not_stocked",
    "freight_income",
    "surcharge_income",
    "discount_given",
    "freight_cost",
    "surcharge_cost",
    "discount_received",
    "sales_deposit",
    "purchase_deposit",
    "rounding",
)
"""What a line of a document is; documents.yaml says which account that is."""

LENT_ROLES = {
    "freight_income": "revenue",
    "surcharge_income": "revenue",
    "discount_given": "revenue",
    "freight_cost": "purchases",
    "surcharge_cost": "purchases",
    "discount_received": "purchases",
}
"""A role without an account of its own takes that of another one: freight that a supplier charges is cost of goods."""


class DocumentAccountRules(RuleConditions):
    """One row per rule that gives lines of documents their account."""

    role: str = pa.Field(isin=list(DOCUMENT_ROLES), description="What the line is")
    account_code: str = pa.Field(description="Xero account code, as text")

    class Config:
        strict = True
        unique = ["rule_order"]


class DocumentTaxes(pa.DataFrameModel):
    """One row per tax of the source and side: its tax type in Xero."""

    side: str = pa.Field(isin=["sales", "purchases"], description="sales or purchases")
    source_tax: str = pa.Field(description="Name of the tax in the source; a rate such as 15%; exempt; default")
    tax_type: str = pa.Field(description="Xero tax type")

    class Config:
        strict = True
        unique = ["side", "source_tax"]


class PaymentTerms(pa.DataFrameModel):
    """One row per payment terms of the source: how the due date follows from them."""

    payment_terms: str = pa.Field(unique=True, description="In the source's words, lower case, single spaces")
    days: pl.Int64 = pa.Field(ge=0, description="Days after the document or month, or day of the month")
    term_type: str = pa.Field(description="How the days count, as Xero names it")

    class Config:
        strict = True


@dataclass(frozen=True)
class SyncMaps:
    """The tables of documents.yaml that lines and documents are looked up in."""

    accounts: pl.DataFrame
    """DocumentAccountRules."""
    taxes: pl.DataFrame
    """DocumentTaxes."""
    terms: pl.DataFrame
    """PaymentTerms."""
    tracking: pl.DataFrame
    """TrackingRules of tracking.yaml."""
    tracked_roles: tuple[str, ...]
    """Roles whose lines carry tracking options."""
    months: Mapping[date, "SyncMaps"] = field(default_factory=dict)
    """Other maps for documents of these months, by first day: rules may be limited to months."""

    def of(self, month: date) -> "SyncMaps":
        """The maps of a month, given by its first day."""
        return self.months.get(month, self)


@dataclass(frozen=True)
class KindSent:
    """How documents of one kind are sent."""

    status: SyncStatus = "AUTHORISED"
    number_prefix: str = ""


@dataclass(frozen=True)
class Consolidation:
    """Which documents become one, and whose name that one carries."""

    channels: tuple[str, ...]
    """Values or patterns; ("*",): any, also none."""
    span: GroupSpan
    contact_name: str
    rate: GroupRate = "document"
    kinds: tuple[str, ...] = ("sales_invoice", "sales_credit")


@dataclass(frozen=True)
class SyncPolicy:
    """Everything that documents.yaml and close.yaml decide about the sync."""

    first_date: date
    base_currency: str
    kinds: Mapping[str, KindSent]
    """By kind of `sync` (sales_invoice ...); a kind that is not here is off."""
    rounding_cap: Decimal = Decimal("0.02")
    rounding_tax_type: str = "NONE"
    use_order_accounts: bool = False
    accounting_statuses: tuple[str, ...] = ("not_imported", "imported", "error")
    needs_moved: bool = False
    payment_accounts: Mapping[str, str] = field(default_factory=dict)
    pushes_payments: bool = False
    match_levels: tuple[MatchLevel, ...] = ("stored_id", "contact_number", "tax_number", "email", "name")
    contact_number_prefix: str = "CIN7-"
    contact_decisions: Mapping[str, str] = field(default_factory=dict)
    """The source's contact id -> Xero's contact id, or `new`."""
    consolidations: tuple[Consolidation, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    """Person by error code, kind, or `default`."""
