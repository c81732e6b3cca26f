"""Finds received lines that no bill names yet, without reading the days of which every line is billed."""

from datetime import date, timedelta

import polars as pl

from pipelines.steps.source_days import FIRST_BILLS, TABLE, refresh_days
from pipelines.warehouse import Warehouse


def find_unbilled(warehouse: Warehouse, cut_off: date) -> pl.DataFrame:
    """Lines received up to a day that no bill up to the same day names.

    Args:
        warehouse: core.receipt_lines, core.bill_lines; close.source_days, which is brought up to date.
        cut_off: last day that counts, of receipts and of bills.

    Returns:
        `receipt_line_id`.
    """
    with warehouse.transaction():
        refresh_days(warehouse, [FIRST_BILLS])
    days = warehouse.query(
        f"""
        with by_day as (select day, detail::date as billed_on from {TABLE} where core_table = '{FIRST_BILLS}')
        select day, min(billed_on) as first_bill from by_day where day <= $1
        group by day having bool_or(coalesce(billed_on > $1, true))
        """,
        [cut_off],
    )
    if days.is_empty():
        return warehouse.query("select receipt_line_id from core.receipt_lines limit 0")
    # no bill of a line of these days is older than the first of all of them; without any, none is asked for
    first_bill = days["first_bill"].min() or cut_off + timedelta(days=1)
    with warehouse.offering("open_days", days.select("day")):
        return warehouse.query(
            """
            select receipt_line_id from core.receipt_lines anti join (
              select receipt_line_id from core.bill_lines where bill_date between $first_bill and $cut_off
            ) using (receipt_line_id)
            where received_date between $earliest and $latest and received_date in (from open_days)
            """,
            {
                "cut_off": cut_off,
                "first_bill": first_bill,
                "earliest": days["day"].min(),
                "latest": days["day"].max(),
            },
        )
