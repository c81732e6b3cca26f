"""Books, in the month that closes, what each move should have cost so far, less what earlier months booked of it.

There is one truth for what a move cost, and a separate question of when a change is booked. Here the change falls into
the month that closes (`catch_up`): summed over the months, the bookings of a move are always its cost as now known.
"""

from datetime import date

import polars as pl

from schemas.stock import Bookings
from transforms.account_rules import resolve_accounts
from transforms.renames import AMOUNTS, book_renames, booking_order, is_renamed
from transforms.rounding import zero_money, zero_quantity

_COLUMNS = list(Bookings.to_schema().columns)
_FACTS = [
    "kind", "sku", "category", "location", "moved_on", "recognised_on", "document_kind", "document_id",
    "document_number", "source_line_id", "channel", "party", "reason", "charge_type", "brand", "customer_group",
    "currency_code", "order_account",
]  # fmt: skip


def book_period(
    moves: pl.LazyFrame,
    valued: pl.LazyFrame,
    products: pl.LazyFrame,
    account_rules: pl.DataFrame,
    booked_before: pl.LazyFrame,
    period: date,
    cut_off: date,
) -> pl.LazyFrame:
    """The bookings of one month: wanted up to the cut-off, less booked before.

    Args:
        moves: StockMoves, with all moves up to the cut-off (and later ones where their recognition is due).
        valued: ValuedMoves of the same rows, in base currency.
        products: Products, for category and brand.
        account_rules: AccountRules, for the stock account.
        booked_before: Bookings of earlier months.
        period: first day of the month that books.
        cut_off: last day that counts.

    Returns:
        Bookings of the month, one row per move that is new or whose quantity or cost changed. A move that has vanished
        from the source is booked back. Opening stock counts from the first booking on, whatever day its layer has. What
        earlier months booked of another SKU, category, location or stock account is carried over (book_renames).
    """
    wanted = _wanted(moves, valued, products, cut_off)
    before = _sum_by_move(booked_before)
    both = wanted.join(before, on="move_id", how="full", coalesce=True, suffix="_before", validate="1:1").with_columns(
        *[_as_now(name) for name in _FACTS], *_less_before(), role=pl.lit("stock_on_hand")
    )
    placed = resolve_accounts(both, account_rules).rename({"account_code": "stock_account_code"})
    known = placed.select("move_id", *_FACTS, "stock_account_code", "unit_cost_applied")
    gone, come = book_renames(known, booked_before, period)
    is_new = pl.col("was_booked").is_null()
    is_changed = pl.any_horizontal([pl.col(name) != 0 for name in AMOUNTS])
    booked = placed.filter(is_new | is_changed).with_columns(
        pl.lit(period).alias("period"),
        pl.col("had_moved").fill_null(value=False).alias("is_late"),
        pl.col("was_recognised").fill_null(value=False).alias("is_late_recognition"),
        pl.col("is_provisional").fill_null(value=False),
    )
    return pl.concat([frame.select(_COLUMNS) for frame in (booked, come, gone)])


def _wanted(moves: pl.LazyFrame, valued: pl.LazyFrame, products: pl.LazyFrame, cut_off: date) -> pl.LazyFrame:
    """Each move's facts, and what it should have changed in stock and in COGS by the cut-off."""
    has_moved = (pl.col("moved_on") <= cut_off) | (pl.col("kind") == "opening")
    is_sale = pl.col("kind").is_in(["sale", "sale_return"])
    is_recognised = is_sale & (pl.col("recognised_on") <= cut_off).fill_null(value=False)
    return (
        moves.join(valued, on="move_id", how="inner", validate="1:1")
        .join(products.select("sku", "category", "brand"), on="sku", how="left", validate="m:1")
        .filter(has_moved | is_recognised)
        .select(
            "move_id",
            *_FACTS,
            pl.when(has_moved).then("quantity").otherwise(zero_quantity()).alias("moved_quantity"),
            pl.when(has_moved).then("cost_amount").otherwise(zero_money()).alias("cost_amount"),
            pl.when(is_recognised).then("cogs_amount").otherwise(zero_money()).alias("recognised_amount"),
            "unit_cost_applied",
            "is_provisional",
        )
    )


def _sum_by_move(bookings: pl.LazyFrame) -> pl.LazyFrame:
    """One row per move with what was booked so far, and the facts of its latest booking.

    A cost that was 0.00 counts as booked all the same: what comes later is late.
    """
    month_end = pl.col("period").dt.month_end()
    has_moved = (pl.col("moved_on") <= month_end) | (pl.col("moved_quantity") != 0) | (pl.col("cost_amount") != 0)
    is_recognised = (pl.col("recognised_on") <= month_end).fill_null(value=False) | (pl.col("recognised_amount") != 0)
    return bookings.group_by("move_id").agg(
        *[pl.col(name).sort_by(booking_order()).last() for name in _FACTS if name != "kind"],
        pl.when(~is_renamed()).then("kind").sort_by(booking_order()).drop_nulls().last().alias("kind"),
        *[pl.col(name).sum() for name in AMOUNTS],
        has_moved.any().alias("had_moved"),
        is_recognised.any().alias("was_recognised"),
        pl.lit(value=True).alias("was_booked"),
    )


def _as_now(name: str) -> pl.Expr:
    """A fact of a move as it is; of one that has vanished as it was last."""
    is_gone = pl.col("moved_quantity").is_null()
    return pl.when(is_gone).then(f"{name}_before").otherwise(name).alias(name)


def _less_before() -> list[pl.Expr]:
    """Wanted so far less booked before, of every amount."""
    return [
        (
            pl.col(name).fill_null(pl.lit(0, dtype)) - pl.col(f"{name}_before").fill_null(pl.lit(0, dtype))
        ).cast(dtype).alias(name)
        for name, dtype in AMOUNTS.items()
    ]  # fmt: skip
