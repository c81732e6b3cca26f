"""What pools booked, month by month and kind by kind: the one aggregation behind periods, closing stock and totals."""

from dataclasses import dataclass

import polars as pl

from pipelines.value_table.columns import POOL, pool_parts
from schemas.kinds import MOVE_KINDS, STANDARD_KINDS
from schemas.policies import CostingPolicy
from transforms.costing.moves.links import assign_pools

KINDS = pl.Enum([*MOVE_KINDS, *STANDARD_KINDS])
MONTHS, KIND_NUMBERS = 2**15, 2**5
"""Room for months (counted from year 0) and kinds in the one number that rows are grouped by."""

ROWS = "rows"
SUMS = ("quantity", "value", "cogs", "true_up", "late_cost")
"""Whole ten-thousandths of a unit and whole cents, in 128 bits: no sum of moves can leave them."""


@dataclass(frozen=True)
class Ledger:
    """What a table of moves booked."""

    pools: pl.DataFrame
    """`sku`, `location`, `lot`: one row per pool, sorted by these."""
    booked: pl.DataFrame
    """`place` (of the pool in `pools`), `month` (12 times the year and the month from 0), `kind`, `rows` (moves) and
    SUMS: one row per pool, month and kind, sorted by these."""


def keep_ledger(moves: pl.DataFrame, valued: pl.DataFrame, shifts: pl.DataFrame, policy: CostingPolicy) -> Ledger:
    """Sum up what was booked.

    Args:
        moves: what costing looks at, one row per move (own rows of standard costing among them).
        valued: ValuedMoves of these rows, in the same order.
        shifts: SHIFTS with `quantity`, what is booked in another month than that of the move.
        policy: decides what a pool is.

    Returns:
        Sums of quantities, value, COGS, and the true-ups and late costs in it, by the month that booked them.
    """
    codes = moves.select(pool_parts(policy))
    numbered = assign_pools(codes, policy).select("pool")
    pools = _name_pools(codes, numbered)
    places = pl.Series("place", pools["pool"].arg_sort(), dtype=pl.UInt32).gather(numbered["pool"]).to_frame()
    amounts = valued.select("cost_amount", "cogs_amount")
    rows = moves.select("kind", "moved_on", "quantity").hstack(places).hstack(amounts)
    keyed = _sums(rows.lazy(), _of_moves())
    if shifts.height:
        keyed = _add_shifts(keyed, shifts.hstack(rows[shifts["row"]].select("place", "kind")))
    return Ledger(pools.select(POOL), _unpack(keyed.sort("key")))


def _add_shifts(keyed: pl.DataFrame, shifted: pl.DataFrame) -> pl.DataFrame:
    """Sums with what was shifted; only those that it concerns are added up again."""
    shifts = _sums(shifted.lazy(), _of_shifts())
    is_concerned = keyed["key"].is_in(shifts["key"].implode())
    both = pl.concat([keyed.filter(is_concerned), shifts], how="diagonal")
    summed = both.group_by("key").agg(pl.col(name).sum() for name in both.columns if name != "key")
    return pl.concat([keyed.filter(~is_concerned), summed], how="diagonal_relaxed")


def _of_moves() -> dict[str, pl.Expr]:
    """What moves book in their own month."""
    return {
        "period": pl.col("moved_on"),
        ROWS: pl.len(),
        "quantity": pl.col("quantity").to_physical(),
        "value": pl.col("cost_amount").to_physical(),
        "cogs": pl.col("cogs_amount").to_physical(),
    }


def _of_shifts() -> dict[str, pl.Expr]:
    """What moves book in other months, and take out of their own."""
    return {
        "period": pl.col("period"),
        "quantity": pl.col("quantity"),
        "value": pl.col("cents"),
        "cogs": pl.col("cogs_cents"),
        "true_up": pl.col("true_up_cents"),
        "late_cost": pl.col("late_cents"),
    }


def _sums(rows: pl.LazyFrame, values: dict[str, pl.Expr]) -> pl.DataFrame:
    """Sums by one number for pool, month and kind: that groups quicker than three columns, and sorts quicker too."""
    day = values["period"].cast(pl.Date)
    month = day.dt.year().cast(pl.UInt64) * 12 + day.dt.month().cast(pl.UInt64) - 1
    kind = pl.col("kind").cast(KINDS).to_physical().cast(pl.UInt64)
    key = (pl.col("place").cast(pl.UInt64) * MONTHS + month) * KIND_NUMBERS + kind
    sums = [
        pl.len().cast(pl.Int64).alias(name) if name == ROWS else value.cast(pl.Int128).sum().alias(name)
        for name, value in values.items()
        if name != "period"
    ]
    return rows.with_columns(key=key).group_by("key").agg(sums).collect(engine="streaming")


def _unpack(keyed: pl.DataFrame) -> pl.DataFrame:
    """Pool, month and kind apart again."""
    pool_month = pl.col("key") // KIND_NUMBERS
    sums = {name: pl.col(name) if name in keyed.columns else pl.lit(0, dtype=pl.Int128) for name in SUMS}
    return keyed.select(
        place=(pool_month // MONTHS).cast(pl.UInt32),
        month=(pool_month % MONTHS).cast(pl.Int32),
        kind=(pl.col("key") % KIND_NUMBERS).cast(pl.UInt8).cat.to(KINDS),
        rows=pl.col(ROWS).fill_null(0),
        **{name: total.fill_null(0) for name, total in sums.items()},
    )


def _name_pools(codes: pl.DataFrame, numbered: pl.DataFrame) -> pl.DataFrame:
    """`pool` and its codes, sorted by these; null where they do not tell pools apart."""
    first = numbered["pool"].arg_unique()
    named = numbered[first].hstack(codes[first].cast(pl.String))
    others = [pl.lit(None, dtype=pl.String).alias(name) for name in POOL if name not in codes.columns]
    return named.with_columns(others).select("pool", *POOL).sort(POOL, nulls_last=False)
