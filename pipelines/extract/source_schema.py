"""Writes mappings/sources/source.schema.json from the shapes: `python -m pipelines.extract.source_schema`."""

import json
from pathlib import Path

from mappings.containers import ShapeOf
from pipelines.extract.source_shapes import SourceFile

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "mappings" / "sources" / "source.schema.json"


def source_json_schema() -> str:
    """The JSON Schema of a source YAML, as text of the file."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A source of tieout"}
    return json.dumps(head | ShapeOf(SourceFile).json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(source_json_schema(), encoding="utf-8")
