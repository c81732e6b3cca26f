"""Stops a journal line that the mapping tables or Xero do not know, and names the YAML that is missing."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from mappings.mapping_set import Mappings
from mappings.wording import quote
from mappings.xero_accounts import ACCOUNT_TYPES, ALLOWANCE, can_serve, read_accounts
from mappings.xero_checks import TAX_COLUMNS
from schemas import mapped_lines as rules
from schemas.checking import SchemaViolation, check
from schemas.dtypes import MONEY
from schemas.mapped_lines import MappedLines
from schemas.maps import MappingTables
from schemas.problems import Problem
from transforms.mapped_lines import XeroTables, describe_lines

Row = dict[str, Any]


def find_unmapped_lines(
    lines: pl.DataFrame,
    mappings: Mappings,
    maps: MappingTables,
    xero: Mapping[str, pl.DataFrame],
) -> list[Problem]:
    """Validate journal lines against the mapping tables and Xero's tables.

    Args:
        lines: JournalLines of a month, base currency.
        mappings: the files, for the places where something is missing.
        maps: the rules of the files that are in force in that month.
        xero: XeroAccounts, XeroTaxRates and XeroTrackingOptions, by the names of their tables.

    Returns:
        One problem for each broken rule and combination of codes, with the lines and the money on them; empty where
        every line may go into a plan.
    """
    allowances = frozenset(map(str, mappings.close.close.tie_out.allowances))
    described = describe_lines(lines, maps, xero_tables(xero, allowances))
    try:
        check(MappedLines, described)
    except SchemaViolation as violation:
        told = [problem for name, tell in _RULES.items() for problem in _broken(described, name, tell, mappings)]
        return told or violation.problems
    return []


def xero_tables(xero: Mapping[str, pl.DataFrame], allowances: frozenset[str] = frozenset()) -> XeroTables:
    """Pairs that Xero takes, from its mirrored tables.

    Args:
        xero: XeroAccounts, XeroTaxRates and XeroTrackingOptions, by the names of their tables.
        allowances: accounts of write-downs, which adjustments may use up.
    """
    chart = [one for one in read_accounts(xero["xero.accounts"]).values() if one.status == "ACTIVE"]
    fitting = [(role, one.code) for role in ACCOUNT_TYPES for one in chart if can_serve(role, one)]
    fitting += [("adjustment", one.code) for one in chart if one.code in allowances and can_serve(ALLOWANCE, one)]
    rates = xero["xero.tax_rates"].filter(tax_status="ACTIVE").to_dicts()
    taxed = [
        (one.code, str(rate["tax_type"]))
        for one in chart
        for rate in rates
        if rate.get(TAX_COLUMNS.get(one.account_class, ""), True)
    ]
    options = xero["xero.tracking_options"].filter(category_status="ACTIVE", option_status="ACTIVE")
    return XeroTables(
        fitting=_pairs(fitting, "role", "account_code"),
        taxed=_pairs(taxed, "account_code", "tax_type"),
        options=options.select("tracking_category", "tracking_option").unique(),
    )


def _pairs(rows: list[tuple[str, str]], *names: str) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _broken(
    lines: pl.DataFrame, flag: str, tell: Callable[[Row, Mappings], tuple[str, str, str]], mappings: Mappings
) -> list[Problem]:
    """One problem for each combination of codes that breaks a rule."""
    keys = ["role", *_CODES[flag]]
    groups = (
        lines.filter(~pl.col(flag))
        .group_by(keys, maintain_order=True)
        .agg(
            pl.len().alias("row_count"),
            pl.col("line_amount").abs().sum().cast(MONEY).alias("amount"),
            pl.col("journal_key").unique(maintain_order=True).head(3).alias("examples"),
        )
    )
    return [
        Problem(*tell(row, mappings), row["row_count"], row["amount"], tuple(row["examples"]))
        for row in groups.to_dicts()
    ]


def _file(part: Any) -> str:  # noqa: ANN401 - any of the files
    return str(part.place.file)


def _account_unmapped(row: Row, mappings: Mappings) -> tuple[str, str, str]:
    role, code = row["role"], quote(row["account_code"])
    fix = f"Close the month again, or add under rules:  - {{role: {role}, ..., account: {code}}}"
    if role == "stock_on_hand":
        fix = (
            "Goods of closed months leave it, and the tie-out proves it as long as it is named. Add under rules:  "
            f"- {{role: {role}, sku: (left), account: {code}}}"
        )
    return _file(mappings.accounts), f"{rules.ACCOUNT_UNMAPPED}: no rule gives account {code} to {role}", fix


def _account_unfit(row: Row, mappings: Mappings) -> tuple[str, str, str]:
    role, code = row["role"], quote(row["account_code"])
    types = " or ".join(ACCOUNT_TYPES[role])
    fix = f'Write another account of type {types}:  {role}: "..."'
    return _file(mappings.accounts), f"{rules.TYPE_UNFIT}: {code} does not serve {role}", fix


def _tax_unmapped(row: Row, mappings: Mappings) -> tuple[str, str, str]:
    role, tax_type = row["role"], row["tax_type"]
    found = f"{rules.TAX_UNMAPPED}: no rule gives {tax_type} to {role}"
    return _file(mappings.taxes), found, f"Close the month again, or add under tax_types:  {role}: {tax_type}"


def _tax_refused(row: Row, mappings: Mappings) -> tuple[str, str, str]:
    found = f"{rules.TAX_REFUSED}: {row['tax_type']} cannot stand on account {quote(row['account_code'])}"
    return _file(mappings.taxes), found, f"Write another one under tax_types:  {row['role']}: NONE"


def _tracking_unmapped(row: Row, mappings: Mappings) -> tuple[str, str, str]:
    pairs = [f"{row[f'tracking_category_{slot}']}: {row[f'tracking_option_{slot}']}" for slot in (1, 2)]
    shown = ", ".join(pair for pair in pairs if pair != "None: None") or "nothing"
    found = f"{rules.TRACKING_UNMAPPED}: {row['role']} carries {shown}"
    fix = "Close the month again, or add the option under options or rules of its category"
    return _file(mappings.tracking), found, fix


def _tracking_refused(row: Row, mappings: Mappings) -> tuple[str, str, str]:
    where, found, _ = _tracking_unmapped(row, mappings)
    fix = "Write an option that is active in Xero under options of that category, or restore it there"
    return where, found.replace(rules.TRACKING_UNMAPPED, rules.TRACKING_REFUSED), fix


_TRACKING = ["tracking_category_1", "tracking_option_1", "tracking_category_2", "tracking_option_2"]
_CODES: dict[str, list[str]] = {
    "is_account_mapped": ["account_code"],
    "is_account_fit": ["account_code"],
    "is_tax_mapped": ["tax_type"],
    "is_tax_allowed": ["account_code", "tax_type"],
    "is_tracking_mapped": _TRACKING,
    "is_tracking_known": _TRACKING,
}
_RULES: dict[str, Callable[[Row, Mappings], tuple[str, str, str]]] = {
    "is_account_mapped": _account_unmapped,
    "is_account_fit": _account_unfit,
    "is_tax_mapped": _tax_unmapped,
    "is_tax_allowed": _tax_refused,
    "is_tracking_mapped": _tracking_unmapped,
    "is_tracking_known": _tracking_refused,
}
