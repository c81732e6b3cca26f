"""Xero's way of writing dates, instants and amounts, read into plain values (xero.md section 1)."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CENT = Decimal("0.01")
_SLASH_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")


def read_instant(text: str | None) -> datetime | None:
    """The moment in `/Date(1539993600000+0000)/` or in an ISO text; the offset never shifts it.

    Raises:
        ValueError: for any other text.
    """
    if not text:
        return None
    if match := _SLASH_DATE.fullmatch(text):
        return _EPOCH + timedelta(milliseconds=int(match[1]))
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def read_date(text: str | None) -> date | None:
    """The calendar day of a document date: midnight UTC as Xero writes it, never shifted into another time zone."""
    instant = read_instant(text)
    return instant.date() if instant else None


def read_amount(value: object) -> Decimal:
    """An amount to 2 places; reports write amounts as text, and an empty cell is nothing."""
    if isinstance(value, Decimal):
        return value.quantize(_CENT)
    return Decimal(str(value).replace(",", "") if value not in {None, ""} else "0").quantize(_CENT)
