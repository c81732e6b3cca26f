"""Months of pools: opening, every kind of move, closing; and the stock at the end.

Moves of the kind `opening` are stock that was there before: they stand in the opening of their month, beside what the
month before has left. So opening + all other kinds = closing.
"""

from collections.abc import Iterator

import polars as pl
from polars.io.plugins import register_io_source

from pipelines.value_table.columns import POOL
from pipelines.value_table.ledger import SUMS, Ledger
from schemas.dtypes import MONEY, QUANTITY
from schemas.policies import CostingPolicy
from schemas.stock import MOVE_KINDS, STANDARD_KINDS

BLOCK = 250_000
"""Rows that are built at a time."""

BOOKED = {"cogs": "cogs_amount", "true_up": "true_up_amount", "late_cost": "late_cost_amount"}
STOCK = ("quantity", "value")
OPENING = "opening"
ENDS = (OPENING, "closing")
BROUGHT = "brought"
"""What moves of the kind `opening` bring, while the opening of a month is not known yet."""


def closing_stock(ledger: Ledger) -> pl.DataFrame:
    """The stock at the end.

    Args:
        ledger: of a table of moves.

    Returns:
        `sku`, `location`, `lot`, `quantity` (stock units), `value` (base currency): one row per pool, those with
        nothing on hand too, sorted by their codes.
    """
    stock = ledger.pools.hstack(ledger.booked.group_by("place", maintain_order=True).agg(pl.col(STOCK).sum()))
    value_type = money_type(stock["value"])
    return stock.select(
        *POOL, pl.col("quantity").reinterpret(dtype=QUANTITY), pl.col("value").reinterpret(dtype=value_type)
    )


def money_type(cents: pl.Series) -> pl.Decimal:
    """Money with 18 digits, or with 38 where those do not hold every amount."""
    largest = max((abs(end) for end in (cents.min(), cents.max()) if isinstance(end, int)), default=0)
    return MONEY if largest < 10 ** (MONEY.precision or 0) else pl.Decimal(38, MONEY.scale)


