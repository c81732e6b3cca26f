"""Gives each row its account and its tax type: of the rules that match role and attributes, the first one decides."""

import polars as pl

from schemas.maps import RULE_ATTRIBUTES
from transforms.rule_lists import decide

FALLBACK_ROLES = {"late_cost": "cogs"}
"""A role without any rule that matches takes the account of another one: late cost of sales is COGS."""

CONDITIONS = ["role", *RULE_ATTRIBUTES]


def resolve_accounts(rows: pl.LazyFrame, rules: pl.DataFrame) -> pl.LazyFrame:
    """Add `account_code` to rows with a role and attributes.

    Args:
        rows: any frame with `role` and some or all of the attributes of RuleConditions; one that is missing is null.
        rules: AccountRules.

    Returns:
        The same rows and columns, plus `account_code`: null where no rule matches.
    """
    return decide(rows, as_conditions(with_lent_roles(rules)), CONDITIONS, "account_code")


def resolve_tax_types(rows: pl.LazyFrame, rules: pl.DataFrame) -> pl.LazyFrame:
    """Add `tax_type` to rows with a role and attributes.

    Args:
        rows: as for `resolve_accounts`.
        rules: TaxRules.

    Returns:
        The same rows and columns, plus `tax_type`: null where no rule matches, which leaves the line to NoTax.
    """
    return decide(rows, as_conditions(rules.sort("rule_order")), CONDITIONS, "tax_type")


def with_lent_roles(rules: pl.DataFrame) -> pl.DataFrame:
    """All rules in order, then those of a role that stands in for another one, under the name of that other one."""
    ordered = rules.sort("rule_order")
    lent = [ordered.filter(role=lender).with_columns(role=pl.lit(role)) for role, lender in FALLBACK_ROLES.items()]
    return pl.concat([ordered, *lent])


def as_conditions(rules: pl.DataFrame) -> pl.DataFrame:
    """The rules with their role as a condition like any other."""
    return rules.with_columns(role=pl.when(pl.col("role").is_not_null()).then(pl.concat_list("role")))
