"""Compares the mappings with Xero: every account, tax type and tracking option, before anything is posted."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import polars as pl

from mappings.kinds import PlacedText
from mappings.mapping_set import AccountUse, Mappings, account_uses
from mappings.rule_shapes import Conditions
from mappings.wording import nearest, quote
from mappings.xero_accounts import ALLOWANCE, XeroAccount, account_types, can_serve, read_accounts, why_never
from schemas.problems import Problem

TAX_COLUMNS = {
    "ASSET": "can_apply_to_assets",
    "EQUITY": "can_apply_to_equity",
    "EXPENSE": "can_apply_to_expenses",
    "LIABILITY": "can_apply_to_liabilities",
    "REVENUE": "can_apply_to_revenue",
}
"""Which flag of a tax rate speaks about which class of account (xero.md section 8)."""


def check_against_xero(
    mappings: Mappings, accounts: pl.DataFrame, tax_rates: pl.DataFrame, tracking: pl.DataFrame
) -> list[Problem]:
    """Find what the mappings name and Xero does not have, or has as something else.

    Accounts must exist, be active and have a type that fits their role; tax types must exist, be active and apply to
    the class of every account they meet (xero.md sections 2 and 8); tracking categories and options must exist and be
    active.

    Args:
        mappings: the company's mappings.
        accounts: XeroAccounts.
        tax_rates: XeroTaxRates.
        tracking: XeroTrackingOptions.

    Returns:
        All problems: accounts in the order of the files, then tax types, then tracking. Empty when nothing is wrong.
    """
    chart = read_accounts(accounts)
    return [
        *_account_problems(_uses_in_xero(mappings), chart),
        *_tax_problems(mappings, chart, tax_rates),
        *_tracking_problems(mappings, tracking),
    ]


def check_currencies(
    mappings: Mappings, organisation: str, base_currency: str, enabled: Sequence[str]
) -> list[Problem]:
    """Find currencies that the mappings name and Xero does not have.

    Args:
        mappings: the company's mappings.
        organisation: its name in Xero.
        base_currency: of Xero's books.
        enabled: currencies that are switched on in Xero (xero.md section 8).

    Returns:
        The base currency, where it differs, then each condition of a rule whose currency is not switched on.
    """
    problems = check_base_currency(mappings, organisation, base_currency)
    known = list(dict.fromkeys([base_currency, *enabled]))
    for rule in _rules(mappings):
        for currency in rule.currency or ():
            if currency not in known:
                near = nearest(currency, known, cutoff=0)
                fix = f"Nearest that is switched on: {quote(near or base_currency)}. Or add {currency} in Xero"
                found = f"currency {quote(currency)} is not switched on in Xero, so no document can be in it"
                problems.append(Problem(currency.defined_at, found, fix))
    return problems


def check_base_currency(mappings: Mappings, organisation: str, base_currency: str) -> list[Problem]:
    """Find books in another currency than the mappings say: every amount of a journal would mean something else.

    Args:
        mappings: the company's mappings.
        organisation: its name in Xero.
        base_currency: of Xero's books.

    Returns:
        One problem, or none.
    """
    own = mappings.close.close.base_currency
    if own is not None and own == base_currency:
        return []
    where = own.defined_at if own is not None else mappings.close.close.place
    found = f"currency {quote(own)} (close.base_currency)" if own is not None else "close.base_currency is left out and"
    fix = f"Write base_currency: {base_currency}"
    return [
        Problem(str(where), f"{found} is not that of {organisation} in Xero, whose books are in {base_currency}", fix)
    ]


def find_tracked_goods(mappings: Mappings, items: Mapping[str, str], chart: pl.DataFrame) -> list[Problem]:
    """Warn of items that Xero tracks itself: their COGS would be booked twice (xero.md section 6).

    Args:
        mappings: the company's mappings.
        items: COGS account of each tracked item, by its code in Xero.
        chart: XeroAccounts.

    Returns:
        One problem for each COGS account of tracked items, at the COGS account of the mappings.
    """
    accounts = read_accounts(chart)
    by_account: dict[str, list[str]] = {}
    for code, account in items.items():
        by_account.setdefault(account, []).append(code)
    where = mappings.accounts.accounts.cogs.defined_at
    return [
        Problem(
            where,
            f"Xero tracks {len(codes):,} item{'s' if len(codes) > 1 else ''} itself and books their COGS on "
            f"{_named(account, accounts)}: COGS would be counted twice",
            "Untrack them in Xero, or leave their codes off invoices and bills",
            examples=tuple(codes[:3]),
        )
        for account, codes in by_account.items()
    ]


def _named(code: str, accounts: dict[str, XeroAccount]) -> str:
    account = accounts.get(code)
    return quote(code) if account is None else f"{quote(code)} {account.name} ({account.type})"


def _rules(mappings: Mappings) -> Iterator[Conditions]:
    """Every rule of the three files, in the order of the files."""
    yield from mappings.accounts.rules
    yield from mappings.taxes.rules
    for category in mappings.tracking.categories:
        yield from category.rules


def _uses_in_xero(mappings: Mappings) -> list[AccountUse]:
    """Accounts by role; a write-down allowance is one, also where adjustments are booked against it (IAS 2.28)."""
    allowances = mappings.close.close.tie_out.allowances
    codes = {str(code) for code in allowances}
    uses = [
        AccountUse(ALLOWANCE, use.account) if use.role == "adjustment" and str(use.account) in codes else use
        for use in account_uses(mappings)
    ]
    return [*uses, *(AccountUse(ALLOWANCE, code) for code in allowances)]


def _account_problems(uses: list[AccountUse], chart: dict[str, XeroAccount]) -> Iterator[Problem]:
    """One problem for each account code that cannot serve its role."""
    for use in uses:
        account = chart.get(use.account)
        found = _account_fault(use, account)
        if found is not None:
            yield Problem(use.account.defined_at, found, _nearest_account(use, account, chart))


def _account_fault(use: AccountUse, account: XeroAccount | None) -> str | None:
    """What is wrong with an account in a role, in words."""
    subject = f"account {quote(use.account)} ({use.role})"
    if account is None:
        return f"{subject} does not exist in Xero"
    named = f"{subject} is {quote(account.name)} in Xero"
    if account.status != "ACTIVE":
        return f"{named}, which is {account.status}"
    reason = why_never(use.role, account)
    if reason is not None:
        return f"{named}, {reason}"
    if not can_serve(use.role, account):
        return f"{named}, of type {account.type}; {use.role} needs {' or '.join(account_types(use.role))}"
    return None


def _nearest_account(use: AccountUse, account: XeroAccount | None, chart: dict[str, XeroAccount]) -> str:
    """The code to write instead, of those that can serve the role."""
    able = {code: one for code, one in chart.items() if one.status == "ACTIVE" and can_serve(use.role, one)}
    code = _nearest_code(use, account, able)
    if code is None:
        return f"Add an active account of type {' or '.join(account_types(use.role))} in Xero and write its code"
    advice = f"Nearest that fits: {quote(code)} {able[code].name} ({able[code].type})"
    is_archived = account is not None and account.status == "ARCHIVED"
    return f"{advice}. Or restore {quote(use.account)} in Xero" if is_archived else advice


def _nearest_code(use: AccountUse, account: XeroAccount | None, able: dict[str, XeroAccount]) -> str | None:
    """For a slip of the fingers a code like it, for an archived account a name like its own, else the role's name."""
    by_name = {one.name: code for code, one in reversed(able.items())}
    role_name = use.role.replace("cogs", "cost of goods sold").replace("_", " ")
    wanted_name = account.name if account is not None and account.status != "ACTIVE" else role_name
    similar_code = nearest(use.account, able) if account is None else None
    similar_name = nearest(wanted_name, by_name, cutoff=0.5)
    if similar_code is not None or similar_name is None:
        return similar_code or nearest(use.account, able, cutoff=0)
    return by_name[similar_name]


