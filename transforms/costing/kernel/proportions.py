"""An amount divided in the proportion of two others: needed where a revaluation keeps the proportions of layers."""

import numpy as np

from transforms.costing.kernel.amounts import MOST_ERROR, ONE
from transforms.costing.kernel.compiling import compiled
from transforms.costing.kernel.layout import BEYOND, Table
from transforms.costing.kernel.wide import ONE as ONE_BIT
from transforms.costing.kernel.wide import Word, add, divide, multiply, signed

BITS = 64


@compiled
def share_of(
    cents: int, fraction: int, error: int, part_cents: int, part_fraction: int, part_error: int,
    whole_cents: int, whole_fraction: int, whole_error: int, flags: Table,
) -> tuple[int, int, int]:  # fmt: skip
    """An amount times part / whole, where part is at most whole and nothing is negative.

    Written as a long division by bits, because the product has 240 of them.
    """
    if cents < 0 or part_cents < 0 or whole_cents < 0 or whole_cents > 1 << 58:
        flags[BEYOND] = 1
        return 0, 0, 0
    high, low = in_words(cents, fraction)
    part_high, part_low = in_words(part_cents, part_fraction)
    by_high, by_low = in_words(whole_cents, whole_fraction)
    found_high, found_low = np.uint64(0), np.uint64(0)
    rest_high, rest_low = np.uint64(0), np.uint64(0)
    for bit in range(2 * BITS - 1, -1, -1):
        word = high if bit >= BITS else low
        found_high, found_low = add(found_high, found_low, found_high, found_low)
        rest_high, rest_low = add(rest_high, rest_low, rest_high, rest_low)
        if (word >> np.uint64(bit % BITS)) & ONE_BIT:
            rest_high, rest_low = add(rest_high, rest_low, part_high, part_low)
        while rest_high > by_high or (rest_high == by_high and rest_low >= by_low):
            rest_high, rest_low = subtract(rest_high, rest_low, by_high, by_low)
            found_high, found_low = add(found_high, found_low, np.uint64(0), ONE_BIT)
    if found_high >= np.uint64(ONE):
        flags[BEYOND] = 1
        return 0, 0, 0
    quotient, remainder = divide(found_high, found_low, np.uint64(ONE))
    share_error = 1 if rest_high or rest_low else 0
    if error or part_error or whole_error:
        # the share moves by (cents / whole) for an error of part or whole, by at most itself for one of the amount
        steep = np.float64(cents + 1) / max(np.float64(whole_cents), 1.0) + 2.0
        bound = (np.float64(part_error) + np.float64(whole_error)) * steep + np.float64(error) + 4.0
        if bound > MOST_ERROR or whole_cents == 0:
            flags[BEYOND] = 1
            return 0, 0, 0
        # a whole that is larger than it seems makes the share smaller: the interval reaches both ways
        slack = signed(bound) + 1
        cents, fraction = signed(quotient), signed(remainder) - slack
        if fraction < 0:
            cents, fraction = cents - 1, fraction + ONE
        return cents, fraction, 2 * slack
    return signed(quotient), signed(remainder), share_error


@compiled
def in_words(cents: int, fraction: int) -> tuple[Word, Word]:
    """An amount as one number of 128 bits."""
    high, low = multiply(np.uint64(cents), np.uint64(ONE))
    return add(high, low, np.uint64(0), np.uint64(fraction))


@compiled
def subtract(high: Word, low: Word, other_high: Word, other_low: Word) -> tuple[Word, Word]:
    """Difference of two pairs, not negative."""
    borrow = ONE_BIT if low < other_low else np.uint64(0)
    return high - other_high - borrow, low - other_low
