"""Value a table of stock moves: read this first."""

from datetime import date

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.flows import is_transfer
from transforms.costing.integers import read_moves
from transforms.costing.moves.dependence import find_routes
from transforms.costing.moves.links import add_late_costs, assign_pools, link_documents, link_sources
from transforms.costing.moves.ordering import add_phases, find_order, order_moves
from transforms.costing.moves.validation import check_columns, check_moves
from transforms.costing.reporting import narrow, no_moves, report
from transforms.costing.routing import settle_pools
from transforms.costing.standard.costs import last_standard_day
from transforms.costing.standard.rows import report_own_rows
from transforms.costing.standard.valuing import settle_at_standard


def value_moves(
    moves: pl.DataFrame,
    policy: CostingPolicy,
    standard_costs: pl.DataFrame | None = None,
    until: date | None = None,
) -> pl.DataFrame:
    """Say of every stock move what it changed in stock value and in COGS, to the cent.

    One truth for what each move cost: a landed cost re-prices its receipt as if it had been known from the start (under
    `prospective`: from its own date on), and everything downstream follows; a sale below zero stock costs what the
    covering receipt brings. When a change is booked is not decided here: the caller passes the moves that are known on
    a day, and books what is new.

    Args:
        moves: StockMoves, one row per move, in any order; quantities in stock units, costs in base currency. Costing
            reads move_id, kind, sku, location, lot, moved_on, sequence, quantity, unit_cost, amount, source_move_id,
            document_id and cost_share; of these only move_id, kind, sku, moved_on and quantity must be there. Text may
            be categorical. `moved_on` is a date, or an instant without a time zone: then moves of a day follow their
            time, and moves of one instant each other as moves of one day do otherwise.
        policy: method and pool. Under pool `sku` a transfer changes no value (its units stay in the pool, in transit
            too): its cost is 0.00. Method `specific` is FIFO inside each lot.
        standard_costs: `sku`, `unit_cost` and, if it changes, `valid_from`; the last resort for units of unknown cost,
            and the cost of every move under the method `standard`.
        until: last day on which a change of standard counts; default: the end of the month of the last move, or of the
            month in which the last one was entered (`known_on`).

    Returns:
        ValuedMoves, one row per move in input order, and under `standard` variances and revaluations behind them. A
        move whose cost nothing tells costs 0.00 and is provisional. Amounts have 18 digits, or 38 where those do not
        do.

    Raises:
        MoveProblems: every rule that the moves break, with its row count, money and first keys.
    """
    if moves.is_empty() and policy.method != "standard":
        return no_moves()
    rows = add_phases(_read(moves, policy), policy)
    told = rows.select("row", "move_id", "kind")
    settled = rows.filter(~is_transfer) if policy.pool == "sku" and _has_transfers(rows) else rows
    if policy.method == "standard":
        in_order = settled[find_order(settled, policy)].with_row_index("move_order", 1)
        last_day = until or last_standard_day(moves)
        at_standard = settle_at_standard(in_order, policy, standard_costs, last_day)
        return pl.concat(
            [report(told, [narrow(at_standard.valued)]), report_own_rows(at_standard.own)], how="vertical_relaxed"
        )
    valued = settle_pools(settled, find_routes(settled, policy), policy, standard_costs)
    del rows, settled  # tables of millions of moves should not stand beside their results
    return report(told, [valued.pop() for _ in range(len(valued))])


def show_order(moves: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Say in which order moves are settled (the rule: `ordering`).

    Args:
        moves: StockMoves.
        policy: method and pool.

    Returns:
        `move_id`, `phase` (as `ordering` counts them), `level` and `side` (of documents handed over inside one round)
        and `move_order` (from 1): one row per move, in that order.

    Raises:
        MoveProblems: every rule that the moves break.
    """
    return order_moves(_read(moves, policy), policy).select("move_id", "phase", "level", "side", "move_order")


def _read(moves: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """Moves as whole numbers, linked to their pools, sources and documents, and checked."""
    unreadable = check_columns(moves)
    read = read_moves(moves.drop(unreadable.keys(), strict=False))
    rows = link_documents(link_sources(assign_pools(read, policy)), policy)
    linked = add_late_costs(rows, policy)
    check_moves(linked, unreadable, policy)
    return linked


def _has_transfers(rows: pl.DataFrame) -> bool:
    """Whether any move is a transfer."""
    return bool(rows.select(is_transfer.any()).item())
