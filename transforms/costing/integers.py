"""Moves as whole numbers: the one place that says in which units costing counts.

Quantities are ten-thousandths of a stock unit, unit costs are millionths of the base currency, and totals are their
product: ten-billionths of the base currency. So a total over a quantity is a unit cost, and all sums are exact in
128-bit integers (the limits that keep them so: `validation`).
"""

import polars as pl

from schemas.dtypes import COST, MONEY, QUANTITY, UNIT_COST
from transforms.costing.flows import KIND, is_value_only

COST_OF_ONE_CENT = 10**8
"""Ten-billionths in a cent."""

AMOUNT_TO_COST = 10**4
"""From an amount with six places to a total with ten."""

TEXT_COLUMNS = ("move_id", "kind", "sku", "location", "lot", "source_move_id", "document_id")
POOL_COLUMNS = ("sku", "location", "lot")
DECIMAL_COLUMNS = {"quantity": QUANTITY, "unit_cost": UNIT_COST, "amount": COST, "cost_share": COST}

FITS_64_BITS = 2**62
"""Products below this are counted in 64 bits, which takes half the room and time of 128."""


def read_moves(moves: pl.DataFrame) -> pl.DataFrame:
    """Read the columns that costing looks at, as whole numbers.

    Args:
        moves: StockMoves, one row per move; columns that costing can do without may be missing. Text may be
        categorical.

    Returns:
        The same rows in the same order: `row` (position), the text columns, `kind` (KIND; null where it is unknown) and
        `has_kind`, `moved_on`, `sequence` (null is 0), `quantity` (signed, ten-thousandths; null is 0) and
        `has_quantity`, `unit_cost`, `amount`, `cost_share` (millionths) and `own_cost` (ten-billionths: what the move
        itself says it costs, null where it says nothing; 64 bits where they do).
    """
    schema = moves.schema
    text = [_text(name, schema) for name in TEXT_COLUMNS if name != "kind"]
    kind = _text("kind", schema)
    has_quantity = pl.col("quantity").is_not_null() if "quantity" in schema else pl.lit(value=False)
    facts = [kind.is_not_null().alias("has_kind"), has_quantity.alias("has_quantity")]
    order = [_moved_on(schema), _column("sequence", pl.Int64(), schema).fill_null(0)]
    wide = [_column(name, dtype, schema).to_physical() for name, dtype in DECIMAL_COLUMNS.items()]
    # 18 digits fit 64 bits
    narrow = [pl.col("quantity").fill_null(0).cast(pl.Int64), pl.col("unit_cost").cast(pl.Int64)]
    read = moves.select(*text, kind.cast(KIND, strict=False), *facts, *order, *wide)
    rows = read.with_columns(narrow).with_row_index("row")
    return rows.with_columns(own_cost=_own_cost(_least_integer(rows)))


def _text(name: str, schema: pl.Schema) -> pl.Expr:
    """A column of text; codes that only tell pools apart stay as they are where they are categorical."""
    is_category = name in POOL_COLUMNS and isinstance(schema.get(name), pl.Categorical | pl.Enum)
    return pl.col(name) if is_category else _column(name, pl.String(), schema)


def _moved_on(schema: pl.Schema) -> pl.Expr:
    """The day, or the instant in microseconds."""
    has_time = isinstance(schema.get("moved_on"), pl.Datetime)
    return _column("moved_on", pl.Datetime("us") if has_time else pl.Date(), schema)


def _column(name: str, dtype: pl.DataType, schema: pl.Schema) -> pl.Expr:
    """A column in the type that costing uses; nulls where the table has none."""
    return (pl.col(name) if name in schema else pl.lit(None)).cast(dtype).alias(name)


def _least_integer(rows: pl.DataFrame) -> type[pl.Int64] | type[pl.Int128]:
    """The integer that holds every own cost."""
    largest = rows.select(pl.col("quantity", "unit_cost", "amount").abs().max().fill_null(0)).row(0)
    quantity, unit_cost, amount = (int(value) for value in largest)
    return pl.Int64 if max(quantity * unit_cost, amount * AMOUNT_TO_COST) < FITS_64_BITS else pl.Int128


def _own_cost(integer: type[pl.Int64] | type[pl.Int128]) -> pl.Expr:
    """The total that a move brings: its amount, else its unit cost times its quantity."""
    total = pl.col("amount").cast(integer) * AMOUNT_TO_COST
    by_unit = pl.col("unit_cost").cast(integer) * pl.col("quantity").cast(integer)
    return pl.when(is_value_only).then(total).otherwise(pl.coalesce(total, by_unit))


def to_money(cents: pl.Expr) -> pl.Expr:
    """Whole cents as Money."""
    return (cents.cast(pl.Decimal(38, 2)) / 100).cast(MONEY)


def to_unit_cost(millionths: pl.Expr) -> pl.Expr:
    """Whole millionths as UnitCost."""
    return (millionths.cast(pl.Decimal(38, 6)) / 1_000_000).cast(UNIT_COST)
