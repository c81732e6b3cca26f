"""Amounts inside the kernel: whole cents, a fraction of a cent, and a bound on the error.

An amount is (cents, fraction, error): fraction counts in 1/ONE of a cent, so ten-billionths of the base currency are
whole numbers, and the true amount is cents + fraction/ONE if error is 0, else it lies strictly between that and
cents + (fraction + error)/ONE. Divisions round down and count what they may have lost; so an amount that a division
does not meet exactly is never taken for a tie, and one that may be a tie is known to be in doubt.
"""

import numpy as np

from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.layout import BEYOND, HAS_WIDE_LATE, HAS_WIDE_OWN, IN_DOUBT, WIDEN, ZERO, Table, Tables
from transforms.costing.kernel.wide import ONE as ONE_BIT
from transforms.costing.kernel.wide import add, divide, multiply, signed

TEN_BILLIONTHS = 10**8
"""In a cent."""
ONE = TEN_BILLIONTHS << 32
HALF = ONE >> 1
UNIT_BITS = 31
"""A fraction has this many bits behind half a ten-billionth."""
MOST_CENTS = 4 * 10**18
"""More than these leave the room that 64 bits have for a sum of two."""
MOST_ERROR = ONE >> 3
SMALL = 1 << 31
"""Below this, products of units with parts of an amount fit 64 bits."""

Amount = tuple[int, int, int]


@compiled
def from_ten_billionths(total: int) -> Amount:
    """A total of the frames as an amount."""
    cents = total // TEN_BILLIONTHS
    return cents, (total - cents * TEN_BILLIONTHS) << 32, 0


@compiled
def plus(a_cents: int, a_fraction: int, b_cents: int, b_fraction: int) -> tuple[int, int]:
    """Sum of two amounts; errors add up."""
    fraction = a_fraction + b_fraction
    if fraction >= ONE:
        return a_cents + b_cents + 1, fraction - ONE
    return a_cents + b_cents, fraction


@compiled
def minus(a_cents: int, a_fraction: int, b_cents: int, b_fraction: int) -> tuple[int, int]:
    """Difference of two amounts as they stand; where b has an error, the true difference may be smaller by that."""
    fraction = a_fraction - b_fraction
    if fraction < 0:
        return a_cents - b_cents - 1, fraction + ONE
    return a_cents - b_cents, fraction


@compiled
def kept(cents: int, error: int, flags: Table) -> int:
    """The error of an amount that is within reach; else the pool is marked as beyond it."""
    if cents > MOST_CENTS or cents < -MOST_CENTS or error > MOST_ERROR:
        flags[BEYOND] = 1
        return 0
    return error


