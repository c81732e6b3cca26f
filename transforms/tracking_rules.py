"""Gives each entry of a tracked role its tracking options, up to two categories as in Xero."""

import polars as pl

from schemas.maps import RULE_ATTRIBUTES
from transforms.rule_lists import decide

TRACKING_COLUMNS = ["tracking_category_1", "tracking_option_1", "tracking_category_2", "tracking_option_2"]
SLOTS = (1, 2)
NO_VALUE = "(none)"


def resolve_tracking(entries: pl.LazyFrame, rules: pl.DataFrame, tracked_roles: tuple[str, ...]) -> pl.LazyFrame:
    """Add tracking category and option of both slots.

    Args:
        entries: rows with `role` and the attributes that rules ask for.
        rules: TrackingRules.
        tracked_roles: roles whose lines carry options.

    Returns:
        The same rows with the four tracking columns, null for other roles. Where a tracked role has a category for
        which no rule gives an option: `untracked_category`, and `untracked_value` (what it is chosen by); else null.
    """
    is_tracked = pl.col("role").is_in(list(tracked_roles))
    resolved = entries
    for slot in SLOTS:
        resolved = _resolve_slot(resolved, rules.filter(slot=slot), slot, is_tracked)
    return resolved.with_columns(
        pl.coalesce(f"missing_{found}_{slot}" for slot in SLOTS).alias(f"untracked_{found}")
        for found in ("category", "value")
    ).drop(f"missing_{found}_{slot}" for slot in SLOTS for found in ("category", "value"))


def _resolve_slot(entries: pl.LazyFrame, rules: pl.DataFrame, slot: int, is_tracked: pl.Expr) -> pl.LazyFrame:
    """Category and option of one slot, and what is missing."""
    category, option = f"tracking_category_{slot}", f"tracking_option_{slot}"
    missing = {f"missing_{found}_{slot}": pl.lit(None, pl.String) for found in ("category", "value")}
    if rules.is_empty():
        nothing = pl.lit(None, pl.String)
        return entries.with_columns(nothing.alias(category), nothing.alias(option), **missing)
    name, chosen_by = str(rules["tracking_category"][0]), str(rules["chosen_by"][0])
    has_gap = is_tracked & pl.col(option).is_null()
    decided = decide(entries, rules.sort("rule_order"), RULE_ATTRIBUTES, "tracking_option")
    return (
        decided.with_columns(pl.when(is_tracked).then("tracking_option").alias(option))
        .drop("tracking_option")
        .with_columns(
            pl.when(is_tracked).then(pl.lit(name)).alias(category),
            pl.when(has_gap).then(pl.lit(name)).alias(f"missing_category_{slot}"),
            pl.when(has_gap).then(pl.col(chosen_by).fill_null(NO_VALUE)).alias(f"missing_value_{slot}"),
        )
    )