def _tax_problems(mappings: Mappings, chart: dict[str, XeroAccount], tax_rates: pl.DataFrame) -> Iterator[Problem]:
    """One problem for each tax type that is unknown, not active, or meets accounts that it cannot apply to."""
    rates = {str(rate["tax_type"]): rate for rate in tax_rates.to_dicts()}
    active = [name for name, rate in rates.items() if rate["tax_status"] == "ACTIVE"]
    table = {str(role): tax_type for role, tax_type in mappings.taxes.tax_types.items()}
    by_rule = [(rule.role or "any role", rule.tax_type) for rule in mappings.taxes.rules]
    for role, tax_type in [*table.items(), *by_rule]:
        rate = rates.get(tax_type)
        if rate is None:
            near = nearest(tax_type, active, cutoff=0)
            fix = f"Nearest that is active: {near} ({rates[near]['tax_name']})" if near else "Add it in Xero"
            yield Problem(tax_type.defined_at, f"tax type {quote(tax_type)} ({role}) does not exist in Xero", fix)
        elif rate["tax_status"] != "ACTIVE":
            found = f"tax type {quote(tax_type)} ({role}) is {quote(rate['tax_name'])} in Xero"
            fix = f"Write one that is active: {', '.join(active)}"
            yield Problem(tax_type.defined_at, f"{found}, which is {rate['tax_status']}", fix)
        else:
            met = _met_accounts(mappings, _roles_of(role, mappings, table.keys()), chart)
            yield from _direction_problems(tax_type, rate, met, rates)


