"""Gives each row its account: of the rules that match its role and attributes, the first one wins."""

import polars as pl

from schemas.maps import RULE_ATTRIBUTES

FALLBACK_ROLES = {"late_cost": "cogs"}
"""A role without any rule that matches takes the account of another one: late cost of sales is COGS."""


def resolve_accounts(rows: pl.LazyFrame, rules: pl.LazyFrame) -> pl.LazyFrame:
    """Add `account_code` to rows with a role and attributes, by joins.

    Args:
        rows: any frame with `role` and some or all of the attributes of AccountRules; an attribute that is missing is null.
        rules: AccountRules; a null in a rule matches anything, the lowest rule_order wins.

    Returns:
        The same rows and columns, plus `account_code`: null where no rule matches.
    """
    rule_frame = rules.collect()
    given = set(rows.collect_schema().names())
    used = [name for name in RULE_ATTRIBUTES if name in given and rule_frame[name].null_count() < rule_frame.height]
    keys = ["role", *used]
    combinations = rows.select(keys).unique()
    chosen = _first_match(combinations, rule_frame.lazy(), used)
    fallback = _first_match(
        combinations.filter(pl.col("role").is_in(list(FALLBACK_ROLES))).with_columns(
            pl.col("role").alias("own_role"), pl.col("role").replace(FALLBACK_ROLES)
        ),
        rule_frame.lazy(),
        used,
        carry=["own_role"],
    ).select(pl.col("own_role").alias("role"), *used, pl.col("account_code").alias("fallback_code"))
    return (
        rows.join(chosen, on=keys, how="left", validate="m:1", nulls_equal=True)
        .join(fallback, on=keys, how="left", validate="m:1", nulls_equal=True)
        .with_columns(pl.coalesce("account_code", "fallback_code").alias("account_code"))
        .drop("fallback_code")
    )


def _first_match(
    rows: pl.LazyFrame, rules: pl.LazyFrame, used: list[str], carry: list[str] | None = None
) -> pl.LazyFrame:
    """The account of the lowest matching rule for each combination of role and attributes."""
    keys = [*(carry or []), "role", *used]
    unused = [name for name in RULE_ATTRIBUTES if name not in used]
    applicable = rules.filter(pl.all_horizontal([pl.col(name).is_null() for name in unused])) if unused else rules
    matches = [
        (pl.col(f"{name}_rule").is_null() | (pl.col(name) == pl.col(f"{name}_rule"))).fill_null(value=False)
        for name in used
    ]
    return (
        rows.join(applicable, on="role", how="inner", suffix="_rule")
        .filter(pl.all_horizontal(matches) if matches else pl.lit(value=True))
        .sort("rule_order")
        .group_by(keys, maintain_order=True)
        .agg(pl.col("account_code").first())
    )
