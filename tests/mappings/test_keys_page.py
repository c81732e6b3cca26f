"""The page of all keys says what the reader reads."""

import re
from pathlib import Path

from mappings.containers import keys_of
from mappings.json_schema import SHAPES
from mappings.keys_page import COMMAND, keys_page, write_page

FOLDER = Path(__file__).parents[2] / "mappings"


def test_the_committed_page_is_the_one_of_the_shapes() -> None:
    assert (FOLDER / "KEYS.md").read_text(encoding="utf-8") == keys_page(), f"the shapes changed. Run: {COMMAND}"


def test_every_file_has_its_keys_with_a_meaning() -> None:
    sections = keys_page().split("\n## ")[1:]

    assert len(sections) == len(SHAPES)
    for section, shape in zip(sections, SHAPES.values(), strict=True):
        rows = re.findall(r"^\| `([^`]+)` \| (.+) \| (.+) \| (.+) \|$", section, re.MULTILINE)
        assert {name for name, *_ in rows if "." not in name} == set(keys_of(shape))
        assert all(words.strip() for row in rows for words in row)


def test_a_page_that_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    assert write_page(tmp_path)
    assert not write_page(tmp_path)
