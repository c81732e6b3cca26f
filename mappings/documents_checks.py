"""Compares documents.yaml with Xero: every account, tax type and bank account, before any document is planned."""

from collections.abc import Collection, Iterator

import polars as pl

from mappings.documents import line_accounts
from mappings.documents_shape import DocumentsFile
from mappings.kinds import PlacedText
from mappings.mapping_set import Mappings
from mappings.wording import nearest, quote
from mappings.xero_accounts import CLEARING_TYPES, COST_TYPES, GAIN_TYPES, XeroAccount, read_accounts
from schemas.problems import Problem
from schemas.sync_policy import LENT_ROLES

INCOME_TYPES = (*GAIN_TYPES, "SALES")
STOCK_OR_COST = ("CURRENT", *COST_TYPES)

LINE_ACCOUNT_TYPES: dict[str, tuple[str, ...]] = {
    "revenue": INCOME_TYPES,
    "freight_income": (*INCOME_TYPES, *COST_TYPES),
    "surcharge_income": (*INCOME_TYPES, *COST_TYPES),
    "discount_given": (*INCOME_TYPES, *COST_TYPES),
    "purchases": STOCK_OR_COST,
    "purchases_not_stocked": (*STOCK_OR_COST, "FIXED", "PREPAYMENT"),
    "freight_cost": STOCK_OR_COST,
    "surcharge_cost": STOCK_OR_COST,
    "discount_received": (*STOCK_OR_COST, *INCOME_TYPES),
    "sales_deposit": ("CURRLIAB", "LIABILITY", "TERMLIAB"),
    "purchase_deposit": ("CURRENT", "PREPAYMENT", "NONCURRENT"),
    "rounding": (*COST_TYPES, *GAIN_TYPES, *CLEARING_TYPES),
}
"""Types of account (xero.md section 8) that lines of each kind accept."""

CLASSES_OF_SIDE = {"sales": ("REVENUE", "can_apply_to_revenue"), "purchases": ("ASSET", "can_apply_to_assets")}


def check_documents_against_xero(
    documents: DocumentsFile,
    mappings: Mappings,
    accounts: pl.DataFrame,
    tax_rates: pl.DataFrame,
    payment_accounts: Collection[str],
) -> list[Problem]:
    """Find what documents.yaml names and Xero does not have, or has as something else.

    Accounts of lines must be active, of a type that fits, and none that Xero books on by itself; those of payments a
    bank or one that takes payments (xero.md section 4); tax types active and for the side they are used on.

    Args:
        documents: the file.
        mappings: the other mappings: purchases go to the stock account where nothing else is said.
        accounts: XeroAccounts.
        tax_rates: XeroTaxRates.
        payment_accounts: codes of accounts that are no bank and take payments.

    Returns:
        All problems: accounts, bank accounts, tax types. Empty when nothing is wrong.
    """
    chart = read_accounts(accounts)
    return [
        *_line_problems(documents, mappings, chart),
        *_rounding_problems(documents, chart),
        *_payment_problems(documents, chart, payment_accounts),
        *_tax_problems(documents, tax_rates),
    ]


def _line_problems(documents: DocumentsFile, mappings: Mappings, chart: dict[str, XeroAccount]) -> Iterator[Problem]:
    """One problem for each account that cannot serve its kind of line."""
    given = line_accounts(documents, mappings).items()
    is_own = {role for role in LINE_ACCOUNT_TYPES if getattr(documents.accounts, role) or role not in LENT_ROLES}
    named = {(role, str(code)): code for role, code in given if role in is_own}
    named |= {(rule.role, str(rule.account)): rule.account for rule in documents.rules}
    for (role, _), code in named.items():
        found = _line_fault(role, code, chart.get(code))
        if found is not None:
            yield Problem(code.defined_at, found, _nearest(role, code, chart))