@compiled
def scale(cents: int, fraction: int, error: int, units: int, of: int, flags: Table) -> Amount:
    """Share of an amount: times units, by units (`of` is positive)."""
    if units == of:
        return cents, fraction, error
    if units < of < SMALL and 0 <= cents < (1 << 32):
        product = cents * units
        whole = product // of
        rest = (product - whole * of) * TEN_BILLIONTHS + (fraction >> 32) * units
        if rest == 0 and fraction == 0 and error == 0:
            return whole, 0, 0
        middle = rest // of
        low = (rest - middle * of << 32) + (fraction & 0xFFFFFFFF) * units
        # low is below 2^64: its quotient is taken without a sign
        last = signed(np.uint64(low) // np.uint64(of))
        left = low - last * of
        share = (middle << 32) + last
        if share >= ONE:
            whole, share = whole + 1, share - ONE
        if error == 0:
            return whole, share, 1 if left else 0
        if error < SMALL:
            return whole, share, (left + error * units + of - 1) // of
    return _scale_wide(cents, fraction, error, units, of, flags)


@compiled
def _scale_wide(cents: int, fraction: int, error: int, units: int, of: int, flags: Table) -> Amount:
    """Share of any amount: also negative ones, and more units than `of`."""
    times = units // of
    some_cents, some_fraction, some_error = _part(cents, fraction, error, units - times * of, of)
    if times == 0:
        return some_cents, some_fraction, kept(some_cents, some_error, flags)
    size = np.float64(abs(cents) + 1) * np.float64(times)
    if size > MOST_CENTS or np.float64(error) * np.float64(times) > MOST_ERROR:
        flags[BEYOND] = 1
        return 0, 0, 0
    high, low = multiply(np.uint64(fraction), np.uint64(times))
    carry, rest = divide(high, low, np.uint64(ONE))
    more_cents, more_fraction = cents * times + signed(carry), signed(rest)
    all_cents, all_fraction = plus(some_cents, some_fraction, more_cents, more_fraction)
    return all_cents, all_fraction, kept(all_cents, some_error + error * times, flags)


@compiled
def _part(cents: int, fraction: int, error: int, units: int, of: int) -> Amount:
    """Share of an amount with fewer units than `of`."""
    by = np.uint64(of)
    high, low = multiply(np.uint64(abs(cents)), np.uint64(units))
    quotient, remainder = divide(high, low, by)
    whole, rest = signed(quotient), signed(remainder)
    if cents < 0:
        whole = -whole
        if rest:
            whole, rest = whole - 1, of - rest
    high, low = multiply(np.uint64(rest), np.uint64(ONE))
    more_high, more_low = multiply(np.uint64(fraction), np.uint64(units))
    high, low = add(high, low, more_high, more_low)
    quotient, remainder = divide(high, low, by)
    share, left = signed(quotient), signed(remainder)
    if share >= ONE:
        whole, share = whole + 1, share - ONE
    if error == 0:
        return whole, share, 1 if left else 0
    high, low = multiply(np.uint64(error), np.uint64(units))
    high, low = add(high, low, np.uint64(0), np.uint64(left + of - 1))
    quotient, remainder = divide(high, low, by)
    return whole, share, signed(quotient)


@compiled
def extend(units: int, millionths: int, flags: Table) -> Amount:
    """Units at a whole unit cost."""
    high, low = multiply(np.uint64(units), np.uint64(millionths))
    if high >= np.uint64(TEN_BILLIONTHS):
        flags[BEYOND] = 1
        return 0, 0, 0
    cents, rest = divide(high, low, np.uint64(TEN_BILLIONTHS))
    if cents > np.uint64(MOST_CENTS):
        flags[BEYOND] = 1
        return 0, 0, 0
    return signed(cents), signed(rest) << 32, 0


@compiled
def rounded(cents: int, fraction: int, error: int, flags: Table) -> int:
    """Whole cents, half away from zero; in doubt, a tie is guessed."""
    if error == 0:
        if cents >= 0:
            return cents + 1 if fraction >= HALF else cents
        return cents + 1 if fraction > HALF else cents
    above = fraction + error + flags[WIDEN]
    if fraction - flags[WIDEN] < HALF < above or above > ONE + HALF:
        flags[IN_DOUBT] = 1
        return cents + 1 if cents >= 0 else cents
    return cents + 1 if fraction >= HALF else cents


@compiled
def unit_cost(cents: int, fraction: int, error: int, units: int, flags: Table) -> int:
    """Cost of a unit in whole millionths, half away from zero; in doubt, a tie is guessed."""
    if cents >= 0:
        return _unit_cost(cents, fraction, error, units, flags)
    below = fraction + error
    if error > 0 and cents == -1 and below >= ONE:
        flags[IN_DOUBT] = 1
        return 0
    if below >= ONE:
        cents, below = cents + 1, below - ONE
    low_cents, low_fraction = minus(ZERO, ZERO, cents, below)
    return -_unit_cost(low_cents, low_fraction, error, units, flags)


@compiled
def lasting_unit_cost(cents: int, fraction: int, error: int, units: int, flags: Table) -> int:
    """The same where later moves take it over: a guess would outlive its doubt, so the exact loop settles the pool."""
    before = flags[IN_DOUBT]
    flags[IN_DOUBT] = 0
    found = unit_cost(cents, fraction, error, units, flags)
    if flags[IN_DOUBT]:
        flags[BEYOND] = 1
    flags[IN_DOUBT] |= before
    return found


@compiled
def _unit_cost(cents: int, fraction: int, error: int, units: int, flags: Table) -> int:
    """The same for an amount that is not negative: floor(2 * amount + units, 2 * units)."""
    halves = fraction >> UNIT_BITS
    if cents < (1 << 34) and units < (1 << 60):
        doubled = cents * (2 * TEN_BILLIONTHS) + halves + units
        found = doubled // (2 * units)
        left = doubled - found * (2 * units)
    else:
        high, low = multiply(np.uint64(cents), np.uint64(2 * TEN_BILLIONTHS))
        high, low = add(high, low, np.uint64(0), np.uint64(halves + units))
        by = np.uint64(units) << ONE_BIT
        if high >= by:
            flags[BEYOND] = 1
            return 0
        quotient, remainder = divide(high, low, by)
        found, left = signed(quotient), signed(remainder)
        if found < 0:
            flags[BEYOND] = 1
            return 0
    if error > 0:
        behind = (fraction & ((1 << UNIT_BITS) - 1)) + error + flags[WIDEN] - 1
        if 2 * units - left <= behind >> UNIT_BITS:
            flags[IN_DOUBT] = 1
            return found + 1
    return found


@compiled
def is_less(
    a_cents: int, a_fraction: int, a_error: int, b_cents: int, b_fraction: int, b_error: int, flags: Table
) -> int:
    """Whether one amount is smaller than another; where their intervals overlap the exact loop settles the pool."""
    if a_cents == b_cents and a_fraction == b_fraction and a_error == 0 and b_error == 0:
        return False
    top_cents, top_fraction = plus(a_cents, a_fraction, 0, a_error)
    if top_cents < b_cents or (top_cents == b_cents and top_fraction <= b_fraction):
        return True
    top_cents, top_fraction = plus(b_cents, b_fraction, 0, b_error)
    if top_cents < a_cents or (top_cents == a_cents and top_fraction <= a_fraction):
        return False
    flags[BEYOND] = 1
    return a_cents < b_cents or (a_cents == b_cents and a_fraction < b_fraction)


@compiled
def own_amount(ledger: Tables, move: int) -> Amount:
    """What a move brings: ten-billionths, or cents and the ten-billionths of a cent in a wide table."""
    if ledger.flags[HAS_WIDE_OWN]:
        return ledger.own[move], ledger.own_rest[move] << 32, 0
    return from_ten_billionths(ledger.own[move])


@compiled
def late_amount(ledger: Tables, move: int) -> Amount:
    """The late cost of an inflow, likewise."""
    if ledger.flags[HAS_WIDE_LATE]:
        return ledger.late[move], ledger.late_rest[move] << 32, 0
    return from_ten_billionths(ledger.late[move])
