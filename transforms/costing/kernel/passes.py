"""Pools that wait for each other, in passes until what covers short issues no longer changes.

A pass settles each pool as far as it goes and turns to another pool only where a move waits for one there: so the
records of a pool stay at hand, and the result is that of one order over all moves, because every move sees the moves
before it of its own pool and of its document. In the first pass all pools are settled. Later ones settle the pools for
whose issues something new is known, and those which receive something else than before: what others handed over still
stands in their links. Each pass ends as if it had settled everything.
"""

from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.layout import (
    CHANGED_IN,
    CLOSURE,
    CURSOR,
    DONE,
    END,
    FOLLOWING,
    LEFT_ALONE,
    LINK,
    LINK_FIELDS,
    LINK_MOVE,
    LINK_POOL,
    LOOKED_AT,
    POOL_FIELDS,
    POOL_LINKS,
    POOL_LINKS_END,
    POOL_MODE,
    POOL_START,
    POOLS,
    PREVIOUS,
    ROOT,
    SETTLED_AGAIN,
    STACK_FIELDS,
    STACK_USED,
    TURN,
    Record,
    Table,
    Tables,
    number,
)
from transforms.costing.kernel.moves import WAITS, begin_pool, settle_pool
from transforms.costing.kernel.pointers import row

TO_THE_END = number(2**62)


@compiled
def run_pass(ledger: Tables) -> int:
    """Settle all pools of this pass.

    Returns:
        DONE, or which table has to grow before the pass can go on.
    """
    flags, pools, stack = ledger.flags, ledger.pools, ledger.stack
    while True:
        if flags[STACK_USED] == 0:
            if flags[ROOT] == flags[POOLS]:
                return DONE
            push(stack, flags, flags[ROOT], TO_THE_END)
            flags[ROOT] += 1
        top = row(stack, (flags[STACK_USED] - 1) * STACK_FIELDS)
        at, target = top[0], top[1]
        pool = row(pools, at * POOL_FIELDS)
        if pool[CURSOR] > target or pool[CURSOR] == pool[END]:
            flags[STACK_USED] -= 1
            continue
        found = look_at(ledger, pool) if pool[POOL_MODE] == LOOKED_AT else settle_pool(ledger, at)
        if found == WAITS:
            if pool[CURSOR] <= target:
                waits_for = row(ledger.links, (ledger.links[pool[LINK] * LINK_FIELDS + PREVIOUS]) * LINK_FIELDS)
                push(stack, flags, waits_for[LINK_POOL], waits_for[LINK_MOVE])
        elif found != DONE:
            return found


@compiled
def push(stack: Table, flags: Table, pool: int, target: int) -> None:
    """Turn to a pool, until it has settled a move."""
    stack[flags[STACK_USED] * STACK_FIELDS + 0], stack[flags[STACK_USED] * STACK_FIELDS + 1] = pool, target
    flags[STACK_USED] += 1


@compiled
def look_at(ledger: Tables, pool: Record) -> int:
    """Go on through the links of a pool as long as nothing that it waits for has changed; else settle it again."""
    links, pools, flags = ledger.links, ledger.pools, ledger.flags
    while pool[LINK] < pool[POOL_LINKS_END]:
        record = row(links, pool[LINK] * LINK_FIELDS)
        pool[CURSOR] = record[LINK_MOVE]
        if record[PREVIOUS] >= 0:
            previous = row(links, record[PREVIOUS] * LINK_FIELDS)
            if pools[previous[LINK_POOL] * POOL_FIELDS + CURSOR] <= previous[LINK_MOVE]:
                return WAITS
            if previous[CHANGED_IN] == flags[TURN]:
                pool[POOL_MODE] = SETTLED_AGAIN
                begin_pool(pool, ledger.layers, flags)
                return DONE
        pool[LINK] += 1
    pool[CURSOR] = pool[END]
    return DONE


@compiled
def begin_pass(ledger: Tables, is_first: bool) -> None:
    """Put the pools that this pass settles back to their first move; look at all to which they lead.

    Pools for which something new is known are marked SETTLED_AGAIN by the caller.
    """
    pools, flags, stack = ledger.pools, ledger.flags, ledger.stack
    flags[TURN] += 1
    flags[ROOT] = flags[STACK_USED] = flags[CLOSURE] = 0
    for at in range(flags[POOLS]):
        pool = row(pools, at * POOL_FIELDS)
        if is_first or pool[POOL_MODE] == SETTLED_AGAIN:
            pool[POOL_MODE] = SETTLED_AGAIN
            begin_pool(pool, ledger.layers, flags)
            if not is_first:
                stack[flags[CLOSURE] * STACK_FIELDS + 0] = at
                flags[CLOSURE] += 1
    done = 0
    while done < flags[CLOSURE]:
        add_followers(ledger, row(pools, (stack[done * STACK_FIELDS + 0]) * POOL_FIELDS))
        done += 1


@compiled
def add_followers(ledger: Tables, pool: Record) -> None:
    """Look at the pools that wait for one of this pass."""
    links, flags, stack = ledger.links, ledger.flags, ledger.stack
    for link in range(pool[POOL_LINKS], pool[POOL_LINKS_END]):
        following = links[link * LINK_FIELDS + FOLLOWING]
        if following < 0:
            continue
        at = links[following * LINK_FIELDS + LINK_POOL]
        other = row(ledger.pools, at * POOL_FIELDS)
        if other[POOL_MODE] == LEFT_ALONE:
            other[POOL_MODE] = LOOKED_AT
            other[CURSOR], other[LINK] = other[POOL_START], other[POOL_LINKS]
            stack[flags[CLOSURE] * STACK_FIELDS + 0] = at
            flags[CLOSURE] += 1


@compiled
def end_pass(ledger: Tables) -> None:
    """Leave all pools alone until something new is known for them."""
    for at in range(ledger.flags[POOLS]):
        ledger.pools[at * POOL_FIELDS + POOL_MODE] = LEFT_ALONE
