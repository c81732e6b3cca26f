"""The running totals of a pool, from which its cents come, and the ladder of known costs."""

from transforms.costing.kernel.amounts import kept, minus, plus, rounded, scale
from transforms.costing.kernel.averages import average_out
from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.layers import stock_value
from transforms.costing.kernel.layout import (
    BY_AVERAGE,
    HAS_STANDARD,
    IN_CENTS,
    IN_ERROR,
    IN_FRACTION,
    IN_ROUNDED,
    LAST_CENTS,
    LAST_ERROR,
    LAST_FRACTION,
    LAST_UNITS,
    NONE,
    ON_HAND,
    OUT_CENTS,
    OUT_ERROR,
    OUT_FRACTION,
    OUT_ROUNDED,
    Record,
    Table,
)

KnownCost = tuple[int, int, int, int]
"""An amount, and the units that it is for; no units: nothing is known."""


@compiled
def bring(pool: Record, cents: int, fraction: int, error: int, flags: Table) -> int:
    """Add to what came in; the cents that it makes."""
    pool[IN_CENTS], pool[IN_FRACTION] = plus(pool[IN_CENTS], pool[IN_FRACTION], cents, fraction)
    pool[IN_ERROR] += error
    kept(pool[IN_CENTS], pool[IN_ERROR], flags)
    total = rounded(pool[IN_CENTS], pool[IN_FRACTION], pool[IN_ERROR], flags)
    change: int = total - pool[IN_ROUNDED]
    pool[IN_ROUNDED] = total
    return change


@compiled
def add_out(pool: Record, cents: int, fraction: int, error: int, flags: Table) -> None:
    """Add to what left (under averages, to what came in that can leave)."""
    pool[OUT_CENTS], pool[OUT_FRACTION] = plus(pool[OUT_CENTS], pool[OUT_FRACTION], cents, fraction)
    pool[OUT_ERROR] += error
    kept(pool[OUT_CENTS], pool[OUT_ERROR], flags)


@compiled
def total_out(pool: Record, flags: Table) -> tuple[int, int, int]:
    """What has left."""
    if flags[BY_AVERAGE]:
        return average_out(pool)
    return pool[OUT_CENTS], pool[OUT_FRACTION], pool[OUT_ERROR]


@compiled
def issue(pool: Record, flags: Table) -> int:
    """The cents that the outflows since the last call make, positive."""
    cents, fraction, error = total_out(pool, flags)
    total = rounded(cents, fraction, error, flags)
    change: int = total - pool[OUT_ROUNDED]
    pool[OUT_ROUNDED] = total
    return change


@compiled
def known_cost(pool: Record, standard: Table, move: int, flags: Table) -> KnownCost:
    """The ladder: current cost, last known cost, standard cost, none."""
    if pool[ON_HAND] and not flags[BY_AVERAGE]:
        cents, fraction, error = stock_value(pool)
        return cents, fraction, error, pool[ON_HAND]
    if pool[LAST_UNITS]:  # under averages the average too, which holds until the next inflow
        return pool[LAST_CENTS], pool[LAST_FRACTION], pool[LAST_ERROR], pool[LAST_UNITS]
    if flags[HAS_STANDARD] and standard[move] != NONE:
        millionths = standard[move]
        cents = millionths // 10**8
        return cents, (millionths - cents * 10**8) << 32, 0, 1
    return 0, 0, 0, 0


@compiled
def at_cost(known: KnownCost, units: int, flags: Table) -> tuple[int, int, int]:
    """Units at a known cost; nothing where nothing is known."""
    cents, fraction, error, per = known
    if per == 0 or units == 0:
        return 0, 0, 0
    return scale(cents, fraction, error, units, per, flags)


@compiled
def less(
    a_cents: int, a_fraction: int, a_error: int, b_cents: int, b_fraction: int, b_error: int
) -> tuple[int, int, int]:
    """Difference of two amounts with independent errors."""
    cents, fraction = minus(a_cents, a_fraction, b_cents, b_fraction)
    cents, fraction = minus(cents, fraction, 0, b_error)
    return cents, fraction, a_error + b_error
