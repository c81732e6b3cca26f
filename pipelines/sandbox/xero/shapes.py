"""What an opening file and the admin endpoints may hold: one model a thing, unknown keys refused."""

from datetime import date
from datetime import date as date_type
from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pipelines.sandbox.xero.demo_chart import ACCOUNT_CLASSES
from pipelines.sandbox.xero.faults import FaultKind, FaultName
from pipelines.sandbox.xero.settings_views import TIME_ZONES


def _known_type(name: str) -> str:
    """An account type of Xero."""
    if name not in ACCOUNT_CLASSES:
        raise ValueError(f"unknown account type; Xero has {', '.join(ACCOUNT_CLASSES)}")
    return name


def _known_zone(name: str) -> str:
    """A time zone that has a name in Xero."""
    if name not in TIME_ZONES:
        raise ValueError(f"unknown time zone; known are {', '.join(TIME_ZONES)}")
    return name


Amount = Annotated[Decimal, Field(max_digits=15, decimal_places=2)]
CurrencyRate = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=6)]
AccountCode = Annotated[str, Field(min_length=1, max_length=10)]
AccountType = Annotated[str, AfterValidator(_known_type)]
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Status = Literal["ACTIVE", "ARCHIVED"]
AccountClassName = Literal["ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE"]


class Shape(BaseModel):
    """No key that is not declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OrganisationShape(Shape):
    """The organisation; what is left out stays as the demo company has it."""

    name: str | None = None
    base_currency: CurrencyCode | None = None
    country_code: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    time_zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    financial_year_end_day: Annotated[int, Field(ge=1, le=31)] | None = None
    financial_year_end_month: Annotated[int, Field(ge=1, le=12)] | None = None


class AccountShape(Shape):
    """A new account, or what changes of the account with this code."""

    code: AccountCode
    name: Annotated[str, Field(min_length=1, max_length=150)] | None = None
    type: AccountType | None = None
    tax_type: str | None = None
    status: Status | None = None


class TaxRateShape(Shape):
    """A tax rate, new or changed; the rate in per cent."""

    tax_type: Annotated[str, Field(min_length=1)]
    name: str
    rate: Annotated[Decimal, Field(ge=0, decimal_places=4)]
    classes: tuple[AccountClassName, ...] = get_args(AccountClassName)
    status: Literal["ACTIVE", "ARCHIVED", "DELETED"] = "ACTIVE"


class TrackingShape(Shape):
    """A tracking category with the options to add, or to archive."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    options: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = ()
    archived_options: tuple[str, ...] = ()
    status: Status | None = None


class BalanceShape(Shape):
    """Opening balance of an account in base currency, debit positive."""

    account_code: AccountCode
    amount: Amount


class BillLineShape(Shape):
    """A line of a supplier bill, in the bill's currency and without tax: debit positive."""

    account_code: AccountCode
    amount: Amount
    description: str = ""


class BillShape(Shape):
    """A supplier bill (or a credit, with negative lines), known by its reference and date."""

    date: date
    contact: str
    reference: Annotated[str, Field(min_length=1, max_length=255)]
    currency_code: CurrencyCode | None = None
    currency_rate: CurrencyRate | None = None
    lines: Annotated[tuple[BillLineShape, ...], Field(min_length=1)]


class BillsShape(Shape):
    """Several bills at once: all of them are booked, or none."""

    bills: tuple[BillShape, ...]


class LockDatesShape(Shape):
    """Lock dates; one that is left out stays, null takes it away."""

    lock_date: date | None = None
    end_of_year_lock_date: date | None = None


class OpeningShape(LockDatesShape):
    """What new books start with; balances and bills are booked before the lock dates are set."""

    date: date
    balances: tuple[BalanceShape, ...] = ()
    bills: tuple[BillShape, ...] = ()
    accounts: tuple[AccountShape, ...] = ()
    tracking: tuple[TrackingShape, ...] = ()
    tax_rates: tuple[TaxRateShape, ...] = ()
    organisation: OrganisationShape = OrganisationShape()


class PersonLineShape(Shape):
    """A journal line as a person enters it, without tax: debit positive."""

    account_code: AccountCode
    amount: Amount
    description: str = ""


class PersonActionShape(Shape):
    """The journal that a person approves, voids, deletes ...: identifier, whole narration, or its first word."""

    journal: Annotated[str, Field(min_length=1)]


class ContactMergeShape(Shape):
    """Two contacts that a person merges, by their identifiers."""

    merged: Annotated[str, Field(min_length=1)]
    kept: Annotated[str, Field(min_length=1)]


class PersonEditShape(PersonActionShape):
    """What a person changes of a journal; what is left out stays."""

    narration: Annotated[str, Field(min_length=1)] | None = None
    date: date_type | None = None
    lines: Annotated[tuple[PersonLineShape, ...], Field(min_length=2)] | None = None


class PersonJournalShape(Shape):
    """A journal that a person, or another integration, enters."""

    narration: Annotated[str, Field(min_length=1)]
    date: date_type
    status: Literal["DRAFT", "POSTED"] = "POSTED"
    lines: Annotated[tuple[PersonLineShape, ...], Field(min_length=2)]


class FaultShape(Shape):
    """A fault to switch on."""

    name: FaultName
    every: Annotated[int, Field(ge=1)] = 1
    times: Annotated[int, Field(ge=1)] | None = None
    on: FaultKind = "writes"
    path: str | None = None
    requests: Annotated[int, Field(ge=0)] = 2
    wait: Annotated[float, Field(ge=0, le=600)] = 1.0
    day: date | None = None
