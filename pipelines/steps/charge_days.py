"""When a landed charge counts: with its bill, or with its goods where late costs restate the months that are open.

A close reads charges from here, so everything that it derives (shares, stock moves, bookings, journals) has one day for
each. `core.charges` keeps the date of the bill.
"""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from pipelines.errors import DataProblem
from pipelines.load.locks import read_locks
from pipelines.steps.context import CloseContext
from pipelines.steps.source_days import refresh_charged_lines
from pipelines.warehouse import Warehouse
from schemas.problems import Problem
from transforms.periods import format_period

TABLE = "dated_charges"
"""A temporary view with the columns of core.charges."""

CARRIERS = """
    create or replace temp table charged_lines as
      select purchase_id, sku, came_on, hash(row_digest, k.currency_rate) as row_digest
      from close.charged_lines c asof left join core.currency_rates k
        on c.currency_code = k.currency_code and c.came_on >= k.rate_date
      where purchase_id in (select purchase_id from core.charges)
"""
"""A temporary table of the lines that charges are spread over."""

_IDS = {"transfer_lines": "'transfer:' || transfer_id", "production_lines": "'production:' || production_id"}

EXAMPLES = 3


def date_charges(close: CloseContext, warehouse: Warehouse) -> None:
    """Let `dated_charges` be the charges of core.charges, each dated the day from which it counts, and
    `charged_lines` the lines that charges are spread over.

    Under `catch_up` that is the date of its bill (IAS 8.36). Under `restate` it is the day on which the first of its
    goods came in, as if it had been known then, but no day that Xero has locked: what belongs there counts from the
    first open day. A charge that a locked month has booked stays in that month. `threshold` does so for charges of that
    amount or more (IAS 8.42 corrects material errors where they belong), and lets smaller ones catch up.

    Args:
        close: policies.
        warehouse: core.charges, receipts, transfers and production; close.bookings and the lock dates as they were
            mirrored last.
    """
    policy = close.policy
    refresh_charged_lines(warehouse)
    warehouse.execute(CARRIERS)
    if policy.late_cost == "catch_up":
        warehouse.execute(f"create or replace temp view {TABLE} as from core.charges")
        return
    warehouse.execute(
        """
        create or replace temp table restated_charges as
        with came as (
          select purchase_id, min(came_on) as came_on from charged_lines group by purchase_id
        ),
        booked as (
          select document_id as charge_id, min(period) as booked_in from close.bookings
          where document_kind = 'charge' and period <= $locked group by document_id
        )
        select c.* replace (
          case when abs(charge_amount) < $least or came_on is null then charge_date
          else least(charge_date, greatest(came_on, coalesce(booked_in, $open), $first)) end as charge_date
        )
        from core.charges c left join came using (purchase_id) left join booked using (charge_id)
        """,
        {
            "locked": _last_locked(warehouse),
            "open": _last_locked(warehouse) + timedelta(days=1),
            "first": policy.first_period,
            "least": policy.late_cost_threshold if policy.late_cost == "threshold" else Decimal(0),
        },
    )
    warehouse.execute(f"create or replace temp view {TABLE} as from restated_charges")


def read_charged(warehouse: Warehouse, name: str, charges: pl.DataFrame | None = None) -> pl.DataFrame:
    """The transfers or the production of which something is charged.

    Args:
        warehouse: core tables.
        name: transfer_lines or production_lines.
        charges: `purchase_id` of some charges; None: all of core.charges.

    Returns:
        TransferLines or ProductionLines.
    """
    if charges is None:
        return warehouse.query(f"from core.{name} where {_IDS[name]} in (select purchase_id from core.charges)")
    with warehouse.offering("some_charges", charges.select("purchase_id").unique()):
        return warehouse.query(f"from core.{name} where {_IDS[name]} in (from some_charges)")


def read_charged_receipts(warehouse: Warehouse, charges: pl.DataFrame) -> pl.DataFrame:
    """The received lines of orders on which something is charged, looked up on the days on which those orders came.

    Args:
        warehouse: core.receipt_lines; close.charged_lines as date_charges leaves it.
        charges: `purchase_id` of some charges of core.charges.

    Returns:
        ReceiptLines.
    """
    with warehouse.offering("some_charges", charges.select("purchase_id").unique()):
        first, last, is_waiting = warehouse.query(
            "select min(came_on), max(came_on), bool_or(came_on is null) from close.charged_lines"
            " where purchase_id in (from some_charges)"
        ).row(0)
    days = "received_date between ? and ?"
    found = [warehouse.find("core.receipt_lines", "purchase_id", charges, days, [first, last])]
    if is_waiting:
        found.append(warehouse.find("core.receipt_lines", "purchase_id", charges, "received_date is null"))
    return pl.concat(found)


def _last_locked(warehouse: Warehouse) -> date:
    """The last day that Xero has locked."""
    locks = read_locks(warehouse)
    return max([lock for lock in (locks.period, locks.end_of_year) if lock is not None], default=date(1900, 1, 1))


def stop_on_restated_months(close: CloseContext, warehouse: Warehouse) -> None:
    """Late costs that belong to an earlier month which is open have to be booked there first.

    Raises:
        DataProblem: a month before takes late costs under `restate` or `threshold`, and was not closed again (exit 3).
    """
    if close.policy.late_cost == "catch_up":
        return
    late = warehouse.query(
        """
        select date_trunc('month', moved_on)::date as month, count(distinct document_id) as charges,
          sum(cost_amount)::decimal(18, 2) as amount, list(distinct document_number order by document_number) as numbers
        from close.bookings
        where period = $1 and kind = 'landed_cost' and moved_on < $1 and moved_on > $2
        group by all having sum(cost_amount) <> 0 order by month
        """,
        [close.period, _last_locked(warehouse)],
    )
    name = format_period(close.period)
    problems = [
        Problem(
            f"period {(month := format_period(row['month']))}",
            f"is not locked, so it takes landed costs that became known since (late_cost: {close.policy.late_cost})",
            f"Close it again, then {name}: tieout close {month}. Or lock it in Xero: {name} takes them then.",
            row_count=row["charges"],
            amount=row["amount"],
            examples=tuple(row["numbers"][:EXAMPLES]),
        )
        for row in late.to_dicts()
    ]
    if problems:
        raise DataProblem(
            f"{name} would book late costs of earlier months that are open. Nothing was posted.", problems
        )
