"""Accounts, numbers and instants as Cin7 Core's documents carry them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from data.sample.core_ids import STOCK_ACCOUNT
from data.sample.omni_rows import instant

ACCOUNTS = (
    ("200", "Sales", "REVENUE"), ("310", "Cost of goods sold", "EXPENSE"),
    ("311", "Cost of goods sold - wholesale", "EXPENSE"), ("425", "Freight inward clearing", "EXPENSE"),
    ("426", "Customs and duty clearing", "EXPENSE"), ("429", "Stock written off", "EXPENSE"),
    ("430", "Stock count differences", "EXPENSE"), ("431", "Samples and marketing", "EXPENSE"),
    (STOCK_ACCOUNT, "Stock on hand", "ASSET"), ("635", "Production clearing", "ASSET"),
    ("610", "Accounts receivable", "ASSET"), ("800", "Accounts payable", "LIABILITY"),
)  # fmt: skip


def number_of(amount: Decimal | int) -> float:
    """JSON has numbers only; every amount here has few enough digits to survive."""
    return float(amount)


def updated_at(created: datetime, *events: datetime | date | None) -> str | None:
    """The instant of the last change, with its Z."""
    moments = [event if isinstance(event, datetime) else datetime.combine(event, time(17)) for event in events if event]
    return instant(max([created, *moments]) + timedelta(minutes=20))
