"""Cases of which make test runs a few and make chaos all."""

from collections.abc import Mapping

import pytest


def some_thorough(cases: Mapping[str, object], *quick: str) -> list[object]:
    """Parameters for each case by its name; those that are not named as quick are for make chaos."""
    assert set(quick) <= set(cases)
    return [
        pytest.param(case, id=name.replace(" ", "-"), marks=() if name in quick else pytest.mark.thorough)
        for name, case in cases.items()
    ]
