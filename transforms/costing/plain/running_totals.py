"""Running totals inside pools, and the one rule that turns them into cents.

The inflows and the outflows of a pool each have a running total. It is rounded half away from zero, and a move's
cents are the difference that the move makes to the rounded total: so no cent is lost however many moves there are
(design.md "Costing").
"""

import polars as pl

from transforms.costing.integers import COST_OF_ONE_CENT


def running_total(name: str) -> pl.Expr:
    """Total of a whole-number column up to and including the row, inside its pool; rows sorted by pool and order."""
    value = pl.col(name).cast(pl.Int128)
    over_all_pools = value.cum_sum()
    before_pool = pl.when(starts_pool()).then(over_all_pools - value).forward_fill()
    return over_all_pools - before_pool


def starts_pool() -> pl.Expr:
    """Whether the row is the first of its pool."""
    return pl.col("pool").ne_missing(pl.col("pool").shift(1))


def to_cents(total: pl.Expr) -> pl.Expr:
    """A total in ten-billionths, rounded half away from zero to whole cents.

    Exact also for the whole part of a positive fraction: the half is a whole number of ten-billionths, so what
    stands behind the point cannot change the result.
    """
    return to_wide_cents(total).cast(pl.Int64)


def to_wide_cents(total: pl.Expr) -> pl.Expr:
    """The same in 128 bits, where 64 may not hold the cents."""
    half = COST_OF_ONE_CENT // 2
    # the only division that rounds; // rounds down, so a negative total is rounded by its absolute value
    rounded = (total.abs() + half) // COST_OF_ONE_CENT
    return pl.when(total < 0).then(0 - rounded).otherwise(rounded)


def cents_of_change(total_after: pl.Expr, change: pl.Expr) -> pl.Expr:
    """Cents by which a change moves its running total."""
    return to_cents(total_after) - to_cents(total_after - change)


def divide_half_up(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Quotient of whole numbers, not negative, rounded half up."""
    return (numerator * 2 + denominator) // (denominator * 2)
