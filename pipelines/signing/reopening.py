"""Sign-offs that stand, and what sets one aside: a named person reopens the month, with a reason that is kept."""

from datetime import date
from pathlib import Path

import polars as pl

from pipelines.errors import UsageProblem
from pipelines.load.mirror import Clock, utc_now
from pipelines.load.mirror_rows import frame_of
from pipelines.load.person import current_host, current_login
from pipelines.load.plan_store import read_plan
from pipelines.load.post_log import export_plan
from pipelines.warehouse import Warehouse

_STANDING = """
    with latest as (
      from post.sign_offs where period >= ?
      qualify row_number() over (partition by period order by sign_off desc) = 1
    )
    from latest where sign_off not in (select sign_off from post.reopenings) order by period
"""


def standing_sign_offs(warehouse: Warehouse, period: date) -> pl.DataFrame:
    """The sign-offs that a posting in a month would go behind: its own, and those of later months, which rest on it.

    Args:
        warehouse: post.sign_offs and post.reopenings.
        period: first day of the month.

    Returns:
        SignOffs, the month's own first; none: the month is open.
    """
    return warehouse.query(_STANDING, [period])


def read_reopenings(warehouse: Warehouse, period: date) -> pl.DataFrame:
    """Reopenings: how the sign-offs of a month were set aside, the first one first."""
    return warehouse.read("post.reopenings", "period = ? order by sign_off", [period])


def reopen_month(
    warehouse: Warehouse, period: date, reason: str, name: str | None, post_log: Path, clock: Clock = utc_now
) -> pl.DataFrame:
    """Set the sign-offs aside that a month is frozen by: rows of post.reopenings, in the post log too.

    The sign-offs stay to be compared with. A month that was reopened and not signed since is left as it is, so that the
    same command can be run again.

    Args:
        warehouse: post.sign_offs; post.reopenings is completed.
        period: first day of the month.
        reason: why, in a sentence.
        name: who; left out, the login counts.
        post_log: folder of the log outside the warehouse.
        clock: gives the present moment.

    Returns:
        Reopenings, the new rows.

    Raises:
        UsageProblem: no reason is given, or nobody has ever signed the month or a later one (exit 2).
    """
    if not (why := reason.strip()):
        raise UsageProblem('A reopening needs a reason: --reopen "why the signed month is posted again".')
    signed = standing_sign_offs(warehouse, period)
    if signed.is_empty() and warehouse.read("post.sign_offs", "period >= ? limit 1", [period]).is_empty():
        raise UsageProblem(f"{period:%Y-%m} is not signed, so there is nothing to reopen. Leave out --reopen.")
    now, login = clock(), current_login()
    rows = [
        {
            "sign_off": row["sign_off"],
            "period": row["period"],
            "reopened_for": period,
            "reason": why,
            "reopened_by": (name or "").strip() or login,
            "login": login,
            "host": current_host(),
            "reopened_at": now,
        }
        for row in signed.to_dicts()
    ]
    found = frame_of("post.reopenings", rows)
    warehouse.append("post.reopenings", found)
    for plan_hash in signed["plan_hash"].head(1):
        export_plan(warehouse, read_plan(warehouse, plan_hash), post_log, now)
    return found
