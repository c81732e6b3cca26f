"""What costing found, as ValuedMoves: amounts in base currency, one row for each row of the input."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from schemas.dtypes import MONEY, UNIT_COST

COLUMNS_AT_ONCE = 2

COGS_KINDS = ("sale", "sale_return")

VALUED: dict[str, type[pl.DataType]] = {
    "row": pl.UInt32,
    "cents": pl.Int64,
    "unit_millionths": pl.Int64,
    "provisional_cents": pl.Int64,
    "is_provisional": pl.Boolean,
    "expensed_cents": pl.Int64,
}
"""What every way of valuing gives for a row; whole numbers may have 128 bits where 64 do not hold them."""


def narrow(part: pl.DataFrame) -> pl.DataFrame:
    """VALUED in as little room as it takes: 64 bits where they hold all numbers, one value where all are the same."""
    columns = [_in_few_bits(part[name], dtype) for name, dtype in VALUED.items()]
    return part.select(
        pl.lit(column.first(), column.dtype).alias(column.name) if _is_one(column) else column for column in columns
    )


def report(rows: pl.DataFrame, valued: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Put what each move cost into ValuedMoves, in the order of the rows.

    What was not valued (transfers inside a pool, zero quantities) changes nothing. Two columns come at a time, so that
    few of them stand in memory twice.

    Args:
        rows: `row` (position), `move_id` and `kind` of every move, in input order.
        valued: VALUED in narrow parts, at most one row for each of them, in any order.
    """
    told = _Told(valued, rows.height)
    del valued  # from here on each column goes when it has been told
    with ThreadPoolExecutor(COLUMNS_AT_ONCE) as threads:
        unit_cost = threads.submit(lambda: _to_decimal(told.column("unit_millionths", None), UNIT_COST))
        cents = threads.submit(lambda: told.column("cents", 0))
        expensed = threads.submit(lambda: told.column("expensed_cents", 0))
        provisional = threads.submit(lambda: _to_decimal(told.column("provisional_cents", None), MONEY))
        is_provisional = threads.submit(lambda: told.column("is_provisional", default=False))
        cost = threads.submit(lambda: _to_decimal(cents.result(), MONEY))
        is_cogs = pl.col("kind").is_in(COGS_KINDS)
        both = rows.select("kind", cents=cents.result(), expensed=expensed.result())
        cogs = both.select(pl.when(is_cogs).then(0 - pl.col("cents")).otherwise("expensed")).to_series()
        return rows.select(
            "move_id",
            cost_amount=cost.result(),
            unit_cost_applied=unit_cost.result(),
            provisional_amount=provisional.result(),
            is_provisional=is_provisional.result(),
            cogs_amount=_to_decimal(cogs, MONEY),
        )


def no_moves() -> pl.DataFrame:
    """ValuedMoves without rows."""
    from schemas.frames import dtypes_of  # noqa: PLC0415 - pandera takes a tenth of a second to load
    from schemas.stock import ValuedMoves  # noqa: PLC0415

    return pl.DataFrame(schema=dtypes_of(ValuedMoves))


class _Told:
    """Columns of valued rows, put into the order of the input."""

    def __init__(self, parts: Sequence[pl.DataFrame], height: int) -> None:
        self.parts = [{name: part[name] for name in part.columns} for part in parts]
        valued = np.concatenate([part["row"].to_numpy() for part in parts] or [np.empty(0, dtype=np.uint32)])
        # rows that were not valued find the null behind all others
        places = np.full(height, len(valued), dtype=np.uint32)
        places[valued] = np.arange(len(valued), dtype=np.uint32)
        self.places = pl.Series(places)

    def column(self, name: str, default: int | None) -> pl.Series:
        """One column, with a default where a row was not valued; it can be asked for once."""
        nothing = pl.DataFrame({name: [None]}, schema={name: VALUED[name]})
        taken = [part.pop(name).to_frame() for part in self.parts]
        told = pl.concat([*taken, nothing], how="vertical_relaxed").to_series()
        del taken
        if told.null_count() == len(told):  # nothing is told of any row
            return pl.repeat(default, len(self.places), dtype=told.dtype, eager=True)
        in_order = told.gather(self.places)
        return in_order if default is None else in_order.fill_null(default)


def _in_few_bits(values: pl.Series, dtype: type[pl.DataType]) -> pl.Series:
    """Values in the type that is asked for; whole numbers in 128 bits, if 64 do not hold all of them."""
    cast = values.cast(dtype, strict=False)
    return cast if cast.null_count() == values.null_count() else values.cast(pl.Int128)


def _is_one(values: pl.Series) -> bool:
    """Whether all values are the same (rows are not: each stands once)."""
    if values.null_count():
        return values.null_count() == len(values)
    return len(values) > 1 and values.min() == values.max()


def _to_decimal(numbers: pl.Series, dtype: pl.Decimal) -> pl.Series | pl.Expr:
    """Whole numbers of the last place as decimals, with more digits where the usual ones do not hold them."""
    if len(numbers) and numbers.null_count() == len(numbers):
        return pl.lit(None, dtype)  # takes no room
    ends = [abs(end) for end in (numbers.min(), numbers.max()) if isinstance(end, int)]
    digits = dtype.precision if max(ends, default=0) < 10**dtype.precision else 38
    whole = numbers.cast(pl.Int128).to_frame("number")
    return whole.select(pl.col("number").reinterpret(dtype=pl.Decimal(digits, dtype.scale))).to_series()
