"""Amounts of the kernel against exact fractions, at the limits too: they contain the truth, and nothing wraps."""

from fractions import Fraction

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numba import njit

from transforms.costing.kernel import amounts
from transforms.costing.kernel.amounts import MOST_CENTS, ONE, TEN_BILLIONTHS
from transforms.costing.kernel.averages import exact_share
from transforms.costing.kernel.layout import BEYOND, FLAGS, IN_DOUBT
from transforms.costing.kernel.papers import nearest_share
from transforms.costing.kernel.pointers import address
from transforms.costing.kernel.proportions import share_of
from transforms.costing.kernel.wide import divide, multiply
from transforms.costing.loop.pool_books import to_whole

MOST_UNITS = 10**16
"""10^12 stock units in ten-thousandths."""

CENTS = st.one_of(st.integers(0, 10**4), st.integers(0, MOST_CENTS), st.integers(-MOST_CENTS, MOST_CENTS))
FRACTIONS = st.one_of(
    st.just(0), st.integers(0, ONE - 1), st.integers(0, TEN_BILLIONTHS - 1).map(lambda whole: whole << 32)
)
ERRORS = st.one_of(st.just(0), st.integers(0, 9), st.integers(0, 10**9))
UNITS = st.one_of(st.integers(1, 10**6), st.integers(1, MOST_UNITS))
EXAMPLES = settings(max_examples=300, deadline=None)


@njit
def call_scale(values, flags):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    return amounts.scale(values[0], values[1], values[2], values[3], values[4], address(flags))


@njit
def call_rounded(values, flags):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    return amounts.rounded(values[0], values[1], values[2], address(flags))


@njit
def call_unit_cost(values, flags):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    return amounts.unit_cost(values[0], values[1], values[2], values[3], address(flags))


@njit
def call_extend(values, flags):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    return amounts.extend(values[0], values[1], address(flags))


@njit
def call_nearest_share(values, flags):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    return nearest_share(values[0], values[1], values[2], address(flags))


@njit
def call_share_of(v, flags):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    return share_of(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], address(flags))


@njit
def call_exact_share(v):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    return exact_share(v[0], v[1], v[2], v[3], v[4], v[5])


@njit
def call_wide(a, b, by):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    high, low = multiply(a, b)
    return divide(high, low, by)


def run(function: object, *values: int) -> tuple[tuple[int, ...], bool, bool]:
    """What a kernel function gives, and whether it says that it is in doubt or out of reach."""
    assert callable(function)
    flags = np.zeros(FLAGS, dtype=np.int64)
    found = function(np.array(values, dtype=np.int64), flags)
    parts = tuple(int(part) for part in found) if isinstance(found, tuple) else (int(found),)
    return parts, bool(flags[IN_DOUBT]), bool(flags[BEYOND])


def exact(cents: int, fraction: int) -> Fraction:
    return cents + Fraction(fraction, ONE)


def assert_contains(found: tuple[int, ...], low: Fraction, high: Fraction) -> None:
    """An amount is exact, or the truth lies strictly inside its error."""
    cents, fraction, error = found
    assert 0 <= fraction < ONE
    if error == 0:
        assert low == high == exact(cents, fraction)
    else:
        assert exact(cents, fraction) <= low
        assert high <= exact(cents, fraction + error)


@EXAMPLES
@given(a=st.integers(0, 2**64 - 1), b=st.integers(0, 2**64 - 1), by=st.integers(1, 2**64 - 1))
def test_wide_products_and_quotients_are_those_of_whole_numbers(a: int, b: int, by: int) -> None:
    assume((a * b) >> 64 < by)
    found = call_wide(np.uint64(a), np.uint64(b), np.uint64(by))
    assert tuple(int(part) for part in found) == divmod(a * b, by)


@EXAMPLES
@given(cents=CENTS, fraction=FRACTIONS, error=ERRORS, units=st.one_of(st.just(0), UNITS), of=UNITS)
def test_a_share_contains_the_true_share(cents: int, fraction: int, error: int, units: int, of: int) -> None:
    found, _, is_beyond = run(call_scale, cents, fraction, error, units, of)
    low, high = exact(cents, fraction) * units / of, exact(cents, fraction + error) * units / of
    if is_beyond:
        assert abs(low) > MOST_CENTS // 2 or Fraction(error * units, of) > ONE // 16
    else:
        assert_contains(found, low, high)


