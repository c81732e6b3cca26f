"""Kinds of values that only a source YAML has: selects, row counts, encodings, and inputs of several shapes."""

import codecs
import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from yaml.nodes import MappingNode, Node, ScalarNode

from mappings.containers import ShapeOf, Written, keys_of
from mappings.findings import Findings, Place
from mappings.kinds import JsonSchema, Kind, PlacedText, Text
from mappings.scalars import TAG, describe, is_text
from mappings.wording import did_you_mean, nearest, quote

ROW_COUNT = r"^((>=|<=)?\s*[0-9]+|[0-9]+\s*\.\.\s*[0-9]+)$"


@dataclass(frozen=True)
class RowCount:
    """How many rows an input should have: a range, both ends included."""

    least: int
    most: int | None
    written: str

    def holds(self, count: int) -> bool:
        """Whether a row count lies in the range."""
        return self.least <= count and (self.most is None or count <= self.most)


@dataclass(frozen=True)
class RowCountKind(Kind[RowCount]):
    """`120`, `">=200"`, `"<=50"` or `"100..200"`."""

    def _read(self, node: Node, name: str, findings: Findings) -> RowCount | None:
        is_number = isinstance(node, ScalarNode) and node.tag == f"{TAG}int" and node.value.isdigit()
        if not (is_text(node) or is_number) or not re.fullmatch(ROW_COUNT, node.value.strip()):
            findings.add(
                node, f"{name} {describe(node).found}", 'Write a row count: 120, ">=200", "<=50" or "100..200"'
            )
            return None
        return _row_count(str(node.value).strip())

    def json_schema(self) -> JsonSchema:
        """An integer, or a string with the pattern."""
        return {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": ROW_COUNT}]}


def _row_count(written: str) -> RowCount:
    first, *last = (int(number) for number in re.findall("[0-9]+", written))
    if written.startswith(">="):
        return RowCount(first, None, written)
    if written.startswith("<="):
        return RowCount(0, first, written)
    return RowCount(first, last[0] if last else first, written)


@dataclass(frozen=True)
class Encoding(Kind[PlacedText]):
    """The name of a text encoding that Python knows."""

    def _read(self, node: Node, name: str, findings: Findings) -> PlacedText | None:
        text = Text(meaning="an encoding such as utf-8 or windows-1252").read(node, name, findings)
        if text is None or _is_text_encoding(text):
            return text
        findings.add(node, f"{name} is {quote(text)}, which is no text encoding", "Write utf-8, utf-16 or windows-1252")
        return None

    def json_schema(self) -> JsonSchema:
        """A string; editors offer the usual ones."""
        return {"type": "string", "examples": ["utf-8", "utf-16", "windows-1252", "latin-1"]}


def _is_text_encoding(name: str) -> bool:
    try:
        b"".decode(name)
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True


@dataclass(frozen=True)
class TimeZone(Kind[PlacedText]):
    """The name of a time zone of the IANA database."""

    def _read(self, node: Node, name: str, findings: Findings) -> PlacedText | None:
        text = Text(meaning="a time zone such as Pacific/Auckland").read(node, name, findings)
        if text is None or text in (zones := available_timezones()):
            return text
        near = nearest(text, zones)
        fix = f"Did you mean {quote(near)}?" if near else "Write a name such as Pacific/Auckland"
        findings.add(node, f"{name} is {quote(text)}, which is no time zone", fix)
        return None

    def json_schema(self) -> JsonSchema:
        """A string; editors offer a few."""
        return {"type": "string", "examples": ["UTC", "Pacific/Auckland", "Australia/Sydney", "Europe/London"]}


@dataclass(frozen=True)
class InputKind(Kind[Any]):
    """A mapping of one of several shapes: the first required key that is there tells which."""

    shapes: tuple[ShapeOf[Any], ...]

    def __init__(self, *shapes: ShapeOf[Any]) -> None:
        object.__setattr__(self, "shapes", shapes)

    def _read(self, node: Node, name: str, findings: Findings) -> Written | None:
        if not isinstance(node, MappingNode):
            findings.add(node, f"{name} {describe(node).found}", 'Write {file: "..."}, {omni: "..."} or {core: "..."}')
            return None
        written = {str(key.value) for key, _ in node.value if isinstance(key, ScalarNode)}
        shape = next((one for one in self.shapes if _marks(one) & written), None)
        if shape is None:
            self._report_missing(node, written, name, findings)
            return None
        read: Written | None = shape.read(node, name, findings)
        return read

    def _report_missing(self, node: Node, written: set[str], name: str, findings: Findings) -> None:
        """No key says what is read."""
        marks = [mark for one in self.shapes for mark in sorted(_marks(one))]
        unknown = sorted(written - {key for one in self.shapes for key in keys_of(one.shape)})
        fix = did_you_mean(unknown[0], marks) if unknown else f"Write one of: {', '.join(marks)}"
        findings.add(node, f"{name} does not say what it reads", fix)

    def json_schema(self) -> JsonSchema:
        """Any of the shapes."""
        return {"anyOf": [one.json_schema() for one in self.shapes]}


def _marks(shape: ShapeOf[Any]) -> set[str]:
    """The keys that a mapping of this shape must have."""
    return {key.name for key in keys_of(shape.shape).values() if key.is_required}


@dataclass(frozen=True)
class Sql:
    """A select in a YAML file, which knows where each of its lines stands."""

    text: str
    place: Place
    """Where the value begins: the `|`, or the select itself where it stands on one line."""
    first_line: int
    """Line of the file, from 1, that holds the select's first line."""
    indents: tuple[int, ...]
    """Characters that the YAML puts before each line of the select."""

    def place_of(self, byte_position: int | None) -> Place:
        """Line and column of a position in the select, which DuckDB counts in bytes; the select itself for None."""
        if byte_position is None:
            return self.place
        before = self.text.encode()[: max(byte_position, 0)].decode(errors="ignore")
        index = min(before.count("\n"), len(self.indents) - 1)
        column = len(before) - (before.rfind("\n") + 1) + 1
        return Place(self.place.file, self.first_line + index, self.indents[index] + column)


@dataclass(frozen=True)
class SqlKind(Kind[Sql]):
    """A select, written as a block after `|`, so that its lines stay what they are, or on one line."""

    def _read(self, node: Node, name: str, findings: Findings) -> Sql | None:
        text = Text(meaning="a select after |", has_lines=True).read(node, name, findings)
        if text is None or not isinstance(node, ScalarNode):
            return None
        if node.style == "|":
            return _block(node, findings)
        if node.style == ">" or node.start_mark.line != node.end_mark.line:
            findings.add(node, f"{name} is not written as a block", "Write | after the colon and the select below it")
            return None
        indent = node.start_mark.column + (1 if node.style else 0)
        return Sql(str(text), findings.place(node), node.start_mark.line + 1, (indent,))

    def json_schema(self) -> JsonSchema:
        """A string."""
        return {"type": "string", "minLength": 1, "description": "One DuckDB select, after |"}


def _block(node: ScalarNode, findings: Findings) -> Sql:
    """A block after `|`: its lines are the lines of the file, less their indentation."""
    lines = str(node.value).split("\n")
    first = node.start_mark.line + 1
    written = (node.start_mark.buffer or "").replace("\r\n", "\n").replace("\r", "\n").rstrip("\0").split("\n")
    shown = [*written[first : first + len(lines)], *[""] * len(lines)][: len(lines)]
    indents = tuple(max(len(whole) - len(line), 0) for whole, line in zip(shown, lines, strict=True))
    return Sql(str(node.value), findings.place(node), first + 1, indents)
