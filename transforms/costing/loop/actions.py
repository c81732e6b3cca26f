"""What the loop, exact or compiled, has to do with a move, and what it may fall back upon."""

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import is_value_only
from transforms.costing.loop.linked_moves import (
    ABSORB,
    BRING,
    CHARGE,
    HAND_OVER,
    ISSUE,
    ISSUE_LAYER,
    RECEIVE,
    RETURN,
    REVALUE,
)

is_rule_priced = pl.col("kind").is_in(("adjustment_in", "sale_return"))
"""Comes in at the current cost by rule when it brings none; for any other inflow that is a makeshift."""


def action_of(policy: CostingPolicy) -> pl.Expr:
    """The action of a move (linked_moves), from `kind`, `quantity`, `source_row`, `document` and `is_absorbed`.

    Args:
        policy: method and pool; it says at which cost goods go back to a supplier.
    """
    kind, has_source = pl.col("kind"), pl.col("source_row").is_not_null()
    is_handed_over = pl.col("document").is_not_null()
    return (
        pl.when("is_absorbed")
        .then(ABSORB)
        .when(is_value_only & has_source)
        .then(CHARGE)
        .when(is_value_only)
        .then(REVALUE)
        .when(is_handed_over & (pl.col("quantity") > 0))
        .then(RECEIVE)
        .when(is_handed_over)
        .then(HAND_OVER)
        .when((kind == "sale_return") & has_source)
        .then(RETURN)
        .when(pl.col("quantity") > 0)
        .then(BRING)
        .when((kind == "purchase_return") & has_source & (policy.returns_at == "receipt"))
        .then(ISSUE_LAYER)
        .otherwise(ISSUE)
        .cast(pl.Int8)
    )


def with_standard_cost(rows: pl.DataFrame, standard_costs: pl.DataFrame | None) -> pl.DataFrame:
    """Add `standard_cost` in millionths: the latest one valid on the day, null where there is none.

    Args:
        rows: moves with `sku` and `moved_on`; their order stays.
        standard_costs: `sku`, `unit_cost` and, if it changes, `valid_from`; None: there are none.
    """
    if standard_costs is None:
        return rows.with_columns(standard_cost=pl.lit(None, dtype=pl.Int64))
    since = pl.col("valid_from") if "valid_from" in standard_costs.columns else pl.date(1900, 1, 1)
    costs = standard_costs.select(
        "sku", valid_from=since.cast(pl.Date), standard_cost=pl.col("unit_cost").cast(pl.Decimal(18, 6)).to_physical()
    ).sort("valid_from")
    days = rows.select("sku", moved_on=pl.col("moved_on").cast(pl.Date)).with_row_index("place")
    dated = days.sort("moved_on", maintain_order=True).join_asof(
        costs, left_on="moved_on", right_on="valid_from", by="sku", check_sortedness=False
    )
    return rows.with_columns(dated.sort("place")["standard_cost"].cast(pl.Int64))