def _line_fault(role: str, code: PlacedText, account: XeroAccount | None) -> str | None:
    """What is wrong with an account for lines of a kind, in words."""
    subject = f"account {quote(code)} ({role})"
    if account is None:
        return f"{subject} does not exist in Xero"
    named = f"{subject} is {quote(account.name)} in Xero"
    if account.status != "ACTIVE":
        return f"{named}, which is {account.status}"
    if role == "rounding" and account.system_account == "ROUNDING":
        return None
    if account.system_account:
        return f"{named}, its system account {account.system_account}: Xero books on it by itself"
    types = LINE_ACCOUNT_TYPES[role]
    if account.type not in types:
        return f"{named}, of type {account.type}; {role} needs {' or '.join(types)}"
    return None


def _nearest(role: str, code: PlacedText, chart: dict[str, XeroAccount]) -> str:
    """An account that would do."""
    able = [
        one
        for one in chart.values()
        if one.status == "ACTIVE" and not one.system_account and one.type in LINE_ACCOUNT_TYPES[role]
    ]
    near = nearest(code, [one.code for one in able], cutoff=0)
    found = next((one for one in able if one.code == near), None)
    return f"Nearest that fits: {quote(found.code)} ({found.name})" if found else "Add one in Xero"


def _rounding_problems(documents: DocumentsFile, chart: dict[str, XeroAccount]) -> Iterator[Problem]:
    """No rounding account, neither ours nor Xero's own."""
    if documents.accounts.rounding is None and not any(one.system_account == "ROUNDING" for one in chart.values()):
        found = "accounts.rounding is left out, and Xero shows no rounding account of its own"
        yield Problem(documents.accounts.defined_at, found, 'Write it, such as rounding: "860"')


def _payment_problems(
    documents: DocumentsFile, chart: dict[str, XeroAccount], payment_accounts: Collection[str]
) -> Iterator[Problem]:
    """Accounts of payments that Xero takes no payments on."""
    for method, code in (documents.payment_accounts or {}).items():
        account, subject = chart.get(code), f"account {quote(code)} (payments by {method})"
        banks = [one.code for one in chart.values() if one.status == "ACTIVE" and one.type == "BANK"]
        fix = f"There are: {', '.join([*banks, *sorted(payment_accounts)])}" if banks else "Give a bank account a code"
        if account is None:
            yield Problem(code.defined_at, f"{subject} does not exist in Xero", fix)
        elif account.status != "ACTIVE":
            yield Problem(code.defined_at, f"{subject} is {account.status} in Xero", fix)
        elif account.type != "BANK" and str(code) not in payment_accounts:
            found = f"{subject} is {quote(account.name)} in Xero, which takes no payments"
            yield Problem(code.defined_at, found, f"{fix}. Or tick `Enable payments to this account` in Xero")


def _tax_problems(documents: DocumentsFile, tax_rates: pl.DataFrame) -> Iterator[Problem]:
    """Tax types that do not exist, are not active, or do not serve the side they are used on."""
    rates = {str(row["tax_type"]): row for row in tax_rates.to_dicts()}
    active = [name for name, row in rates.items() if row["tax_status"] == "ACTIVE"]
    for side, (account_class, column) in CLASSES_OF_SIDE.items():
        for tax, tax_type in (getattr(documents.tax_types, side) or {}).items():
            row, subject = rates.get(tax_type), f"tax type {quote(tax_type)} ({side}, {tax})"
            if row is None:
                near = nearest(tax_type, active, cutoff=0)
                yield Problem(
                    tax_type.defined_at, f"{subject} does not exist in Xero", f"Nearest: {near}" if near else ""
                )
            elif row["tax_status"] != "ACTIVE":
                found = f"{subject} is {row['tax_status']} in Xero"
                yield Problem(tax_type.defined_at, found, f"Active ones: {', '.join(active)}")
            elif not row[column]:
                able = [name for name in active if rates[name][column]]
                found = f"{subject} is {quote(row['tax_name'])} in Xero, not for accounts of class {account_class}"
                yield Problem(tax_type.defined_at, found, f"Those that are: {', '.join(able)}")
