"""The mappings as tables: what the transforms get, so that they never see YAML."""

from dataclasses import dataclass
from typing import Annotated

import pandera.polars as pa
import polars as pl

from schemas.journals import ROLES

LEVEL_OF_ATTRIBUTE = {
    "order_account": "line", "charge_type": "line", "reason": "line",
    "sku": "product",
    "customer": "contact", "supplier": "contact", "party": "contact", "customer_group": "contact",
    "location": "branch", "channel": "branch",
    "category": "category", "brand": "category",
    "journal_kind": "default", "currency": "default",
}  # fmt: skip
"""What a rule may ask for, and how near to the single line that is."""

RULE_ATTRIBUTES = list(LEVEL_OF_ATTRIBUTE)
"""The attributes of a journal entry that a rule may ask for."""

PRECEDENCE = ("line", "product", "contact", "branch", "category", "default")
"""The order in which rules are tried where a file declares none: the nearest to the single line first."""

Conditions = Annotated[pl.List, pl.String()]
"""Texts and patterns (`*` any text, `?` any letter) of which one must fit; null lets anything pass."""


class RuleConditions(pa.DataFrameModel):
    """What a journal entry must have for a rule; of the rules that match, the lowest rule_order decides."""

    rule_order: int = pa.Field(ge=1, description="Order in which rules are tried, 1 first")
    level: str = pa.Field(isin=list(PRECEDENCE), description="Level of precedence on which it is tried")
    order_account: Conditions = pa.Field(nullable=True, description="Account on the order line in the source")
    charge_type: Conditions = pa.Field(nullable=True, description="Kind of landed charge")
    reason: Conditions = pa.Field(nullable=True, description="Adjustment reason")
    sku: Conditions = pa.Field(nullable=True, description="Stock keeping unit")
    customer: Conditions = pa.Field(nullable=True, description="Customer")
    supplier: Conditions = pa.Field(nullable=True, description="Supplier")
    party: Conditions = pa.Field(nullable=True, description="Customer or supplier")
    customer_group: Conditions = pa.Field(nullable=True, description="Group that the customer belongs to")
    location: Conditions = pa.Field(nullable=True, description="Branch or warehouse")
    channel: Conditions = pa.Field(nullable=True, description="Sales channel")
    category: Conditions = pa.Field(nullable=True, description="Product category")
    brand: Conditions = pa.Field(nullable=True, description="Product brand")
    journal_kind: Conditions = pa.Field(nullable=True, description="Kind of journal")
    currency: Conditions = pa.Field(nullable=True, description="Currency of the document, ISO 4217")
    defined_at: str = pa.Field(description="file:line:column of the rule")


class AccountRules(RuleConditions):
    """One row per rule that gives a role its account."""

    role: str = pa.Field(isin=ROLES, description="What the account is for")
    account_code: str = pa.Field(description="Xero account code, as text")

    class Config:
        strict = True
        unique = ["rule_order"]


class TaxRules(RuleConditions):
    """One row per rule that gives journal lines a tax type."""

    role: str = pa.Field(nullable=True, isin=ROLES, description="What the account is for; null: any role")
    tax_type: str = pa.Field(description="Xero tax type")

    class Config:
        strict = True
        unique = ["rule_order"]


class TrackingRules(RuleConditions):
    """One row per rule that gives journal lines a tracking option."""

    slot: int = pa.Field(isin=[1, 2], description="First or second tracking category")
    tracking_category: str = pa.Field(description="Xero tracking category")
    chosen_by: str = pa.Field(
        isin=RULE_ATTRIBUTES, description="Attribute whose value a message names where no rule matches"
    )
    tracking_option: str = pa.Field(description="Xero tracking option")

    class Config:
        strict = True
        unique = ["slot", "rule_order"]


class ChargeTypes(pa.DataFrameModel):
    """One row per kind of landed charge: how it is spread."""

    charge_type: str = pa.Field(unique=True, description="freight, customs, ...")
    basis: str = pa.Field(isin=["value", "quantity", "weight", "volume", "equal"], description="What it is spread by")
    places: int = pa.Field(ge=2, le=6, description="Decimal places of a share")
    remainder: str = pa.Field(isin=["largest", "last"], description="Line that takes what rounding leaves over")
    defined_at: str = pa.Field(description="file:line:column of the entry")

    class Config:
        strict = True


@dataclass(frozen=True)
class MappingTables:
    """Every mapping that a transform needs, as frames."""

    accounts: pl.DataFrame
    """AccountRules."""
    taxes: pl.DataFrame
    """TaxRules."""
    tracking: pl.DataFrame
    """TrackingRules."""
    tracked_roles: tuple[str, ...]
    """Roles whose lines carry tracking options."""
    charge_types: pl.DataFrame
    """ChargeTypes."""
