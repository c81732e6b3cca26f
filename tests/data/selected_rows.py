"""Rows of a select as a test reads them: what `or_as_sent` gives as text, worked out or sent."""

from typing import Any

from pipelines.extract.core_casts import as_text
from pipelines.extract.source_sql import SELECTED, Selected

Row = dict[str, Any]


def read_rows(selected: Selected, order: str = "") -> list[Row]:
    """All rows of a select that is open, ordered by SQL such as "order by 1"."""
    columns = ", ".join(
        f'{as_text(name, source_type)} as "{name}"' if source_type.startswith("STRUCT(worked_out") else f'"{name}"'
        for name, source_type in selected.columns.items()
    )
    return selected.query(f"select {columns} from {SELECTED} {order}").to_dicts()
