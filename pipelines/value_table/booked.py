"""What is booked in another month than that of its move: value, COGS, and the units of rows that were entered late."""

import polars as pl

from schemas.policies import CostingPolicy
from transforms.costing.booking.booked_periods import SHIFTS, booking_shifts
from transforms.costing.booking.late_facts import date_rows, first_day
from transforms.costing.booking.questioned_rows import find_questioned, in_one_order

UNITS = "quantity"

ROWS_AT_ONCE = 4_000_000
"""Rows of pools with something late that are looked at together: each takes some 300 bytes."""


def find_shifts(
    moves: pl.DataFrame, valued: pl.DataFrame, policy: CostingPolicy, standard_costs: pl.DataFrame | None
) -> pl.DataFrame:
    """Say what leaves the month of its move, and which month takes it.

    Units go where the value goes: into the month in which the row counts for the first time. So the closing of a month
    is what was known at its end, in units and in value.

    Args:
        moves: what costing looks at.
        valued: ValuedMoves of these rows.
        policy: when late costs are booked.
        standard_costs: as costing had them.

    Returns:
        SHIFTS with `quantity` (whole ten-thousandths of a unit): one row per move and month, and two more for units.
    """
    questioned = find_questioned(moves, valued, policy, ROWS_AT_ONCE)
    if questioned is None:
        return _shifts(moves, valued, policy, standard_costs)
    found = [_nothing()]
    for rows in questioned.parts:
        part = in_one_order(moves, rows, policy) if questioned.are_tied else moves[rows]
        shifts = _shifts(part, valued[rows], policy, standard_costs, is_ordered=questioned.are_tied)
        found.append(shifts.with_columns(row=rows.gather(shifts["row"])))
    return pl.concat(found)


def _nothing() -> pl.DataFrame:
    """No shifts."""
    return pl.DataFrame(schema={**SHIFTS, UNITS: pl.Int128})


def _shifts(
    moves: pl.DataFrame,
    valued: pl.DataFrame,
    policy: CostingPolicy,
    standard_costs: pl.DataFrame | None,
    is_ordered: bool = False,
) -> pl.DataFrame:
    """Of value, and of the units of rows that were entered late."""
    shifts = booking_shifts(moves, valued, policy, standard_costs, is_ordered=is_ordered)
    value = shifts.with_columns(pl.lit(0, dtype=pl.Int128).alias(UNITS))
    if "known_on" not in moves.columns or moves["known_on"].null_count() == moves.height:
        return value
    months = date_rows(moves, policy).select("row", "moved_month", "counts_from")
    units = months.with_columns(moves[UNITS].fill_null(0).to_physical().cast(pl.Int128))
    late = units.filter((pl.col("counts_from") != pl.col("moved_month")) & (pl.col(UNITS) != 0))
    return pl.concat([value, _units(late, "moved_month", -1), _units(late, "counts_from", 1)])


def _units(late: pl.DataFrame, month: str, sign: int) -> pl.DataFrame:
    """Units that leave a month, or come into it."""
    nothing = [pl.lit(0, dtype=SHIFTS[name]).alias(name) for name in SHIFTS.names()[2:]]
    return late.select("row", first_day(pl.col(month)).alias("period"), *nothing, pl.col(UNITS) * sign)
