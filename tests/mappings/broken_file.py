"""A mapping file that somebody broke, and what the reader says about it."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from mappings.reader import MappingProblems, read_mappings


class Case(NamedTuple):
    """A broken file of an otherwise good company, and its messages."""

    name: str
    file: str
    content: str | bytes
    messages: list[str]


def expect_messages(case: Case, company: Callable[..., Path]) -> None:
    """Read the company with the broken file in it; the reader says just what the case has."""
    folder = company(**{case.file: case.content})

    with pytest.raises(MappingProblems) as refused:
        read_mappings(folder)

    assert str(refused.value).splitlines() == case.messages
