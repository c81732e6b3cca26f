"""Months of pools: opening, every kind of move, closing; and the stock at the end.

Moves of the kind `opening` are stock that was there before: they stand in the opening of their month, beside what the
month before has left. So opening + all other kinds = closing.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from pipelines.value_table.columns import POOL
from pipelines.value_table.ledger import SUMS, Ledger
from schemas.dtypes import MONEY, QUANTITY
from schemas.kinds import MOVE_KINDS, STANDARD_KINDS
from schemas.policies import CostingPolicy
from transforms.costing.plain.pool_runs import Marks, Places, PoolRuns

Numbers = np.ndarray[tuple[int], np.dtype[Any]]
"""Whole numbers of 64 bits, or Python's where amounts need more."""

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
        self._integer: type[np.int64] | type[object] = np.int64 if self._money == MONEY else object

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
        first = pools["first"].to_numpy().astype(np.int64)
        months = Months(first, self._last - first + 1)
        cells = months.begins[booked["place"].to_numpy() - start] + booked["month"].to_numpy()
        measures = self._measures(booked, cells, months.count)
        is_shown = self._balance(measures, months)
        is_shown[cells[booked.select(pl.any_horizontal(pl.col(SUMS) != 0)).to_series().to_numpy()]] = True
        shown = np.flatnonzero(is_shown)
        number = pl.Series("month", months.number[shown]).to_frame()
        period = number.select(pl.date(pl.col("month") // 12, pl.col("month") % 12 + 1, 1).alias("period"))
        codes = pools.select(POOL)[pl.Series(months.place[shown])]
        nothing: dict[pl.DataType, pl.Series] = {dtype: _zeros(shown.size, dtype) for dtype in (QUANTITY, self._money)}
        typed = [
            self._typed(measures[name][shown], dtype).alias(name) if name in measures else nothing[dtype].alias(name)
            for name, dtype in list(self.schema.items())[1 + len(POOL) :]
        ]
        return period.hstack(codes).hstack(typed)

    def _measures(self, booked: pl.DataFrame, cells: Places, count: int) -> dict[str, Numbers]:
        """Sums of each kind that there is, and what COGS took, at their cells."""
        kinds, found = booked["kind"].cast(pl.String), dict[str, Numbers]()
        for kind in kinds.unique(maintain_order=True):
            rows = (kinds == kind).arg_true()
            for one in STOCK:
                name = f"{BROUGHT if kind == OPENING else kind}_{one}"
                found[name] = self._nothing(count)
                found[name][cells[rows.to_numpy()]] = self._numbers(booked[one].gather(rows))
        starts = PoolRuns.of(cells).starts
        for one, name in BOOKED.items():
            if (booked[one] != 0).any():
                found[name] = self._nothing(count)
                found[name][cells[starts]] = np.add.reduceat(self._numbers(booked[one]), starts)
        return found

    def _balance(self, measures: dict[str, Numbers], months: "Months") -> Marks:
        """Add what stood in a pool before and after each month; whether anything did."""
        is_shown = np.zeros(months.count, dtype=np.bool_)
        for one in STOCK:
            moved, brought = self._nothing(months.count), measures.pop(f"{BROUGHT}_{one}", None)
            for name, values in measures.items():
                if name.endswith(f"_{one}"):
                    moved += values
            closing = months.runs.total(moved if brought is None else moved + brought)
            opening = closing - moved
            measures |= {f"{OPENING}_{one}": opening, f"closing_{one}": closing}
            is_shown |= (opening != 0) | (closing != 0)
        return is_shown

    def _nothing(self, count: int) -> Numbers:
        """Zeros: of 64 bits, or of any size where amounts need more."""
        return np.zeros(count, dtype=self._integer)

    def _numbers(self, sums: pl.Series) -> Numbers:
        """Sums as an array."""
        if self._integer is object:
            return np.array(sums.to_list(), dtype=object)
        return sums.cast(pl.Int64).to_numpy()

    def _typed(self, values: Numbers, dtype: pl.DataType) -> pl.Series:
        """An array as decimals."""
        wide = self._integer is object
        whole = pl.Series(values.tolist(), dtype=pl.Int128) if wide else pl.Series(values).cast(pl.Int128)
        return _as_decimal(whole, dtype)


def _zeros(count: int, dtype: pl.DataType) -> pl.Series:
    """What nothing moved; one such column stands for all."""
    return _as_decimal(pl.zeros(count, dtype=pl.Int128, eager=True), dtype)


def _as_decimal(whole: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Whole numbers of the last place as decimals."""
    return whole.to_frame("whole").select(pl.col("whole").reinterpret(dtype=dtype)).to_series()


class Months:
    """One cell for each pool and month from its first to the last: the months of a pool side by side."""

    def __init__(self, first: Places, lengths: Places) -> None:
        ends = np.cumsum(lengths)
        self.runs = PoolRuns(ends - lengths, lengths)
        self.count = int(ends[-1])
        self.begins = ends - lengths - first
        """Cell of the month 0 of each pool."""
        self.place = self.runs.spread(np.arange(lengths.size, dtype=np.uint32))
        self.number = np.arange(self.count, dtype=np.int64) - self.runs.spread(self.begins)
