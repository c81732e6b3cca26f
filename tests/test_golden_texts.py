"""Golden texts stay in step with the tests that ask for them."""

import re
from pathlib import Path

from tests.golden_texts import FOLDER


def test_no_golden_text_is_left_that_no_test_asks_for() -> None:
    tests = [file.read_text(encoding="utf-8") for file in Path(__file__).parent.rglob("test_*.py")]
    asked = {name for text in tests for name in re.findall(r'golden\.check\(\s*"([^"]+)"', text)}
    assert {file.name for file in FOLDER.iterdir()} == asked
