"""What `tieout init` knows of both ends before it proposes anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from mappings.xero_accounts import XeroAccount


@dataclass(frozen=True)
class TrackingChoice:
    """An active tracking category of Xero and its active options."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class XeroFacts:
    """The organisation in Xero: its books, chart and settings."""

    organisation: str
    base_currency: str
    time_zone: str | None
    """IANA name; None where Xero's own name for it is not known."""
    lock_date: date | None
    """The later of the two lock dates: nothing may be dated on or before it."""
    accounts: pl.DataFrame
    """XeroAccounts."""
    chart: Mapping[str, XeroAccount]
    """Accounts by code."""
    tax_rates: pl.DataFrame
    """XeroTaxRates."""
    tracking_options: pl.DataFrame
    """XeroTrackingOptions."""
    currencies: tuple[str, ...]
    """Currencies that are switched on; the base currency is one of them."""
    tracked_items: Mapping[str, str] = field(default_factory=dict)
    """COGS account of items whose stock and COGS Xero books by itself, by code of the item."""
    purchase_accounts: Mapping[str, int] = field(default_factory=dict)
    """How many items are bought on which account."""
    payment_accounts: frozenset[str] = frozenset()
    """Codes of accounts that are no bank and take payments all the same (xero.md section 4)."""
    unread: tuple[str, ...] = ()
    """What could not be read, in words."""

    @property
    def tracking(self) -> list[TrackingChoice]:
        """Active categories in the order of Xero, at most two."""
        active = self.tracking_options.filter(category_status="ACTIVE")
        names = filter(can_stand, active["tracking_category"].unique(maintain_order=True).to_list())
        return [TrackingChoice(name, self._options(name)) for name in names]

    def _options(self, category: str) -> tuple[str, ...]:
        own = self.tracking_options.filter(tracking_category=category, option_status="ACTIVE")
        return tuple(option for option in own["tracking_option"].drop_nulls() if can_stand(option))


LONGEST_NAME = 100


def can_stand(name: str) -> bool:
    """Whether a name can stand in YAML: not blank, not endless, and every letter of it can be seen."""
    is_seen = not any(letter < " " or "\x7f" <= letter < "\xa0" or "\ud800" <= letter <= "\udfff" for letter in name)
    return is_seen and bool(name.strip()) and len(name) <= LONGEST_NAME


@dataclass(frozen=True)
class Cin7Facts:
    """What the company's documents hold that mappings speak about."""

    source: str
    """Name of the source: omni, core, or a file of mappings/sources."""
    read_from: str
    """Where this was read, in words."""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values that occur, by attribute of a rule: location, channel, category, brand, customer_group."""
    reasons: tuple[str, ...] = ()
    """Adjustment reasons."""
    has_unreasoned_adjustments: bool = False
    """Whether adjustments occur that give no reason."""
    charge_types: tuple[str, ...] = ()
    """Kinds of landed charges; empty where the source does not tell."""
    currencies: tuple[str, ...] = ()
    """Currencies of documents and contacts."""
    base_currency: str | None = None
    """None where the source does not say."""
    base_currency_reason: str = ""
    """How the base currency is known."""
    time_zone: str | None = None
    opening_date: date | None = None
    """Day of the opening stock."""
    has_production: bool = False
    account_uses: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How often the source itself names an account code, by role."""
