"""Months of pools: opening, every kind of move, closing; and the stock at the end.

Moves of the kind `opening` are stock that was there before: they stand in the opening of their month, beside what the
month before has left. So opening + all other kinds = closing.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from pipelines.value_table.columns import POOL
from pipelines.value_table.ledger import KINDS, SUMS, Ledger
from schemas.dtypes import MONEY, QUANTITY
from schemas.kinds import MOVE_KINDS, STANDARD_KINDS
from schemas.policies import CostingPolicy
from transforms.costing.plain.pool_runs import Marks, Places, PoolRuns

Numbers = np.ndarray[tuple[int], np.dtype[Any]]
"""Whole numbers of 64 bits, or Python's where amounts need more."""

BLOCK = 100_000
"""Rows that are built at a time."""

BOOKED = {"cogs": "cogs_amount", "true_up": "true_up_amount", "late_cost": "late_cost_amount"}
STOCK = ("quantity", "value")
OPENING = "opening"
ENDS = (OPENING, "closing")

MOST_CENTS = 10 ** (MONEY.precision or 0)
"""Fewer cents than these fit in MONEY."""


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
    return MONEY if _largest(cents) < MOST_CENTS else pl.Decimal(38, MONEY.scale)


def _money_that_passes(booked: pl.DataFrame) -> pl.Decimal:
    """Money in which everything fits that comes into and leaves a pool; pool by pool only where that is in doubt."""
    if _largest(booked["value"]) * booked.height < MOST_CENTS:
        return MONEY
    return money_type(booked.group_by("place").agg(pl.col("value").abs().sum())["value"])


def _largest(cents: pl.Series) -> int:
    """The largest amount, signs left out."""
    return max((abs(end) for end in (cents.min(), cents.max()) if isinstance(end, int)), default=0)


