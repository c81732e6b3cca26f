"""Moves as whole numbers: the one place that says in which units costing counts.

Quantities are ten-thousandths of a stock unit, unit costs are millionths of the base currency, and totals are their
product: ten-billionths of the base currency. So a total over a quantity is a unit cost, and all sums are exact in
128-bit integers (the limits that keep them so: `validation`).
"""

import polars as pl

from schemas.dtypes import COST, MONEY, QUANTITY, UNIT_COST
from transforms.costing.flows import is_value_only

COST_OF_ONE_CENT = 10**8
"""Ten-billionths in a cent."""

AMOUNT_TO_COST = 10**4
"""From an amount with six places to a total with ten."""

TEXT_COLUMNS = ("move_id", "kind", "sku", "location", "lot", "source_move_id", "document_id")
DECIMAL_COLUMNS = {"quantity": QUANTITY, "unit_cost": UNIT_COST, "amount": COST, "cost_share": COST}


def read_moves(moves: pl.DataFrame) -> pl.DataFrame:
    """Read the columns that costing looks at, as whole numbers.

    Args:
        moves: StockMoves, one row per move; columns that costing can do without may be missing.

    Returns:
        The same rows in the same order: `row` (position), the text columns, `moved_on`, `sequence` (null is 0),
        `quantity` (signed, ten-thousandths; null is 0), `unit_cost`, `amount`, `cost_share` (millionths) and
        `own_cost` (ten-billionths: what the move itself says it costs, null where it says nothing).
    """
    present = set(moves.columns)
    text = [_column(name, pl.String(), present) for name in TEXT_COLUMNS]
    decimals = [_column(name, dtype, present).to_physical() for name, dtype in DECIMAL_COLUMNS.items()]
    order = [_column("moved_on", pl.Date(), present), _column("sequence", pl.Int64(), present).fill_null(0)]
    return (
        moves.lazy()
        .select(*text, *order, *decimals)
        .with_row_index("row")
        .with_columns(quantity=pl.col("quantity").fill_null(0).cast(pl.Int64))
        .with_columns(own_cost=_own_cost())
        .collect()
    )


def _column(name: str, dtype: pl.DataType, present: set[str]) -> pl.Expr:
    """A column in the type that costing uses; nulls where the table has none."""
    return (pl.col(name) if name in present else pl.lit(None)).cast(dtype).alias(name)


def _own_cost() -> pl.Expr:
    """The total that a move brings: its amount, else its unit cost times its quantity."""
    total = pl.col("amount") * AMOUNT_TO_COST
    by_unit = pl.col("unit_cost") * pl.col("quantity").cast(pl.Int128)
    return pl.when(is_value_only).then(total).otherwise(pl.coalesce(total, by_unit))


def to_money(cents: pl.Expr) -> pl.Expr:
    """Whole cents as Money."""
    return (cents.cast(pl.Decimal(38, 2)) / 100).cast(MONEY)


def to_unit_cost(millionths: pl.Expr) -> pl.Expr:
    """Whole millionths as UnitCost."""
    return (millionths.cast(pl.Decimal(38, 6)) / 1_000_000).cast(UNIT_COST)
