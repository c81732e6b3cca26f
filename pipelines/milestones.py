"""How far each month has come, who did it and when: extracted, planned, approved, posted, tied out, signed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from pipelines.reports.month import ReportTable
from pipelines.warehouse import Warehouse
from transforms.periods import format_period

_MILESTONES = """
    with plans as (
      select period, plan_hash, coalesce(preparer_name, prepared_by) as prepared_by, prepared_by as prepared_login,
             prepared_on, created_at
      from post.plans where period is not null
      qualify row_number() over (partition by period order by planned_at desc) = 1
    ),
    approved as (
      select plan_hash, string_agg(approved_by || ' (' || login || ' on ' || host || ')', ', ' order by approved_at)
               as approved_by, max(approved_at) as approved_at
      from post.approvals group by plan_hash
    ),
    posted as (select period, max(posted_at) as posted_at from post.documents group by period),
    open_documents as (
      select plan_hash, count(*) filter (state = 'refused') as refused_count,
             count(*) filter (state in ('planned', 'sending', 'unknown')) as waiting_count
      from post.outbox where action in ('create', 'end') group by plan_hash
    ),
    tied as (
      select period, bool_and(abs(unexplained_amount) <= materiality_amount) as is_tied_out
      from close.tie_out_accounts group by period
    ),
    proved as (
      select period, max(finished_at) as proved_at from control.runs
      where command in ('close', 'apply', 'tie_out', 'flow close') and status = 'done' group by period
    ),
    signed as (
      select s.period, signed_by, s.login, s.host, signed_at, reopened_by, r.login as reopened_login,
             r.host as reopened_host, reopened_at, reason as reopened_because
      from post.sign_offs s left join post.reopenings r using (sign_off)
      qualify row_number() over (partition by s.period order by sign_off desc) = 1
    ),
    extracted as (select max(filled_at) as extracted_at from control.core_tables)
    select p.period, extracted_at, p.prepared_by, p.prepared_login, p.prepared_on, p.created_at as prepared_at,
           approved_by, approved_at, posted_at, refused_count, waiting_count, is_tied_out, proved_at, signed_by,
           s.login as signed_login, s.host as signed_host, signed_at, reopened_by, reopened_login, reopened_host,
           reopened_at, reopened_because
    from plans p left join approved using (plan_hash) left join open_documents using (plan_hash)
    left join posted using (period) left join tied using (period) left join proved using (period)
    left join signed s using (period) cross join extracted
    order by p.period
"""


def read_milestones(warehouse: Warehouse) -> pl.DataFrame:
    """One row per planned month: who prepared, approved and signed it, when it was posted and proved, what is open.

    Args:
        warehouse: post.*, close.tie_out_accounts and control.runs.
    """
    return warehouse.query(_MILESTONES)


def milestones_table(milestones: pl.DataFrame) -> ReportTable:
    """The same for people; instants in UTC."""
    rows = [
        (
            format_period(row["period"]),
            _when(row["extracted_at"]),
            _who(row["prepared_by"], row["prepared_at"]),
            _who(row["approved_by"], row["approved_at"]),
            " ".join([_when(row["posted_at"]), *_open(row)]).strip(),
            _tied(row),
            _signed(row),
        )
        for row in milestones.to_dicts()
    ]
    columns = ("Month", "Extracted", "Planned", "Approved", "Posted", "Tied out", "Signed")
    return ReportTable("Who and when (UTC)", columns, tuple(rows))


def _open(row: Mapping[str, Any]) -> list[str]:
    """What Xero refused, and what waits."""
    found = [(row["refused_count"], "refused"), (row["waiting_count"], "waiting")]
    return [f"({count} {word})" for count, word in found if count]


def _signed(row: Mapping[str, Any]) -> str:
    """Who signed, and who has set that aside since."""
    signed = _who(row["signed_by"], row["signed_at"])
    if not row["reopened_by"]:
        return signed
    return f"{signed}; reopened: {_who(row['reopened_by'], row['reopened_at'])}: {row['reopened_because']}"


def _tied(row: Mapping[str, Any]) -> str:
    if row["is_tied_out"] is None:
        return ""
    return (_when(row["proved_at"]) or "yes") if row["is_tied_out"] else "no"


def _who(name: str | None, at: datetime | None) -> str:
    return f"{name}, {_when(at)}" if name else ""


def _when(at: datetime | None) -> str:
    return f"{at:%m-%d %H:%M}" if at else ""
