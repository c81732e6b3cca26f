"""Stock at average cost: one value for all units, exact as long as its denominator stays small.

Between inflows the value is cost * units left / units, counted from the last inflow, so issues leave no error behind.
At an inflow the value may have a part that no fraction of a cent can hold (10.00 for 3 units): it is kept beside the
amount as a fraction over/by, until `by` no longer fits 31 bits; from then on it counts as an error.
"""

from transforms.costing.kernel.amounts import SMALL, kept, minus, plus, scale, unit_cost
from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.layout import (
    AVERAGE_BY,
    AVERAGE_CENTS,
    AVERAGE_ERROR,
    AVERAGE_FRACTION,
    AVERAGE_OVER,
    AVERAGE_UNIT,
    AVERAGE_UNITS,
    IN_DOUBT,
    LAST_CENTS,
    LAST_ERROR,
    LAST_FRACTION,
    LAST_UNITS,
    NONE,
    ON_HAND,
    ONE_MORE,
    OUT_CENTS,
    OUT_ERROR,
    OUT_FRACTION,
    VALUE_ABOVE,
    VALUE_CENTS,
    VALUE_FRACTION,
    Record,
    Table,
)

TEN_BILLIONTHS_IN_ONE = 10**8


@compiled
def greatest_common(a: int, b: int) -> int:
    """Greatest common divisor of whole numbers, not negative."""
    while b:
        a, b = b, a % b
    return a


@compiled
def exact_share(
    cents: int, fraction: int, over: int, by: int, units: int, of: int
) -> tuple[int, int, int, int]:  # fmt: skip
    """Share of cents + (fraction + over/by)/ONE, as the same kind of number; by = 0 where that is out of reach."""
    if units == of:
        return cents, fraction, over, by
    if units > of or of >= SMALL or cents < 0 or cents >= 1 << 32:
        return 0, 0, 0, 0
    product = cents * units
    whole = product // of
    rest = (product - whole * of) * TEN_BILLIONTHS_IN_ONE + (fraction >> 32) * units
    middle = rest // of
    if of >= 1 << 30:
        return 0, 0, 0, 0
    low = (rest - middle * of << 32) + (fraction & 0xFFFFFFFF) * units
    last = low // of
    left = low - last * of
    share = (middle << 32) + last
    if left == 0 and over == 0:
        over, by = 0, 1
    else:
        if by * 2 > (1 << 62) // of:
            return 0, 0, 0, 0
        # (left + units * over / by) / of; units < of, over < by, left < of: below 2 in all
        over, by = left * by + units * over, by * of
        common = greatest_common(over, by)
        over, by = over // common, by // common
        share += over // by
        over = over % by
        if by >= SMALL:
            return 0, 0, 0, 0
    if share >= TEN_BILLIONTHS_IN_ONE << 32:
        whole, share = whole + 1, share - (TEN_BILLIONTHS_IN_ONE << 32)
    return whole, share, over, by


@compiled
def average_value(pool: Record, flags: Table) -> tuple[int, int, int]:
    """What the units on hand cost together."""
    if pool[ON_HAND] == 0:
        return 0, 0, 0
    if pool[AVERAGE_OVER]:
        cents, fraction, over, by = exact_share(
            pool[AVERAGE_CENTS], pool[AVERAGE_FRACTION], pool[AVERAGE_OVER], pool[AVERAGE_BY],
            pool[ON_HAND], pool[AVERAGE_UNITS],
        )  # fmt: skip
        if by:
            return cents, fraction, 1 if over else 0
        return scale(pool[AVERAGE_CENTS], pool[AVERAGE_FRACTION], ONE_MORE, pool[ON_HAND], pool[AVERAGE_UNITS], flags)
    return scale(
        pool[AVERAGE_CENTS], pool[AVERAGE_FRACTION], pool[AVERAGE_ERROR], pool[ON_HAND], pool[AVERAGE_UNITS], flags
    )


@compiled
def set_value(pool: Record, cents: int, fraction: int, error: int, over: int, by: int, flags: Table) -> None:
    """Begin anew with what the units on hand cost together; their average is the last known cost."""
    pool[AVERAGE_CENTS], pool[AVERAGE_FRACTION], pool[AVERAGE_ERROR] = cents, fraction, kept(cents, error, flags)
    pool[AVERAGE_OVER], pool[AVERAGE_BY] = over, by
    pool[AVERAGE_UNITS] = pool[ON_HAND]
    pool[AVERAGE_UNIT] = NONE
    pool[VALUE_CENTS], pool[VALUE_FRACTION], pool[VALUE_ABOVE] = cents, fraction, error + (1 if over else 0)
    pool[LAST_CENTS], pool[LAST_FRACTION], pool[LAST_ERROR] = cents, fraction, pool[VALUE_ABOVE]
    pool[LAST_UNITS] = pool[ON_HAND]


@compiled
def add_value(pool: Record, units: int, cents: int, fraction: int, error: int, flags: Table) -> None:
    """Average units (none, for a mere change of value) with their cost in."""
    over, by = 0, 1
    if pool[ON_HAND]:
        is_exact = False
        if error == 0 and pool[AVERAGE_ERROR] == 0:
            old_cents, old_fraction, over, by = exact_share(
                pool[AVERAGE_CENTS], pool[AVERAGE_FRACTION], pool[AVERAGE_OVER], pool[AVERAGE_BY],
                pool[ON_HAND], pool[AVERAGE_UNITS],
            )  # fmt: skip
            is_exact = by > 0
        if not is_exact:
            over, by = 0, 1
            old_cents, old_fraction, old_error = average_value(pool, flags)
            error += old_error
        cents, fraction = plus(cents, fraction, old_cents, old_fraction)
    pool[ON_HAND] += units
    set_value(pool, cents, fraction, error, over, by, flags)


@compiled
def take_average(pool: Record, units: int, flags: Table) -> None:
    """Take units out at the average."""
    pool[ON_HAND] -= units
    pool[VALUE_CENTS], pool[VALUE_FRACTION], pool[VALUE_ABOVE] = average_value(pool, flags)


@compiled
def average_unit(pool: Record, flags: Table) -> int:
    """The average in whole millionths; one that is in doubt is not remembered: each move that shows it is in doubt."""
    unit: int = pool[AVERAGE_UNIT]
    if unit == NONE:
        before = flags[IN_DOUBT]
        flags[IN_DOUBT] = 0
        error = pool[AVERAGE_ERROR] + (1 if pool[AVERAGE_OVER] else 0)
        unit = unit_cost(pool[AVERAGE_CENTS], pool[AVERAGE_FRACTION], error, pool[AVERAGE_UNITS], flags)
        if flags[IN_DOUBT] == 0:
            pool[AVERAGE_UNIT] = unit
        flags[IN_DOUBT] |= before
    return unit


@compiled
def average_out(pool: Record) -> tuple[int, int, int]:
    """What has left: all that came in, which OUT_... count under averages, less what is there."""
    cents, fraction = minus(pool[OUT_CENTS], pool[OUT_FRACTION], pool[VALUE_CENTS], pool[VALUE_FRACTION])
    cents, fraction = minus(cents, fraction, 0, pool[VALUE_ABOVE])
    return cents, fraction, pool[OUT_ERROR] + pool[VALUE_ABOVE]
