"""Pools that wait for no other: one after the other, each twice where stock was short."""

from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.layout import (
    COVER_CENTS,
    COVER_ERROR,
    COVER_FRACTION,
    COVER_UNITS,
    DEBT_FIELDS,
    DEBTS_USED,
    DONE,
    END,
    FIRST_DEBT,
    FREE_LAYER,
    KNOWN_CENTS,
    KNOWN_ERROR,
    KNOWN_FRACTION,
    KNOWN_UNITS,
    LAYERS,
    LAYERS_FREED,
    LAYERS_USED,
    NEXT_DEBT,
    POOL_BEYOND,
    POOL_DOUBT,
    POOL_START,
    ZERO,
    Record,
    Table,
    Tables,
)
from transforms.costing.kernel.moves import begin_pool, forget_debts, settle_pool
from transforms.costing.kernel.pointers import row

CERTAIN, DOUBTFUL, OUT_OF_REACH = range(3)


@compiled
def settle_separately(ledger: Tables, first: int, last: int) -> tuple[int, int]:
    """Settle pools one after the other; all of them use record 0.

    Args:
        ledger: the tables; of each pool is written whether it is CERTAIN, DOUBTFUL or OUT_OF_REACH.
        first: pool to begin with.
        last: pool to stop before.

    Returns:
        DONE or which table has to grow, and the pool to go on with.
    """
    pool, flags, at, is_known = ledger.pools, ledger.flags, first, False
    starts, outcome = ledger.starts, ledger.outcome
    while at < last:
        if not is_known:
            pool[POOL_START], pool[END] = starts[at], starts[at + 1]
            flags[DEBTS_USED] = 0
            forget_debts(pool)
        begin_alone(pool, ledger.layers, flags)
        found = settle_pool(ledger, ZERO)
        if found != DONE:
            return found, at
        if pool[FIRST_DEBT] >= 0 and not is_known:
            learn(pool, ledger.debts)
            is_known = True
            continue
        outcome[at] = OUT_OF_REACH if pool[POOL_BEYOND] else DOUBTFUL if pool[POOL_DOUBT] else CERTAIN
        at, is_known = at + 1, False
    return DONE, last


@compiled
def begin_alone(pool: Record, layers: Table, flags: Table) -> None:
    """Put a pool back to its first move, with all room for layers."""
    pool[LAYERS] = 0
    flags[LAYERS_USED] = flags[LAYERS_FREED] = 0
    flags[FREE_LAYER] = -1
    begin_pool(pool, layers, flags)


@compiled
def learn(pool: Record, debts: Table) -> None:
    """Know what covered the units that were owed. Without documents that is final: it depends on no issue's cost."""
    place = pool[FIRST_DEBT]
    while place >= 0:
        debt = row(debts, place * DEBT_FIELDS)
        debt[KNOWN_UNITS], debt[KNOWN_CENTS] = debt[COVER_UNITS], debt[COVER_CENTS]
        debt[KNOWN_FRACTION], debt[KNOWN_ERROR] = debt[COVER_FRACTION], debt[COVER_ERROR]
        place = debt[NEXT_DEBT]
