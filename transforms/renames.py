"""Books over what closed months have booked of a move at another place than it has now.

A SKU that is renamed in the source, a branch with a new name, a product of another category, and a rule that gives
stock another account change where a move stands, and no amount. What stands at the old place is booked out there and in
at the new one, in the month that closes: value neutral, move by move. COGS that earlier months recognised stay on their
accounts; the amounts say what left the stock account.
"""

from datetime import date

import polars as pl

from schemas.dtypes import MONEY, QUANTITY
from schemas.kinds import RENAMED_IN, RENAMED_OUT

AMOUNTS = {"moved_quantity": QUANTITY, "cost_amount": MONEY, "recognised_amount": MONEY}
PLACE = ["sku", "category", "location", "stock_account_code"]
"""What may be another one without any change of the move itself."""


def is_renamed() -> pl.Expr:
    """Whether a booking only carries over to another place what stands."""
    return pl.col("kind").is_in([RENAMED_OUT, RENAMED_IN])


def booking_order() -> pl.Expr:
    """Sorts the bookings of a move: the last one has the facts that the move had last."""
    return pl.col("period").to_physical() * 2 + (pl.col("kind") != RENAMED_OUT).cast(pl.Int32)


def book_renames(now: pl.LazyFrame, booked_before: pl.LazyFrame, period: date) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """What is booked out at old places, and in at those of now.

    Args:
        now: one row per move with its facts as they are, and the stock account that the rules give; a vanished move has
            the facts of its latest booking.
        booked_before: Bookings of earlier months.
        period: first day of the month that books.

    Returns:
        Bookings of kind `renamed_out`, as they stood, and of kind `renamed_in`. By move both sum to nothing.
    """
    facts = [name for name in now.collect_schema().names() if name not in ("move_id", "unit_cost_applied")]
    others = [name for name in facts if name not in (*PLACE, *AMOUNTS, "is_provisional")]
    standing = booked_before.group_by("move_id", *PLACE).agg(
        *[pl.col(name).sort_by(booking_order()).last() for name in others],
        *[pl.col(name).sum().cast(dtype) for name, dtype in AMOUNTS.items()],
    )
    places = now.select("move_id", "unit_cost_applied", pl.col(PLACE).name.suffix("_now"))
    is_elsewhere = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in PLACE)
    moved = (
        standing.filter(pl.any_horizontal(pl.col(list(AMOUNTS)) != 0))
        .join(places, on="move_id", how="inner", validate="m:1")
        .filter(is_elsewhere)
        .drop(f"{name}_now" for name in PLACE)
    )
    flags = [
        pl.lit(period).alias("period"),
        pl.lit(value=True).alias("is_late"),
        pl.lit(value=False).alias("is_late_recognition"),
        pl.lit(value=False).alias("is_provisional"),
    ]
    sums = moved.group_by("move_id").agg(pl.col(name).sum().cast(dtype) for name, dtype in AMOUNTS.items())
    known = now.drop(*AMOUNTS, strict=False)
    out = moved.with_columns(*flags, -pl.col(list(AMOUNTS)), kind=pl.lit(RENAMED_OUT))
    into = known.join(sums, on="move_id", how="inner", validate="1:1").with_columns(*flags, kind=pl.lit(RENAMED_IN))
    return out, into
