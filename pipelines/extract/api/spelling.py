"""Field names of received rows as they are documented, so that the selects of a source know one spelling only."""

import json
from collections.abc import Mapping

import polars as pl

from pipelines.extract.api.shapes import Resource


def spell_row(row: Mapping[str, object], resource: Resource) -> dict[str, object]:
    """A row with its field names as documented, at every depth; values and unknown names stay as they came.

    The wire has camelCase, but Omni's help pages print PascalCase and one client saw it (cin7.md section 1.1), so names
    are matched without case. What stands in a tenant's own field, such as customFields, is left alone.

    Args:
        row: one row of a resource, as received.
        resource: knows the spelling.
    """
    return {
        resource.spelling.get(name.lower(), name): (
            value if name.lower() in resource.free_fields else _spell_inside(value, resource)
        )
        for name, value in row.items()
    }


def spell_rows(rows: pl.DataFrame, resource: Resource) -> pl.DataFrame:
    """The same for a column `row` of JSON."""
    spelled = [
        json.dumps(spell_row(json.loads(text), resource), ensure_ascii=False, separators=(",", ":"))
        for text in rows["row"]
    ]
    return pl.DataFrame({"row": spelled}, schema={"row": pl.String})


def _spell_inside(value: object, resource: Resource) -> object:
    """The same for the rows inside a value."""
    if isinstance(value, list):
        return [_spell_inside(each, resource) for each in value]
    return spell_row(value, resource) if isinstance(value, dict) else value
