"""Rows of kinds that were seen before, read by a parser made for those: it takes a third of looking at every field.

A list has a handful of kinds of rows and thousands of pages of them. Once the fields and the documented values of a
list are known, msgspec compiles them into a parser that refuses everything else: rows that it takes have nothing to
report, and only the few fields that the extract itself needs are taken out of them. Rows that it refuses are looked at
field by field (`drift.Drift`), and the next parser knows them, too.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from types import GenericAlias
from typing import Any, Literal

import msgspec

from pipelines.extract.api.received_row import ReceivedRow

MOST_PARSERS = 50
"""A list whose rows are of a new kind again and again is looked at field by field."""

NUMBERS: Any = int | float | bool | None
SCALARS: Any = str | NUMBERS


@dataclass(frozen=True)
class Kinds:
    """What the rows of a list looked like until now; the path to rows inside ends with a point, '' is the list."""

    names: Mapping[str, tuple[str, ...]]
    """Names of fields by the path to their row, as they came."""
    inside: Mapping[str, frozenset[str]]
    """Those that had rows inside."""
    values: Mapping[tuple[str, str], frozenset[str]]
    """Values that were seen of fields with documented values, by the path to their row and their name."""


class KnownRows:
    """Takes fields out of rows in which nothing is new."""

    def __init__(self, kinds: Callable[[], Kinds], wanted: Collection[str]) -> None:
        """Begin with no kind known.

        Args:
            kinds: tells what was seen until now.
            wanted: names of fields to take out.
        """
        self._now = kinds
        self.wanted = tuple(wanted)
        self._known: Kinds | None = None
        self._parser: msgspec.json.Decoder[Any] | None = None
        self._value_of: dict[str, attrgetter[object] | None] = {}
        self._made = 0

    def take(self, rows: Sequence[ReceivedRow]) -> dict[str, list[object]] | None:
        """The values of the wanted fields, as `fields.find` finds them, None where a row has none.

        Returns:
            Values by name, in the order of the rows; None where a row has something new.
        """
        if self._parser is None:
            return None
        try:
            found = [self._parser.decode(row.text) for row in rows]
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return None
        return {
            name: [None] * len(rows) if value_of is None else list(map(value_of, found))
            for name, value_of in self._value_of.items()
        }

    def learn(self) -> None:
        """Take in the kinds that were seen meanwhile."""
        kinds = self._now()
        if kinds == self._known:
            return
        self._known, self._parser = kinds, None
        self._made += 1
        names = kinds.names.get("", ())
        spellings = {name: [one for one in names if one.lower() == name.lower()] for name in self.wanted}
        # Of two spellings in one list, which one counts differs from row to row; a name with a point lies inside.
        is_plain = all(len(found) < 2 and "." not in name for name, found in spellings.items())
        single = {one for found in spellings.values() for one in found}
        if not is_plain or single & kinds.inside.get("", frozenset()) or self._made > MOST_PARSERS:
            return
        self._value_of = {
            name: attrgetter(_attribute(names.index(found[0]))) if found else None for name, found in spellings.items()
        }
        try:
            self._parser = msgspec.json.Decoder(_struct_of(kinds, "", single))
        except (TypeError, ValueError):  # a name that no parser takes
            return


def _attribute(place: int) -> str:
    """The name of a field in the struct: those of the list are any text."""
    return f"f{place}"


def _struct_of(kinds: Kinds, path: str, single: Collection[str] = ()) -> type[msgspec.Struct]:
    """The type of the rows at a path: any of the fields that stood in them before, and no other.

    Args:
        kinds: what was seen.
        path: to the rows.
        single: names of fields that hold one plain value.
    """
    fields: list[tuple[str, Any, None]] = []
    names = kinds.names.get(path, ())
    for place, name in enumerate(names):
        seen = kinds.values.get((path, name))
        kind = SCALARS if seen is None else NUMBERS | Literal[tuple(sorted(seen))] if seen else NUMBERS
        if name in kinds.inside.get(path, ()):
            inner = _struct_of(kinds, f"{path}{name}.")
            kind = kind | inner | GenericAlias(list, SCALARS | inner)
        elif name not in single:
            kind = kind | list[SCALARS]
        fields.append((_attribute(place), kind, None))
    spelled = {_attribute(place): name for place, name in enumerate(names)}
    return msgspec.defstruct("Row", fields, rename=spelled, forbid_unknown_fields=True, gc=False)
