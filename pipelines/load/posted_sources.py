"""What the journals of a plan were made of when they were posted: source rows with amounts, and the state of inputs.

A later plan says with it why a line changes: which late cost, edited order, mapping, rate or version of tieout.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from pipelines.load.plan_store import StoredPlan
from pipelines.load.terms import PlanTerms
from pipelines.signing.signed_rows import freeze_rows, next_number
from pipelines.warehouse import Warehouse
from transforms.periods import last_day

_SOURCES = """
    select s.journal_key, s.role, l.account_code, l.description, l.tracking_category_1, l.tracking_option_1,
           l.tracking_category_2, l.tracking_option_2, s.source_table, s.source_id, s.source_amount,
           b.document_number, b.sku
    from close.journal_line_sources s
    join close.journal_lines l using (period, journal_key, line_number)
    left join (
      select period, move_id, any_value(document_number) as document_number, arg_max(sku, kind <> 'renamed_out') as sku
      from close.bookings where period = $1 group by all
    ) b on b.period = s.period and b.move_id = case s.source_table
      when 'core.receipt_lines' then 'receipt:' || s.source_id
      when 'close.landed_cost_allocations' then 'charge:' || s.source_id else s.source_id end
    where s.period = $1 and list_contains($2, s.journal_key)
"""


_NAMED = {"journal_key": pl.String, "tag": pl.String}


@dataclass(frozen=True)
class PostedInputs:
    """A row of post.posted_inputs: what a plan was posted with."""

    plan_hash: str
    frozen_as: int
    """Number of the state of the source rows in post.signed_rows."""
    day: date
    frozen_at: datetime
    mappings_hash: str
    code_hash: str


def read_sources(warehouse: Warehouse, period: date, journal_keys: Iterable[str]) -> pl.DataFrame:
    """The source rows behind the lines of a month's journals as they are wanted now.

    Returns:
        `journal_key`, `role`, `account_code`, `tracking` (as post.plan_lines has it), `description`, `source_table`,
        `source_id`, `source_amount` (base currency, debit positive), `document_number`, `sku`.
    """
    rows = warehouse.query(_SOURCES, [period, list(journal_keys)])
    options = [pl.col(f"tracking_option_{slot}") for slot in (1, 2)]
    is_swapped = (pl.col("tracking_category_2") < pl.col("tracking_category_1")).fill_null(value=False)
    tracking = (
        pl.when(is_swapped)
        .then(pl.concat_str(options[1], options[0], separator=", ", ignore_nulls=True))
        .otherwise(pl.concat_str(*options, separator=", ", ignore_nulls=True))
    )
    marks = [f"tracking_{what}_{slot}" for what in ("category", "option") for slot in (1, 2)]
    return rows.with_columns(tracking.fill_null("").alias("tracking")).drop(marks)


def keep_inputs(warehouse: Warehouse, plan: StoredPlan, terms: PlanTerms, now: datetime) -> None:
    """Keep the source rows behind what a plan posts, and the state of all source rows; once for each plan.

    Args:
        warehouse: close.* of the month, core.*; post.posted_sources, posted_inputs and signed_rows are completed.
        plan: what is posted.
        terms: hashes of mappings and code.
        now: the present moment.
    """
    if not warehouse.read("post.posted_inputs", "plan_hash = ?", [plan.plan_hash]).is_empty():
        return
    tags = {one.journal_key: one.created_tag for one in plan.changes if one.created_tag}
    rows = read_sources(warehouse, plan.period, tags)
    named = pl.DataFrame({"journal_key": list(tags), "tag": list(tags.values())}, schema=_NAMED)
    day = plan.to_date or last_day(plan.period)
    with warehouse.transaction():
        number = next_number(warehouse)
        freeze_rows(warehouse, number, day)
        warehouse.append("post.posted_sources", rows.join(named, on="journal_key", how="inner").drop("journal_key"))
        inputs = PostedInputs(plan.plan_hash, number, day, now, terms.mappings_hash, terms.code_hash)
        warehouse.append("post.posted_inputs", pl.DataFrame([vars(inputs)]))


def read_inputs(warehouse: Warehouse, tag: str) -> PostedInputs | None:
    """What the plan that posted a journal was made with; None where an earlier release posted it."""
    rows = warehouse.query(
        "select i.* from post.posted_inputs i join post.documents d using (plan_hash) where d.tag = ?", [tag]
    ).to_dicts()
    return PostedInputs(**rows[0]) if rows else None
