"""What a request may ask of a list: `where`, `order`, `fields`, `page` and `rows` (cin7.md section 1.2)."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from pipelines.sandbox.cin7.rows import Row

MAX_ROWS = 250
DEFAULT_ROWS = 50

# modifieddate >= '2026-10-01T00:00:00Z', total<1000, stage = 'Dispatched', InvoiceDate is not null
_COMPARISON = re.compile(
    r"\s*(?P<field>[A-Za-z_]\w*)\s*(?:(?P<empty>is\s+(?P<no>not\s+)?null)|(?P<operator><>|>=|<=|=|>|<)\s*"
    r"(?:'(?P<text>(?:[^']|'')*)'|(?P<number>-?\d+(?:\.\d+)?)|(?P<flag>true|false)))\s*",
    re.IGNORECASE,
)
_JOINT = re.compile(r"(and|or)\b", re.IGNORECASE)
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": eq, "<>": ne, ">": gt, ">=": ge, "<": lt, "<=": le,
}  # fmt: skip

Test = Callable[[Row], bool]
Fields = dict[str, "Fields | None"]
"""Names in lower case; what is asked of a nested row, or None for all of it."""


class QuestionError(Exception):
    """A parameter that this server does not understand; the answer is 400 with this text."""


def answer(rows: Sequence[Row], parameters: Mapping[str, str]) -> list[Row]:
    """One page of the rows that are asked for, with the fields that are asked for.

    Raises:
        QuestionError: a parameter that cannot be read.
    """
    asked = {name.lower(): value for name, value in parameters.items()}
    alternatives = _tests(asked.get("where", ""))
    found = [row for row in rows if any(all(test(row) for test in tests) for tests in alternatives)]
    if asked.get("order"):
        found = _sorted(found, asked["order"])
    size, page = _count(asked, "rows", DEFAULT_ROWS), _count(asked, "page", 1)
    if size > MAX_ROWS:
        raise QuestionError(f"rows: at most {MAX_ROWS}")
    fields = parse_fields(asked["fields"]) if asked.get("fields") else None
    return [pick_fields(row, fields) for row in found[(page - 1) * size : page * size]]


def parse_fields(text: str) -> Fields:
    """`id,reference,lineItems(code)` as names, some with names inside.

    Raises:
        QuestionError: brackets that do not match.
    """
    open_lists: list[Fields] = [{}]
    last = ""
    for part in re.findall(r"[^,()\s]+|[()]", text):
        if part == "(":
            nested: Fields = {}
            open_lists[-1][last] = nested
            open_lists.append(nested)
        elif part == ")":
            open_lists.pop()
        else:
            last = part.lower()
            open_lists[-1][last] = None
        if not open_lists:
            break
    if len(open_lists) != 1:
        raise QuestionError(f"fields: brackets do not match: {text}")
    return open_lists[0]


def pick_fields(row: Row, fields: Fields | None) -> Row:
    """A row with the fields that are asked for; a name that it does not have is ignored."""
    if fields is None:
        return row
    return {name: _pick_nested(value, fields[name.lower()]) for name, value in row.items() if name.lower() in fields}


def _pick_nested(value: object, fields: Fields | None) -> object:
    """The asked part of a nested row, or of each row of a list."""
    if isinstance(value, list):
        return [_pick_nested(each, fields) for each in value]
    return pick_fields(value, fields) if isinstance(value, dict) else value


def _count(asked: Mapping[str, str], name: str, default: int) -> int:
    """A whole number from 1."""
    text = asked.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise QuestionError(f"{name}: a whole number from 1, not {text}")
    return int(text)


def _tests(where: str) -> list[list[Test]]:
    """Comparisons joined by AND, and such chains joined by OR; anything else is more than this server does."""
    alternatives: list[list[Test]] = [[]]
    position = 0
    while where[position:].strip():
        matched = _COMPARISON.match(where, position)
        if matched is None:
            raise QuestionError(f"where: cannot be read from: {where[position:]}")
        alternatives[-1].append(_test(matched))
        position = matched.end()
        if position < len(where):
            joint = _JOINT.match(where, position)
            if joint is None:
                raise QuestionError(f"where: only AND and OR join comparisons here: {where[position:]}")
            if joint[0].lower() == "or":
                alternatives.append([])
            position = joint.end()
    return alternatives


def _test(matched: re.Match[str]) -> Test:
    """One comparison; a null is never more, less or equal, as in SQL."""
    field = matched["field"].lower()
    if matched["empty"]:
        wanted = matched["no"] is None
        return lambda row: (_value(row, field) is None) == wanted
    compare = _OPERATORS[matched["operator"]]
    if matched["number"] is not None:
        number = Decimal(matched["number"])
        return lambda row: (found := _number(_value(row, field))) is not None and compare(found, number)
    text = (matched["text"] or "").replace("''", "'") if matched["flag"] is None else matched["flag"]
    return lambda row: (found := _value(row, field)) is not None and compare(str(found).lower(), text.lower())


def _sorted(rows: list[Row], order: str) -> list[Row]:
    """By one field, nulls first; `createdDate DESC` turns it round."""
    words = order.split()
    if len(words) > 2 or (words[1:] and words[1].upper() not in ("ASC", "DESC")):
        raise QuestionError(f"order: a field, then ASC or DESC: {order}")
    field = words[0].lower()
    return sorted(rows, key=lambda row: _sort_key(_value(row, field)), reverse=words[-1].upper() == "DESC")


def _sort_key(value: object) -> tuple[int, Decimal, str]:
    """Nulls, then numbers, then text."""
    number = None if isinstance(value, str) else _number(value)
    if number is not None:
        return 1, number, ""
    return (0, Decimal(0), "") if value is None else (2, Decimal(0), str(value))


def _value(row: Row, field: str) -> object:
    """The value of a field whose name is in lower case."""
    return next((value for name, value in row.items() if name.lower() == field), None)


def _number(value: object) -> Decimal | None:
    """A value as a number, where it is one."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
