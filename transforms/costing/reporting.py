"""What costing found, as ValuedMoves: amounts in base currency, one row for each row of the input."""

from decimal import Decimal

import polars as pl

from schemas.dtypes import MONEY, UNIT_COST
from schemas.stock import ValuedMoves
from transforms.costing.columns import attach

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


def stack(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Valued rows of several parts, one under the other, each number in 64 bits where they hold it."""
    narrowed = [part.select(_narrow(part[name], dtype) for name, dtype in VALUED.items()) for part in parts]
    return pl.concat(narrowed, how="vertical_relaxed") if narrowed else pl.DataFrame(schema=VALUED)


def report(rows: pl.DataFrame, valued: pl.DataFrame) -> pl.DataFrame:
    """Put what each move cost into ValuedMoves, in the order of the rows.

    What was not valued (transfers inside a pool, zero quantities) changes nothing.

    Args:
        rows: `row` (position), `move_id` and `kind` of every move, in input order.
        valued: VALUED, at most one row for each of them, in any order.
    """
    found = attach(rows.select("row", "move_id", "kind"), stack([valued]))
    cents, expensed = pl.col("cents").fill_null(0), pl.col("expensed_cents").fill_null(0)
    is_cogs = pl.col("kind").is_in(COGS_KINDS)
    return found.select(
        "move_id",
        cost_amount=_to_decimal(cents, MONEY, _largest(found, "cents")),
        unit_cost_applied=_to_decimal(pl.col("unit_millionths"), UNIT_COST, _largest(found, "unit_millionths")),
        provisional_amount=_to_decimal(pl.col("provisional_cents"), MONEY, _largest(found, "provisional_cents")),
        is_provisional=pl.col("is_provisional").fill_null(value=False),
        cogs_amount=_to_decimal(
            pl.when(is_cogs).then(0 - cents).otherwise(expensed), MONEY, _largest(found, "cents", "expensed_cents")
        ),
    )


def no_moves(moves: pl.DataFrame) -> pl.DataFrame:
    """ValuedMoves without rows."""
    columns = ValuedMoves.to_schema().columns
    return pl.DataFrame(schema={name: column.dtype.type for name, column in columns.items()})


def _narrow(values: pl.Series, dtype: type[pl.DataType]) -> pl.Series:
    """Values in the type that is asked for; whole numbers in 128 bits, if 64 do not hold all of them."""
    narrow = values.cast(dtype, strict=False)
    return narrow if narrow.null_count() == values.null_count() else values.cast(pl.Int128)


def _largest(found: pl.DataFrame, *names: str) -> int:
    """The largest absolute value of some columns; sums of 64 bits may touch their end, so both ends are asked for."""
    ends = [found[name].min() for name in names] + [found[name].max() for name in names]
    return max((abs(end) for end in ends if isinstance(end, int)), default=0)


def _to_decimal(numbers: pl.Expr, dtype: pl.Decimal, largest: int) -> pl.Expr:
    """Whole numbers of the last place as decimals, with more digits where the usual ones do not hold them."""
    digits = dtype.precision if largest < 10**dtype.precision else 38
    one = pl.lit(Decimal(1).scaleb(-dtype.scale), dtype=pl.Decimal(digits, dtype.scale))
    return (numbers.cast(pl.Decimal(digits, 0)) * one).cast(pl.Decimal(digits, dtype.scale))
