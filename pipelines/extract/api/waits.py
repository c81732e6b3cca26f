"""How long a server asks to wait before the next try."""

import re
from email.utils import parsedate_to_datetime

import httpx

from pipelines.slow_answers import LONGEST_ASKED

LONGEST_WAIT = 65.0
"""Seconds that a client waits for its turn; a minute's limit is over after 60."""

_SECONDS = re.compile(r"\s*(\d+)(?:\.\d+)?\s*(s|sec|secs|second|seconds)?\s*", re.IGNORECASE)


def seconds_asked(response: httpx.Response) -> float | None:
    """Seconds of Retry-After, a number or in words (`60 Seconds`); None where it is absent, a date, or neither."""
    found = _SECONDS.fullmatch(response.headers.get("Retry-After", ""))
    return min(float(found[1]), LONGEST_ASKED) if found else None


def settle_wait(response: httpx.Response) -> None:
    """Write Retry-After as the number that it means, and take away one that means nothing."""
    seconds = seconds_asked(response)
    if seconds is not None:
        response.headers["Retry-After"] = f"{seconds:.0f}"
    elif not _is_date(response.headers.get("Retry-After", "")):
        response.headers.pop("Retry-After", None)


def _is_date(text: str) -> bool:
    try:
        parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return False
    return True
