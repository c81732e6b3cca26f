"""The averages that a float could not settle, as exact fractions of whole numbers."""

from collections.abc import Iterator
from itertools import groupby
from math import gcd
from operator import itemgetter

import polars as pl

from transforms.costing.integers import COST_OF_ONE_CENT

HALF_CENT = COST_OF_ONE_CENT // 2

Move = tuple[int, int, int, int, int]
"""Pool, row, signed quantity, cost of the inflow, running total of inflows."""

Settled = tuple[int, int, int]
"""Row, unit cost in millionths, running total of outflows in cents."""


def settle_exactly(estimated: pl.DataFrame) -> pl.DataFrame:
    """Fill the nulls that the estimate left in `unit_millionths` and `issued_cents` of outflows.

    Args:
        estimated: moves of plain pools in order, with `quantity`, `inflow_cost`, `brought` and the two columns to
        fill.

    Returns:
        The same rows, no null left on any outflow.
    """
    is_open = (pl.col("quantity") < 0) & (pl.col("unit_millionths").is_null() | pl.col("issued_cents").is_null())
    open_rows = set(estimated.filter(is_open)["row"])
    if not open_rows:
        return estimated
    up_to_last = is_open.cast(pl.Int32).cum_sum(reverse=True).over("pool") > 0
    moves = estimated.filter(up_to_last).select("pool", "row", "quantity", "inflow_cost", "brought").iter_rows()
    pools = (list(pool) for _, pool in groupby(moves, key=itemgetter(0)))
    settled = [found for pool in pools for found in _settle_pool(pool, open_rows)]
    schema = pl.Schema({"row": estimated.schema["row"], "exact_unit": pl.Int128(), "exact_cents": pl.Int128()})
    exact = pl.DataFrame(settled, schema=schema, orient="row")
    return estimated.join(exact, on="row", how="left", validate="1:1", maintain_order="left").with_columns(
        unit_millionths=pl.coalesce("exact_unit", "unit_millionths"),
        issued_cents=pl.coalesce("exact_cents", "issued_cents"),
    )


def _settle_pool(moves: list[Move], open_rows: set[int]) -> Iterator[Settled]:
    """Carry the average of one pool as a fraction, and round it where it is asked for."""
    lot = gcd(*(quantity for _, _, quantity, _, _ in moves))  # counting in the largest common lot keeps numbers short
    cost, units, on_hand = 0, 1, 0  # the average is cost / units, for a lot
    for _, row, quantity, inflow_cost, brought in moves:
        lots = quantity // lot
        if lots > 0:
            cost, units = _average_with(cost, units, on_hand, inflow_cost, lots)
        on_hand += lots
        if row in open_rows:
            issued = ((brought + HALF_CENT) * units - cost * on_hand) // (COST_OF_ONE_CENT * units)
            yield row, (2 * cost + units * lot) // (2 * units * lot), issued


def _average_with(cost: int, units: int, on_hand: int, inflow_cost: int, lots: int) -> tuple[int, int]:
    """The average after an inflow."""
    if on_hand == 0:
        shared = gcd(inflow_cost, lots)
        return inflow_cost // shared, lots // shared
    if inflow_cost * units == cost * lots:  # the same price again: the fraction stays as short as it is
        return cost, units
    return cost * on_hand + inflow_cost * units, units * (on_hand + lots)
