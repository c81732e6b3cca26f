"""Gives each entry of a tracked role its tracking options, up to two categories as in Xero."""

import polars as pl

TRACKING_COLUMNS = ["tracking_category_1", "tracking_option_1", "tracking_category_2", "tracking_option_2"]
SLOTS = (1, 2)


def resolve_tracking(entries: pl.LazyFrame, rules: pl.DataFrame, tracked_roles: tuple[str, ...]) -> pl.LazyFrame:
    """Add tracking category and option of both slots.

    Args:
        entries: rows with `role` and the attributes that rules ask for.
        rules: TrackingRules; a null value takes every other value of the attribute.
        tracked_roles: roles whose lines carry options.

    Returns:
        The same rows with the four tracking columns, null for other roles, and `untracked`: the category of a tracked
        role for which no rule gives an option, else null.
    """
    tracked = pl.col("role").is_in(list(tracked_roles))
    result = entries
    missing: list[pl.Expr] = []
    for slot in SLOTS:
        own = rules.filter(pl.col("slot") == slot)
        category, option = f"tracking_category_{slot}", f"tracking_option_{slot}"
        if own.is_empty():
            result = result.with_columns(pl.lit(None, pl.String).alias(category), pl.lit(None, pl.String).alias(option))
            continue
        name = str(own["tracking_category"][0])
        result = _resolve_slot(result, own, option).with_columns(
            pl.when(tracked).then(pl.col(option)).alias(option), pl.when(tracked).then(pl.lit(name)).alias(category)
        )
        missing.append(pl.when(tracked & pl.col(option).is_null()).then(pl.lit(name)))
    untracked = pl.coalesce(missing) if missing else pl.lit(None, pl.String)
    return result.with_columns(untracked.alias("untracked"))


def _resolve_slot(entries: pl.LazyFrame, rules: pl.DataFrame, option: str) -> pl.LazyFrame:
    """The option by the attribute's value, else the option for all other values."""
    attribute = str(rules["attribute"][0])
    otherwise = rules.filter(pl.col("value").is_null())["tracking_option"].to_list()
    by_value = rules.filter(pl.col("value").is_not_null()).select(
        pl.col("value").alias(attribute), pl.col("tracking_option").alias(option)
    )
    joined = entries.join(by_value.lazy(), on=attribute, how="left", validate="m:1")
    return joined.with_columns(pl.col(option).fill_null(pl.lit(otherwise[0]))) if otherwise else joined
