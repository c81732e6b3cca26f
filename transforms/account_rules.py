"""Gives each row its account: of the rules that match its role and attributes, the first one wins."""

import polars as pl

from schemas.maps import RULE_ATTRIBUTES

FALLBACK_ROLES = {"late_cost": "cogs"}
"""A role without any rule that matches takes the account of another one: late cost of sales is COGS."""


def resolve_accounts(rows: pl.LazyFrame, rules: pl.DataFrame) -> pl.LazyFrame:
    """Add `account_code` to rows with a role and attributes, by joins.

    Args:
        rows: any frame with `role` and some or all of the attributes of AccountRules; one that is missing is null.
        rules: AccountRules; a null in a rule matches anything, the lowest rule_order wins.

    Returns:
        The same rows and columns, plus `account_code`: null where no rule matches.
    """
    given = rows.collect_schema().names()
    asked = [name for name in RULE_ATTRIBUTES if rules[name].null_count() < rules.height]
    used = [name for name in asked if name in given]
    # a rule that asks for an attribute which the rows do not have cannot match
    applicable = rules.filter(_all([pl.col(name).is_null() for name in asked if name not in used]))
    keys = ["role", *used]
    combinations = rows.select(keys).unique()
    chosen = _first_match(combinations, applicable, used)
    fallback = _first_match(combinations, _lend_rules(applicable), used).rename({"account_code": "fallback_code"})
    return (
        rows.join(chosen, on=keys, how="left", validate="m:1", nulls_equal=True)
        .join(fallback, on=keys, how="left", validate="m:1", nulls_equal=True)
        .with_columns(pl.coalesce("account_code", "fallback_code").alias("account_code"))
        .drop("fallback_code")
    )


def _lend_rules(rules: pl.DataFrame) -> pl.DataFrame:
    """The rules of a role that stands in for another one, under the name of that other one."""
    lent = [rules.filter(role=lender).with_columns(role=pl.lit(role)) for role, lender in FALLBACK_ROLES.items()]
    return pl.concat(lent)


def _first_match(combinations: pl.LazyFrame, rules: pl.DataFrame, used: list[str]) -> pl.LazyFrame:
    """The account of the lowest matching rule, for each combination of role and attributes that has one."""
    matches = [pl.col(f"{name}_rule").is_null() | (pl.col(name) == pl.col(f"{name}_rule")) for name in used]
    wanted = rules.lazy().select("role", "rule_order", "account_code", *used)
    return (
        combinations.join(wanted, on="role", how="inner", suffix="_rule")
        .filter(_all(matches))
        .group_by(["role", *used])
        .agg(pl.col("account_code").sort_by("rule_order").first())
    )


def _all(conditions: list[pl.Expr]) -> pl.Expr:
    """All of them; no condition at all holds for every row."""
    return pl.all_horizontal(conditions) if conditions else pl.lit(value=True)
