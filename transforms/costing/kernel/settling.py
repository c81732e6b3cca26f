"""Values the moves of a frame by the kernel, and by the exact loop what the kernel leaves open."""

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from schemas.policies import CostingPolicy
from schemas.problems import Problem
from transforms.costing.kernel.circuits import find_circuits
from transforms.costing.kernel.contradictions import find_problems
from transforms.costing.kernel.engine import Rule, settle_alone, settle_together
from transforms.costing.kernel.following import follow_passes
from transforms.costing.kernel.frames import Columns, read_columns
from transforms.costing.kernel.layout import (
    FOLLOWING,
    LINK_POOL,
    NONE,
    TELL,
    Ledger,
)
from transforms.costing.kernel.links import build_links
from transforms.costing.kernel.replay import ExactPools, handed_over_in_debt, is_cut_at_cost, pools_to_replay
from transforms.costing.kernel.separate import DOUBTFUL, OUT_OF_REACH
from transforms.costing.loop.exact_moves import link_moves, settle_linked
from transforms.costing.problems import MoveProblems, gather_problems


def rule_of(policy: CostingPolicy, widen: int = 0) -> Rule:
    """What the kernel asks of a policy."""
    return Rule(by_average=not policy.has_layers, share_by_layer=policy.share_by == "layer", widen=widen)


def settle_separate(
    rows: pl.DataFrame,
    policy: CostingPolicy,
    standard_costs: pl.DataFrame | None,
    threads: int | None = None,
    widen: int = 0,
) -> pl.DataFrame:
    """Value pools none of which waits for another (dependent_pools.settle_separate_pools).

    Args:
        rows: as there.
        policy: method and pool.
        standard_costs: as there.
        threads: as there.
        widen: as in Rule; for tests.
    """
    columns = read_columns(rows, policy, standard_costs)
    ledger, outcome = settle_alone(columns, rule_of(policy, widen), threads)
    open_pools = np.flatnonzero(outcome)
    problems = find_problems(columns, _without(ledger, columns, open_pools))
    exact = _settle_rows(_rows_of(columns, open_pools), policy, problems)
    if problems:
        raise MoveProblems(gather_problems(problems))
    return _stack(_found(columns, ledger), exact)