@EXAMPLES
@given(cents=CENTS, fraction=st.one_of(FRACTIONS, st.just(ONE // 2)), error=ERRORS)
def test_rounding_is_half_away_from_zero_or_in_doubt(cents: int, fraction: int, error: int) -> None:
    found, in_doubt, _ = run(call_rounded, cents, fraction, error)
    inside = [exact(cents, fraction)] if error == 0 else [
        exact(cents, fraction) + Fraction(part, 2 * ONE) for part in (1, 2 * error - 1)
    ]  # fmt: skip
    rounded = {to_whole(value) for value in inside}
    assert in_doubt or rounded == {found[0]}
    if in_doubt:
        assert error > 0
        assert found[0] in {to_whole(inside[0]), to_whole(inside[-1]), to_whole(exact(cents, ONE // 2))}


@EXAMPLES
@given(cents=CENTS, fraction=FRACTIONS, error=ERRORS, units=UNITS)
def test_a_unit_cost_is_rounded_half_away_from_zero_or_in_doubt(
    cents: int, fraction: int, error: int, units: int
) -> None:
    found, in_doubt, is_beyond = run(call_unit_cost, cents, fraction, error, units)
    edges = [fraction] if error == 0 else [fraction, fraction + error]
    inside = [exact(cents, edge) * TEN_BILLIONTHS / units for edge in edges]
    if is_beyond:
        assert abs(inside[0]) > 2**61
    elif not in_doubt:
        tolerance = 0 if error == 0 else Fraction(1, 2**60)
        assert all(abs(found[0] - value) <= Fraction(1, 2) + tolerance for value in inside)
        assert error or to_whole(inside[0]) == found[0]


@EXAMPLES
@given(units=UNITS, millionths=st.integers(0, 10**16))
def test_units_at_a_unit_cost_are_exact_or_out_of_reach(units: int, millionths: int) -> None:
    found, _, is_beyond = run(call_extend, units, millionths)
    value = Fraction(units * millionths, TEN_BILLIONTHS)
    assert is_beyond == (value >= MOST_CENTS + 1)
    assert is_beyond or (exact(*found[:2]) == value and found[2] == 0)


@EXAMPLES
@given(cents=CENTS, weight=UNITS, more=st.integers(0, MOST_UNITS))
def test_cents_are_shared_half_up(cents: int, weight: int, more: int) -> None:
    found, _, is_beyond = run(call_nearest_share, cents, weight, weight + more)
    share = Fraction(cents * weight, weight + more)
    assert not is_beyond
    assert found[0] == (2 * share.numerator + share.denominator) // (2 * share.denominator)


@EXAMPLES
@given(
    cents=st.integers(0, 10**12), fraction=FRACTIONS, part=st.integers(0, 10**12), part_fraction=FRACTIONS,
    more=st.integers(1, 10**12), errors=st.tuples(ERRORS, ERRORS, ERRORS),
)  # fmt: skip
def test_a_proportion_contains_the_true_one(
    cents: int, fraction: int, part: int, part_fraction: int, more: int, errors: tuple[int, int, int]
) -> None:
    whole, whole_fraction = part + more, part_fraction
    found, _, is_beyond = run(
        call_share_of, cents, fraction, errors[0], part, part_fraction, errors[1], whole, whole_fraction, errors[2]
    )
    low = exact(cents, fraction) * exact(part, part_fraction) / exact(whole, whole_fraction + errors[2])
    high = exact(cents, fraction + errors[0]) * exact(part, part_fraction + errors[1]) / exact(whole, whole_fraction)
    assert is_beyond or (exact(*found[:2]) <= low and high <= exact(found[0], found[1] + max(found[2], 0)))


@EXAMPLES
@given(
    cents=st.integers(0, 2**32 - 1), fraction=FRACTIONS, by=st.integers(1, 10**4), over=st.integers(0, 10**4),
    of=st.integers(1, 10**6), units=st.integers(0, 10**6),
)  # fmt: skip
def test_an_averaged_value_stays_exact_or_says_that_it_cannot(
    cents: int, fraction: int, by: int, over: int, of: int, units: int
) -> None:
    over, units = over % by, min(units, of)
    found = call_exact_share(np.array([cents, fraction, over, by, units, of], dtype=np.int64))
    value, rest, new_over, new_by = (int(part) for part in found)
    truth = (exact(cents, fraction) + Fraction(over, by * ONE)) * units / of
    assert new_by == 0 or exact(value, rest) + Fraction(new_over, new_by * ONE) == truth
