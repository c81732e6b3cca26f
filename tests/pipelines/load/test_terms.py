"""What decides a plan beside the tables."""

import shutil
from pathlib import Path

import pytest

from mappings.reader import read_mappings
from pipelines.load.terms import PACKAGES, hash_code, plan_terms
from pipelines.settings import Settings

CHECKOUT = Path(__file__).parents[3]


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
    folder = shutil.copytree(CHECKOUT / "mappings", tmp_path / "mappings", ignore=shutil.ignore_patterns("*.py"))
    text = (folder / "close.yaml").read_text(encoding="utf-8")
    entry = '{ journal: "j1", decision: adopted, as: COGS-2026-09, reason: r, owner: o }'
    for old, new in {
        "status: POSTED": "status: DRAFT",
        "required: false": "required: true",
        "cogs: replace": "cogs: delta",
        "when_locked: refuse": "when_locked: next_open",
        "foreign_journals: []": f"foreign_journals: [{entry}]",
    }.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "close.yaml").write_text(text, encoding="utf-8")
    mappings = read_mappings(folder)

    terms = plan_terms(Settings(home=tmp_path, organisation="ACME"), mappings)

    assert (terms.organisation, terms.journal_status, terms.needs_approval) == ("ACME", "DRAFT", True)
    assert (terms.mappings_hash, terms.code_hash) == (mappings.content_hash(), hash_code())
    assert (terms.changes["cogs"], terms.changes["adjustment"]) == ("delta", "replace")
    assert (terms.when_locked, terms.evidence) == ("next_open", "monthly")
    assert terms.guarded_accounts >= {"630", "310", "425"}
    assert [(one.journal, one.decision, one.adopted_as) for one in terms.foreign_journals] == [
        ("j1", "adopted", "COGS-2026-09")
    ]
