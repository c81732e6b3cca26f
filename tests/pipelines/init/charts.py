"""Made-up organisations: charts as other companies write them."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from mappings.xero_accounts import read_accounts
from pipelines.init.facts import Cin7Facts, XeroFacts
from schemas.checking import check
from schemas.xero import XeroAccounts, XeroTaxRates, XeroTrackingOptions

CLASSES = {
    "BANK": "ASSET", "CURRENT": "ASSET", "INVENTORY": "ASSET", "CURRLIAB": "LIABILITY", "DIRECTCOSTS": "EXPENSE",
    "EXPENSE": "EXPENSE", "OVERHEADS": "EXPENSE", "REVENUE": "REVENUE", "EQUITY": "EQUITY",
}  # fmt: skip

BRITISH = """\
1001 CURRENT     Stock
1100 CURRENT     Debtors Control Account    DEBTORS
1103 CURRENT     Prepayments
4000 REVENUE     Sales
5000 DIRECTCOSTS Cost of Sales
5100 DIRECTCOSTS Carriage inward
5101 DIRECTCOSTS Import Duty
5200 DIRECTCOSTS Stock written off
5201 DIRECTCOSTS Stocktake adjustments
7400 EXPENSE     Foreign exchange differences
6201 EXPENSE     Advertising and samples
8200 CURRLIAB    Rounding                   ROUNDING
"""

AMERICAN = """\
12000 CURRENT     Inventory Asset
12100 CURRENT     Inventory in transit
12500 CURRENT     Work in Progress
13000 CURRENT     Prepaid Expenses
50000 DIRECTCOSTS COGS
50010 DIRECTCOSTS COGS - Freight and Shipping
51000 EXPENSE     Inventory Shrinkage
52000 EXPENSE     Purchase Price Variance
"""


def accounts(text: str) -> pl.DataFrame:
    """XeroAccounts of lines with code, type, name and, after two blanks, system account."""
    rows = []
    for line in text.splitlines():
        code, kind, rest = line.split(maxsplit=2)
        name, _, system = rest.partition("  ")
        rows.append(
            {
                "account_id": f"id-{code}", "account_code": code, "account_name": name.strip(), "account_type": kind,
                "account_class": CLASSES[kind], "tax_type": None, "account_status": "ACTIVE",
                "system_account": system.strip() or None,
            }
        )  # fmt: skip
    schema = dict.fromkeys(XeroAccounts.to_schema().columns, pl.String)
    return check(XeroAccounts, pl.DataFrame(rows, schema=schema))


def tax_rates(*rates: tuple[str, str, str]) -> pl.DataFrame:
    """XeroTaxRates of code, name and per cent that may stand on every account."""
    flags = {f"can_apply_to_{one}": True for one in ("assets", "equity", "expenses", "liabilities", "revenue")}
    rows = [{"tax_type": code, "tax_name": name, "tax_status": "ACTIVE", **flags} for code, name, _ in rates]
    values = pl.Series("effective_rate", [rate for *_, rate in rates]).cast(pl.Decimal(18, 8))
    return check(XeroTaxRates, pl.DataFrame(rows).with_columns(values))


def tracking(categories: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """XeroTrackingOptions, all of them active."""
    rows = [
        {
            "tracking_category_id": name, "tracking_category": name, "category_status": "ACTIVE",
            "tracking_option_id": f"{name}-{option}", "tracking_option": option, "option_status": "ACTIVE",
        }
        for name, options in categories.items()
        for option in options
    ]  # fmt: skip
    schema = dict.fromkeys(XeroTrackingOptions.to_schema().columns, pl.String)
    return check(XeroTrackingOptions, pl.DataFrame(rows, schema=schema))


def xero(
    chart: str = BRITISH,
    categories: Mapping[str, Sequence[str]] | None = None,
    rates: Sequence[tuple[str, str, str]] = (("NONE", "No VAT", "0"), ("INPUT2", "20% VAT", "20")),
    *,
    base_currency: str = "GBP",
    lock_date: date | None = None,
    tracked_items: Mapping[str, str] | None = None,
    purchase_accounts: Mapping[str, int] | None = None,
) -> XeroFacts:
    """An organisation."""
    table = accounts(chart)
    return XeroFacts(
        organisation="Moor & Fell Ltd", base_currency=base_currency, time_zone="Europe/London", lock_date=lock_date,
        accounts=table, chart=read_accounts(table), tax_rates=tax_rates(*rates),
        tracking_options=tracking(categories or {}), currencies=(base_currency, "EUR"),
        tracked_items=tracked_items or {}, purchase_accounts=purchase_accounts or {},
    )  # fmt: skip


def cin7(**changes: object) -> Cin7Facts:
    """A source with two branches, two channels and three reasons."""
    given: dict[str, object] = {
        "source": "omni",
        "read_from": "Cin7 Omni",
        "values": {"location": ("Leeds", "York"), "channel": ("Web", "Trade"), "category": ("Boots", "Ropes")},
        "reasons": ("Damaged", "Stock take", "Photo samples"),
    }
    return Cin7Facts(**{**given, **changes})  # type: ignore[arg-type]
