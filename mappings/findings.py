"""Problems of one file with line and column: collected while it is read, shown in file order."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from yaml.nodes import Node

from schemas.problems import Problem

MOST_SHOWN = 100
"""Problems of one file; more means that it is the wrong file."""


class Mark(Protocol):
    """A position as PyYAML gives it: line and column from 0."""

    line: int
    column: int


@dataclass(frozen=True)
class Place:
    """Where something was written: a file, and line and column from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class YamlProblem(Problem):
    """A finding in a YAML file: one line, as compilers write them, so that editors can jump to it."""

    def __str__(self) -> str:
        return f"{self.where}: {self.found}" + (f". {self.fix}" if self.fix else "")


class Findings:
    """Everything that is wrong with one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[tuple[int, int, Problem]] = []

    def __len__(self) -> int:
        return len(self._found)

    def place(self, at: Node | Mark | Place) -> Place:
        """Line and column of a node or mark, counted from 1."""
        if isinstance(at, Place):
            return at
        mark = at.start_mark if isinstance(at, Node) else at
        return Place(self.file, mark.line + 1, mark.column + 1)

    def add(self, at: Node | Mark | Place, found: str, fix: str = "") -> None:
        """Note a problem: `found` is a sentence without full stop, `fix` says what to write."""
        place = self.place(at)
        self._found.append((place.line, place.column, YamlProblem(str(place), found, fix)))

    def add_file_problem(self, found: str, fix: str = "") -> None:
        """Note a problem of the file as a whole, which has no line."""
        self._found.append((0, 0, YamlProblem(self.file, found, fix)))

    @property
    def problems(self) -> list[Problem]:
        """In file order; of a file that is wrong all over, the first `MOST_SHOWN` and how many more there are."""
        ordered = [problem for *_, problem in sorted(self._found, key=lambda found: found[:2])]
        if len(ordered) <= MOST_SHOWN:
            return ordered
        return [*ordered[:MOST_SHOWN], YamlProblem(self.file, f"and {len(ordered) - MOST_SHOWN:,} more problems")]


def shown_path(path: Path) -> str:
    """The path as messages show it: from the current folder where it lies below, with forward slashes."""
    absolute, here = path.absolute(), Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()
