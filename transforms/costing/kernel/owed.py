"""What a pass has learned about units that were owed, and where circles are cut (the rules: `circles`)."""

from transforms.costing.kernel.amounts import ONE, minus
from transforms.costing.kernel.books import add_out, issue, less
from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.layout import (
    BEYOND,
    COVER_CENTS,
    COVER_ERROR,
    COVER_FRACTION,
    COVER_UNITS,
    CUT,
    CUT_AT_COST,
    CUT_AT_GUESS,
    CUT_CENTS,
    CUT_ERROR,
    CUT_FRACTION,
    CUTS,
    DEBT_FIELDS,
    DEBT_MOVE,
    DEBT_POOL,
    DEBTS_USED,
    FOR_GOOD,
    IN_DOUBT,
    IS_HANDED_OVER,
    KNOWN_CENTS,
    KNOWN_ERROR,
    KNOWN_FRACTION,
    KNOWN_UNITS,
    POOL_BEYOND,
    POOL_DOUBT,
    POOL_FIELDS,
    POOL_MODE,
    SETTLED_AGAIN,
    SWING_CENTS,
    SWING_FRACTION,
    ZERO,
    Record,
    Tables,
)
from transforms.costing.kernel.pointers import row
from transforms.costing.loop.circles import MOST_CUTS, PASSES_BEFORE_CUT

SMALL_SWING_CENTS = 10


@compiled
def learn_from_pass(ledger: Tables, passes: int) -> bool:
    """Know what covered the units that were owed, and mark the pools that this changes.

    Args:
        ledger: the tables after a pass.
        passes: how many there were since the last cut, 1 to PASSES_BEFORE_CUT.

    Returns:
        Whether anything has changed; nothing is learned or cut otherwise.
    """
    count, has_changed = ledger.flags[DEBTS_USED], False
    for place in range(count):
        if is_news(row(ledger.debts, place * DEBT_FIELDS)):
            has_changed = True
    if not has_changed:
        return False
    if passes > PASSES_BEFORE_CUT // 2:
        watch_swings(ledger)
    if passes == PASSES_BEFORE_CUT:
        ledger.flags[CUTS] += 1
        if ledger.flags[CUTS] == MOST_CUTS or only_rounding_goes_on(ledger):
            correct(ledger)
            return False
        cut_circles(ledger)
    for place in range(count):
        debt = row(ledger.debts, place * DEBT_FIELDS)
        if is_news(debt):
            ledger.pools[debt[DEBT_POOL] * POOL_FIELDS + POOL_MODE] = SETTLED_AGAIN
            debt[KNOWN_UNITS], debt[KNOWN_CENTS] = debt[COVER_UNITS], debt[COVER_CENTS]
            debt[KNOWN_FRACTION], debt[KNOWN_ERROR] = debt[COVER_FRACTION], debt[COVER_ERROR]
    return True


@compiled
def is_news(debt: Record) -> bool:
    """Whether something else covers an issue than in the pass before."""
    is_other: bool = (
        debt[COVER_UNITS] != debt[KNOWN_UNITS]
        or debt[COVER_CENTS] != debt[KNOWN_CENTS]
        or debt[COVER_FRACTION] != debt[KNOWN_FRACTION]
        or debt[COVER_ERROR] != debt[KNOWN_ERROR]
    )
    return is_other


@compiled
def watch_swings(ledger: Tables) -> None:
    """Keep the largest change of what covers each issue into a document."""
    for place in range(ledger.flags[DEBTS_USED]):
        debt = row(ledger.debts, place * DEBT_FIELDS)
        if not debt[IS_HANDED_OVER] or not debt[COVER_UNITS]:
            continue
        cents, fraction = minus(debt[COVER_CENTS], debt[COVER_FRACTION], debt[KNOWN_CENTS], debt[KNOWN_FRACTION])
        if cents < 0:
            cents, fraction = minus(ZERO, ZERO, cents, fraction)
        if cents > debt[SWING_CENTS] or (cents == debt[SWING_CENTS] and fraction > debt[SWING_FRACTION]):
            debt[SWING_CENTS], debt[SWING_FRACTION] = cents, fraction


@compiled
def is_swinging(debt: Record) -> bool:
    """Whether what covers an issue has changed since the last cut."""
    swings: bool = debt[SWING_CENTS] != 0 or debt[SWING_FRACTION] != 0
    return swings


@compiled
def has_small_swing(ledger: Tables, debt: Record) -> bool:
    """Whether it has changed by ten cents at most."""
    cents, fraction, error = debt[SWING_CENTS], debt[SWING_FRACTION], debt[COVER_ERROR] + debt[KNOWN_ERROR]
    is_just_below = cents == SMALL_SWING_CENTS - 1 and fraction + error >= ONE
    is_just_above = cents == SMALL_SWING_CENTS and fraction <= error
    if error and (is_just_below or is_just_above):
        row(ledger.pools, debt[DEBT_POOL] * POOL_FIELDS)[POOL_BEYOND] = FOR_GOOD
    is_small: bool = cents < SMALL_SWING_CENTS or (cents == SMALL_SWING_CENTS and fraction == 0)
    return is_small


@compiled
def only_rounding_goes_on(ledger: Tables) -> bool:
    """Whether all that still changes was cut before, and changes by cents."""
    for place in range(ledger.flags[DEBTS_USED]):
        debt = row(ledger.debts, place * DEBT_FIELDS)
        if is_swinging(debt) and not (has_small_swing(ledger, debt) and debt[CUT] == CUT_AT_COST):
            return False
    return True


@compiled
def cut_circles(ledger: Tables) -> None:
    """Let issues that still change hand on a fixed cost."""
    for place in range(ledger.flags[DEBTS_USED]):
        debt = row(ledger.debts, place * DEBT_FIELDS)
        if not is_swinging(debt):
            continue
        debt[CUT] = CUT_AT_COST if has_small_swing(ledger, debt) else CUT_AT_GUESS
        debt[CUT_CENTS], debt[CUT_FRACTION], debt[CUT_ERROR] = (
            debt[COVER_CENTS], debt[COVER_FRACTION], debt[COVER_ERROR],
        )  # fmt: skip
        debt[SWING_CENTS] = debt[SWING_FRACTION] = 0
        row(ledger.pools, debt[DEBT_POOL] * POOL_FIELDS)[POOL_MODE] = SETTLED_AGAIN


@compiled
def correct(ledger: Tables) -> None:
    """Let issues that were owed cost what covered them, where the last pass took something else for it."""
    flags = ledger.flags
    for place in range(flags[DEBTS_USED]):
        debt = row(ledger.debts, place * DEBT_FIELDS)
        if not is_news(debt):
            continue
        pool = row(ledger.pools, debt[DEBT_POOL] * POOL_FIELDS)
        flags[IN_DOUBT] = flags[BEYOND] = 0
        cents, fraction, error = less(
            debt[COVER_CENTS], debt[COVER_FRACTION], debt[COVER_ERROR],
            debt[KNOWN_CENTS], debt[KNOWN_FRACTION], debt[KNOWN_ERROR],
        )  # fmt: skip
        add_out(pool, cents, fraction, error, flags)
        ledger.cents[debt[DEBT_MOVE]] -= issue(pool, flags)
        pool[POOL_DOUBT] |= flags[IN_DOUBT] | flags[BEYOND]
        pool[POOL_BEYOND] |= flags[BEYOND]
