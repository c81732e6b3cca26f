"""Proposes documents.yaml: accounts and tax types by Xero's chart, every kind switched off until somebody wants it."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from mappings.documents_checks import LINE_ACCOUNT_TYPES
from mappings.xero_accounts import XeroAccount
from pipelines.init.decisions import Option
from pipelines.init.facts import XeroFacts

WORDS: dict[str, tuple[str, ...]] = {
    "revenue": ("sales", "revenue", "income", "turnover"),
    "freight_income": ("freight", "shipping", "delivery", "postage", "courier"),
    "purchases_not_stocked": ("general expense", "office expense", "sundry", "consumable"),
    "sales_deposit": ("customer deposit", "deposit", "unearned", "deferred", "in advance", "prepaid sales"),
    "purchase_deposit": ("supplier deposit", "prepay", "deposit"),
}
"""Words in the names of accounts that such lines go to, the surest first."""

SIDES = {"sales": ("can_apply_to_revenue", "OUTPUT"), "purchases": ("can_apply_to_expenses", "INPUT")}
WITHOUT_TAX = ("NONE", "BASEXCLUDED")

KINDS = (
    "contacts", "sales_invoices", "sales_credits", "bills", "supplier_credits", "sales_deposits", "purchase_deposits",
    "payments", "allocations",
)  # fmt: skip


def document_lines(xero: XeroFacts, first_period: str, uses: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """The lines of documents.yaml.

    Args:
        xero: chart and tax rates.
        first_period: YYYY-MM: documents are sent from its first day on.
        uses: how often the source itself names an account, by kind of line.
    """
    yield f'from: "{first_period}-01" # the first month that is closed'
    yield ""
    yield "# Nothing is sent until a kind stands here without its #: one after the other, or all at once"
    yield "kinds: {} # delete the {} when the first kind is switched on"
    yield from (f"  # {kind}: {{}}" for kind in KINDS)
    yield ""
    yield from _accounts(xero, uses)
    yield ""
    yield "tax_types:"
    yield from (f"  {side}: {{ {', '.join(_taxes(xero, side))} }}" for side in SIDES)
    yield ""
    yield 'rounding: { cap: "0.02" } # a larger difference between lines and total is an error'
    yield ""
    yield from _payments(xero)


def line_account(role: str, xero: XeroFacts, used: Mapping[str, int]) -> Option | None:
    """The account that lines of a kind go to, by what the source books on, else by its name; None: none is named so."""
    fitting = [
        one
        for one in xero.chart.values()
        if one.status == "ACTIVE" and not one.system_account and one.type in LINE_ACCOUNT_TYPES[role]
    ]
    for code, count in sorted(used.items(), key=lambda one: (-one[1], one[0])):
        account = next((one for one in fitting if one.code == code), None)
        if account is not None:
            return Option(code, _label(account), f"{count:,} products are on it in Cin7")
    for word in WORDS[role]:
        found = next((one for one in fitting if word in one.name.lower()), None)
        if found is not None:
            return Option(found.code, _label(found), f'its name says "{word}"')
    return None


def _label(account: XeroAccount) -> str:
    return f"{account.code} {account.name} ({account.type})"


def _accounts(xero: XeroFacts, uses: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """One line per kind of line; those without an account stay comments."""
    yield "accounts:"
    yield "  # purchases: stock on hand of accounts.yaml, so that bills and the stock ledger meet on one account"
    for role in WORDS:
        option = line_account(role, xero, uses.get(role, {}))
        if option is None:
            yield f'  # {role}: "..." # no account of Xero is named for it'
        else:
            yield f'  {role}: "{option.value}" # {option.label}: {option.reason}'
    if any(one.system_account == "ROUNDING" for one in xero.chart.values()):
        yield "  # rounding: Xero's own rounding account, left out"
    else:
        yield '  # rounding: "..." # Xero shows no rounding account of its own, so one is needed'


def _taxes(xero: XeroFacts, side: str) -> list[str]:
    """`"15%": OUTPUT2` for each rate that one tax type of this side has, and what documents without tax carry."""
    column, prefix = SIDES[side]
    active = xero.tax_rates.filter(tax_status="ACTIVE").to_dicts()
    able = [row for row in active if row[column] and row["effective_rate"] is not None]
    by_rate: dict[Decimal, list[str]] = {}
    for row in able:
        by_rate.setdefault(row["effective_rate"].normalize(), []).append(str(row["tax_type"]))
    chosen = {rate: _usual(types, prefix, is_free=rate == 0) for rate, types in sorted(by_rate.items(), reverse=True)}
    free = next((one for one in WITHOUT_TAX if any(row["tax_type"] == one for row in active)), None)
    rates = [f'"{rate:f}%": {tax_type}' for rate, tax_type in chosen.items()]
    return [*rates, *([f"exempt: {free}"] if free else [])]


def _usual(types: Sequence[str], prefix: str, *, is_free: bool) -> str:
    """The plainest of several tax types of one rate: Xero's own for the side, zero-rated before others without tax."""
    order = ("ZERORATED", f"EXEMPT{prefix}", *WITHOUT_TAX) if is_free else (f"{prefix}2", prefix)
    ranked = [one for word in order for one in types if one == word]
    return next(iter([*ranked, *sorted(one for one in types if one.startswith(prefix)), *sorted(types)]))


def _payments(xero: XeroFacts) -> Iterator[str]:
    """The bank account that payments go to."""
    banks = [one for one in xero.chart.values() if one.status == "ACTIVE" and one.type == "BANK"]
    yield "payment_accounts:" if banks else "# payment_accounts:"
    if banks:
        yield f'  default: "{banks[0].code}" # {_label(banks[0])}: the first bank account that has a code'
    else:
        yield '#   default: "..." # no bank account of Xero has a code'
    yield "payments: { push: false, pull: false } # push: those of Cin7 go to Xero; pull: those of Xero are read back"
