"""A row as an API sent it: its text, which raw keeps, and its fields, for who asks."""

import json
from collections.abc import Mapping
from typing import Any

import orjson


class ReceivedRow:
    """One row of an answer."""

    __slots__ = ("_fields", "text")

    def __init__(self, text: str, fields: Mapping[str, object] | None = None) -> None:
        """Keep a row.

        Args:
            text: its JSON, an object, to the character as received.
            fields: the same, where it is parsed already.
        """
        self.text = text
        self._fields = fields

    @property
    def fields(self) -> Mapping[str, object]:
        """The same, parsed when somebody asks for the first time: of most rows of a long list nobody does."""
        if self._fields is None:
            self._fields = _parse(self.text)
        return self._fields


def _parse(text: str) -> dict[str, Any]:
    try:
        fields: dict[str, Any] = orjson.loads(text)
    except ValueError:  # of the little that this parser refuses and json takes, such as half a surrogate pair
        fields = json.loads(text)
    return fields