def _roles_of(role: str, mappings: Mappings, given: Collection[str]) -> set[str]:
    """The roles that a tax type serves."""
    if role == "any role":
        return {use.role for use in account_uses(mappings)}
    return {role} if role != "default" else {use.role for use in account_uses(mappings)} - set(given)


def _met_accounts(mappings: Mappings, roles: set[str], chart: dict[str, XeroAccount]) -> list[XeroAccount]:
    """The accounts of these roles that Xero has, each once."""
    codes = dict.fromkeys(str(use.account) for use in account_uses(mappings) if use.role in roles)
    return [chart[code] for code in codes if code in chart]


def _direction_problems(
    tax_type: PlacedText, rate: dict[str, object], met: list[XeroAccount], rates: dict[str, dict[str, object]]
) -> Iterator[Problem]:
    """One problem for each class of accounts that the tax type cannot apply to."""
    for account_class, column in TAX_COLUMNS.items():
        refused = [account for account in met if account.account_class == account_class and not rate[column]]
        if refused:
            able = [name for name, one in rates.items() if one[column] and one["tax_status"] == "ACTIVE"]
            found = f"tax type {quote(tax_type)} is {quote(str(rate['tax_name']))} in Xero"
            fix = f"Write one that can: {', '.join(able)}" if able else "Leave it out: journals are NoTax"
            examples = tuple(f"{account.code} {account.name}" for account in refused)
            yield Problem(
                tax_type.defined_at,
                f"{found}, which cannot apply to accounts of class {account_class}",
                fix,
                examples=examples,
            )


def _tracking_problems(mappings: Mappings, tracking: pl.DataFrame) -> Iterator[Problem]:
    """One problem for each tracking category or option that Xero does not have or has archived."""
    categories = {str(row["tracking_category"]): str(row["category_status"]) for row in tracking.to_dicts()}
    for category in mappings.tracking.categories:
        fault = _name_fault("tracking category", category.name, categories)
        if fault is not None:
            yield fault
            continue
        own = tracking.filter(
            (pl.col("tracking_category") == str(category.name)) & pl.col("tracking_option").is_not_null()
        )
        options = {str(row["tracking_option"]): str(row["option_status"]) for row in own.to_dicts()}
        named = [
            *(rule.option for rule in category.rules),
            *(category.options or {}).values(),
            *([category.otherwise] if category.otherwise is not None else []),
        ]
        for option in named:
            option_fault = _name_fault(f"option of {quote(category.name)}", option, options)
            if option_fault is not None:
                yield option_fault


def _name_fault(what: str, name: PlacedText, known: dict[str, str]) -> Problem | None:
    """What is wrong with a name, given the status of every name in Xero."""
    active = [one for one, status in known.items() if status == "ACTIVE"]
    near = nearest(name, active, cutoff=0)
    fix = f"Nearest that is active: {quote(near)}" if near else "Add it in Xero"
    if name not in known:
        return Problem(name.defined_at, f"{what} {quote(name)} does not exist in Xero", fix)
    if known[name] != "ACTIVE":
        return Problem(
            name.defined_at, f"{what} {quote(name)} is {known[name]} in Xero", f"{fix}. Or restore it in Xero"
        )
    return None
