"""What a pass has learned about units that were owed, and where circles are cut (the rules: `circles`)."""

from transforms.costing.circles import PASSES_BEFORE_CUT
from transforms.costing.kernel.amounts import ONE, minus
from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.layout import (
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
    DEBT_FIELDS,
    DEBT_POOL,
    DEBTS_USED,
    FOR_GOOD,
    IS_HANDED_OVER,
    KNOWN_CENTS,
    KNOWN_ERROR,
    KNOWN_FRACTION,
    KNOWN_UNITS,
    POOL_BEYOND,
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
    for place in range(count):
        debt = row(ledger.debts, place * DEBT_FIELDS)
        if debt[IS_HANDED_OVER] and debt[COVER_UNITS] and passes > PASSES_BEFORE_CUT // 2:
            watch_swing(ledger, debt, passes == PASSES_BEFORE_CUT)
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
def watch_swing(ledger: Tables, debt: Record, is_time_to_cut: bool) -> None:
    """Keep the largest change of what covers an issue into a document; cut it when it is time."""
    cents, fraction = minus(debt[COVER_CENTS], debt[COVER_FRACTION], debt[KNOWN_CENTS], debt[KNOWN_FRACTION])
    if cents < 0:
        cents, fraction = minus(ZERO, ZERO, cents, fraction)
    if cents > debt[SWING_CENTS] or (cents == debt[SWING_CENTS] and fraction > debt[SWING_FRACTION]):
        debt[SWING_CENTS], debt[SWING_FRACTION] = cents, fraction
    if not is_time_to_cut or (debt[SWING_CENTS] == 0 and debt[SWING_FRACTION] == 0):
        return
    is_ten_cents = debt[SWING_CENTS] == SMALL_SWING_CENTS and debt[SWING_FRACTION] == 0
    error = debt[COVER_ERROR] + debt[KNOWN_ERROR]
    is_just_below = debt[SWING_CENTS] == SMALL_SWING_CENTS - 1 and debt[SWING_FRACTION] + error >= ONE
    is_just_above = debt[SWING_CENTS] == SMALL_SWING_CENTS and debt[SWING_FRACTION] <= error
    if error and (is_just_below or is_just_above):
        ledger.pools[debt[DEBT_POOL] * POOL_FIELDS + POOL_BEYOND] = FOR_GOOD
    debt[CUT] = CUT_AT_COST if debt[SWING_CENTS] < SMALL_SWING_CENTS or is_ten_cents else CUT_AT_GUESS
    debt[CUT_CENTS], debt[CUT_FRACTION], debt[CUT_ERROR] = (
        debt[COVER_CENTS], debt[COVER_FRACTION], debt[COVER_ERROR],
    )  # fmt: skip
    debt[SWING_CENTS] = debt[SWING_FRACTION] = 0
    ledger.pools[debt[DEBT_POOL] * POOL_FIELDS + POOL_MODE] = SETTLED_AGAIN
