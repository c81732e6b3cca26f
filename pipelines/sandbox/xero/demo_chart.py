"""The demo company that new books start with: its organisation, chart of accounts and tax rates (xero.md section 8)."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Protocol

ACCOUNT_CLASSES = {
    "BANK": "ASSET",
    "CURRENT": "ASSET",
    "FIXED": "ASSET",
    "INVENTORY": "ASSET",
    "NONCURRENT": "ASSET",
    "PREPAYMENT": "ASSET",
    "CURRLIAB": "LIABILITY",
    "LIABILITY": "LIABILITY",
    "PAYG": "LIABILITY",
    "TERMLIAB": "LIABILITY",
    "EQUITY": "EQUITY",
    "DEPRECIATN": "EXPENSE",
    "DIRECTCOSTS": "EXPENSE",
    "EXPENSE": "EXPENSE",
    "OVERHEADS": "EXPENSE",
    "OTHERINCOME": "REVENUE",
    "REVENUE": "REVENUE",
    "SALES": "REVENUE",
}
"""Account type -> class. Xero names the class for reports and for the tax rates that may be applied."""

PROFIT_AND_LOSS = ("REVENUE", "EXPENSE")

# code, name, type, default tax type, system account
DEMO_ACCOUNTS = (
    ("090", "Business Bank Account", "BANK", "NONE", ""),
    ("200", "Sales", "REVENUE", "OUTPUT2", ""),
    ("260", "Other Revenue", "REVENUE", "OUTPUT2", ""),
    ("310", "Cost of Goods Sold", "DIRECTCOSTS", "INPUT2", ""),
    ("400", "Advertising", "EXPENSE", "INPUT2", ""),
    ("404", "Bank Fees", "EXPENSE", "NONE", ""),
    ("425", "Freight & Courier", "EXPENSE", "INPUT2", ""),
    ("429", "General Expenses", "EXPENSE", "INPUT2", ""),
    ("497", "Bank Revaluations", "EXPENSE", "NONE", "BANKCURRENCYGAIN"),
    ("498", "Unrealised Currency Gains", "EXPENSE", "NONE", "UNREALISEDCURRENCYGAIN"),
    ("499", "Realised Currency Gains", "EXPENSE", "NONE", "REALISEDCURRENCYGAIN"),
    ("610", "Accounts Receivable", "CURRENT", "NONE", "DEBTORS"),
    ("620", "Prepayments", "CURRENT", "NONE", ""),
    ("630", "Stock on Hand", "CURRENT", "NONE", ""),
    ("640", "Tracked Inventory", "INVENTORY", "NONE", ""),
    ("800", "Accounts Payable", "CURRLIAB", "NONE", "CREDITORS"),
    ("820", "GST", "CURRLIAB", "NONE", "GST"),
    ("840", "Historical Adjustment", "CURRLIAB", "NONE", "HISTORICAL"),
    ("850", "Suspense", "CURRLIAB", "NONE", ""),
    ("860", "Rounding", "CURRLIAB", "NONE", "ROUNDING"),
    ("877", "Tracking Transfers", "CURRLIAB", "NONE", "TRACKINGTRANSFERS"),
    ("960", "Retained Earnings", "EQUITY", "NONE", "RETAINEDEARNINGS"),
    ("970", "Owner A Funds Introduced", "EQUITY", "NONE", ""),
)

# tax type, name, rate in per cent, then whether it applies to assets, equity, expenses, liabilities, revenue
DEMO_TAX_RATES = (
    ("INPUT2", "15% GST on Expenses", "15", True, True, True, True, False),
    ("OUTPUT2", "15% GST on Income", "15", True, True, False, True, True),
    ("GSTONIMPORTS", "GST on Imports", "0", True, True, True, True, False),
    ("NONE", "No GST", "0", True, True, True, True, True),
    ("ZERORATED", "Zero Rated", "0", True, True, False, True, True),
)


class Fillable(Protocol):
    """What the chart is written into: the books."""

    def insert(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Add rows to a table."""

    def now_ms(self) -> int:
        """The present, in milliseconds since 1970."""


def fill_demo_chart(books: Fillable) -> None:
    """Write the demo company into new books; its identifier, and so the tenant, is new each time."""
    now = books.now_ms()
    organisation = {
        "organisation_id": str(uuid.uuid4()),
        "name": "Demo Company (NZ)",
        "base_currency": "NZD",
        "country_code": "NZ",
        "time_zone": "Pacific/Auckland",
        "financial_year_end_day": 31,
        "financial_year_end_month": 3,
        "created_at": now,
    }
    names = ("code", "name", "type", "tax_type", "system_account")
    accounts = [
        {
            **dict(zip(names, account, strict=True)),
            **new_account_state(now),
            "enable_payments": account[2] == "EQUITY" and not account[4],
        }
        for account in DEMO_ACCOUNTS
    ]
    rate_names = ("tax_type", "name", "rate", "assets", "equity", "expenses", "liabilities", "revenue")
    books.insert("organisation", [organisation])
    books.insert("accounts", accounts)
    books.insert(
        "tax_rates", [{**dict(zip(rate_names, rate, strict=True)), "status": "ACTIVE"} for rate in DEMO_TAX_RATES]
    )


def new_account_state(now_ms: int) -> dict[str, object]:
    """What every account starts with, beside its code, name and type."""
    return {"account_id": str(uuid.uuid4()), "status": "ACTIVE", "updated_at": now_ms}
