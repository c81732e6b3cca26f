"""Runs the kernel over tables: lets those grow that are too small, and says of which pools all is certain."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from transforms.costing.kernel.frames import Columns, Whole
from transforms.costing.kernel.layout import (
    ASKS_AGES,
    BY_AVERAGE,
    CURSOR,
    DEBT_FIELDS,
    DONE,
    END,
    FIRST_DEBT,
    FLAGS,
    FREE_LAYER,
    HAS_LATE,
    HAS_SLOTS,
    HAS_STANDARD,
    HAS_UNIT_COST,
    HAS_WIDE_LATE,
    HAS_WIDE_OWN,
    LAST_DEBT,
    LAYER_FIELDS,
    LINK_FIELDS,
    LINK_POOL,
    NEEDS_DEBTS,
    NEEDS_LAYERS,
    NEEDS_PIECES,
    NONE,
    PIECE_FIELDS,
    POOL_BEYOND,
    POOL_DOUBT,
    POOL_FIELDS,
    POOL_LINKS,
    POOL_LINKS_END,
    POOL_START,
    SHARE_BY_LAYER,
    SLOT_DEBT,
    SLOT_FIELDS,
    SLOT_LAYER,
    SLOT_MOVE,
    SLOT_POOL,
    WIDEN,
    Ledger,
)
from transforms.costing.kernel.running import BEGIN_FIRST_PASS, BEGIN_PASS, END_PASS, LEARN, PASS, SEPARATE, run
from transforms.costing.kernel.separate import CERTAIN, DOUBTFUL, OUT_OF_REACH
from transforms.costing.loop.circles import PASSES_BEFORE_CUT
from transforms.costing.loop.linked_moves import ABSORB

ROOM = 4096
"""Records with which a growing table begins."""

POOLS_AT_ONCE = 2000
"""Pools that a thread takes at once: enough to hide the call, few enough that threads end together."""


@dataclass(frozen=True)
class Rule:
    """How stock is valued, as the kernel asks."""

    by_average: bool
    share_by_layer: bool
    widen: int = 0
    """Tests make the error bound wider by so much (1/ONE of a cent): more roundings are in doubt."""


def settle_alone(columns: Columns, rule: Rule, threads: int | None) -> tuple[Ledger, NDArray[np.int8]]:
    """Settle pools none of which waits for another.

    Args:
        columns: the moves.
        rule: how stock is valued.
        threads: how many to use; None: one a processor.

    Returns:
        The ledger with its results, and CERTAIN, DOUBTFUL or OUT_OF_REACH for each pool.
    """
    shared = new_ledger(columns, rule, pools=1, links=np.zeros((0, LINK_FIELDS), dtype=np.int64))
    shared.slots[:, SLOT_POOL] = 0
    outcome = np.zeros(len(columns.starts) - 1, dtype=np.int8)
    bounds = [*range(0, len(outcome), POOLS_AT_ONCE), len(outcome)]
    chunks = list(pairwise(bounds))
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as workers:
        for _ in workers.map(lambda chunk: _settle_chunk(_own_tables(shared, rule), columns, outcome, *chunk), chunks):
            pass
    return shared, outcome


def _settle_chunk(ledger: Ledger, columns: Columns, outcome: NDArray[np.int8], first: int, last: int) -> None:
    """Settle some pools."""
    found, at = run(ledger, columns.starts, outcome, SEPARATE, first, last)
    while found != DONE:
        ledger = grown(ledger, found)
        found, at = run(ledger, columns.starts, outcome, SEPARATE, at, last)


def settle_together(
    columns: Columns, rule: Rule, links: Whole, watch: Callable[[Ledger], bool] = lambda ledger: True
) -> tuple[Ledger, NDArray[np.int8]]:
    """Settle pools that wait for each other, until what covers short issues no longer changes.

    Args:
        columns: the moves.
        rule: how stock is valued.
        links: the records of `links.build_links`.
        watch: sees the tables after each pass, and says whether to go on.

    Returns:
        As settle_alone. A ledger with a contradiction is returned as it stands after the pass that found it.
    """
    ledger = _place_pools(new_ledger(columns, rule, len(columns.starts) - 1, links), columns.starts)
    outcome = np.zeros(len(columns.starts) - 1, dtype=np.int8)
    task, passes = BEGIN_FIRST_PASS, 0
    while True:
        run(ledger, columns.starts, outcome, task, 0, 0)
        while (found := run(ledger, columns.starts, outcome, PASS, 0, 0)[0]) != DONE:
            ledger = grown(ledger, found)
        run(ledger, columns.starts, outcome, END_PASS, 0, 0)
        passes = passes % PASSES_BEFORE_CUT + 1
        if ledger.problem.any() or not watch(ledger):
            break
        if not run(ledger, columns.starts, outcome, LEARN, passes, 0)[1]:
            break
        task = BEGIN_PASS
    doubt, beyond = ledger.pools[:, POOL_DOUBT] > 0, ledger.pools[:, POOL_BEYOND] > 0
    return ledger, np.where(beyond, OUT_OF_REACH, np.where(doubt, DOUBTFUL, CERTAIN)).astype(np.int8)


def new_ledger(columns: Columns, rule: Rule, pools: int, links: Whole) -> Ledger:
    """Tables for some moves."""
    size = len(columns.action)
    is_absorbed = (columns.action & 15) == ABSORB
    has_absorbed = bool(is_absorbed.any())
    flags = np.zeros(FLAGS, dtype=np.int64)
    flags[FREE_LAYER] = -1
    flags[WIDEN], flags[BY_AVERAGE], flags[SHARE_BY_LAYER] = rule.widen, rule.by_average, rule.share_by_layer
    flags[ASKS_AGES] = rule.by_average and rule.share_by_layer and has_absorbed
    flags[HAS_SLOTS], flags[HAS_LATE] = len(columns.slot) > 0, len(columns.late) > 0
    flags[HAS_WIDE_OWN], flags[HAS_WIDE_LATE] = len(columns.own_rest) > 0, len(columns.late_rest) > 0
    flags[HAS_UNIT_COST], flags[HAS_STANDARD] = len(columns.unit_cost) > 0, len(columns.standard) > 0
    return Ledger(
        action=columns.action,
        units=columns.units,
        own=columns.own,
        own_rest=columns.own_rest,
        late=columns.late,
        late_rest=columns.late_rest,
        unit_cost=columns.unit_cost,
        standard=columns.standard,
        slot=columns.slot,
        flags=flags,
        pools=_new_pools(pools),
        layers=np.empty((ROOM, LAYER_FIELDS), dtype=np.int64),
        pieces=np.empty((ROOM, PIECE_FIELDS), dtype=np.int64),
        debts=np.empty((ROOM, DEBT_FIELDS), dtype=np.int64),
        slots=_new_slots(columns),
        links=links,
        stack=np.empty((pools + 1, 2), dtype=np.int64),
        cents=np.zeros(size, dtype=np.int64),
        unit_millionths=np.full(size, NONE, dtype=np.int64),
        provisional=np.full(size, NONE, dtype=np.int64),
        is_provisional=np.zeros(size, dtype=np.int8),
        expensed=np.zeros(size if has_absorbed else 0, dtype=np.int64),
        problem=np.zeros(size, dtype=np.int8),
    )


def _own_tables(shared: Ledger, rule: Rule) -> Ledger:
    """Tables that a thread changes for itself; what is written by move or slot belongs to its pools alone."""
    return shared._replace(
        flags=shared.flags.copy(),
        pools=_new_pools(1),
        layers=np.empty((ROOM, LAYER_FIELDS), dtype=np.int64),
        debts=np.empty((ROOM, DEBT_FIELDS), dtype=np.int64),
    )


def _new_pools(count: int) -> Whole:
    """Pools without anything."""
    pools = np.zeros((count, POOL_FIELDS), dtype=np.int64)
    pools[:, FIRST_DEBT] = pools[:, LAST_DEBT] = -1
    return pools


def _new_slots(columns: Columns) -> Whole:
    """Moves that others name, none of them settled."""
    slots = np.zeros((columns.sources.height, SLOT_FIELDS), dtype=np.int64)
    slots[:, SLOT_MOVE] = slots[:, SLOT_DEBT] = slots[:, SLOT_LAYER] = -1
    if columns.sources.height:
        at = columns.sources["at"].to_numpy()
        slots[:, SLOT_POOL] = np.searchsorted(columns.starts, at, side="right") - 1
    return slots


def _place_pools(ledger: Ledger, starts: Whole) -> Ledger:
    """Tell each pool which moves and links are its own."""
    pools = ledger.pools
    pools[:, POOL_START], pools[:, END] = starts[:-1], starts[1:]
    pools[:, CURSOR] = starts[:-1]
    numbers = np.arange(len(pools))
    pools[:, POOL_LINKS] = np.searchsorted(ledger.links[:, LINK_POOL], numbers, side="left")
    pools[:, POOL_LINKS_END] = np.searchsorted(ledger.links[:, LINK_POOL], numbers, side="right")
    return ledger


def grown(ledger: Ledger, need: int) -> Ledger:
    """The same ledger with more room in the table that was full."""
    name = {NEEDS_LAYERS: "layers", NEEDS_PIECES: "pieces", NEEDS_DEBTS: "debts"}[need]
    table = getattr(ledger, name)
    larger = np.empty((2 * len(table), table.shape[1]), dtype=np.int64)
    larger[: len(table)] = table
    return ledger._replace(**{name: larger})
