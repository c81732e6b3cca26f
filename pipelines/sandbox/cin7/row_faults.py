"""Rows that faults have changed: what a list or a document shows instead of what the folder holds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.sandbox.cin7.faults import Cin7Faults
from pipelines.sandbox.cin7.rows import Row

_STAMPS = ("modifieddate", "updated", "lastmodifiedon", "lastupdateddate")
_KEYS = ("id", "taskid", "saleid", "sku", "code", "productionorderid", "orderid", *_STAMPS)
"""Fields that stay where everything else is null: a row without key could not be told from another."""


class RowFaults:
    """Applies the faults to the rows of a resource; edits stay for as long as the server runs."""

    def __init__(self, faults: Cin7Faults) -> None:
        self._faults = faults
        self._edits: dict[tuple[str, int], str] = {}

    def answer_rows(self, resource: str, rows: Sequence[Row]) -> list[Row]:
        """The rows of a list for one answer; an answer may change the next one."""
        shown = self.rows(resource, rows)
        for fault in self._faults.of("edited_while_paging", resource):
            if rows and fault.is_due(resource):
                number = fault.struck % len(rows)
                self._edits[resource.lower(), number] = _moment(fault.struck)
        for fault in self._faults.of("page_changes", resource):
            if fault.is_due(resource):
                shown = shown[1:]
        return shown

    def rows(self, resource: str, rows: Sequence[Row], *, is_plain: bool = False) -> list[Row]:
        """The rows as they stand now; plain: as somebody changed them, before anything is spelled or left out."""
        name = resource.lower()
        shown: list[Row] = []
        for number, row in enumerate(rows):
            edited = self._edits.get((name, number))
            changed = self._changed(resource, number + 1, row if edited is None else _stamped(row, edited), is_plain)
            if changed is not None:
                shown.append(changed)
        return shown

    def _changed(self, resource: str, number: int, row: Row, is_plain: bool) -> Row | None:
        """A row under the faults that concern every n-th one; None where it is gone."""
        if self._is_nth("deletes", resource, number):
            return None
        if self._is_nth("voids", resource, number):
            row = _voided(row)
        if self._is_nth("unknown_status", resource, number):
            row = {name: "MISLAID" if name.lower() == "status" else value for name, value in row.items()}
        if is_plain:
            return row
        if self._is_nth("new_field", resource, number):
            row = {**row, "fieldOfNextRelease": number}
        if self._is_nth("nulls", resource, number):
            row = {name: value if name.lower() in _KEYS else None for name, value in row.items()}
        if self._is_nth("casing", resource, number):
            row = _recased(row)
        return row

    def _is_nth(self, name: Any, resource: str, number: int) -> bool:  # noqa: ANN401 a literal of FaultName
        return any(number % fault.every == 0 for fault in self._faults.of(name, resource))


def _stamped(row: Row, moment: str) -> Row:
    """A row that somebody saved again."""
    names = [name for name in row if name.lower() in _STAMPS]
    return {**row, **dict.fromkeys(names, moment)}


def _voided(row: Row) -> Row:
    """As the two APIs show a void document: a flag and a status, or a status."""
    status = "VOIDED" if any(name == "Status" for name in row) else "Void"
    changed = {name: status if name.lower() == "status" else value for name, value in row.items()}
    return {name: True if name.lower() == "isvoid" else value for name, value in changed.items()}


def _recased(value: Any) -> Any:  # noqa: ANN401 any JSON
    """The same with the first letter of each field name in the other case, at every depth."""
    if isinstance(value, list):
        return [_recased(each) for each in value]
    if isinstance(value, dict):
        return {name[:1].swapcase() + name[1:]: _recased(each) for name, each in value.items()}
    return value


def _moment(step: int) -> str:
    """A later instant with every edit."""
    return (datetime.now(UTC) + timedelta(seconds=step)).strftime("%Y-%m-%dT%H:%M:%SZ")
