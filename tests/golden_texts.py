"""Compares what people read with committed files: `pytest --update-golden` rewrites them."""

import difflib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "golden"


class GoldenTexts:
    """The texts of tests/golden. A change in one of them is explained in CHANGELOG.md."""

    def __init__(self, *, is_updating: bool) -> None:
        self._is_updating = is_updating

    def check(self, name: str, text: str) -> None:
        """Fail with the differing lines when the text is not what the file holds."""
        file = FOLDER / name
        plain = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
        if self._is_updating:
            FOLDER.mkdir(exist_ok=True)
            file.write_text(plain, encoding="utf-8", newline="\n")
            return
        known = file.read_text(encoding="utf-8") if file.exists() else ""
        if known != plain:
            lines = difflib.unified_diff(known.splitlines(), plain.splitlines(), f"golden/{name}", "found", lineterm="")
            pytest.fail("\n".join([*lines, "If this is meant, run: pytest --update-golden"]), pytrace=False)
