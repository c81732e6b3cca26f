"""Kinds of single values in YAML: each reads a node, says what is wrong with it, and describes itself to editors."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar, get_args

from yaml.nodes import Node, ScalarNode

from mappings.findings import Findings, Place
from mappings.safe_loader import REFUSED_TAG
from mappings.scalars import TAG, describe, is_text
from mappings.wording import did_you_mean, one_of, quote

T_co = TypeVar("T_co", covariant=True)
W = TypeVar("W", bound=str)

JsonSchema = dict[str, object]
"""A JSON Schema, or a part of one."""


class PlacedText(str):
    """Text from a YAML file that knows where it was written; equal to any text with the same letters."""

    place: Place

    def __new__(cls, text: str, place: Place | None = None) -> "PlacedText":
        """Text without a place is as good, for tests and defaults."""
        made = super().__new__(cls, text)
        made.place = place or Place("?")
        return made

    @property
    def defined_at(self) -> str:
        """file:line:column."""
        return str(self.place)


class Kind(ABC, Generic[T_co]):
    """What may stand at one place of a file."""

    def read(self, node: Node, name: str, findings: Findings) -> T_co | None:
        """The node's value; None where it is not of this kind, which is then among the findings.

        Args:
            node: the YAML node.
            name: what messages call it, such as `accounts.cogs`.
            findings: where problems go.
        """
        return None if node.tag == REFUSED_TAG else self._read(node, name, findings)

    @abstractmethod
    def _read(self, node: Node, name: str, findings: Findings) -> T_co | None:
        """The value of a node that was not refused before."""

    @abstractmethod
    def json_schema(self) -> JsonSchema:
        """The kind for editors, as JSON Schema."""


@dataclass(frozen=True)
class Text(Kind[PlacedText]):
    """Text of one line; several lines for SQL and the like."""

    pattern: str | None = None
    """Regular expression, from ^ to $."""
    meaning: str = "a text"
    """What the text is, for messages."""
    has_lines: bool = False

    def _read(self, node: Node, name: str, findings: Findings) -> PlacedText | None:
        if not is_text(node):
            said = describe(node)
            can_quote = isinstance(node, ScalarNode) and self._fits(node.value)
            findings.add(node, f"{name} {said.found}", (can_quote and said.fix) or f"Write {self.meaning}")
            return None
        return self._read_text(node, name, findings)

    def _read_text(self, node: Node, name: str, findings: Findings) -> PlacedText | None:
        """The text itself, where it can be seen and fits the pattern."""
        text = str(node.value)
        if not text.strip():
            findings.add(node, f"{name} is an empty text", f"Write {self.meaning}")
        elif (unseen := next((letter for letter in text if self._is_unseen(letter)), None)) is not None:
            what = "a line break" if unseen == "\n" else f"the invisible character U+{ord(unseen):04X}"
            findings.add(node, f"{name} holds {what}", "Delete it")
        elif not self._fits(text):
            findings.add(node, f"{name} is {quote(text)}", f"Write {self.meaning}")
        else:
            return PlacedText(text, findings.place(node))
        return None

    def _fits(self, text: str) -> bool:
        """Whether the text, once quoted, would do."""
        return bool(text) and (self.pattern is None or re.fullmatch(self.pattern, text) is not None)

    def _is_unseen(self, letter: str) -> bool:
        """Control characters, and halves of characters that no file can hold."""
        if self.has_lines and letter in "\n\t":
            return False
        return letter < " " or "\x7f" <= letter < "\xa0" or "\ud800" <= letter <= "\udfff"

    def json_schema(self) -> JsonSchema:
        """A string, with its pattern."""
        return {"type": "string", "minLength": 1} | ({"pattern": self.pattern} if self.pattern else {})


@dataclass(frozen=True)
class Choice(Kind[W], Generic[W]):
    """One of a few words, as plain text."""

    words: tuple[W, ...]

    def _read(self, node: Node, name: str, findings: Findings) -> W | None:
        if not is_text(node):
            findings.add(node, f"{name} {describe(node).found}", one_of(self.words))
            return None
        for word in self.words:
            if node.value == word:
                return word
        findings.add(node, f"{name} is {quote(node.value)}", did_you_mean(node.value, self.words))
        return None

    def json_schema(self) -> JsonSchema:
        """The list of words."""
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True)
class Flag(Kind[bool]):
    """true or false; YAML's other spellings (yes, no, on, off) are refused, because they are easily meant as text."""

    def _read(self, node: Node, name: str, findings: Findings) -> bool | None:
        if isinstance(node, ScalarNode) and node.tag == f"{TAG}bool" and node.value in ("true", "false"):
            return bool(node.value == "true")
        findings.add(node, f"{name} {describe(node).found}", "Write true or false, without quotes")
        return None

    def json_schema(self) -> JsonSchema:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class Whole(Kind[int]):
    """A whole number between two limits, in plain digits."""

    lowest: int
    highest: int

    def _read(self, node: Node, name: str, findings: Findings) -> int | None:
        if isinstance(node, ScalarNode) and node.tag == f"{TAG}int" and re.fullmatch("0|[1-9][0-9]{0,9}", node.value):
            number = int(node.value)
            if self.lowest <= number <= self.highest:
                return number
        fix = f"Write a whole number from {self.lowest} to {self.highest}, without quotes"
        findings.add(node, f"{name} {describe(node).found}", fix)
        return None

    def json_schema(self) -> JsonSchema:
        """An integer with its limits."""
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}


@dataclass(frozen=True)
class Month(Kind[date]):
    """A calendar month, YYYY-MM; its value is the month's first day."""

    pattern: str = "^(19|2[01])[0-9]{2}-(0[1-9]|1[0-2])$"

    def _read(self, node: Node, name: str, findings: Findings) -> date | None:
        if is_text(node) and re.fullmatch(self.pattern, node.value):
            year, month = node.value.split("-")
            return date(int(year), int(month), 1)
        findings.add(node, f"{name} {describe(node).found}", "Write a month as YYYY-MM, such as 2026-10")
        return None

    def json_schema(self) -> JsonSchema:
        """A string with the pattern of a month."""
        return {"type": "string", "pattern": self.pattern}


@dataclass(frozen=True)
class Day(Kind[date]):
    """A calendar day, YYYY-MM-DD, quoted or plain: YAML's own dates are what is meant here."""

    pattern: str = "^(19|2[01])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"

    def _read(self, node: Node, name: str, findings: Findings) -> date | None:
        is_written = isinstance(node, ScalarNode) and (is_text(node) or node.tag == f"{TAG}timestamp")
        if is_written and re.fullmatch(self.pattern, str(node.value)):
            with suppress(ValueError):  # the 31st of a short month
                return date.fromisoformat(str(node.value))
        findings.add(node, f"{name} {describe(node).found}", "Write a day as YYYY-MM-DD, such as 2026-10-01")
        return None

    def json_schema(self) -> JsonSchema:
        """A string with the pattern of a day."""
        return {"type": "string", "pattern": self.pattern}


def words_of(literal: object) -> tuple[Any, ...]:
    """The words of a `Literal` type, so that they are declared once: `Choice[Basis](words_of(Basis))`."""
    return get_args(literal)


def described(schema: Mapping[str, object], description: str) -> JsonSchema:
    """The schema with the words that an editor shows beside it."""
    return {**schema, "description": description}
