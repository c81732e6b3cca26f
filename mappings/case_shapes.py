"""The only declaration of the keys of mappings/tests/*.yaml: a line, and the account, tax type and tracking it gets."""

# ruff: noqa: RUF009 - `key` declares a field, as dataclasses.field does

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mappings.containers import ListOf, ShapeOf, TableOf, Written, key
from mappings.kinds import Month, PlacedText
from mappings.vocabulary import ACCOUNT_CODE, ANY_TEXT, CURRENCY, JOURNAL_KIND, ROLE, TAX_TYPE, XERO_NAME
from schemas.maps import RULE_ATTRIBUTES


@dataclass(frozen=True, kw_only=True)
class CaseLine(Written):
    """What a journal entry has; what is left out, it does not have."""

    role: str = key(ROLE, "What the account is for")
    order_account: PlacedText | None = key(ANY_TEXT, "Account on the order line in the source", default=None)
    charge_type: PlacedText | None = key(ANY_TEXT, "Kind of landed charge", default=None)
    reason: PlacedText | None = key(ANY_TEXT, "Adjustment reason", default=None)
    sku: PlacedText | None = key(ANY_TEXT, "Stock keeping unit", default=None)
    customer: PlacedText | None = key(ANY_TEXT, "Customer; it is the party too", default=None)
    supplier: PlacedText | None = key(ANY_TEXT, "Supplier; it is the party too", default=None)
    party: PlacedText | None = key(ANY_TEXT, "Customer or supplier", default=None)
    customer_group: PlacedText | None = key(ANY_TEXT, "Group that the customer belongs to", default=None)
    location: PlacedText | None = key(ANY_TEXT, "Branch or warehouse", default=None)
    channel: PlacedText | None = key(ANY_TEXT, "Sales channel", default=None)
    category: PlacedText | None = key(ANY_TEXT, "Product category", default=None)
    brand: PlacedText | None = key(ANY_TEXT, "Product brand", default=None)
    journal_kind: str | None = key(JOURNAL_KIND, "Kind of journal", default=None)
    currency: PlacedText | None = key(CURRENCY, "Currency of the document", default=None)

    @property
    def values(self) -> dict[str, str]:
        """Role and attributes that it has."""
        given = {name: getattr(self, name) for name in ("role", *RULE_ATTRIBUTES)}
        return {name: str(value) for name, value in given.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Expected(Written):
    """What the line has to get; what is left out is not looked at."""

    account: PlacedText | None = key(ACCOUNT_CODE, "Xero account code", default=None)
    tax_type: PlacedText | None = key(TAX_TYPE, "Xero tax type", default=None)
    tracking: Mapping[PlacedText, PlacedText] | None = key(
        TableOf(XERO_NAME, XERO_NAME), "Option of each tracking category", default=None
    )


@dataclass(frozen=True, kw_only=True)
class Case(Written):
    """A line and what the mappings have to give it."""

    name: PlacedText = key(ANY_TEXT, "What it shows, in words; never used twice in a file")
    line: CaseLine = key(ShapeOf(CaseLine), "What the journal entry has")
    period: date | None = key(Month(), "Month of the entry; left out: it must hold in every month", default=None)
    entity: PlacedText | None = key(
        ANY_TEXT, "Organisation of the entry; left out: the one that checks (TIEOUT_ORGANISATION)", default=None
    )
    expect: Expected = key(ShapeOf(Expected), "What it has to get")


@dataclass(frozen=True, kw_only=True)
class CasesFile(Written):
    """Cases that the mappings have to pass; tieout check runs them."""

    cases: tuple[Case, ...] = key(ListOf(ShapeOf(Case)), "One entry a case; [] for none")
