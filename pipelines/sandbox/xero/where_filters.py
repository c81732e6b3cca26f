"""The `where` and `order` of a list: the part of Xero's query language that clients of manual journals use."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from pipelines.sandbox.xero.answers import query_invalid

# "Narration=="A"", "Date >= DateTime(2026, 10, 31)", "ManualJournalID = Guid("...")", "Narration.Contains("A")"
_STRING = r'"(?P<string>(?:[^"\\]|\\.|"")*)"'
_VALUE = (
    rf'(?:{_STRING}|Guid\(\s*"(?P<guid>[0-9a-fA-F-]{{36}})"\s*\)|(?P<word>true|false|null)'
    r"|DateTime\(\s*(?P<year>\d{4})\s*,\s*(?P<month>\d{1,2})\s*,\s*(?P<day>\d{1,2})\s*\))"
)
_COMPARISON = re.compile(
    rf"\s*(?P<field>[A-Za-z]+)\s*(?:(?P<operator>==|!=|<=|>=|=|<|>)|\.(?P<method>Contains|StartsWith|EndsWith)\()\s*"
    rf"{_VALUE}\s*(?(method)\))\s*",
    re.IGNORECASE,
)
_JOINT = re.compile(r"(?P<and>&&|AND\b)|(?P<or>\|\||OR\b)", re.IGNORECASE)
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


@dataclass(frozen=True)
class Comparison:
    """One field (in lower case) compared with one value."""

    field: str
    operator: str
    value: str | date | bool | None

    def holds(self, values: Mapping[str, object]) -> bool:
        """Whether it is true of an element with these fields."""
        found = values[self.field]
        if self.operator in ("<", "<=", ">", ">=") and (found is None or type(found) is not type(self.value)):
            return False
        return _OPERATORS[self.operator](found, self.value)


Where = tuple[tuple[Comparison, ...], ...]
"""Any of these groups, and in a group all of its comparisons."""


def parse_where(text: str | None, fields: Mapping[str, type]) -> Where:
    """Read comparisons joined by AND (`&&`) and OR (`||`), AND first; parentheses are not read.

    Args:
        text: the expression, already percent-decoded.
        fields: names that may be compared, in lower case, and the type of each.

    Raises:
        Refusal: 400, anything else; an unknown field too.
    """
    if not text:
        return ((),)
    groups: list[list[Comparison]] = [[]]
    position = 0
    while True:
        matched = _COMPARISON.match(text, position)
        if matched is None:
            raise query_invalid(f"The where clause cannot be read from position {position}: {text[position:]}")
        groups[-1].append(_comparison(matched, fields))
        position = matched.end()
        if position == len(text):
            return tuple(tuple(group) for group in groups)
        joint = _JOINT.match(text, position)
        if joint is None:
            raise query_invalid(f"The where clause cannot be read from position {position}: {text[position:]}")
        if joint["or"]:
            groups.append([])
        position = joint.end()


def is_selected(where: Where, values: Mapping[str, object]) -> bool:
    """Whether an element with these fields (names in lower case) is asked for."""
    return any(all(comparison.holds(values) for comparison in group) for group in where)


def only_value(where: Where, field: str) -> str | None:
    """The one text that a field must equal, where the expression says so: the database can look it up."""
    if len(where) != 1:
        return None
    equals = [each for each in where[0] if each.field == field and each.operator in ("=", "==")]
    value = equals[0].value if equals else None
    return value if isinstance(value, str) else None


def parse_order(text: str | None, fields: Mapping[str, type]) -> tuple[str, bool]:
    """Field in lower case, and whether it descends: `Date DESC`.

    Raises:
        Refusal: 400, unknown field or direction.
    """
    words = (text or "UpdatedDateUTC").split()
    if (
        len(words) > 2
        or words[0].lower() not in fields
        or (len(words) == 2 and words[1].upper() not in ("ASC", "DESC"))
    ):
        raise query_invalid(f"The order cannot be read: {text}")
    return words[0].lower(), words[-1].upper() == "DESC"


def _comparison(matched: re.Match[str], fields: Mapping[str, type]) -> Comparison:
    """One comparison of a known field with a value of its type."""
    field = matched["field"].lower()
    value = _value(matched)
    if field not in fields:
        raise query_invalid(f"No property or field '{matched['field']}' exists")
    if value is not None and not isinstance(value, fields[field]):
        raise query_invalid(f"The field '{matched['field']}' cannot be compared with {matched.group().strip()}")
    return Comparison(field, (matched["operator"] or matched["method"]).lower(), value)


def _value(matched: re.Match[str]) -> str | date | bool | None:
    """The value that a field is compared with."""
    if matched["string"] is not None:
        return re.sub(r'""|\\(.)', lambda escape: escape[1] or '"', matched["string"])
    if matched["guid"]:
        return str(matched["guid"]).lower()
    if matched["year"]:
        try:
            return date(int(matched["year"]), int(matched["month"]), int(matched["day"]))
        except ValueError as error:
            raise query_invalid(f"No such date: {matched.group().strip()}") from error
    return {"true": True, "false": False}.get(matched["word"].lower())
