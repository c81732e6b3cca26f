"""Comments on the flux of a month: written by people, kept with the close."""

from datetime import UTC, date, datetime

import polars as pl

from pipelines.errors import UsageProblem
from pipelines.load.person import current_host, current_login
from pipelines.warehouse import Warehouse
from schemas.reporting import COMPARISONS
from transforms.periods import format_period

PARTS = ("category", "branch", "channel")


def record_comment(
    warehouse: Warehouse,
    period: date,
    comparison: str,
    parts: tuple[str | None, str | None, str | None],
    text: str,
    name: str,
) -> int:
    """Write a comment, in the place of an earlier one on the same lines.

    Args:
        warehouse: open for writing; close.flux_lines of the month are there.
        period: first day of the month.
        comparison: last_month or last_year.
        parts: category, branch and channel of the lines it is about; None stands for every one.
        text: what the analyst says.
        name: who says it.

    Returns:
        How many lines of the flux it is about.

    Raises:
        UsageProblem: the text is empty, or there is no such line (exit 2).
    """
    if not text.strip() or not name.strip():
        raise UsageProblem('A comment needs words and a name: tieout comment PERIOD "why" --as NAME')
    lines = warehouse.read("close.flux_lines", "period = ? and comparison = ?", [period, comparison])
    found = lines
    for part, value in zip(PARTS, parts, strict=True):
        found = found if value is None else found.filter(pl.col(part) == value)
    if found.is_empty():
        raise UsageProblem(_nothing_there(lines, period, comparison))
    row = {
        "period": period,
        "comparison": comparison,
        **dict(zip(PARTS, parts, strict=True)),
        "comment_text": " ".join(text.split()),
        "commented_by": name.strip(),
        "login": current_login(),
        "host": current_host(),
        "commented_at": datetime.now(UTC),
    }
    same = " and ".join(f"{part} is not distinct from ?" for part in PARTS)
    frame = pl.DataFrame([row], schema=warehouse.read("close.flux_comments").schema)
    warehouse.replace(
        "close.flux_comments", frame, f"period = ? and comparison = ? and {same}", [period, comparison, *parts]
    )
    return found.height


def open_lines(warehouse: Warehouse, period: date) -> pl.DataFrame:
    """Lines of the flux that ask for a comment and have none: `comparison`, `category`, `branch`, `channel`."""
    return warehouse.query(
        """
        select comparison, category, branch, channel from close.flux_lines f
        where period = ? and asks_comment and not exists (
          select 1 from close.flux_comments c where c.period = f.period and c.comparison = f.comparison
            and (c.category is null or c.category = f.category) and (c.branch is null or c.branch = f.branch)
            and (c.channel is null or c.channel = f.channel)
        ) order by all
        """,
        [period],
    )


def _nothing_there(lines: pl.DataFrame, period: date, comparison: str) -> str:
    """Which lines there are."""
    month, against = format_period(period), COMPARISONS[comparison]
    if lines.is_empty():
        return f"There is no flux of {month} against {against}. Close the month first: tieout close {month}"
    there = [
        f"    {part}: {', '.join(lines[part].drop_nulls().unique().sort().to_list())}"
        for part in PARTS
        if lines[part].drop_nulls().len()
    ]
    return "\n".join([f"The flux of {month} against {against} has no such line. It has:", *there])
