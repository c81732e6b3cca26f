"""What is booked in another month than that of its move: value, COGS, and the units of rows that were entered late."""

import polars as pl

from pipelines.value_table.parts import are_apart
from schemas.policies import CostingPolicy
from transforms.costing.booking.booked_periods import SHIFTS, booking_shifts
from transforms.costing.booking.late_facts import date_rows, first_day

UNITS = "quantity"
VALUE_KINDS = ("landed_cost", "revaluation")

ROWS_AT_ONCE = 4_000_000
"""Rows of SKUs with something late that are looked at together: each takes some 300 bytes."""


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
    rows = _rows_in_question(moves, valued, policy)
    if rows is None:
        return _shifts(moves, valued, policy, standard_costs)
    return pl.concat(_of_part(moves, valued, part, policy, standard_costs) for part in _in_parts(moves["sku"], rows))


def _in_parts(skus: pl.Series, rows: pl.Series) -> list[pl.Series]:
    """Rows in parts of whole SKUs, so that memory is bounded."""
    count = max(-(-rows.len() // ROWS_AT_ONCE), 1)
    if count == 1:
        return [rows]
    part = skus.gather(rows).hash() % count
    return [rows.filter(part == number) for number in range(count)]


def _of_part(
    moves: pl.DataFrame, valued: pl.DataFrame, rows: pl.Series, policy: CostingPolicy, costs: pl.DataFrame | None
) -> pl.DataFrame:
    """Shifts of some rows, which need no other."""
    found = _shifts(moves[rows], valued[rows], policy, costs)
    return found.with_columns(row=rows.gather(found["row"]))


def _rows_in_question(moves: pl.DataFrame, valued: pl.DataFrame, policy: CostingPolicy) -> pl.Series | None:
    """Positions of all moves of SKUs with something late; None where SKUs hang together, or own rows stand behind."""
    if policy.method == "standard" or not are_apart(moves, moves["sku"]):
        return None
    is_late = valued["provisional_amount"].is_not_null() | moves["kind"].cast(pl.String).is_in(VALUE_KINDS)
    if "known_on" in moves.columns:
        is_late |= moves.select(
            (pl.col("known_on") > pl.col("moved_on").cast(pl.Date)).fill_null(value=False)
        ).to_series()
    return moves["sku"].is_in(moves["sku"].filter(is_late).unique().implode()).arg_true()


def _shifts(
    moves: pl.DataFrame, valued: pl.DataFrame, policy: CostingPolicy, standard_costs: pl.DataFrame | None
) -> pl.DataFrame:
    """Of value, and of the units of rows that were entered late."""
    shifts = booking_shifts(moves, valued, policy, standard_costs)
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