def settle_connected(
    rows: pl.DataFrame,
    policy: CostingPolicy,
    standard_costs: pl.DataFrame | None,
    widen: int = 0,
    names: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Value pools that wait for each other (dependent_pools.settle_dependent_pools).

    Args:
        rows: as there.
        policy: method and pool.
        standard_costs: as there.
        widen: as in Rule; for tests.
        names: as there.
    """
    columns = read_columns(rows, policy, standard_costs, names)
    ledger, exact = settle_columns(columns, policy, widen)
    return _stack(_found(columns, ledger), *exact)


def settle_columns(columns: Columns, policy: CostingPolicy, widen: int = 0) -> tuple[Ledger, list[pl.DataFrame]]:
    """Value pools that wait for each other, from what the kernel reads of their moves.

    Args:
        columns: the moves.
        policy: method and pool.
        widen: as in Rule; for tests.

    Returns:
        The kernel's tables, and as the door gives it what the exact loop found where these leave something open; the
        last frame counts.

    Raises:
        MoveProblems: moves that contradict each other.
    """
    links = build_links(columns)
    rule = rule_of(policy, widen)
    ledger, outcome = settle_together(columns, rule, links)
    exact: list[pl.DataFrame | None] = []
    beyond = np.flatnonzero(outcome == OUT_OF_REACH)
    doubtful = np.flatnonzero(outcome == DOUBTFUL)
    if len(doubtful) and not ledger.problem.any():
        chosen = pools_to_replay(columns, doubtful)
        if np.isin(_pool_of(columns, is_cut_at_cost(ledger)), chosen).any():
            beyond = np.union1d(beyond, chosen)
        circuits = find_circuits(links, chosen, _pool_of(columns, handed_over_in_debt(ledger)), len(outcome))
        again = None if len(beyond) or not len(circuits) else follow_passes(columns, rule, chosen, policy)
        if again is None:
            beyond = connected_to(np.union1d(beyond, circuits), links, columns)
            chosen = np.setdiff1d(chosen, beyond)
            if len(chosen):
                again, wrong = ExactPools(columns, chosen, policy).replay(ledger)
                beyond = np.union1d(beyond, _pool_of(columns, wrong))
        exact.append(again)
    elif len(doubtful):
        beyond = np.union1d(beyond, doubtful)
    beyond = connected_to(beyond, links, columns)
    problems = find_problems(columns, _without(ledger, columns, beyond))
    exact.append(_settle_rows(_rows_of(columns, beyond), policy, problems))
    if problems:
        raise MoveProblems(gather_problems(problems))
    return ledger, [part for part in exact if part is not None]


def connected_to(pools: NDArray[np.int64], links: NDArray[np.int64], columns: Columns) -> NDArray[np.int64]:
    """Pools and all that documents and returns connect them with."""
    has_next = links[:, FOLLOWING] >= 0
    one = links[has_next, LINK_POOL]
    other = links[links[has_next, FOLLOWING], LINK_POOL]
    found = np.zeros(len(columns.starts) - 1, dtype=bool)
    found[pools] = True
    count = -1
    while len(pools) and count != found.sum():
        count = found.sum()
        found[other[found[one]]] = True
        found[one[found[other]]] = True
    return np.flatnonzero(found)


def _pool_of(columns: Columns, moves: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers of the pools of some moves."""
    return np.searchsorted(columns.starts, moves, side="right") - 1


def _rows_of(columns: Columns, pools: NDArray[np.int64]) -> pl.DataFrame:
    """The rows of some pools, in order."""
    if not len(pools):
        return columns.moves.clear()
    names = columns.moves["pool"].gather(columns.starts[pools])
    moves = columns.moves.filter(pl.col("pool").is_in(names.implode()) & (pl.col("action") != TELL))
    return columns.with_names(moves.sort("move_order"))


def _without(ledger: Ledger, columns: Columns, pools: NDArray[np.int64]) -> Ledger:
    """The ledger without contradictions of pools that the exact loop settles."""
    if not len(pools):
        return ledger
    problem, links = ledger.problem.copy(), ledger.links
    for number in pools:
        problem[columns.starts[number] : columns.starts[number + 1]] = 0
    if len(links):
        links = links[~np.isin(links[:, LINK_POOL], pools)]
    return ledger._replace(problem=problem, links=links)


def _settle_rows(rows: pl.DataFrame, policy: CostingPolicy, problems: list[Problem]) -> pl.DataFrame | None:
    """Settle rows by the exact loop; contradictions go to the list."""
    if rows.is_empty():
        return None
    try:
        moves = replace(link_moves(rows, policy, None), standard_cost=rows["standard_cost"].to_list())
        return settle_linked(rows["row"], moves, policy)
    except MoveProblems as error:
        problems.extend(error.problems)
        return None


def _found(columns: Columns, ledger: Ledger) -> pl.DataFrame:
    """What the kernel found, as the door gives it."""
    found = pl.DataFrame(
        {
            "row": columns.moves["row"],
            "cents": ledger.cents,
            "unit_millionths": ledger.unit_millionths,
            "provisional_cents": ledger.provisional,
            "is_provisional": ledger.is_provisional,
            "expensed_cents": ledger.expensed if len(ledger.expensed) else 0,
        }
    ).with_columns(pl.col("unit_millionths", "provisional_cents").replace(NONE, None), pl.col("is_provisional") > 0)
    return found.filter(found["row"].is_not_null()) if found["row"].null_count() else found


def _stack(found: pl.DataFrame, *exact: pl.DataFrame | None) -> pl.DataFrame:
    """The kernel's rows with those that the exact loop settled in their place."""
    parts = [part for part in exact if part is not None and part.height]
    if not parts:
        return found
    last = pl.concat(parts).unique("row", keep="last")
    wide = found.cast({name: dtype for name, dtype in last.schema.items() if name in found.columns})
    return pl.concat([wide.join(last, on="row", how="anti"), last])
