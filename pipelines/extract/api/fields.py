"""Looks into received rows: field names without case, keys, stamps."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from pipelines.extract.api.received_row import ReceivedRow
from pipelines.extract.api.shapes import Resource

_STAMP = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ")


def find(fields: Mapping[str, object], path: str) -> object:
    """The value of a field, names without case (cin7.md section 1.1); `a.b` is b of the nested row a."""
    name, _, rest = path.partition(".")
    value = fields.get(name)
    if value is None and name not in fields:
        value = next((one for other, one in fields.items() if other.lower() == name.lower()), None)
    if not rest:
        return value
    return find(value, rest) if isinstance(value, Mapping) else None


def hash_text(text: str) -> str:
    """sha256 of a row as received."""
    return hashlib.sha256(text.encode()).hexdigest()


def find_key(resource: Resource, row: ReceivedRow, values: Sequence[object]) -> str | None:
    """The key of a row as text, parts joined with /; None where the row has nothing in any of its key fields.

    Args:
        resource: its list.
        row: as received.
        values: of the key fields (`find`).
    """
    if len(values) == 1 and values[0].__class__ is int:
        return str(values[0])  # nearly all keys
    if float in map(type, values):  # a whole number of more digits than a float has, perhaps: its text has them all
        fields = json.loads(row.text)
        values = [find(fields, path) for path in resource.keys]
    if all(value is None or value == "" for value in values):
        return None
    return "/".join(_as_text(value) for value in values)


def read_stamp(value: object) -> str | None:
    """An instant as the servers write it in a question: 2026-10-01T00:00:00Z, to the second; None for anything else.

    An instant without zone is UTC (cin7.md sections 1.3 and 2.1).
    """
    return _stamp_of(value) if isinstance(value, str) else None


def write_stamp(moment: datetime) -> str:
    """An instant in UTC as text, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@lru_cache(maxsize=4096)  # the stamps of a page are asked for twice, and many rows have the same
def _stamp_of(text: str) -> str | None:
    if _STAMP.fullmatch(text):
        return text
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return write_stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _as_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
