"""JSON with exact decimals: what is sent to Xero, and what hashes are made over."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

quoted: Callable[[str], str] = json.encoder.encode_basestring
"""A text as JSON writes it, without escaping letters beyond ASCII; many times quicker than an encoder made for each."""


_WORDS = {None: "null", True: "true", False: "false"}


def encode_json(value: object) -> str:
    """Write a value as compact JSON; a Decimal becomes a number with exactly its own digits (12.30, never 12.299999).

    The standard library can only write decimals as floats or as strings; Xero wants numbers, and the bytes are hashed
    and sent again after a kill, so they must not depend on how a float prints.

    Args:
        value: mappings with text keys, sequences, text, whole numbers, decimals, booleans, None; dates as ISO text.

    Raises:
        TypeError: for anything else, a float above all.
    """
    kind = type(value)
    if kind is str:
        return quoted(value)  # type: ignore[arg-type]
    if kind is Decimal:
        return format(value, "f")
    if kind is dict:
        return _object(value)  # type: ignore[arg-type]
    if kind is list or kind is tuple:
        return _array(value)  # type: ignore[arg-type]
    return _encode_other(value)


def _encode_other(value: object) -> str:
    """What is rare, and subclasses of what is not."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool | int) or value is None:
        return json.dumps(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, Sequence):
        return _array(value)
    raise TypeError(f"{type(value).__name__} cannot be written as exact JSON")


def _object(value: Mapping[str, object]) -> str:
    return "{" + ",".join([f"{quoted(key)}:{encode_json(item)}" for key, item in value.items()]) + "}"


def _array(value: Sequence[object]) -> str:
    return "[" + ",".join([encode_json(item) for item in value]) + "]"


_encode_texts = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def encode_texts(value: object) -> str:
    """The same text as `encode_json` gives, many times quicker, for what holds no Decimal and no date.

    Args:
        value: mappings with text keys, lists and tuples of text, booleans and None.
    """
    return _encode_texts(value)


def canonical_json(value: object) -> str:
    """JSON in the one form that hashes cover: keys sorted, decimals as text, no spaces."""
    return encode_json(_canonical(value))


def _canonical(value: object) -> object:
    kind = type(value)
    if kind is str or value is None:
        return value
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
