"""Dates, amounts and the envelope as they travel between Xero and a client (xero.md section 1)."""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from email.utils import parsedate_to_datetime

PROVIDER_NAME = "tieout sandbox"
ZERO_ID = str(uuid.UUID(int=0))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEARS = range(1900, 3000)
_MS_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_PLAIN_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def xero_instant(milliseconds: int) -> str:
    """An instant, in milliseconds since 1970, as `/Date(1539993600000+0000)/`."""
    return f"/Date({milliseconds}+0000)/"


def xero_date(day: str) -> str:
    """A calendar date (ISO text) as Xero shows it: midnight UTC of that day."""
    midnight = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    return xero_instant((midnight - EPOCH) // timedelta(milliseconds=1))


def parse_date(text: str) -> date:
    """Calendar date of `YYYY-MM-DD`, of `/Date(ms)/`, or of an ISO date-time.

    A date-time with an offset is converted to UTC first, and so can land on another day, as in Xero.

    Raises:
        ValueError: none of these, or a year that no accounts are of.
    """
    if matched := _MS_DATE.fullmatch(text):
        day = (EPOCH + timedelta(milliseconds=int(matched[1]))).date()
    elif _PLAIN_DATE.fullmatch(text):
        day = date.fromisoformat(text)
    else:
        moment = datetime.fromisoformat(text)
        day = moment.astimezone(UTC).date() if moment.tzinfo else moment.date()
    if day.year not in YEARS:
        raise ValueError(f"{day} is no date of accounts")
    return day


def parse_instant(text: str) -> datetime:
    """Instant of an `If-Modified-Since`: ISO with or without offset (UTC then), or in the style of HTTP.

    Raises:
        ValueError: none of these.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def json_amount(cents: int) -> float:
    """Cents as the JSON number with the same two decimals.

    Division of two integers is correctly rounded, so below 2**53 cents the shortest text is the amount itself.
    """
    return cents / 100


def text_amount(cents: int) -> str:
    """Cents as text with two decimals: `-12.05`."""
    return f"{Decimal(cents).scaleb(-2):.2f}"


def to_cents(amount: Decimal) -> int:
    """Whole cents of an amount.

    Raises:
        ValueError: more than two decimals.
    """
    cents = amount.scaleb(2)
    if cents != cents.to_integral_value():
        raise ValueError(f"{amount} has more than 2 decimals")
    return int(cents)


def round_cents(amount: Decimal) -> int:
    """Cents of an amount in base currency, half away from zero (Decimal's ROUND_HALF_UP)."""
    return int(amount.scaleb(2).to_integral_value(ROUND_HALF_UP))


def read_decimal(value: object) -> Decimal:
    """Decimal of a JSON number, or of text that holds one.

    Raises:
        ValueError: something else, infinity included.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("not a number")  # noqa: TRY004 -- what a client sent, not what a caller passed
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    if not number.is_finite() or abs(number) >= 10**15:
        raise ValueError("not a number that can be an amount")
    return number


def is_true(text: str) -> bool:
    """A boolean query parameter, in any case: the official SDK sends `True` and `False`."""
    return text.strip().lower() == "true"


def envelope(now: datetime, content: Mapping[str, object]) -> dict[str, object]:
    """The collection inside what every answer of the accounting API carries around it."""
    milliseconds = (now - EPOCH) // timedelta(milliseconds=1)
    return {
        "Id": str(uuid.uuid4()),
        "Status": "OK",
        "ProviderName": PROVIDER_NAME,
        "DateTimeUTC": f"/Date({milliseconds})/",
        **content,
    }
