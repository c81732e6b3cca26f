"""Where each month stands by its latest plan."""

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
