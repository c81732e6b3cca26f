"""The one door to the loop that settles moves which depend on each other: arrays in, arrays out.

Depth grows with the moves here (a return of a sale of goods that came by transfer from an assembly ...), so passes
over whole columns would not end. What stands behind the door sees no frame: a compiled loop can replace it.
"""

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import is_value_only
from transforms.costing.linked_moves import (
    ABSORB,
    BRING,
    CHARGE,
    HAND_OVER,
    ISSUE,
    ISSUE_LAYER,
    RECEIVE,
    RETURN,
    REVALUE,
    LinkedMoves,
)
from transforms.costing.settlement import settle_moves

RULE_PRICED = ("adjustment_in", "sale_return")
"""Come in at the current cost by rule when they bring none; for any other inflow that is a makeshift."""


def settle_dependent_pools(
    rows: pl.DataFrame, policy: CostingPolicy, standard_costs: pl.DataFrame | None
) -> pl.DataFrame:
    """Value the moves of dependent pools in one order over all of them.

    Args:
        rows: their moves, in order.
        policy: method and pool.
        standard_costs: `sku`, `unit_cost` and, if it changes, `valid_from`: the last resort where no cost is known.

    Returns:
        `row`, `cents`, `unit_millionths`, `provisional_cents`, `is_provisional`, `expensed_cents`: one row for each
        input row.

    Raises:
        MoveProblems: moves that contradict each other, such as a transfer that brings in more than left.
    """
    moves = link_moves(rows, policy, standard_costs)
    settled = settle_moves(moves, by_average=not policy.has_layers, share_by=policy.share_by)
    return pl.DataFrame(
        {
            "row": rows["row"],
            "cents": pl.Series(settled.cents, dtype=pl.Int64),
            "unit_millionths": pl.Series(settled.unit_millionths, dtype=pl.Int128),
            "provisional_cents": pl.Series(settled.provisional_cents, dtype=pl.Int64),
            "is_provisional": pl.Series(settled.is_provisional, dtype=pl.Boolean),
            "expensed_cents": pl.Series(settled.expensed_cents, dtype=pl.Int64),
        }
    )


def link_moves(rows: pl.DataFrame, policy: CostingPolicy, standard_costs: pl.DataFrame | None) -> LinkedMoves:
    """Moves as the arrays of the loop, one entry for each row, in order.

    Args:
        rows: moves in order, with those that they name.
        policy: method and pool.
        standard_costs: as for settle_dependent_pools.
    """
    numbered = _with_standard_cost(rows, standard_costs).with_row_index("position")
    positions = numbered.select(source_row="row", source="position")
    linked = numbered.join(positions, on="source_row", how="left", validate="m:1", maintain_order="left").with_columns(
        action=_action(policy), is_rule_priced=pl.col("kind").is_in(RULE_PRICED), units=pl.col("quantity").abs()
    )
    return LinkedMoves(
        **{name: linked[name].to_list() for name in ("move_id", "action", "pool", "units", "own_cost", "late_cost")},
        **{name: linked[name].fill_null(-1).to_list() for name in ("source", "document")},
        source_units=linked["source_quantity"].abs().fill_null(0).to_list(),
        **{name: linked[name].to_list() for name in ("cost_share", "unit_cost", "standard_cost", "is_rule_priced")},
        is_made=(linked["kind"] == "assembly_in").to_list(),
    )


def _action(policy: CostingPolicy) -> pl.Expr:
    """What the loop has to do with a move."""
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
    )


def _with_standard_cost(rows: pl.DataFrame, standard_costs: pl.DataFrame | None) -> pl.DataFrame:
    """Add `standard_cost` in millionths: the latest one valid on the day, null where there is none."""
    if standard_costs is None:
        return rows.with_columns(standard_cost=pl.lit(None, dtype=pl.Int128))
    since = pl.col("valid_from") if "valid_from" in standard_costs.columns else pl.date(1900, 1, 1)
    costs = standard_costs.select(
        "sku", valid_from=since.cast(pl.Date), standard_cost=pl.col("unit_cost").cast(pl.Decimal(18, 6)).to_physical()
    ).sort("valid_from")
    dated = rows.sort("moved_on", maintain_order=True).join_asof(
        costs, left_on="moved_on", right_on="valid_from", by="sku", check_sortedness=False
    )
    return dated.sort("move_order")
