"""What a document is checked against: organisation, accounts, tax rates and tracking, read from the books at once."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipelines.sandbox.xero.books import Books
from pipelines.sandbox.xero.demo_chart import ACCOUNT_CLASSES


@dataclass(frozen=True)
class Organisation:
    """The one organisation of the books."""

    organisation_id: str
    name: str
    base_currency: str
    country_code: str
    time_zone: str
    financial_year_end_day: int
    financial_year_end_month: int
    period_lock_date: date | None
    end_of_year_lock_date: date | None
    created_at: int


@dataclass(frozen=True)
class Account:
    """An account of the chart."""

    account_id: str
    code: str
    name: str
    type: str
    tax_type: str
    status: str
    system_account: str
    updated_at: int
    description: str | None = None
    enable_payments: int = 0
    bank_account_number: str | None = None

    @property
    def account_class(self) -> str:
        """ASSET, EQUITY, EXPENSE, LIABILITY or REVENUE."""
        return ACCOUNT_CLASSES[self.type]


@dataclass(frozen=True)
class TaxRate:
    """A tax rate, with the classes of account that it may be applied to."""

    tax_type: str
    name: str
    status: str
    rate: Decimal
    classes: frozenset[str]


@dataclass(frozen=True)
class TrackingOption:
    """An option of a tracking category, with the category's own name and state."""

    category_id: str
    category: str
    category_status: str
    option_id: str
    option: str
    option_status: str


@dataclass(frozen=True)
class Chart:
    """Everything that a manual journal or a bill is checked against."""

    organisation: Organisation
    accounts: dict[str, Account]
    tax_rates: dict[str, TaxRate]
    tracking_options: tuple[TrackingOption, ...]
    today: date
    currencies: frozenset[str] = frozenset()
    """What documents may be in, beside the base currency."""

    def account(self, code: str | None, account_id: str | None) -> Account | None:
        """The account with this code, or else with this identifier."""
        if code is not None:
            return self.accounts.get(code)
        return next((found for found in self.accounts.values() if found.account_id == account_id), None)

    def system_account(self, name: str) -> Account:
        """The account with a role that Xero itself gives: CREDITORS, GST, HISTORICAL ..."""
        return next(found for found in self.accounts.values() if found.system_account == name)


def read_chart(books: Books) -> Chart:
    """Read organisation, accounts, tax rates and tracking, and today's date in the organisation's time zone."""
    organisation = read_organisation(books)
    accounts = [Account(**dict(row)) for row in books.rows("SELECT * FROM accounts ORDER BY code")]
    rates = [_tax_rate(dict(row)) for row in books.rows("SELECT * FROM tax_rates ORDER BY tax_type")]
    options = books.rows(
        "SELECT category_id, c.name AS category, c.status AS category_status, option_id, o.name AS option,"
        " o.status AS option_status FROM tracking_categories c JOIN tracking_options o USING (category_id)"
        " ORDER BY c.name, o.name"
    )
    return Chart(
        organisation=organisation,
        accounts={account.code: account for account in accounts},
        tax_rates={rate.tax_type: rate for rate in rates},
        tracking_options=tuple(TrackingOption(**dict(row)) for row in options),
        today=books.clock().astimezone(ZoneInfo(organisation.time_zone)).date(),
        currencies=frozenset(row["code"] for row in books.rows("SELECT code FROM currencies")),
    )


def read_organisation(books: Books) -> Organisation:
    """The organisation, with its lock dates as dates."""
    row = books.row("SELECT * FROM organisation")
    if row is None:
        raise LookupError(f"{books.path} holds no organisation")
    values = dict(row)
    for name in ("period_lock_date", "end_of_year_lock_date"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return Organisation(**values)


def _tax_rate(row: dict[str, str]) -> TaxRate:
    """A tax rate of the books: one column for each class that it applies to."""
    columns = {
        "assets": "ASSET",
        "equity": "EQUITY",
        "expenses": "EXPENSE",
        "liabilities": "LIABILITY",
        "revenue": "REVENUE",
    }
    classes = frozenset(name for column, name in columns.items() if row[column])
    return TaxRate(row["tax_type"], row["name"], row["status"], Decimal(row["rate"]), classes)
