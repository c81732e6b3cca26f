"""An API in memory: rows by resource, as a server would page, sort and filter them."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipelines.extract.api.calls import CallLimits, Calls
from pipelines.extract.api.fields import find, read_stamp
from pipelines.extract.api.received_row import ReceivedRow
from pipelines.extract.api.shapes import Page, Question, Resource
from pipelines.extract.cin7_tables import RESOURCES

Rows = Sequence[Mapping[str, Any]]


def received(row: Mapping[str, Any]) -> ReceivedRow:
    """A row as it would have come."""
    text = json.dumps(row, ensure_ascii=False)
    return ReceivedRow(text, json.loads(text))


class FakeApi:
    """Answers questions from rows that a test may change between two calls."""

    parallel = 2

    def __init__(
        self,
        rows: Mapping[str, Rows] | Callable[[str], Rows],
        resources: Mapping[str, Resource] = RESOURCES,
        name: str = "omni",
    ) -> None:
        self.name = name
        self.server = "127.0.0.1"
        self.calls = Calls("Cin7 Omni", "test", CallLimits())
        self.resources = resources
        self.asked: list[tuple[str, Question, int]] = []
        self.most_rows: int | None = None
        """Rows of a page, where that is fewer than asked for."""
        self.before_answer: Callable[[str, int], None] = lambda resource, number: None
        self._rows = rows

    def page(self, resource: Resource, question: Question, number: int) -> Page:
        """One page."""
        self.calls.take()
        self.asked.append((resource.name, question, number))
        self.before_answer(resource.name, number)
        found = [row for row in self._all(resource.name) if _is_asked(row, resource, question)]
        if question.follow:
            found.sort(key=lambda row: read_stamp(find(row, str(question.follow))) or "")
        size = min(self.most_rows or resource.page_rows, resource.page_rows)
        shown = found[(number - 1) * size : number * size]
        return Page([received(row) for row in shown], is_last=len(shown) < resource.page_rows)

    def detail(self, resource: Resource, key: str) -> ReceivedRow | None:
        """A document by its key."""
        self.calls.take()
        self.asked.append((resource.name, Question(keys=(key,)), 1))
        self.before_answer(resource.name, 1)
        return next((received(row) for row in self._all(resource.name) if str(row[resource.keys[0]]) == key), None)

    def _all(self, resource: str) -> Rows:
        return self._rows(resource) if callable(self._rows) else self._rows.get(resource, [])


def _is_asked(row: Mapping[str, Any], resource: Resource, question: Question) -> bool:
    if question.keys:
        return str(find(row, resource.keys[0])) in question.keys
    stamp = read_stamp(find(row, question.follow)) if question.follow else None
    if question.is_null:
        return stamp is None
    day = str(find(row, resource.dated))[:10] if resource.dated else ""
    if question.first_day and not str(question.first_day) <= day <= str(question.last_day):
        return False
    if question.since and (stamp is None or stamp < question.since):
        return False
    return not (question.until and (stamp is None or stamp >= question.until))
