"""Finds what closed months have booked at places that products, or rules for stock accounts, do not give any more."""

from datetime import date
from hashlib import sha256

import polars as pl

from pipelines.steps.context import CloseContext
from pipelines.warehouse import Warehouse
from transforms.account_rules import resolve_accounts
from transforms.renames import AMOUNTS, PLACE

TABLE = "close.booked_places"


def find_booked_elsewhere(close: CloseContext, warehouse: Warehouse) -> pl.DataFrame:
    """`move_id` of what stands at a place that its product, or the rules for stock accounts, do not give any more.

    Rules for stock accounts ask for what goods have on a shelf, so places are judged and not moves. Nothing is read
    where products and rules are what they were when everything before the month was booked.

    Args:
        close: the month, and the rules for stock accounts.
        warehouse: close.bookings of earlier months, and core.products as they are.
    """
    if _is_as_booked(close, warehouse):
        return pl.DataFrame(schema={"move_id": pl.String})
    places = warehouse.query(f"select distinct {', '.join(PLACE)} from close.bookings where period < ?", [close.period])
    products = warehouse.query("select sku, category, brand from core.products").lazy()
    now = (
        places.lazy()
        .rename({"category": "category_booked"})
        .join(products, on="sku", how="left", validate="m:1")
        .with_columns(role=pl.lit("stock_on_hand"))
    )
    is_elsewhere = pl.any_horizontal(
        pl.col("account_code").ne_missing("stock_account_code"), pl.col("category").ne_missing("category_booked")
    )
    left = resolve_accounts(now, close.maps.accounts).filter(is_elsewhere).drop("category")
    left_places = left.rename({"category_booked": "category"}).select(PLACE).collect()
    if left_places.is_empty():
        return pl.DataFrame(schema={"move_id": pl.String})
    same = " and ".join(f"bookings.{name} is not distinct from left_places.{name}" for name in PLACE)
    stands = " or ".join(f"sum({name}) <> 0" for name in AMOUNTS)
    with warehouse.offering("left_places", left_places):
        return warehouse.query(
            f"""
            select distinct move_id from (
              select move_id from close.bookings as bookings semi join left_places on {same}
              where period < ? group by move_id, {", ".join(PLACE)} having {stands}
            )
            """,
            [close.period],
        )


def note_places(close: CloseContext, warehouse: Warehouse, period: date) -> None:
    """Remember by which products and rules a month was booked, and so everything before it."""
    latest = warehouse.query(f"select coalesce(max(booking_number), 0) from {TABLE}").item()
    digest = _digest_places(close, warehouse)
    booked = {"period": [period], "booking_number": [latest + 1], "places_digest": [digest]}
    warehouse.replace(TABLE, pl.DataFrame(booked), "period = ?", [period])


def _is_as_booked(close: CloseContext, warehouse: Warehouse) -> bool:
    """Whether every booking before the month stands where it would be booked now.

    A month that is booked takes everything before it along. So the latest one that was booked as things are now vouches
    for earlier months that were booked before it did; any other month has to be like it.
    """
    booked = warehouse.query(
        f"""
        select period, coalesce(booking_number, 0) as booking_number, places_digest
        from (select distinct period from close.bookings where period < ?) left join {TABLE} using (period)
        order by period
        """,
        [close.period],
    ).to_dicts()
    now = _digest_places(close, warehouse)
    alike = [row for row in booked if row["places_digest"] == now]
    if not alike:
        return False
    voucher = alike[-1]
    return all(
        row["places_digest"] == now
        or (row["period"] < voucher["period"] and row["booking_number"] < voucher["booking_number"])
        for row in booked
    )


def _digest_places(close: CloseContext, warehouse: Warehouse) -> str:
    """Digest of what products have that rules ask for, and of the rules for stock accounts."""
    products = warehouse.query("select sku, category, brand from core.products order by sku")
    rules = close.maps.accounts.filter(role="stock_on_hand").sort("rule_order")
    return sha256(f"{products.write_json()}\n{rules.write_json()}".encode()).hexdigest()
