"""Quantity and price of a line so that Xero, which keeps 4 places of a price, comes to the same amount."""

import polars as pl

from schemas.dtypes import QUANTITY, UNIT_COST
from transforms.texts import fill

_WIDE = pl.Decimal(38, 8)
_WIDER = pl.Decimal(38, 12)
_PRICE = pl.Decimal(38, 4)


def fit_unit_prices(lines: pl.DataFrame) -> pl.DataFrame:
    """Choose quantity and unit price whose product is the line's amount, exactly.

    Xero refuses a line whose amount is not quantity x price, and how it rounds is not documented (xero.md section 3),
    so the product has to be exact: at the source's own price where it has 4 places and no discount, else at the amount
    divided by the quantity; where neither is exact, quantity 1 at the whole amount, with the units in the text.

    Args:
        lines: with `quantity`, `unit_price`, `line_amount`, `description`.

    Returns:
        The same rows with `quantity` and `unit_price` replaced, and the units added to `description` where they had to
        be given up.
    """
    amount = pl.col("line_amount").cast(_WIDE)
    own = pl.col("unit_price").cast(_PRICE)
    is_own = (own.cast(UNIT_COST) == pl.col("unit_price")) & (pl.col("quantity").cast(_WIDE) * own == amount)
    divided = (
        pl.when(pl.col("quantity") != 0)
        .then(pl.col("line_amount").cast(_WIDER) / pl.col("quantity").cast(_WIDER))
        .round(4, mode="half_away_from_zero")
        .cast(_PRICE)
    )
    is_divided = pl.col("quantity").cast(_WIDE) * divided == amount
    fits, is_odd = pl.col("fits"), pl.col("quantity") != 1
    units = pl.col("quantity").cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    return (
        lines.with_columns(
            fits=pl.when(is_own.fill_null(value=False))
            .then(pl.lit("own"))
            .when(is_divided.fill_null(value=False))
            .then(pl.lit("divided"))
            .otherwise(pl.lit("one")),
            divided=divided,
        )
        .with_columns(
            description=pl.when((fits == "one") & is_odd)
            .then(fill("{} · {} units", pl.col("description").str.slice(0, 3_900), units))
            .otherwise("description"),
            unit_price=pl.when(fits == "own")
            .then("unit_price")
            .when(fits == "divided")
            .then(pl.col("divided").cast(UNIT_COST))
            .otherwise(pl.col("line_amount").cast(UNIT_COST)),
        )
        .with_columns(quantity=pl.when(fits == "one").then(pl.lit(1).cast(QUANTITY)).otherwise("quantity"))
        .drop("fits", "divided")
    )
