"""Values the moves of a frame by the kernel, and by the exact loop what the kernel leaves open."""

from dataclasses import replace

import numpy as np
import polars as pl

from schemas.policies import CostingPolicy
from schemas.problems import Problem
from transforms.costing.exact_moves import link_moves, settle_linked
from transforms.costing.kernel.contradictions import find_problems
from transforms.costing.kernel.engine import Rule, settle_alone, settle_together
from transforms.costing.kernel.frames import Columns, Whole, read_columns
from transforms.costing.kernel.layout import (
    FOLLOWING,
    LINK_POOL,
    NONE,
    Ledger,
)
from transforms.costing.kernel.links import build_links
from transforms.costing.kernel.moves import OUT_OF_REACH
from transforms.costing.kernel.replay import is_corrected, is_cut_at_cost, pools_to_replay, replay
from transforms.costing.problems import MoveProblems


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
    open_pools = np.flatnonzero(outcome[:, 0])
    problems = find_problems(columns, _without(ledger, columns, open_pools))
    to = np.where(outcome[:, 0] == OUT_OF_REACH, columns.starts[1:], outcome[:, 1])
    exact = _settle_rows(columns.rows_of(open_pools, to), policy, problems)
    if problems:
        raise MoveProblems(problems)
    certain = columns.rows_of(open_pools, np.where(outcome[:, 0] == OUT_OF_REACH, to, outcome[:, 0]))
    return _stack(_found(columns, ledger), _only(exact, certain))


def settle_connected(
    rows: pl.DataFrame, policy: CostingPolicy, standard_costs: pl.DataFrame | None, widen: int = 0
) -> pl.DataFrame:
    """Value pools that wait for each other (dependent_pools.settle_dependent_pools).

    Args:
        rows: as there.
        policy: method and pool.
        standard_costs: as there.
        widen: as in Rule; for tests.
    """
    columns = read_columns(rows, policy, standard_costs)
    links = build_links(columns)
    ledger, outcome = settle_together(columns, rule_of(policy, widen), links)
    exact: list[pl.DataFrame | None] = []
    beyond, doubtful = np.flatnonzero(outcome[:, 0] == OUT_OF_REACH), np.flatnonzero(outcome[:, 0] > 0)
    if len(doubtful) and (ledger.problem.any() or asks_for_passes(columns, ledger, doubtful)):
        beyond = np.union1d(beyond, doubtful)
    elif len(doubtful):
        again, wrong = replay(columns, ledger, outcome, policy)
        exact.append(again)
        beyond = np.union1d(beyond, _pool_of(columns, wrong))
    beyond = connected_to(beyond, links, columns)
    problems = find_problems(columns, _without(ledger, columns, beyond))
    exact.append(_settle_rows(columns.rows_of(beyond), policy, problems))
    if problems:
        raise MoveProblems(problems)
    return _stack(_found(columns, ledger), *exact)


def asks_for_passes(columns: Columns, ledger: Ledger, doubtful: Whole) -> bool:
    """Whether only the exact loop's passes tell what pools in doubt cost: circles were cut or corrected in them."""
    pools = _pool_of(columns, np.concatenate([is_cut_at_cost(ledger), is_corrected(ledger)]))
    return bool(np.isin(pools, pools_to_replay(columns, doubtful)).any())


def connected_to(pools: Whole, links: Whole, columns: Columns) -> Whole:
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


def _pool_of(columns: Columns, moves: Whole) -> Whole:
    """Numbers of the pools of some moves."""
    return np.searchsorted(columns.starts, moves, side="right") - 1


def _without(ledger: Ledger, columns: Columns, pools: Whole) -> Ledger:
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


def _only(found: pl.DataFrame | None, rows: pl.DataFrame) -> pl.DataFrame | None:
    """What was found of some rows."""
    return None if found is None else found.filter(pl.col("row").is_in(rows["row"].implode()))


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
