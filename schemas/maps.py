"""The mappings as tables: what the transforms get, so that they never see YAML."""

from dataclasses import dataclass

import pandera.polars as pa
import polars as pl

from schemas.journals import ROLES

RULE_ATTRIBUTES = ["sku", "category", "location", "channel", "party", "reason", "charge_type"]
"""The attributes of a journal entry that a rule may ask for; a null in a rule matches anything."""


class AccountRules(pa.DataFrameModel):
    """One row per rule that gives a role its account; of those that match, the lowest rule_order wins."""

    rule_order: int = pa.Field(unique=True, ge=1, description="Precedence, 1 first")
    role: str = pa.Field(isin=ROLES, description="What the account is for")
    sku: str = pa.Field(nullable=True, description="Only this stock keeping unit")
    category: str = pa.Field(nullable=True, description="Only this product category")
    location: str = pa.Field(nullable=True, description="Only this branch or warehouse")
    channel: str = pa.Field(nullable=True, description="Only this sales channel")
    party: str = pa.Field(nullable=True, description="Only this customer or supplier")
    reason: str = pa.Field(nullable=True, description="Only this adjustment reason")
    charge_type: str = pa.Field(nullable=True, description="Only this kind of landed charge")
    account_code: str = pa.Field(description="Xero account code, as text")
    defined_at: str = pa.Field(description="file:line:column of the rule")

    class Config:
        strict = True


class TaxRules(pa.DataFrameModel):
    """One row per role with a tax type of its own."""

    role: str = pa.Field(unique=True, isin=ROLES, description="What the account is for")
    tax_type: str = pa.Field(description="Xero tax type")
    defined_at: str = pa.Field(description="file:line:column of the rule")

    class Config:
        strict = True


class TrackingRules(pa.DataFrameModel):
    """One row per value of an attribute that gets a tracking option."""

    slot: int = pa.Field(isin=[1, 2], description="First or second tracking category")
    tracking_category: str = pa.Field(description="Xero tracking category")
    attribute: str = pa.Field(
        isin=["category", "location", "channel"], description="Attribute of the entry it is chosen by"
    )
    value: str = pa.Field(nullable=True, description="The attribute's value; null is any other value")
    tracking_option: str = pa.Field(description="Xero tracking option")
    defined_at: str = pa.Field(description="file:line:column of the rule")

    class Config:
        strict = True


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
