"""Whatever a file holds, the reader answers with mappings or with problems, never with a traceback."""

from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings.findings import Findings
from mappings.json_schema import file_schema
from mappings.kinds import PlacedText
from mappings.reader import MappingProblems, read_mappings
from mappings.scalars import describe
from mappings.shapes import FILES
from mappings.yaml_nodes import compose_text, mapping_entries
from schemas.problems import Problem

GOOD_FOLDER = Path(__file__).parents[2] / "mappings"
GOOD = {name: (GOOD_FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in FILES}

SURPRISES = [
    "no",
    "0630",
    "12:30",
    "2026-09-01",
    "~",
    "1_0",
    ".inf",
    "<<",
    "=",
    "0x_",
    "0b_",
    "9" * 5000,
    "1e400",
    "0x_" + "9" * 5000,
    "2026-99-99",
]
WORDS = st.sampled_from(
    [*SURPRISES, "accounts", "rules", "role", "cogs", "account", "630", "options", "close", "source", "a"]
)
SCALARS = st.one_of(WORDS, st.text(max_size=8), st.none(), st.booleans(), st.integers(), st.floats())
STRUCTURES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=12,
)
YAML_LIKE = st.lists(
    st.sampled_from(
        [*SURPRISES, *"{}[]:,&*!|>'\"%@`#?-\\\t\n ", "\n  ", ": ", "- ", "\\U", "\r\n", "\ufeff", "a", "accounts"]
    ),
    max_size=40,
).map("".join)

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(folder: Path, **changed: str | bytes) -> list[str]:
    """The problems of the committed company with some other files; every one names a file and says something."""
    for name, text in {**GOOD, **changed}.items():
        (folder / f"{name}.yaml").write_bytes(text if isinstance(text, bytes) else text.encode(errors="surrogatepass"))
    problems = _problems(folder)
    assert all(problem.where and problem.found for problem in problems)
    shown = [str(problem) for problem in problems]
    assert all(line.isprintable() for text in shown for line in text.split("\n"))
    return shown


def _problems(folder: Path) -> list[Problem]:
    try:
        read_mappings(folder).tables()
    except MappingProblems as error:
        return error.problems
    return []


@given(name=st.sampled_from(list(FILES)), text=st.one_of(st.text(), YAML_LIKE))
@quick
def test_any_text_gives_mappings_or_problems(tmp_path: Path, name: str, text: str) -> None:
    read(tmp_path, **{name: text})


@given(name=st.sampled_from(list(FILES)), data=st.binary())
@quick
def test_any_bytes_give_mappings_or_problems(tmp_path: Path, name: str, data: bytes) -> None:
    read(tmp_path, **{name: data})


@given(name=st.sampled_from(list(FILES)), structure=STRUCTURES, style=st.sampled_from([None, '"', "'"]))
@quick
def test_any_structure_gives_mappings_or_problems(
    tmp_path: Path, name: str, structure: object, style: str | None
) -> None:
    read(tmp_path, **{name: yaml.safe_dump(structure, default_style=style, allow_unicode=True)})


@given(data=st.data(), name=st.sampled_from(list(FILES)), replacement=st.one_of(WORDS, YAML_LIKE))
@quick
def test_a_good_file_with_a_part_replaced_obeys_the_schema_or_gives_problems(
    tmp_path: Path, data: st.DataObject, name: str, replacement: str
) -> None:
    good = GOOD[name]
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(start + 20, len(good))))

    changed = good[:start] + replacement + good[end:]

    if not read(tmp_path, **{name: changed}):
        jsonschema.validate(yaml.safe_load(changed), file_schema(name, FILES[name]))


@given(text=YAML_LIKE)
@quick
def test_every_node_can_be_described(text: str) -> None:
    findings = Findings("any.yaml")
    root = compose_text(text, findings)
    if root is not None:
        for _key, key_node, value_node in mapping_entries(root, "the file", findings):
            assert describe(key_node).found.startswith("is ")
            assert describe(value_node).found.startswith("is ")
            assert findings.place(key_node).line >= 1
    assert root is not None or findings.problems


def test_a_thousand_levels_are_refused_and_not_followed(tmp_path: Path) -> None:
    assert read(tmp_path, adjustments="{a: " * 1000)[0].endswith("nested deeper than 20 levels")


def test_text_from_a_file_is_text_with_a_place() -> None:
    text = PlacedText("310")

    assert text == "310"
    assert hash(text) == hash("310")
    assert text.defined_at == "?:1:1"


@pytest.mark.parametrize("name", list(FILES))
def test_the_committed_company_holds(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, **{name: GOOD[name]}) == []
