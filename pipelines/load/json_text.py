"""JSON with exact decimals: what is sent to Xero, and what hashes are made over."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any


def encode_json(value: object) -> str:
    """Write a value as compact JSON; a Decimal becomes a number with exactly its own digits (12.30, never 12.299999).

    The standard library can only write decimals as floats or as strings; Xero wants numbers, and the bytes are hashed
    and sent again after a kill, so they must not depend on how a float prints.

    Args:
        value: mappings with text keys, sequences, text, whole numbers, decimals, booleans, None; dates as ISO text.

    Raises:
        TypeError: for anything else, a float above all.
    """
    if isinstance(value, str | bool | int) or value is None:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(key)}:{encode_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(encode_json(item) for item in value) + "]"
    raise TypeError(f"{type(value).__name__} cannot be written as exact JSON")


def canonical_json(value: object) -> str:
    """JSON in the one form that hashes cover: keys sorted, decimals as text, no spaces."""
    return encode_json(_canonical(value))


def _canonical(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {key: _canonical(value[key]) for key in sorted(value)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_canonical(item) for item in value]
    return value


def sha256_of(text: str) -> str:
    """Hexadecimal sha256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def decode_json(text: str | bytes) -> Any:  # noqa: ANN401 - JSON can be anything
    """Read JSON with every number that has a point as a Decimal.

    Raises:
        ValueError: when it is no JSON.
    """
    return json.loads(text, parse_float=Decimal)
