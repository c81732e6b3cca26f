"""The list of documents that cannot go as they are: reason, owner, age, what to do, and what somebody set aside."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.errors import UsageProblem
from pipelines.load.mirror import Clock, utc_now
from pipelines.load.mirror_rows import frame_of
from pipelines.load.person import current_host, current_login
from pipelines.reports.tables import ReportTable, money
from pipelines.warehouse import Warehouse
from schemas.problems import Problem

EXAMPLES = 3

_ERRORS = """
    select
      e.*,
      s.skipped_by,
      coalesce(e.skipped_until >= ?, false) as is_skipped
    from sync.errors e
      left join (
        from post.sync_skips
        qualify row_number() over (partition by document_key, error_code order by skipped_at desc) = 1
      ) s on s.document_key = e.document_key and s.error_code = e.error_code and e.skip_reason is not null
    order by is_skipped, e.first_seen_at, e.kind, e.document_key, e.error_code
"""


@dataclass(frozen=True)
class ErrorList:
    """What waits for somebody, the oldest first, and what is set aside."""

    open: tuple[dict[str, Any], ...]
    skipped: tuple[dict[str, Any], ...]

    @property
    def sentence(self) -> str:
        """How many there are, in words."""
        if not self.open and not self.skipped:
            return "Nothing stands in the way of a document."
        aside = f" {len(self.skipped):,} set aside." if self.skipped else ""
        return f"{len(self.open):,} wait for somebody.{aside}"


def read_errors(warehouse: Warehouse, today: date, time_zone: str = "UTC") -> ErrorList:
    """Every error of the sync as it stands after the last plan or sync.

    A row leaves by itself: it is computed anew each time, so a document that was put right has none. A row that was set
    aside is back on the day after its last one.

    Args:
        warehouse: sync.errors and post.sync_skips.
        today: the present day of the organisation.
        time_zone: the organisation's, which an age is counted in.

    Returns:
        SyncErrors rows, with `skipped_by`, `is_skipped` and `age_days`.
    """
    zone = ZoneInfo(time_zone)
    rows = [
        row | {"age_days": max((today - row["first_seen_at"].astimezone(zone).date()).days, 0)}
        for row in warehouse.query(_ERRORS, [today]).to_dicts()
    ]
    return ErrorList(
        tuple(row for row in rows if not row["is_skipped"]), tuple(row for row in rows if row["is_skipped"])
    )


def skip_errors(
    warehouse: Warehouse, key: str, until: date, reason: str, name: str | None, today: date, clock: Clock = utc_now
) -> tuple[dict[str, Any], ...]:
    """Set the errors of one document aside until a day: rows of post.sync_skips, and the columns of sync.errors.

    Args:
        warehouse: sync.errors; post.sync_skips is completed.
        key: our key of the document, or its number where one document alone has it.
        until: last day that it stays set aside.
        reason: why, in a sentence.
        name: who; left out, the login counts.
        today: the present day of the organisation.
        clock: gives the present moment.

    Returns:
        The rows that are set aside now.

    Raises:
        UsageProblem: no such error, several documents of that number, no reason, or a day that is over (exit 2).
    """
    if not (why := reason.strip()):
        raise UsageProblem('Setting an error aside needs a reason: --reason "why it may wait".')
    if until < today:
        raise UsageProblem(f"--until {until} is over: today is {today}. Name the last day that it may wait.")
    rows = _meant(warehouse, key.strip())
    now = clock()
    with warehouse.transaction():
        for row in rows:
            warehouse.execute(
                "update sync.errors set skip_reason = ?, skipped_until = ? where document_key = ? and error_code = ?",
                [why, until, row["document_key"], row["error_code"]],
            )
        warehouse.append(
            "post.sync_skips", frame_of("post.sync_skips", [_skip(row, until, why, name, now) for row in rows])
        )
    return tuple(rows)


def error_tables(found: ErrorList, *, shows_skipped: bool) -> list[ReportTable]:
    """What waits, and on demand what is set aside, as tables."""
    columns = ("Document", "Kind", "Amount", "Owner", "Days", "Reason", "What to do", "Key")
    rows = tuple((*_named(row), row["reason"], row["next_step"], row["document_key"]) for row in found.open)
    tables = [ReportTable("Documents that wait", columns, rows, frozenset({"Amount", "Days"}))] if rows else []
    if shows_skipped and found.skipped:
        aside = ("Document", "Kind", "Amount", "Owner", "Days", "Reason", "Until", "By", "Why", "Key")
        skipped = tuple(
            (*_named(row), row["reason"], str(row["skipped_until"]), row["skipped_by"] or "", row["skip_reason"],
             row["document_key"])
            for row in found.skipped
        )  # fmt: skip
        tables.append(ReportTable("Set aside", aside, skipped, frozenset({"Amount", "Days"})))
    return tables


def _named(row: dict[str, Any]) -> tuple[str, ...]:
    """Number, kind, amount with its currency, owner and age."""
    amount = f"{money(row['amount'])} {row['currency_code'] or ''}".strip()
    kind = str(row["kind"]).replace("_", " ")
    return row["document_number"] or "", kind, amount, row["owner"] or "", str(row["age_days"])


def _meant(warehouse: Warehouse, key: str) -> list[dict[str, Any]]:
    """The errors of the document that a person names."""
    rows = warehouse.read("sync.errors", "document_key = ? or document_number = ?", [key, key]).to_dicts()
    exact = [row for row in rows if row["document_key"] == key] or rows
    keys = sorted({row["document_key"] for row in exact})
    where = f"--skip {key}"
    if len(keys) > 1:
        shown = tuple(keys[:EXAMPLES])
        found = Problem(where, "several documents have this number", "Name one by its key", len(keys), None, shown)
        raise UsageProblem("It is not clear which document is meant.", [found])
    if not exact:
        fix = "See the last column of `tieout errors`; what was put right has left the list"
        raise UsageProblem(
            "Nothing was set aside.", [Problem(where, "no document that waits has this key or number", fix)]
        )
    return exact


def _skip(row: dict[str, Any], until: date, why: str, name: str | None, now: datetime) -> dict[str, object]:
    login = current_login()
    return {
        "document_key": row["document_key"],
        "error_code": row["error_code"],
        "reason": why,
        "skipped_until": until,
        "skipped_by": (name or "").strip() or login,
        "login": login,
        "host": current_host(),
        "skipped_at": now,
    }
