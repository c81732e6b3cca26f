"""Drops fields about people before rows are kept."""

import json
from collections.abc import Collection, Mapping

from pipelines.extract.api.received_row import ReceivedRow


def without_personal(row: ReceivedRow, personal: Collection[str]) -> ReceivedRow:
    """A row without its personal fields, at any depth and in any case; one that has none keeps its text.

    Args:
        row: as received.
        personal: names of fields (Resource.personal).
    """
    names = {name.lower() for name in personal}
    if _drop(row.fields, names) == row.fields:
        return row
    kept = _drop(json.loads(row.text), names)  # from the text: it has every digit of a number
    return ReceivedRow(json.dumps(kept, ensure_ascii=False, separators=(",", ":")), kept)


def _drop(fields: Mapping[str, object], names: set[str]) -> dict[str, object]:
    return {name: _inside(value, names) for name, value in fields.items() if name.lower() not in names}


def _inside(value: object, names: set[str]) -> object:
    if isinstance(value, list):
        return [_inside(each, names) for each in value]
    return _drop(value, names) if isinstance(value, dict) else value