class Periods:
    """The months of all pools, built block by block, because they can be many more than the pools."""

    def __init__(self, ledger: Ledger, policy: CostingPolicy) -> None:
        booked, runs = ledger.booked, PoolRuns.of(ledger.booked["place"].to_numpy())
        first = booked["month"].to_numpy()[runs.starts]
        self._pools = ledger.pools.with_columns(first=pl.Series(first), bookings=pl.Series(runs.lengths))
        self._last = int(booked.select(pl.col("month").max().fill_null(0)).item())
        others = [kind for kind in MOVE_KINDS if kind != OPENING]
        self._kinds = [*others, *(STANDARD_KINDS if policy.method == "standard" else [])]
        self._money = _money_that_passes(booked)
        self._integer: type[np.int64] | type[object] = np.int64 if self._money == MONEY else object
        self._whole = pl.Int64() if self._money == MONEY else pl.Int128()
        sums = booked.with_columns(pl.col(SUMS).cast(self._whole))
        self._booked = sums.with_columns(is_booked=pl.any_horizontal(pl.col(SUMS) != 0))

    @property
    def schema(self) -> pl.Schema:
        """`period`, pool columns, then opening, closing and each other kind as quantity and value, and COGS."""
        measures = [f"{name}_{one}" for name in (*ENDS, *self._kinds) for one in STOCK]
        typed = {name: QUANTITY if name.endswith("_quantity") else self._money for name in measures}
        pool = dict.fromkeys(POOL, pl.String())
        return pl.Schema({"period": pl.Date(), **pool, **typed, **dict.fromkeys(BOOKED.values(), self._money)})

    @cached_property
    def _built(self) -> pl.Schema:
        """The columns in which anything but zero can stand, and codes of pools that have any."""
        kinds = {*ENDS, *self._booked["kind"].unique().cast(pl.String)}
        booked = [name for one, name in BOOKED.items() if (self._booked[one] != 0).any()]
        codes = [name for name in POOL if self._pools[name].null_count() < self._pools.height]
        seen = {f"{kind}_{one}" for kind in kinds for one in STOCK}.union(booked, codes, ["period"])
        return pl.Schema({name: dtype for name, dtype in self.schema.items() if name in seen})

    def rows(self) -> pl.LazyFrame:
        """One row for each pool and month from its first move to the table's last month, while there is anything.

        Amounts are what was booked in the month, in base currency; quantities are stock units. Opening is the closing
        of the month before and opening moves of the month; opening + all other kinds = closing. Sorted by pool and
        period.
        """

        def blocks(
            with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
        ) -> Iterator[pl.DataFrame]:
            yield from (
                block if with_columns is None else block.select(with_columns) for block in _ahead(self._blocks())
            )

        if not self._pools.height:
            return pl.LazyFrame(schema=self.schema)
        numbers = pl.Schema({name: self._whole if dtype.is_decimal() else dtype for name, dtype in self._built.items()})
        # written while it is built: the columns become decimals there, and what is the same everywhere takes no room
        typed = [
            (pl.col(name).cast(pl.Int128) if name in numbers else pl.lit(0, dtype=pl.Int128))
            .reinterpret(dtype=dtype)
            .alias(name)
            for name, dtype in self.schema.items()
            if dtype.is_decimal()
        ]
        typed += [pl.lit(None, dtype=pl.String).alias(name) for name in POOL if name not in numbers]
        return register_io_source(blocks, schema=numbers).with_columns(typed).select(self.schema.names())

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
        """All months of some pools, in the columns in which something stands."""
        first = pools["first"].to_numpy().astype(np.int64)
        months = Months(first, self._last - first + 1)
        cells = months.begins[booked["place"].to_numpy() - start] + booked["month"].to_numpy()
        ends, is_shown = self._balance(booked, cells, months)
        is_shown[cells[booked["is_booked"].to_numpy()]] = True
        shown = np.flatnonzero(is_shown)
        if shown.size < months.count:
            booked, cells = booked.filter("is_booked"), cells[booked["is_booked"].to_numpy()]
            cells = (np.cumsum(is_shown) - 1)[cells]
        measures = self._measures(booked, cells, shown.size)
        all_shown = shown.size == months.count
        measures |= {name: values if all_shown else values[shown] for name, values in ends.items()}
        period = pl.Series("period", _first_days(months.number[shown])).cast(pl.Date).to_frame()
        codes = pools.select(name for name in POOL if name in self._built)[pl.Series(months.place[shown])]
        columns = list(self._built)[1 + codes.width :]
        nothing = self._nothing(shown.size)
        return period.hstack(codes).hstack([self._series(name, measures.get(name, nothing)) for name in columns])

    def _series(self, name: str, values: Numbers) -> pl.Series:
        """An array as a column."""
        whole = values.tolist() if self._integer is object else values
        return pl.Series(name, whole, dtype=self._whole)

    def _measures(self, booked: pl.DataFrame, cells: Places, count: int) -> dict[str, Numbers]:
        """Sums of each kind that there is, and what COGS took, at their cells."""
        kinds, found = booked["kind"].to_physical().to_numpy(), dict[str, Numbers]()
        sums = {one: self._numbers(booked[one]) for one in (*STOCK, *BOOKED)}
        for number in np.unique(kinds).tolist():
            kind, rows = KINDS.categories[number], np.flatnonzero(kinds == number)
            if kind == OPENING:
                continue
            places = cells[rows]
            for one in STOCK:
                found[f"{kind}_{one}"] = self._nothing(count)
                found[f"{kind}_{one}"][places] = sums[one][rows]
        starts = PoolRuns.of(cells).starts
        for one, name in BOOKED.items():
            if sums[one].any():
                found[name] = self._nothing(count)
                found[name][cells[starts]] = np.add.reduceat(sums[one], starts)
        return found

    def _balance(self, booked: pl.DataFrame, cells: Places, months: "Months") -> tuple[dict[str, Numbers], Marks]:
        """What stood in a pool before and after each month; whether anything did."""
        is_shown, ends = np.zeros(months.count, dtype=np.bool_), dict[str, Numbers]()
        is_opening, starts = (booked["kind"].cast(pl.String) == OPENING).to_numpy(), PoolRuns.of(cells).starts
        for one in STOCK:
            sums = self._numbers(booked[one])
            passed, moved = self._nothing(months.count), self._nothing(months.count)
            passed[cells[starts]] = np.add.reduceat(sums, starts)
            moved[cells[starts]] = np.add.reduceat(np.where(is_opening, 0, sums), starts)
            closing = months.runs.total(passed)
            opening = closing - moved
            ends |= {f"{OPENING}_{one}": opening, f"closing_{one}": closing}
            is_shown |= (opening != 0) | (closing != 0)
        return ends, is_shown

    def _nothing(self, count: int) -> Numbers:
        """Zeros: of 64 bits, or of any size where amounts need more."""
        return np.zeros(count, dtype=self._integer)

    def _numbers(self, sums: pl.Series) -> Numbers:
        """Sums as an array."""
        if self._integer is object:
            return np.array(sums.to_list(), dtype=object)
        return sums.to_numpy()


def _ahead(blocks: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same blocks; the next one is built while one is written."""
    with ThreadPoolExecutor(1) as builder:
        coming = builder.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = builder.submit(next, blocks, None)
            yield block


def _first_days(months: Places) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """First days of months, which count from the year 0, as days since 1970; each month is looked up only once."""
    if not months.size:
        return np.empty(0, dtype=np.int32)
    least = months.min()
    every = np.arange(least, months.max() + 1) - 12 * 1970
    days = every.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
    found: np.ndarray[tuple[int], np.dtype[np.int32]] = days[months - least]
    return found


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