class Periods:
    """The months of all pools, built block by block, because they can be many more than the pools."""

    def __init__(self, ledger: Ledger, policy: CostingPolicy) -> None:
        self._booked = ledger.booked
        by_pool = self._booked.group_by("place", maintain_order=True)
        self._pools = ledger.pools.hstack(
            by_pool.agg(first=pl.col("month").min(), bookings=pl.len()).select("first", "bookings")
        )
        self._last = int(self._booked.select(pl.col("month").max().fill_null(0)).item())
        others = [kind for kind in MOVE_KINDS if kind != OPENING]
        self._kinds = [*others, *(STANDARD_KINDS if policy.method == "standard" else [])]
        passed = self._booked.group_by("place").agg(pl.col("value").abs().sum())
        self._money = money_type(passed["value"])

    @property
    def schema(self) -> pl.Schema:
        """`period`, pool columns, then opening, closing and each other kind as quantity and value, and COGS."""
        measures = [f"{name}_{one}" for name in (*ENDS, *self._kinds) for one in STOCK]
        typed = {name: QUANTITY if name.endswith("_quantity") else self._money for name in measures}
        pool = dict.fromkeys(POOL, pl.String())
        return pl.Schema({"period": pl.Date(), **pool, **typed, **dict.fromkeys(BOOKED.values(), self._money)})

    def rows(self) -> pl.LazyFrame:
        """One row for each pool and month from its first move to the table's last month, while there is anything.

        Amounts are what was booked in the month, in base currency; quantities are stock units. Opening is the closing
        of the month before and opening moves of the month; opening + all other kinds = closing. Sorted by pool and
        period.
        """

        def blocks(
            with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
        ) -> Iterator[pl.DataFrame]:
            yield from self._blocks()

        return (
            register_io_source(blocks, schema=self.schema) if self._pools.height else pl.LazyFrame(schema=self.schema)
        )

    def _blocks(self) -> Iterator[pl.DataFrame]:
        """Blocks of whole pools."""
        months = (pl.lit(self._last, dtype=pl.Int64) - pl.col("first") + 1).cum_sum()
        blocks = self._pools.select(((months - 1) // BLOCK).alias("block")).to_series()
        start, done = 0, 0
        for length in blocks.rle().struct.field("len"):
            pools = self._pools.slice(start, length)
            rows = int(pools["bookings"].sum())
            yield self._build(pools, self._booked.slice(done, rows), start)
            start, done = start + length, done + rows

    def _build(self, pools: pl.DataFrame, booked: pl.DataFrame, start: int) -> pl.DataFrame:
        """All months of some pools, in the columns of the schema."""
        months = pl.int_ranges(pl.col("first"), self._last + 1, dtype=pl.Int32).alias("month")
        cells = pools.with_row_index("place").select("place", *POOL, months).explode("month", empty_as_null=False)
        lengths = pl.lit(self._last, dtype=pl.Int64) - pl.col("first") + 1
        begins = pools.select((lengths.cum_sum() - lengths - pl.col("first")).alias("begin")).to_series()
        placed = booked.with_columns(cell=begins.gather(booked["place"] - start) + booked["month"])
        moving = placed.filter(pl.any_horizontal(pl.col(SUMS) != 0))
        wide = cells.hstack([*self._measures(placed, cells.height), _spread(moving, cells.height)])
        balanced = wide.with_columns(_balances(wide.columns))
        year, month = pl.col("month") // 12, pl.col("month") % 12 + 1
        is_shown = pl.any_horizontal("has_bookings", *(pl.col(f"{one}_{name}") != 0 for one in ENDS for name in STOCK))
        typed = [self._typed(name, set(balanced.columns)) for name in self.schema.names()[1 + len(POOL) :]]
        return balanced.filter(is_shown).select(pl.date(year, month, 1).alias("period"), *POOL, *typed)

    def _measures(self, placed: pl.DataFrame, cells: int) -> list[pl.Series]:
        """Sums of each kind that there is, and what COGS took, at their cells."""
        by_kind = {str(key[0]): part for key, part in placed.partition_by("kind", as_dict=True).items()}
        if OPENING in by_kind:
            by_kind[BROUGHT] = by_kind.pop(OPENING)
        moved = [_spread(part, cells, one, f"{kind}_{one}") for kind, part in by_kind.items() for one in STOCK]
        in_all = placed.group_by("cell").agg(pl.col(BOOKED).sum())
        return [*moved, *(_spread(in_all, cells, name, shown) for name, shown in BOOKED.items())]

    def _typed(self, name: str, present: set[str]) -> pl.Expr:
        """A sum as a decimal; kinds that nothing moved are zero."""
        whole = pl.col(name) if name in present else pl.lit(0, dtype=pl.Int128)
        return whole.reinterpret(dtype=self.schema[name]).alias(name)


def _spread(placed: pl.DataFrame, cells: int, column: str | None = None, name: str = "has_bookings") -> pl.Series:
    """A column at its cells, zero elsewhere; without a column, whether a cell has a row."""
    if column is None:
        return pl.repeat(value=False, n=cells, eager=True).scatter(placed["cell"], values=True).alias(name)
    return pl.zeros(cells, dtype=pl.Int128, eager=True).scatter(placed["cell"], placed[column]).alias(name)


def _balances(columns: list[str]) -> list[pl.Expr]:
    """What stood in a pool before and after each month."""
    found = []
    for one in STOCK:
        kinds = [name for name in columns if name.endswith(f"_{one}")]
        moved = pl.sum_horizontal(pl.lit(0, dtype=pl.Int128), *(name for name in kinds if not name.startswith(BROUGHT)))
        closing = pl.sum_horizontal(kinds).cum_sum().over("place")
        found += [(closing - moved).alias(f"{OPENING}_{one}"), closing.alias(f"closing_{one}")]
    return found
