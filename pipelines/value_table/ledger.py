"""What pools booked, month by month and kind by kind: the one aggregation behind periods, closing stock and totals."""

from dataclasses import dataclass

import polars as pl

from pipelines.value_table.columns import POOL, pool_parts
from schemas.policies import CostingPolicy
from schemas.stock import MOVE_KINDS, STANDARD_KINDS
from transforms.costing.links import assign_pools

KINDS = pl.Enum([*MOVE_KINDS, *STANDARD_KINDS])
MONTHS, KIND_NUMBERS = 2**15, 2**5
"""Room for months (counted from year 0) and kinds in the one number that rows are grouped by."""

SUMS = ("quantity", "value", "cogs", "true_up", "late_cost")
"""Whole ten-thousandths of a unit and whole cents, in 128 bits: no sum of moves can leave them."""


@dataclass(frozen=True)
class Ledger:
    """What a table of moves booked."""

    pools: pl.DataFrame
    """`pool` (its number) and its `sku`, `location`, `lot`: one row per pool, sorted by these."""
    booked: pl.DataFrame
    """`pool`, `month` (12 times the year and the month from 0), `kind`, and SUMS: one row per pool, month and kind."""


def keep_ledger(moves: pl.DataFrame, valued: pl.DataFrame, shifts: pl.DataFrame, policy: CostingPolicy) -> Ledger:
    """Sum up what was booked.

    Args:
        moves: what costing looks at, one row per move (own rows of standard costing among them).
        valued: ValuedMoves of these rows, in the same order.
        shifts: SHIFTS, what is booked in another month than that of the move.
        policy: decides what a pool is.

    Returns:
        Sums of quantities, value, COGS, and the true-ups and late costs in it, by the month that booked them.
    """
    numbered = assign_pools(moves.select(pool_parts(policy)), policy).select("pool")
    rows = (
        moves.select("kind", "moved_on", "quantity")
        .hstack(numbered)
        .hstack(valued.select("cost_amount", "cogs_amount"))
    )
    booked = [_sums(rows.lazy(), _of_moves())]
    if shifts.height:
        shifted = shifts.hstack(rows[shifts["row"]].select("pool", "kind"))
        booked.append(_sums(shifted.lazy(), _of_shifts()))
    return Ledger(_name_pools(moves, numbered, policy), _unpack(pl.concat(booked)))


def _of_moves() -> dict[str, pl.Expr]:
    """What moves book in their own month."""
    return {
        "period": pl.col("moved_on"),
        "quantity": pl.col("quantity").to_physical(),
        "value": pl.col("cost_amount").to_physical(),
        "cogs": pl.col("cogs_amount").to_physical(),
        "true_up": pl.lit(0),
        "late_cost": pl.lit(0),
    }


def _of_shifts() -> dict[str, pl.Expr]:
    """What moves book in other months, and take out of their own."""
    return {
        "period": pl.col("period"),
        "quantity": pl.lit(0),
        "value": pl.col("cents"),
        "cogs": pl.col("cogs_cents"),
        "true_up": pl.col("true_up_cents"),
        "late_cost": pl.col("late_cents"),
    }


def _sums(rows: pl.LazyFrame, values: dict[str, pl.Expr]) -> pl.DataFrame:
    """Sums by one number for pool, month and kind: that groups quicker than three columns."""
    day = values["period"].cast(pl.Date)
    month = day.dt.year().cast(pl.UInt64) * 12 + day.dt.month().cast(pl.UInt64) - 1
    kind = pl.col("kind").cast(KINDS).to_physical().cast(pl.UInt64)
    key = (pl.col("pool").cast(pl.UInt64) * MONTHS + month) * KIND_NUMBERS + kind
    sums = [values[name].cast(pl.Int128).sum().alias(name) for name in SUMS]
    keyed = rows.with_columns(key=key).group_by("key").agg(sums)
    return keyed.collect(engine="streaming")


def _unpack(keyed: pl.DataFrame) -> pl.DataFrame:
    """Pool, month and kind apart again, once each."""
    once = keyed.group_by("key").agg(pl.col(SUMS).sum())
    pool_month = pl.col("key") // KIND_NUMBERS
    return once.select(
        pool=(pool_month // MONTHS).cast(pl.UInt32),
        month=(pool_month % MONTHS).cast(pl.Int32),
        kind=(pl.col("key") % KIND_NUMBERS).cast(pl.UInt8).cat.to(KINDS),
        **{name: pl.col(name) for name in SUMS},
    )


def _name_pools(moves: pl.DataFrame, numbered: pl.DataFrame, policy: CostingPolicy) -> pl.DataFrame:
    """The codes of each pool; null where they do not tell pools apart."""
    parts = pool_parts(policy)
    named = numbered.hstack(moves.select(parts)).lazy().group_by("pool").agg(pl.col(parts).first()).collect()
    others = [pl.lit(None, dtype=pl.String).alias(name) for name in POOL if name not in parts]
    return named.with_columns(others).select("pool", *POOL).sort(POOL, nulls_last=False)
