"""What the goods of a document cost: as the ledger valued them, or as others like them do."""

import polars as pl

from schemas.dtypes import MONEY, QUANTITY


def value_goods(lines: pl.LazyFrame, bookings: pl.LazyFrame, stock_values: pl.LazyFrame) -> pl.LazyFrame:
    """Add what the goods of each line cost.

    Args:
        lines: `sku`, `quantity` (units, positive), `sign` (1 leaves, -1 comes in), `sale_line_id`,
            `returned_sale_line_id` (both may be null).
        bookings: Bookings of these sale lines and of those that returns name.
        stock_values: `sku`, `quantity`, `value`: units and what they cost in base currency.

    Returns:
        The lines with `goods_amount` (Money, base currency, signed): what the ledger booked for the line; where it has
        not moved, its units at the cost that the returned sale left with, else at that of the SKU's units; null where
        there are none.
    """
    booked = _sum_lines(bookings)
    own = booked.rename({"quantity": "own_quantity", "value": "own_value"})
    sold = booked.rename({"sale_line_id": "returned_sale_line_id", "quantity": "sold_quantity", "value": "sold_value"})
    known = (
        lines.join(own, on="sale_line_id", how="left", validate="m:1")
        .join(sold, on="returned_sale_line_id", how="left", validate="m:1")
        .join(
            stock_values.select("sku", stock_quantity="quantity", stock_value="value"),
            on="sku", how="left", validate="m:1",
        )
    )  # fmt: skip
    estimate = pl.coalesce(
        _share("sold_value", -pl.col("sold_quantity")), _share("stock_value", pl.col("stock_quantity"))
    )
    amount = (
        pl.when(pl.col("own_quantity") != 0)
        .then("own_value")
        .otherwise(estimate * pl.col("sign").cast(pl.Decimal(38, 2)))
    )
    return known.with_columns(amount.cast(MONEY).alias("goods_amount"))


def _sum_lines(bookings: pl.LazyFrame) -> pl.LazyFrame:
    """`sale_line_id`, `quantity` (signed change of stock), `value` (what left, positive) of what was booked."""
    return (
        bookings.filter(pl.col("kind").is_in(["sale", "sale_return"]))
        .group_by(pl.col("source_line_id").alias("sale_line_id"))
        .agg(
            pl.col("moved_quantity").sum().cast(QUANTITY).alias("quantity"),
            (-pl.col("cost_amount").sum()).cast(MONEY).alias("value"),
        )
    )


def _share(value: str, units: pl.Expr) -> pl.Expr:
    """The line's units at a value of some units, in cents, rounded half up; null where there are no such units."""
    whole = _whole(units, QUANTITY)
    cents = (2 * _whole(pl.col("quantity"), QUANTITY) * _whole(pl.col(value), MONEY) + whole) // (2 * whole)
    is_known = (units > 0) & (pl.col(value) >= 0)
    return pl.when(is_known).then((cents.cast(pl.Decimal(38, 2)) / pl.lit(100)).cast(pl.Decimal(38, 2)))


def _whole(amount: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A decimal as a whole number of its last place."""
    return amount.cast(dtype).to_physical().cast(pl.Int128)
