"""Data and specifications of others, with which some tests compare: no part of the repository.

They are looked for in `../shared/reference` beside the checkout, or where an environment variable says; without them
those tests are skipped, and nothing else depends on them.
"""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).parents[2] / "shared" / "reference"

ADVENTUREWORKS = Path(os.environ.get("ADVENTUREWORKS", _BESIDE / "adventureworks"))
"""A real company's documents, with figures that were computed independently."""
CIN7_FACTS = Path(os.environ.get("CIN7_FACTS", _BESIDE / "cin7.md"))
"""What is known of Cin7's APIs, by section."""
XERO_SPECIFICATION = Path(os.environ.get("XERO_SPECIFICATION", _BESIDE / "xero"))
"""The folder of Xero's own OpenAPI specifications."""


def why_absent(path: Path, what: str, variable: str) -> str:
    """The reason for which a test is skipped."""
    return f"needs {what}, no part of the repository: {path} is not there ({variable} says where it is)"


def needs(path: Path, what: str, variable: str) -> pytest.MarkDecorator:
    """Skip a test where something is not there."""
    return pytest.mark.skipif(not path.exists(), reason=why_absent(path, what, variable))


needs_adventureworks = needs(ADVENTUREWORKS, "the AdventureWorks data", "ADVENTUREWORKS")
