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
    LINK_MOVE,
    LINK_POOL,
    LOOKED_AT,
    POOL_LINKS,
    POOL_LINKS_END,
    POOL_MODE,
    POOL_START,
    PREVIOUS,
    ROOT,
    SETTLED_AGAIN,
    STACK_USED,
    TURN,
    Ledger,
    Record,
    Table,
    number,
)
from transforms.costing.kernel.moves import WAITS, begin_pool, settle_pool

TO_THE_END = number(2**62)


@compiled
def run_pass(ledger: Ledger) -> int:
    """Settle all pools of this pass.

    Returns:
        DONE, or which table has to grow before the pass can go on.
    """
    flags, pools, stack = ledger.flags, ledger.pools, ledger.stack
    while True:
        if flags[STACK_USED] == 0:
            if flags[ROOT] == len(pools):
                return DONE
            push(stack, flags, flags[ROOT], TO_THE_END)
            flags[ROOT] += 1
        at, target = stack[flags[STACK_USED] - 1]
        pool = pools[at]
        if pool[CURSOR] > target or pool[CURSOR] == pool[END]:
            flags[STACK_USED] -= 1
            continue
        found = look_at(ledger, pool) if pool[POOL_MODE] == LOOKED_AT else settle_pool(ledger, at)
        if found == WAITS:
            if pool[CURSOR] <= target:
                waits_for = ledger.links[ledger.links[pool[LINK], PREVIOUS]]
                push(stack, flags, waits_for[LINK_POOL], waits_for[LINK_MOVE])
        elif found != DONE:
            return found


@compiled
def push(stack: Table, flags: Table, pool: int, target: int) -> None:
    """Turn to a pool, until it has settled a move."""
    stack[flags[STACK_USED], 0], stack[flags[STACK_USED], 1] = pool, target
    flags[STACK_USED] += 1


@compiled
def look_at(ledger: Ledger, pool: Record) -> int:
    """Go on through the links of a pool as long as nothing that it waits for has changed; else settle it again."""
    links, pools, flags = ledger.links, ledger.pools, ledger.flags
    while pool[LINK] < pool[POOL_LINKS_END]:
        record = links[pool[LINK]]
        pool[CURSOR] = record[LINK_MOVE]
        if record[PREVIOUS] >= 0:
            previous = links[record[PREVIOUS]]
            if pools[previous[LINK_POOL], CURSOR] <= previous[LINK_MOVE]:
                return WAITS
            if previous[CHANGED_IN] == flags[TURN]:
                pool[POOL_MODE] = SETTLED_AGAIN
                begin_pool(pool, ledger.layers, flags)
                return DONE
        pool[LINK] += 1
    pool[CURSOR] = pool[END]
    return DONE


@compiled
def begin_pass(ledger: Ledger, is_first: bool) -> None:
    """Put the pools that this pass settles back to their first move; look at all to which they lead.

    Pools for which something new is known are marked SETTLED_AGAIN by the caller.
    """
    pools, flags, stack = ledger.pools, ledger.flags, ledger.stack
    flags[TURN] += 1
    flags[ROOT] = flags[STACK_USED] = flags[CLOSURE] = 0
    for at in range(len(pools)):
        pool = pools[at]
        if is_first or pool[POOL_MODE] == SETTLED_AGAIN:
            pool[POOL_MODE] = SETTLED_AGAIN
            begin_pool(pool, ledger.layers, flags)
            if not is_first:
                stack[flags[CLOSURE], 0] = at
                flags[CLOSURE] += 1
    done = 0
    while done < flags[CLOSURE]:
        add_followers(ledger, pools[stack[done, 0]])
        done += 1


@compiled
def add_followers(ledger: Ledger, pool: Record) -> None:
    """Look at the pools that wait for one of this pass."""
    links, flags, stack = ledger.links, ledger.flags, ledger.stack
    for link in range(pool[POOL_LINKS], pool[POOL_LINKS_END]):
        following = links[link, FOLLOWING]
        if following < 0:
            continue
        at = links[following, LINK_POOL]
        other = ledger.pools[at]
        if other[POOL_MODE] == LEFT_ALONE:
            other[POOL_MODE] = LOOKED_AT
            other[CURSOR], other[LINK] = other[POOL_START], other[POOL_LINKS]
            stack[flags[CLOSURE], 0] = at
            flags[CLOSURE] += 1


@compiled
def end_pass(ledger: Ledger) -> None:
    """Leave all pools alone until something new is known for them."""
    for at in range(len(ledger.pools)):
        ledger.pools[at, POOL_MODE] = LEFT_ALONE
