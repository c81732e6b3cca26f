"""What a call may ask of a list of Core: Page, Limit, and filters by status, change and day (cin7.md section 2)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from pipelines.sandbox.cin7.rows import Row

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
_STAMPS = ("updated", "lastupdateddate", "lastmodifiedon")
_SINCE: Mapping[str, tuple[tuple[str, ...], bool]] = {
    "updatedsince": (_STAMPS, True),
    "modifiedsince": (_STAMPS, True),
    "updateduntil": (_STAMPS, False),
    "createdsince": (("createddate", "orderdate", "saleorderdate"), True),
}
_EQUAL = {"status", "code", "name", "sku", "location", "id", "taskid", "type"}

Test = Callable[[Row], bool]


class QuestionError(Exception):
    """A parameter that Core does not take; the answer is 400 with this text."""


def answer(rows: list[Row], parameters: Mapping[str, str], list_name: str) -> dict[str, object]:
    """One page of the rows that are asked for, in Core's envelope.

    Raises:
        QuestionError: a Page, Limit or date that cannot be read.
    """
    asked = {name.lower(): value for name, value in parameters.items() if value != ""}
    tests = [*_tests(asked), *_day_tests(asked)]
    found = [row for row in rows if all(test(row) for test in tests)]
    page, limit = _number(asked, "page", 1), _number(asked, "limit", DEFAULT_LIMIT)
    if limit > MAX_LIMIT:
        raise QuestionError(f"Limit: from 1 to {MAX_LIMIT}")
    return {"Total": len(found), "Page": page, list_name: found[(page - 1) * limit : page * limit]}


def _tests(asked: Mapping[str, str]) -> list[Test]:
    """The filters that a call names."""
    tests: list[Test] = []
    for name, value in asked.items():
        if name in _SINCE:
            fields, is_since = _SINCE[name]
            tests.append(_moment_test(fields, is_since, _moment(name, value)))
        elif name in _EQUAL:
            tests.append(_value_test((name,), value))
        elif name == "account":
            tests.append(_value_test(("debitaccountcode", "creditaccountcode"), value))
    return tests


def _value_test(fields: tuple[str, ...], value: str) -> Test:
    """Whether one of some fields holds a value, in any case."""
    return lambda row: any(_text(row, field).lower() == value.lower() for field in fields)


def _moment_test(fields: tuple[str, ...], is_since: bool, moment: datetime) -> Test:
    """Whether a row changed since an instant, or before one; a row without the instant never did."""

    def test(row: Row) -> bool:
        text = next((found for field in fields if (found := _text(row, field))), "")
        if not text:
            return False
        changed = _moment("", text)
        return changed >= moment if is_since else changed <= moment

    return test


def _day_tests(asked: Mapping[str, str]) -> list[Test]:
    """FromDate and ToDate of /transactions: strictly after the one and before the other."""
    tests: list[Test] = []
    if "fromdate" in asked:
        first = _moment("FromDate", asked["fromdate"])
        tests.append(lambda row: _moment("", _text(row, "effectivedate")) > first)
    if "todate" in asked:
        last = _moment("ToDate", asked["todate"])
        tests.append(lambda row: _moment("", _text(row, "effectivedate")) < last)
    return tests


def _moment(name: str, text: str) -> datetime:
    """An instant; without a zone it is UTC, as Core documents its dates."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise QuestionError(f"{name}: a date such as 2026-10-01T00:00:00Z, not {text}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(asked: Mapping[str, str], name: str, default: int) -> int:
    """A whole number from 1."""
    text = asked.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise QuestionError(f"{name.title()}: a whole number from 1, not {text}")
    return int(text)


def _text(row: Row, field: str) -> str:
    """The value of a field whose name is in lower case."""
    found = next((value for name, value in row.items() if name.lower() == field), None)
    return "" if found is None else str(found)
