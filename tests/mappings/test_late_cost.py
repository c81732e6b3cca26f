"""The late cost policy of a close: read, defaulted, and refused without its amount."""

from decimal import Decimal
from pathlib import Path

import pytest

from mappings.reader import MappingProblems, read_mappings
from tests.pipelines.steps.closing import company_settings

COSTING = "  costing:\n"


def read(home: Path, lines: str) -> object:
    settings = company_settings(home)
    file = settings.mappings / "close.yaml"
    text = file.read_text(encoding="utf-8")
    assert COSTING in text
    file.write_text(text.replace(COSTING, COSTING + lines), encoding="utf-8")
    policy = read_mappings(settings.mappings).close.policy
    return policy.late_cost, policy.late_cost_threshold


def test_late_costs_catch_up_unless_the_company_says_otherwise(tmp_path: Path) -> None:
    assert read(tmp_path, "") == ("catch_up", Decimal("0.00"))


def test_a_threshold_has_an_amount(tmp_path: Path) -> None:
    lines = '    late_cost: threshold\n    late_cost_threshold: "500.00"\n'
    assert read(tmp_path, lines) == ("threshold", Decimal("500.00"))


def test_a_threshold_without_an_amount_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingProblems) as refused:
        read(tmp_path, "    late_cost: threshold\n")
    found = [str(problem) for problem in refused.value.problems]
    assert any("late_cost is threshold, and no amount is given" in text for text in found), found
