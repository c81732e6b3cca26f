"""Months: their text form, their bounds, and whether they have ended."""

import calendar
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

_PERIOD = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def parse_period(text: str) -> date:
    """First day of a month written as YYYY-MM.

    Raises:
        ValueError: the text is not a month.
    """
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a month: write YYYY-MM, such as 2026-10")
    return date(int(match[1]), int(match[2]), 1)


def format_period(period: date) -> str:
    """YYYY-MM."""
    return f"{period:%Y-%m}"


def name_period(period: date) -> str:
    """The month in words, such as October 2026, in English whatever the locale."""
    return f"{calendar.month_name[period.month]} {period.year}"


def last_day(period: date) -> date:
    """Last day of the month that begins on `period`."""
    return period.replace(day=calendar.monthrange(period.year, period.month)[1])


def next_period(period: date) -> date:
    """First day of the month after."""
    return date(period.year + period.month // 12, period.month % 12 + 1, 1)


def previous_period(period: date) -> date:
    """First day of the month before."""
    return date(period.year - (period.month == 1), (period.month - 2) % 12 + 1, 1)


def today_in(time_zone: str, now: datetime) -> date:
    """Calendar day of an instant in the organisation's time zone."""
    return now.astimezone(ZoneInfo(time_zone)).date()


def has_ended(period: date, today: date) -> bool:
    """Whether the month is over on a day of the organisation's own calendar."""
    return today > last_day(period)
