"""Writes mappings/*.schema.json from the shapes, so that editors complete and check the YAML: run this module."""

import json
import sys
from pathlib import Path

from mappings.case_shapes import CasesFile
from mappings.containers import ShapeOf, Written
from mappings.documents_shape import OPTIONAL_FILES
from mappings.kinds import JsonSchema
from mappings.shapes import FILES

COMMAND = "python -m mappings.json_schema"
"""What writes the files again."""

SHAPES: dict[str, type[Written]] = {**FILES, **OPTIONAL_FILES, "tests/cases": CasesFile}
"""What there is a schema for: each mapping file, and the tests of the mappings, which share one."""

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The newest one that the YAML plugins of the usual editors know."""


def file_schema(name: str, shape: type[Written]) -> JsonSchema:
    """The JSON Schema of a whole file.

    Args:
        name: the file without its ending.
        shape: its dataclass.
    """
    return {"$schema": DIALECT, "title": f"{name}.yaml"} | ShapeOf(shape).json_schema()


def schema_text(schema: JsonSchema) -> str:
    """The schema as the committed file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write the schema of every mapping file into the folder, with line feeds on every system.

    Returns:
        The files that changed.
    """
    changed = []
    for name, shape in SHAPES.items():
        path = folder / f"{name}.schema.json"
        path.parent.mkdir(exist_ok=True)
        text = schema_text(file_schema(name, shape))
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


if __name__ == "__main__":
    written = write_schemas(Path(__file__).parent)
    sys.stdout.write("".join(f"wrote {path.name}\n" for path in written) or "all schemas are up to date\n")
