"""What decides a plan beside the tables."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.load.terms import PACKAGES, PlanTerms, hash_code, plan_terms
from pipelines.settings import Settings


def _checkout(folder: Path, **files: bytes) -> Path:
    for package in PACKAGES:
        (folder / package).mkdir(parents=True)
    for name, content in {"a": b"a = 1\n", **files}.items():
        (folder / "schemas" / f"{name}.py").write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("files", "is_same"),
    [
        ({}, True),
        ({"a": b"a = 1\r\n"}, True),
        ({"a": b"a = 2\n"}, False),
        ({"b": b""}, False),
    ],
)
def test_the_code_hash_knows_every_line_but_not_how_lines_end(
    tmp_path: Path, files: dict[str, bytes], *, is_same: bool
) -> None:
    before, after = _checkout(tmp_path / "before"), _checkout(tmp_path / "after", **files)

    assert (hash_code(before) == hash_code(after)) is is_same


def test_terms_come_from_settings_and_close_yaml(tmp_path: Path) -> None:
    close = SimpleNamespace(journal_status="DRAFT", show_on_cash_basis=True, approval_required=True)
    mappings = SimpleNamespace(close=close, content_hash=lambda: "hash of the mappings")

    terms = plan_terms(Settings(home=tmp_path, organisation="ACME"), mappings)  # type: ignore[arg-type]

    assert terms == PlanTerms("ACME", "DRAFT", True, True, "hash of the mappings", hash_code())
