"""What every step of a close needs to know: which month, up to which day, under which settings and mappings."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from mappings.reader import MappingProblems, Mappings, read_mappings
from pipelines.errors import DataProblem, UsageProblem
from pipelines.settings import Settings
from schemas.maps import MappingTables
from schemas.policies import ClosePolicy
from schemas.problems import Problem
from transforms.periods import format_period, has_ended, last_day, parse_period, today_in


@dataclass(frozen=True)
class CloseContext:
    """One close: it never changes while the steps run."""

    settings: Settings
    mappings: Mappings
    period: date
    """First day of the month."""
    cut_off: date
    """Last day that counts: the month's last day, or an earlier one for a run in mid-month."""

    @property
    def policy(self) -> ClosePolicy:
        """The accounting policies of close.yaml."""
        return self.mappings.close.policy

    @cached_property
    def maps(self) -> MappingTables:
        """The mappings as frames, with the rules in force in this month."""
        return self.mappings.tables(self.period, self.settings.organisation)

    @property
    def is_partial(self) -> bool:
        """Whether the cut-off lies before the end of the month: the next run replaces what this one posts."""
        return self.cut_off < last_day(self.period)


def read_month(text: str) -> date:
    """First day of a month as the command line writes it.

    Raises:
        UsageProblem: it is not YYYY-MM (exit 2).
    """
    try:
        return parse_period(text)
    except ValueError as error:
        raise UsageProblem(f"{error}.") from None


def load_mappings(settings: Settings) -> Mappings:
    """The mappings folder.

    Raises:
        DataProblem: with every problem of every file at once (exit 3).
    """
    try:
        return read_mappings(settings.mappings)
    except MappingProblems as error:
        raise DataProblem("The mappings do not hold. Nothing was posted.", error.problems) from None


def open_close(settings: Settings, period: date, to: date | None = None, *, is_preview: bool = False) -> CloseContext:
    """Settle what is closed: the month must have ended, unless a day is named or nothing is posted.

    Args:
        settings: the settings of this run.
        period: first day of the month.
        to: last day that counts, for a run before the month's end.
        is_preview: a preview always runs; of a month under way it takes what there is today.

    Raises:
        UsageProblem: the month has not ended and no day is named, or the day lies outside it (exit 2).
        DataProblem: the mappings do not hold, or the month lies before the first one (exit 3).
    """
    today = today_in(settings.time_zone, datetime.now(UTC))
    cut_off = _cut_off(period, to, today, is_preview)
    mappings = load_mappings(settings)
    if period < mappings.close.policy.first_period:
        first = format_period(mappings.close.policy.first_period)
        where = str(settings.mappings / "close.yaml")
        fix = f"Close {first} or a later month, or set first_period to the month after Xero's opening balance."
        raise DataProblem(
            f"{format_period(period)} cannot be closed.", [Problem(where, f"close.first_period is {first}", fix)]
        )
    return CloseContext(settings, mappings, period, cut_off)


def _cut_off(period: date, to: date | None, today: date, is_preview: bool) -> date:
    month = format_period(period)
    if to is not None and not period <= to <= last_day(period):
        raise UsageProblem(f"--to {to} lies outside {month}. Name a day from {period} to {last_day(period)}.")
    if to is not None and to > today:
        raise UsageProblem(f"--to {to} has not come yet: today is {today} in the organisation's time zone.")
    if to is not None or has_ended(period, today):
        return to or last_day(period)
    if is_preview:
        return min(max(today, period), last_day(period))
    if today < period:
        raise UsageProblem(f"{month} has not begun: today is {today} in the organisation's time zone.")
    raise UsageProblem(
        f"{month} has not ended: today is {today} in the organisation's time zone.\n"
        f"    To post what has happened so far, run: tieout close {month} --to {today}\n"
        f"    To see it without posting, run: tieout preview {month}"
    )
