"""Where each month stands by its latest plan."""

from datetime import date

import polars as pl

from pipelines.warehouse import Warehouse


def latest_plans(warehouse: Warehouse) -> pl.DataFrame:
    """The plan that was made last for each month.

    Returns:
        One row per planned month, in order: `period`, `plan_hash`, `plan_status`, `to_date` (null: the whole month),
        `planned_at`, and `is_settled`: Xero holds what the plan wants, because it was applied or had nothing to change.
    """
    return warehouse.query(
        """
        select period, plan_hash, status as plan_status, to_date, planned_at,
               status = 'applied' or
               new_count + replaced_count + reversed_count + corrected_count + voided_count = 0 as is_settled
        from post.plans where period is not null
        qualify row_number() over (partition by period order by planned_at desc) = 1
        order by period
        """
    )


def overtaken_months(warehouse: Warehouse) -> dict[date, list[date]]:
    """Months that were closed before an earlier one was posted again: they rest on figures that have changed since.

    Args:
        warehouse: post.plans.

    Returns:
        The earlier months by the month that has to be closed again.
    """
    found = warehouse.query(
        """
        with latest as (
          from post.plans where period is not null
          qualify row_number() over (partition by period order by planned_at desc) = 1
        )
        select p.period, list_sort(list_distinct(list(e.period))) as earlier
        from latest p join post.plans e on e.period < p.period and e.planned_at > p.planned_at and e.status = 'applied'
        where e.new_count + e.replaced_count + e.reversed_count + e.corrected_count + e.voided_count > 0
        group by p.period order by p.period
        """
    )
    return dict(found.iter_rows())


def runs_broken_off(warehouse: Warehouse) -> dict[date, str]:
    """Months for which a run has failed or was killed after their latest plan: it may have computed them anew.

    Args:
        warehouse: control.runs and post.plans.

    Returns:
        By month what the last such run said about its end.
    """
    found = warehouse.query(
        """
        with latest as (select period, max(planned_at) as planned_at from post.plans group by period)
        select period, arg_max(coalesce(message, status), started_at)
        from control.runs join latest using (period)
        where started_at > planned_at and status <> 'done'
        group by period order by period
        """
    )
    return dict(found.iter_rows())


def is_computed(warehouse: Warehouse, period: date) -> bool:
    """Whether this warehouse holds the figures of what stands in Xero for a month: a new one, after a loss, does not.

    Args:
        warehouse: post.documents, which the post log brings back, and close.journals, which only a close makes.
        period: first day of the month.
    """
    found = warehouse.query(
        """
        select exists (from post.documents where period = $1 and status in ('POSTED', 'DRAFT')) as is_posted,
               exists (from close.journals where period = $1) as is_here
        """,
        [period],
    )
    is_posted, is_here = found.row(0)
    return bool(is_here or not is_posted)
