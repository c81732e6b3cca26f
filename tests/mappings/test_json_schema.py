"""One declaration serves the reader, the editors and this test."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from mappings.json_schema import COMMAND, SHAPES, file_schema, schema_text, write_schemas

FOLDER = Path(__file__).parents[2] / "mappings"


def committed_yaml(name: str) -> Path:
    """A file that the schema is for."""
    return FOLDER / ("tests/sample.yaml" if name == "tests/cases" else f"{name}.yaml")


@pytest.mark.parametrize("name", list(SHAPES))
def test_the_committed_schema_is_the_one_of_the_shapes(name: str) -> None:
    committed = (FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")

    assert committed == schema_text(file_schema(name, SHAPES[name])), f"shapes.py changed. Run: {COMMAND}"


@pytest.mark.parametrize("name", list(SHAPES))
def test_the_schema_is_a_schema_and_the_committed_file_obeys_it(name: str) -> None:
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    content = yaml.safe_load(committed_yaml(name).read_text(encoding="utf-8"))

    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema).validate(content)


@pytest.mark.parametrize("name", list(SHAPES))
def test_the_first_line_tells_editors_where_the_schema_is(name: str) -> None:
    first = committed_yaml(name).read_text(encoding="utf-8").splitlines()[0]

    assert first == f"# yaml-language-server: $schema=./{Path(name).name}.schema.json"


def test_a_missing_or_changed_schema_is_written_again(tmp_path: Path) -> None:
    assert len(write_schemas(tmp_path)) == len(SHAPES)
    (tmp_path / "close.schema.json").write_text("{}")

    assert write_schemas(tmp_path) == [tmp_path / "close.schema.json"]
    assert write_schemas(tmp_path) == []


def test_every_key_says_what_it_means() -> None:
    def undescribed(schema: dict[str, object], path: str) -> list[str]:
        found = []
        properties = schema.get("properties", {})
        assert isinstance(properties, dict)
        for key, child in properties.items():
            if not child.get("description"):
                found.append(f"{path}.{key}")
            found += undescribed(child, f"{path}.{key}")
        for part in ("items", "additionalProperties"):
            if isinstance(child := schema.get(part), dict):
                found += undescribed(child, f"{path}[]")
        return found

    assert [gap for name, shape in SHAPES.items() for gap in undescribed(file_schema(name, shape), name)] == []


def test_the_command_in_the_message_works() -> None:
    done = subprocess.run(
        [sys.executable, *COMMAND.split()[1:]], capture_output=True, text=True, check=True, cwd=FOLDER.parent
    )

    assert done.stdout == "all schemas are up to date\n"
