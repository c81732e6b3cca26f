"""Which kinds of Xero accounts may serve which role of a journal."""

from dataclasses import dataclass

import polars as pl

COST_TYPES = ("DIRECTCOSTS", "EXPENSE", "OVERHEADS")
CLEARING_TYPES = ("CURRENT", "CURRLIAB", "LIABILITY")
GAIN_TYPES = ("OTHERINCOME", "REVENUE")

ACCOUNT_TYPES: dict[str, tuple[str, ...]] = {
    "stock_on_hand": ("CURRENT",),
    "cogs": COST_TYPES,
    "late_cost": COST_TYPES,
    "landed_cost_clearing": (*COST_TYPES, *CLEARING_TYPES),
    "adjustment": (*COST_TYPES, *GAIN_TYPES),
    "production_clearing": (*CLEARING_TYPES, *COST_TYPES),
    "rounding": (*COST_TYPES, *GAIN_TYPES),
    "exchange_difference": (*COST_TYPES, *GAIN_TYPES),
    "purchase_price_variance": (*COST_TYPES, *GAIN_TYPES),
    "purchase_return_variance": (*COST_TYPES, *GAIN_TYPES),
    "opening_difference": (*COST_TYPES, *GAIN_TYPES, "EQUITY"),
    "goods_received_not_invoiced": CLEARING_TYPES,
    "goods_in_transit": ("CURRENT",),
    "shipped_not_invoiced": ("CURRENT",),
}
"""Types of account (xero.md section 8) that each role accepts."""

ALLOWANCE = "allowance"
"""What an account of close.tie_out.allowances is for: no journal of its own, but adjustments may use it up."""

REFUSED_TYPES = {
    "BANK": "a bank account: Xero refuses manual journals to it",
    "INVENTORY": "Xero's own tracked inventory: it refuses manual journals to it",
}
"""Types that Xero never lets a manual journal touch (xero.md section 2)."""


@dataclass(frozen=True)
class XeroAccount:
    """One account of Xero's chart."""

    code: str
    name: str
    type: str
    account_class: str
    status: str
    system_account: str


def read_accounts(accounts: pl.DataFrame) -> dict[str, XeroAccount]:
    """Accounts by code, of XeroAccounts; those without a code cannot be mapped.

    An active account wins over a deleted one of the same code.
    """
    chart: dict[str, XeroAccount] = {}
    for row in accounts.filter(pl.col("account_code").is_not_null()).to_dicts():
        account = XeroAccount(
            code=str(row["account_code"]),
            name=str(row["account_name"]),
            type=str(row["account_type"]),
            account_class=str(row["account_class"] or ""),
            status=str(row["account_status"]),
            system_account=str(row["system_account"] or ""),
        )
        if account.code not in chart or account.status == "ACTIVE":
            chart[account.code] = account
    return chart


def account_types(role: str) -> tuple[str, ...]:
    """Types of account that the role accepts."""
    return CLEARING_TYPES if role == ALLOWANCE else ACCOUNT_TYPES[role]


def why_never(role: str, account: XeroAccount) -> str | None:
    """Why no journal of ours may use the account, whatever its type; None where it may."""
    if account.type in REFUSED_TYPES:
        return REFUSED_TYPES[account.type]
    is_deliberate_rounding = role == "rounding" and account.system_account == "ROUNDING"
    if account.system_account and not is_deliberate_rounding:
        return f"its system account {account.system_account}: Xero books on it by itself"
    return None


def can_serve(role: str, account: XeroAccount) -> bool:
    """Whether the account's type fits the role; Xero's own rounding account may take the rounding lines."""
    if why_never(role, account) is not None:
        return False
    return bool(account.system_account) or account.type in account_types(role)
