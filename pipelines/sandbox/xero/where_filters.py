"""The `where` and `order` of a list: the part of Xero's query language that its documentation shows (xero.md 1.1).

Narration=="A"    Date >= DateTime(2026, 10, 31) AND Status == "POSTED"    Contact.ContactID == Guid("...")
Name.Contains("A") OR (AmountDue > 10.5 && DueDate != null)
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from pipelines.sandbox.xero.answers import query_invalid

_STRING = r'"(?P<string>(?:[^"\\]|\\.|"")*)"'
_VALUE = (
    rf'(?:{_STRING}|Guid\(\s*"(?P<guid>[0-9a-fA-F-]{{36}})"\s*\)|(?P<word>true|false|null)\b'
    r"|DateTime\(\s*(?P<year>\d{4})\s*,\s*(?P<month>\d{1,2})\s*,\s*(?P<day>\d{1,2})\s*(?:,\s*\d+\s*){0,3}\)"
    r"|(?P<number>-?\d{1,15}(?:\.\d{1,10})?)[mM]?)"
)
_COMPARISON = re.compile(
    r"\s*(?P<field>[A-Za-z]+(?:\.[A-Za-z]+)*?)\s*"
    r"(?:(?P<operator>==|!=|<=|>=|=|<|>)|\.(?P<method>Contains|StartsWith|EndsWith)\()\s*"
    rf"{_VALUE}\s*(?(method)\))\s*",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s*(?:(?P<and>&&|AND\b)|(?P<or>\|\||OR\b))\s*", re.IGNORECASE)
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": eq,
    "=": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "contains": lambda found, wanted: str(wanted) in str(found),
    "startswith": lambda found, wanted: str(found).startswith(str(wanted)),
    "endswith": lambda found, wanted: str(found).endswith(str(wanted)),
}
DEEPEST = 20
Value = str | date | bool | Decimal | None


@dataclass(frozen=True)
class Comparison:
    """One field (in lower case) compared with one value."""

    field: str
    operator: str
    value: Value

    def holds(self, values: Mapping[str, object]) -> bool:
        """Whether it is true of an element with these fields."""
        found = values[self.field]
        if self.operator in ("==", "=", "!="):
            return _OPERATORS[self.operator](found, self.value)
        return found is not None and self.value is not None and _OPERATORS[self.operator](found, self.value)


@dataclass(frozen=True)
class Joined:
    """Several conditions, all of which hold, or any."""

    parts: tuple["Comparison | Joined", ...]
    is_any: bool

    def holds(self, values: Mapping[str, object]) -> bool:
        """Whether it is true of an element with these fields."""
        results = (part.holds(values) for part in self.parts)
        return any(results) if self.is_any else all(results)


Where = Comparison | Joined
EVERYTHING = Joined((), is_any=False)


def parse_where(text: str | None, fields: Mapping[str, type]) -> Where:
    """Read comparisons joined by AND (`&&`) and OR (`||`), AND first, with parentheses.

    Args:
        text: the expression, already percent-decoded.
        fields: names that may be compared, in lower case, and the type of each.

    Raises:
        Refusal: 400, anything else; an unknown field too.
    """
    if not text or not text.strip():
        return EVERYTHING
    parser = _Parser(text, fields)
    where = parser.any_of(0)
    if parser.position != len(text):
        raise parser.refusal()
    return where


def is_selected(where: Where, values: Mapping[str, object]) -> bool:
    """Whether an element with these fields (names in lower case) is asked for."""
    return where.holds(values)


def only_value(where: Where, field: str) -> str | None:
    """The one text that a field must equal, where the expression says so: the database can look it up."""
    parts = (where,) if isinstance(where, Comparison) else () if where.is_any else where.parts
    for part in parts:
        if isinstance(part, Comparison) and part.field == field and part.operator in ("=", "=="):
            return part.value if isinstance(part.value, str) else None
    return None


def parse_order(text: str | None, fields: Mapping[str, type]) -> tuple[str, bool]:
    """Field in lower case, and whether it descends: `Date DESC`.

    Raises:
        Refusal: 400, unknown field or direction.
    """
    words = (text or "UpdatedDateUTC").split() or [""]
    if (
        len(words) > 2
        or words[0].lower() not in fields
        or (len(words) == 2 and words[1].upper() not in ("ASC", "DESC"))
    ):
        raise query_invalid(f"The order cannot be read: {text}")
    return words[0].lower(), words[-1].upper() == "DESC"


class _Parser:
    """Where the reading of an expression stands."""

    def __init__(self, text: str, fields: Mapping[str, type]) -> None:
        self.text = text
        self.position = 0
        self._fields = fields

    def any_of(self, depth: int) -> Where:
        """Groups joined by OR."""
        groups = [self._all_of(depth)]
        while self._joint("or"):
            groups.append(self._all_of(depth))
        return groups[0] if len(groups) == 1 else Joined(tuple(groups), is_any=True)

    def refusal(self) -> Exception:
        """400 for what stands at this position."""
        return query_invalid(
            f"The where clause cannot be read from position {self.position}: {self.text[self.position :]}"
        )

    def _all_of(self, depth: int) -> Where:
        """Conditions joined by AND."""
        parts = [self._one(depth)]
        while self._joint("and"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Joined(tuple(parts), is_any=False)

    def _one(self, depth: int) -> Where:
        """A comparison, or an expression in parentheses."""
        if opened := re.compile(r"\s*\(\s*").match(self.text, self.position):
            if depth == DEEPEST:
                raise self.refusal()
            self.position = opened.end()
            inner = self.any_of(depth + 1)
            closed = re.compile(r"\s*\)\s*").match(self.text, self.position)
            if closed is None:
                raise self.refusal()
            self.position = closed.end()
            return inner
        matched = _COMPARISON.match(self.text, self.position)
        if matched is None:
            raise self.refusal()
        self.position = matched.end()
        return _comparison(matched, self._fields)

    def _joint(self, name: str) -> bool:
        """Step over AND or OR, if it stands here."""
        matched = _JOINT.match(self.text, self.position)
        if matched is None or not matched[name]:
            return False
        self.position = matched.end()
        return True


def _comparison(matched: re.Match[str], fields: Mapping[str, type]) -> Comparison:
    """One comparison of a known field with a value of its type."""
    field = matched["field"].lower()
    value = _value(matched)
    if field not in fields:
        raise query_invalid(f"No property or field '{matched['field']}' exists")
    if value is not None and not isinstance(value, fields[field]):
        raise query_invalid(f"The field '{matched['field']}' cannot be compared with {matched.group().strip()}")
    return Comparison(field, (matched["operator"] or matched["method"]).lower(), value)


def _value(matched: re.Match[str]) -> Value:
    """The value that a field is compared with."""
    if matched["string"] is not None:
        return re.sub(r'""|\\(.)', lambda escape: escape[1] or '"', matched["string"])
    if matched["guid"]:
        return str(matched["guid"]).lower()
    if matched["number"]:
        return Decimal(matched["number"])
    if matched["year"]:
        try:
            return date(int(matched["year"]), int(matched["month"]), int(matched["day"]))
        except ValueError as error:
            raise query_invalid(f"No such date: {matched.group().strip()}") from error
    return {"true": True, "false": False}.get(matched["word"].lower())
