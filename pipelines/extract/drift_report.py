"""Says which fields and values an API sent that nobody documents."""

from pipelines.extract.source_shapes import Source
from pipelines.warehouse import Warehouse

SHOWN = 12
"""Names that are listed of one input."""


def read_drift(source: Source, warehouse: Warehouse) -> tuple[str, ...]:
    """A sentence for each unknown value, and one for the unknown fields of each input.

    Args:
        source: whose inputs.
        warehouse: holds control.source_fields and control.source_values.
    """
    values = warehouse.query(
        "select input_name, field_path, unknown_value, first_key from control.source_values where source_name = $1"
        " order by all",
        [source.name],
    )
    fields = warehouse.query(
        "select input_name, list(field_path order by field_path) from control.source_fields"
        " where source_name = $1 and not is_known group by input_name order by input_name",
        [source.name],
    )
    loud = [
        f'UNKNOWN VALUE: {name}.{path} is "{value}" (first in row {key}); no rule knows it, look at what it means'
        for name, path, value, key in values.iter_rows()
    ]
    return (*loud, *(_unknown_fields(name, paths) for name, paths in fields.iter_rows()))


def _unknown_fields(name: str, paths: list[str]) -> str:
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    count = f"{len(paths)} field{'' if len(paths) == 1 else 's'}"
    return f"Schema drift: {name} has {count} that are not documented, kept in raw: {', '.join(paths[:SHOWN])}{more}"
