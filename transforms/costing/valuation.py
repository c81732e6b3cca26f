"""Value a table of stock moves: read this first."""

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.averages import price_issues_average
from transforms.costing.dependence import find_dependent_pools
from transforms.costing.dependent_pools import settle_dependent_pools
from transforms.costing.fifo import price_issues_fifo
from transforms.costing.flows import is_inflow, is_outflow, is_transfer, is_value_only
from transforms.costing.integers import read_moves, to_money, to_unit_cost
from transforms.costing.links import add_late_costs, assign_pools, link_documents, link_sources
from transforms.costing.ordering import order_moves
from transforms.costing.running_totals import cents_of_change, divide_half_up, running_total
from transforms.costing.validation import check_columns, check_moves

COGS_KINDS = ("sale", "sale_return")
AVAILABLE_METHODS = ("fifo", "moving_average", "periodic_average", "specific")

VALUED = {
    "row": pl.UInt32,
    "cents": pl.Int64,
    "unit_millionths": pl.Int128,
    "provisional_cents": pl.Int64,
    "is_provisional": pl.Boolean,
    "expensed_cents": pl.Int64,
}
"""What every way of valuing gives for a row."""


def value_moves(moves: pl.DataFrame, policy: CostingPolicy, standard_costs: pl.DataFrame | None = None) -> pl.DataFrame:
    """Say of every stock move what it changed in stock value and in COGS, to the cent.

    One truth for what each move cost: a landed cost re-prices its receipt as if it had been known from the start, and
    everything downstream follows; a sale below zero stock costs what the covering receipt brings. When a change is
    booked is not decided here: the caller passes the moves that are known on a day, and books what is new.

    Args:
        moves: StockMoves, one row per move, in any order; quantities in stock units, costs in base currency.
        Costing reads
            move_id, kind, sku, location, lot, moved_on, sequence, quantity, unit_cost, amount, source_move_id,
            document_id and cost_share; of these only move_id, kind, sku, moved_on and quantity must be there.
        policy: method and pool. Under pool `sku` a transfer changes no value (its units stay in the pool, in
        transit too): its
            cost is 0.00. Method `specific` is FIFO inside each lot.
        standard_costs: `sku`, `unit_cost` and, if it changes, `valid_from`; the last resort for units of unknown
        cost.

    Returns:
        ValuedMoves, one row per move in input order. A move whose cost nothing tells costs 0.00 and is provisional.

    Raises:
        MoveProblems: every rule that the moves break, with its row count and first keys.
    """
    if policy.method not in AVAILABLE_METHODS:
        raise ValueError(f"costing method {policy.method} is not available; use one of {', '.join(AVAILABLE_METHODS)}")
    rows = order_moves(_read(moves, policy), policy)
    settled = rows.filter(~is_transfer) if policy.pool == "sku" else rows
    dependent = find_dependent_pools(settled, policy)
    in_loop = pl.col("pool").is_in(dependent.implode())
    valued = [_value_plain_pools(settled.filter(~in_loop), policy)]
    if dependent.len():
        valued.append(settle_dependent_pools(settled.filter(in_loop), policy, standard_costs))
    return _report(rows, _stack(valued))


def show_order(moves: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Say in which order moves are settled (the rule: `ordering`).

    Args:
        moves: StockMoves.
        policy: method and pool.

    Returns:
        `move_id`, `phase` (as `ordering` counts them) and `move_order` (from 1): one row per move, in that order.

    Raises:
        MoveProblems: every rule that the moves break.
    """
    return order_moves(_read(moves, policy), policy).select("move_id", "phase", "move_order")


def _read(moves: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Moves as whole numbers, linked to their pools, sources and documents, and checked."""
    check_columns(moves)
    rows = link_documents(link_sources(assign_pools(read_moves(moves), policy)), policy)
    linked = add_late_costs(rows, policy)
    check_moves(linked)
    return linked


def _value_plain_pools(rows: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Pools in which no move waits for another: whole columns at once."""
    pooled = rows.sort("pool", maintain_order=True)
    price_issues = price_issues_average if policy.method.endswith("average") else price_issues_fifo
    never_received = pooled.group_by("pool").agg(is_provisional=~is_inflow.any())
    issues = pooled.filter(is_outflow).select("row", "pool").join(never_received, on="pool", how="left", validate="m:1")
    unknown = issues.select("row", "is_provisional", provisional_cents=pl.when("is_provisional").then(0))
    inflows = _value_inflows(pooled).with_columns(is_provisional=pl.lit(value=False), provisional_cents=pl.lit(None))
    outflows = price_issues(pooled).join(unknown, on="row", how="left", validate="1:1")
    nothing = pl.lit(0, dtype=pl.Int64)
    return _stack([part.with_columns(expensed_cents=nothing) for part in (inflows, outflows)])


def _value_inflows(rows: pl.DataFrame) -> pl.DataFrame:
    """Inflows and charges at their own cost, to the cent by the running total of their pool."""
    units = pl.col("quantity").cast(pl.Int128)
    return rows.filter(is_inflow | is_value_only).select(
        "row",
        cents=cents_of_change(running_total("own_cost"), pl.col("own_cost")),
        unit_millionths=pl.when(pl.col("quantity") > 0).then(divide_half_up(pl.col("layer_cost"), units)),
    )


def _stack(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Valued rows of several parts, one under the other."""
    return pl.concat([part.select(pl.col(name).cast(dtype) for name, dtype in VALUED.items()) for part in parts])


def _report(rows: pl.DataFrame, valued: pl.DataFrame) -> pl.DataFrame:
    """ValuedMoves in input order; what was not valued (transfers inside a pool, zero quantities) changes nothing."""
    cost = to_money(pl.col("cents").fill_null(0))
    is_cogs = pl.col("kind").is_in(COGS_KINDS)
    expensed = to_money(pl.col("expensed_cents").fill_null(0))
    return (
        rows.join(valued, on="row", how="left", validate="1:1")
        .sort("row")
        .select(
            "move_id",
            cost_amount=cost,
            unit_cost_applied=to_unit_cost(pl.col("unit_millionths")),
            provisional_amount=to_money(pl.col("provisional_cents")),
            is_provisional=pl.col("is_provisional").fill_null(value=False),
            cogs_amount=pl.when(is_cogs).then(-cost).otherwise(expensed),
        )
    )
