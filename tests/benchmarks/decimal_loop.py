"""The obvious program, as a yardstick: FIFO by a loop over decimals, SKU by SKU, from Parquet to Parquet.

It writes the same three files as `tieout cost` with the same columns: moves with their cost, closing stock, and every
month of every SKU. It is as simple as such programs are: nothing is checked, units that are not there cost what the
last receipt did for good, and an amount is rounded where it stands.

    python -m tests.benchmarks.decimal_loop MOVES FOLDER [--moves-only]
"""

import sys
from collections import deque
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import polars as pl

from schemas.kinds import MOVE_KINDS

CENT, MILLIONTH, NOTHING = Decimal("0.01"), Decimal("0.000001"), Decimal(0)
MONEY, QUANTITY, UNIT_COST = pl.Decimal(18, 2), pl.Decimal(18, 4), pl.Decimal(18, 6)
FOUND = {
    "cost_amount": MONEY,
    "unit_cost_applied": UNIT_COST,
    "provisional_amount": MONEY,
    "is_provisional": pl.Boolean,
    "cogs_amount": MONEY,
}
MONTHS = {
    "period": pl.Date,
    "sku": pl.String,
    **{f"{name}_{one}": dtype for name in ("opening", "closing", "receipt", "sale")
       for one, dtype in (("quantity", QUANTITY), ("value", MONEY))},
    "cogs_amount": MONEY,
}  # fmt: skip

Move = tuple[str, date, Decimal, Decimal | None]
Found = tuple[Decimal, Decimal, Decimal | None, bool, Decimal]


def value_file(source: Path, folder: Path, *, moves_only: bool) -> None:
    """Give each move of a table of receipts and sales its cost.

    Args:
        source: moves as `ledgers` writes them in the shape `plain`.
        folder: gets `valued_moves.parquet`, and unless only those are wanted `closing_stock.parquet` and
            `periods.parquet`.
        moves_only: whether only moves are wanted.
    """
    moves = pl.read_parquet(source).with_row_index("row").sort("sku", "moved_on", "kind", "move_id")
    found: list[Found] = []
    months: list[tuple[Any, ...]] = []
    last = moves["moved_on"].max()
    for sku, rows in groupby(moves.select("sku", "moved_on", "quantity", "unit_cost").iter_rows(), key=itemgetter(0)):
        of_sku = list(rows)
        costs = value_sku(of_sku)
        found += costs
        if not moves_only and isinstance(last, date):
            months += sum_months(sku, of_sku, costs, last)
    folder.mkdir(parents=True, exist_ok=True)
    valued = moves.hstack(as_columns(found, FOUND))
    valued.sort("row").drop("row").write_parquet(folder / "valued_moves.parquet")
    if not moves_only:
        write_months(as_columns(months, MONTHS), folder)


def value_sku(moves: Iterable[Move]) -> list[Found]:
    """What each move of a SKU costs, in order."""
    layers: deque[list[Decimal]] = deque()
    last, found = NOTHING, list[Found]()
    for _, _, quantity, unit_cost in moves:
        if quantity > 0:
            last = unit_cost or NOTHING
            layers.append([quantity, last])
            cost = (quantity * last).quantize(CENT, ROUND_HALF_UP)
            found.append((cost, last, None, False, NOTHING))
        else:
            exact, short = issue(layers, -quantity, last)
            cost = exact.quantize(CENT, ROUND_HALF_UP)
            unit = (exact / -quantity).quantize(MILLIONTH, ROUND_HALF_UP)
            found.append((-cost, unit, -cost if short else None, bool(short), cost))
    return found


def issue(layers: deque[list[Decimal]], wanted: Decimal, last: Decimal) -> tuple[Decimal, Decimal]:
    """Cost of units from the oldest layers, and how many were short; those cost what the last receipt did."""
    cost = NOTHING
    while wanted and layers:
        left, unit_cost = layers[0]
        taken = min(left, wanted)
        cost += taken * unit_cost
        wanted -= taken
        if taken == left:
            layers.popleft()
        else:
            layers[0][0] = left - taken
    return cost + wanted * last, wanted


def sum_months(sku: str, moves: list[Move], found: list[Found], last: date) -> list[tuple[Any, ...]]:
    """One row for each month of a SKU from its first move to the last month of the table."""
    sums: dict[tuple[int, int], list[Decimal]] = {}
    for (_, day, quantity, _), (cost, _, _, _, cogs) in zip(moves, found, strict=True):
        of_month = sums.setdefault((day.year, day.month), [NOTHING] * 5)
        at = 0 if quantity > 0 else 2
        of_month[at] += quantity
        of_month[at + 1] += cost
        of_month[4] += cogs
    year, month = min(sums)
    units, value = NOTHING, NOTHING
    rows: list[tuple[Any, ...]] = []
    while (year, month) <= (last.year, last.month):
        received, brought, sold, taken, cogs = sums.get((year, month), [NOTHING] * 5)
        after, worth = units + received + sold, value + brought + taken
        rows.append((date(year, month, 1), sku, units, value, after, worth, received, brought, sold, taken, cogs))
        units, value = after, worth
        year, month = year + month // 12, month % 12 + 1
    return rows


def as_columns(rows: list[Any], schema: dict[str, Any]) -> pl.DataFrame:
    """Rows as a table: column by column, which is quicker than row by row."""
    columns = zip(schema.items(), zip(*rows, strict=True), strict=True)
    return pl.DataFrame([pl.Series(name, values, dtype=dtype) for (name, dtype), values in columns])


def write_months(months: pl.DataFrame, folder: Path) -> None:
    """Months in the columns of `tieout cost`, and the stock after the last one."""
    last = months.filter(pl.col("period") == pl.col("period").max())
    nowhere = [pl.lit(None, dtype=pl.String).alias(name) for name in ("location", "lot")]
    stock = last.select("sku", *nowhere, quantity="closing_quantity", value="closing_value")
    stock.write_parquet(folder / "closing_stock.parquet")
    others = [kind for kind in MOVE_KINDS if kind not in ("opening", "receipt", "sale")]
    zeros = [pl.lit(NOTHING).cast(QUANTITY).alias(f"{kind}_quantity") for kind in others]
    zeros += [pl.lit(NOTHING).cast(MONEY).alias(name) for name in (*(f"{kind}_value" for kind in others),)]
    booked = [pl.lit(NOTHING).cast(MONEY).alias(name) for name in ("true_up_amount", "late_cost_amount")]
    months.with_columns(*nowhere, *zeros, *booked).write_parquet(folder / "periods.parquet")


if __name__ == "__main__":
    value_file(Path(sys.argv[1]), Path(sys.argv[2]), moves_only="--moves-only" in sys.argv)
