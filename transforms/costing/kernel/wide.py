"""Products and quotients that need 128 bits, as pairs of 64-bit words (high, low)."""

import numpy as np

from transforms.costing.kernel.compiling import compiled

Word = np.uint64

HALF_WORD = np.uint64(32)
LOW_HALF = np.uint64(0xFFFFFFFF)
NOTHING, ONE, WORD_BITS = np.uint64(0), np.uint64(1), np.uint64(64)
BASE = np.uint64(2**32)


@compiled
def signed(value: Word | np.int32 | np.int8 | np.float64) -> int:
    """A word, or a narrow number, as a number of 64 bits with a sign."""
    return np.int64(value)  # type: ignore[return-value]


@compiled
def multiply(a: Word, b: Word) -> tuple[Word, Word]:
    """Product of two words."""
    a_low, a_high = a & LOW_HALF, a >> HALF_WORD
    b_low, b_high = b & LOW_HALF, b >> HALF_WORD
    low = a_low * b_low
    middle = a_high * b_low + (low >> HALF_WORD)
    other = a_low * b_high + (middle & LOW_HALF)
    high = a_high * b_high + (middle >> HALF_WORD) + (other >> HALF_WORD)
    return high, (other << HALF_WORD) | (low & LOW_HALF)


@compiled
def add(high: Word, low: Word, other_high: Word, other_low: Word) -> tuple[Word, Word]:
    """Sum of two pairs; the caller knows that it fits."""
    total = low + other_low
    carry = ONE if total < low else NOTHING
    return high + other_high + carry, total


@compiled
def divide(high: Word, low: Word, by: Word) -> tuple[Word, Word]:
    """Quotient and remainder of a pair by a word larger than its high word (schoolbook division by half words)."""
    if high == NOTHING:
        return low // by, low % by
    shift = NOTHING
    while not (by << shift) >> np.uint64(63):
        shift += ONE
    divisor = by << shift
    top, rest = divisor >> HALF_WORD, divisor & LOW_HALF
    if shift:
        high = (high << shift) | (low >> (WORD_BITS - shift))
        low = low << shift
    first, left = _digit(high, low >> HALF_WORD, divisor, top, rest)
    second, left = _digit(left, low & LOW_HALF, divisor, top, rest)
    return (first << HALF_WORD) | second, left >> shift


@compiled
def _digit(high: Word, next_half: Word, divisor: Word, top: Word, rest: Word) -> tuple[Word, Word]:
    """One half word of the quotient, and what is left."""
    digit, left = high // top, high % top
    while digit >= BASE or digit * rest > ((left << HALF_WORD) | next_half):
        digit -= ONE
        left += top
        if left >= BASE:
            break
    return digit, ((high << HALF_WORD) | next_half) - digit * divisor
