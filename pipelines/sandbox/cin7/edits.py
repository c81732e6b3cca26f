"""Stamps documents that somebody edited in a served file, as Cin7 does when a person saves them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]

STAMPS = ("modifiedDate", "LastModifiedOn")
"""Fields with the instant of the last change, of Omni and of Core; a list of Core takes its own from the document."""

KEYS = ("id", "ID", "TaskID", "ProductionOrderID")


def stamp_edits(before: list[Row], after: list[Row], now: datetime) -> None:
    """Give rows that changed on disk the moment as their last change, where the editor left the old one.

    Without this a reader that follows changes, as Cin7 asks of its clients (cin7.md section 1.2), would never see an
    edit that a person makes in the file of a running server.

    Args:
        before: the rows as the file had them.
        after: the rows as it has them now; changed in place.
        now: the moment of the edit.
    """
    known = {key: row for row in before if (key := _key(row)) is not None}
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for row in after:
        old = known.get(_key(row))
        if old is None:
            continue
        is_same = _content(old) == _content(row)
        for name in STAMPS:
            if row.get(name) and old.get(name) and row[name] <= old[name]:
                row[name] = old[name] if is_same else max(stamp, old[name])


def _content(row: Row) -> Row:
    """A row without the instant of its last change."""
    return {name: value for name, value in row.items() if name not in STAMPS}


def _key(row: Mapping[str, object]) -> object:
    """What identifies a row; None where nothing does."""
    return next((row[name] for name in KEYS if row.get(name) is not None), None)
