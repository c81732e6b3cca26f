"""Where each month stands: closed, posted, tied out; what Xero refused; which runs failed; what is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from pipelines.errors import Incomplete
from pipelines.load.latest_plans import latest_plans, overtaken_months
from pipelines.milestones import milestones_table, read_milestones
from pipelines.reports.month import ReportTable, money
from pipelines.settings import Settings
from pipelines.steps.context import load_mappings
from pipelines.warehouse import Warehouse, open_published
from transforms.periods import format_period, last_day, next_period, today_in

RUNS_SHOWN = 5


@dataclass(frozen=True)
class Status:
    """What `tieout status` shows."""

    months: pl.DataFrame
    milestones: pl.DataFrame
    """Who did what and when, a row a month (pipelines.milestones)."""
    refused: pl.DataFrame
    runs: pl.DataFrame
    late_reasons: tuple[str, ...]
    published_at: datetime

    @property
    def age_text(self) -> str:
        """How old the copy is that this was read from."""
        minutes = int((datetime.now(UTC) - self.published_at).total_seconds() // 60)
        ago = f"{minutes} minute{'s' if minutes != 1 else ''} ago"
        return f"Read from the copy published {self.published_at:%Y-%m-%d %H:%M} UTC, {ago}."


def read_status(settings: Settings, now: datetime | None = None) -> Status:
    """Read the published copy; the warehouse itself may be in use.

    Raises:
        DataProblem: there is no warehouse yet, or the mappings do not hold (exit 3).
    """
    close = load_mappings(settings).close
    today = today_in(settings.time_zone, now or datetime.now(UTC))
    with open_published(settings) as warehouse:
        months, runs = _months(warehouse), _runs(warehouse)
        late = [
            *_late_months(months, close.policy.first_period, close.stale_after_days, today),
            *overtaken_sentences(overtaken_months(warehouse)),
            *_failed_run(runs),
        ]
        milestones = read_milestones(warehouse)
        return Status(months, milestones, _refused(warehouse), runs, tuple(late), warehouse.published_at)


def overtaken_sentences(overtaken: Mapping[date, Sequence[date]]) -> list[str]:
    """What to do about months that were closed before an earlier one was posted again, in order."""
    return [
        f"{format_period(month)} was closed before {' and '.join(map(format_period, earlier))} changed. "
        f"Close it again: tieout close {format_period(month)}"
        for month, earlier in overtaken.items()
    ]


def raise_if_stale(status: Status) -> None:
    """Pass when every month is closed in time and the last run ended well.

    Raises:
        Incomplete: for a plain cron job that mails what fails (exit 7).
    """
    if status.late_reasons:
        raise Incomplete("\n".join(status.late_reasons))


def status_tables(status: Status) -> list[ReportTable]:
    """Months, refusals and runs as tables."""
    months = [
        (
            format_period(row["period"]),
            row["plan_status"].replace("_", " ") + (f" to {row['to_date']}" if row["to_date"] else ""),
            f"{row['journal_count']:,}",
            money(row["debit_amount"]),
            "" if row["unexplained"] is None else money(row["unexplained"]),
            str(row["planned_at"])[:16],
        )
        for row in status.months.to_dicts()
    ]
    refused = [(row["tag"], row["state"], row["reason"] or "") for row in status.refused.to_dicts()]
    runs = [
        (
            row["command"],
            format_period(row["period"]) if row["period"] else "",
            row["status"],
            str(row["started_at"])[:16],
            row["message"] or "",
        )
        for row in status.runs.to_dicts()
    ]
    tables = [
        ReportTable(
            "Months",
            ("Month", "State", "Journals", "Debits", "Unexplained", "Planned (UTC)"),
            tuple(months),
            frozenset({"Journals", "Debits", "Unexplained"}),
        ),
        milestones_table(status.milestones),
        ReportTable("Not confirmed by Xero", ("Document", "State", "Reason"), tuple(refused)),
        ReportTable("Last runs", ("Command", "Month", "State", "Started (UTC)", "Message"), tuple(runs)),
    ]
    return [table for table in tables if table.rows]


def _months(warehouse: Warehouse) -> pl.DataFrame:
    journals = warehouse.query(
        """
        select period, count(*) as journal_count, sum(debit_amount)::decimal(18, 2) as debit_amount
        from close.journals group by period
        """
    )
    differences = warehouse.query(
        """
        select period, sum(abs(amount))::decimal(18, 2) as unexplained
        from close.tie_outs where cause = 'unexplained' group by period
        """
    )
    return (
        latest_plans(warehouse)
        .join(journals, on="period", how="left")
        .join(differences, on="period", how="left")
        .with_columns(pl.col("journal_count").fill_null(0), pl.col("debit_amount").fill_null(0))
        .sort("period")
    )


def _refused(warehouse: Warehouse) -> pl.DataFrame:
    """Documents of the latest plan of each month that Xero has not confirmed."""
    outbox = warehouse.query(
        """
        select * replace (if(state = 'planned', 'not posted', state) as state)
        from post.outbox where state <> 'confirmed' and attempts > 0 order by position
        """
    )
    latest = latest_plans(warehouse).select("plan_hash", "period")
    return outbox.join(latest, on="plan_hash", how="inner", maintain_order="left").sort("period", maintain_order=True)


def _runs(warehouse: Warehouse) -> pl.DataFrame:
    return warehouse.query(f"from control.runs order by started_at desc limit {RUNS_SHOWN}")


def _late_months(months: pl.DataFrame, first: date, days: int, today: date) -> list[str]:
    """Months that ended long enough ago and are not posted whole."""
    done = {row["period"] for row in months.to_dicts() if row["is_settled"] and row["to_date"] is None}
    late, month = [], first
    while last_day(month) + timedelta(days=days) < today:
        if month not in done:
            name, days_ago = format_period(month), (today - last_day(month)).days
            late.append(f"{name} is late: it ended {days_ago} days ago and is not closed. Run: tieout close {name}")
        month = next_period(month)
    return late


def _failed_run(runs: pl.DataFrame) -> list[str]:
    """The last run, when it did not end well."""
    ended = [row for row in runs.to_dicts() if row["status"] != "running"]
    if not ended or ended[0]["status"] == "done":
        return []
    row = ended[0]
    run = f"The last run ({row['command']}, {str(row['started_at'])[:16]} UTC)"
    return [f"{run} ended as {row['status']}: {row['message'] or 'no message'}"]
