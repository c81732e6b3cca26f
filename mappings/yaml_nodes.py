"""A YAML file as nodes that know their line and column, with every reason why it cannot be read safely.

Used for the company's mappings and for the sources: `compose` gives the nodes, and the kinds in `kinds.py` and
`containers.py` turn nodes into values.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from mappings.findings import Findings, Place
from mappings.safe_loader import REFUSED_TAG, SafeComposer
from mappings.scalars import describe, is_text
from mappings.wording import quote

LARGEST_FILE = 1_000_000
"""Bytes; a mapping of ten thousand lines is below."""

_MERGE_MARK = re.compile(r"^<{7} ", re.MULTILINE)


def compose(path: Path, findings: Findings, if_empty: str = "") -> Node | None:
    """Read one YAML file into nodes, without building any object from it.

    UTF-8 with or without byte order mark, any line ends. Anchors, aliases, tags, several documents, files above
    `LARGEST_FILE` bytes and deep nesting are refused.

    Args:
        path: the file.
        findings: where problems go.
        if_empty: what to write into an empty file.

    Returns:
        The root node, or None where the file is empty or unreadable: then the findings say why.
    """
    text = _read_text(path, findings)
    return None if text is None else compose_text(text, findings, if_empty)


def compose_text(text: str, findings: Findings, if_empty: str = "") -> Node | None:
    """The same for text that was already read."""
    composer: SafeComposer | None = None
    try:
        composer = SafeComposer(text, findings)
        root = composer.get_single_node()
    except yaml.reader.ReaderError as error:
        place = _place_at(findings.file, text, error.position)
        findings.add(place, f"U+{error.character:04X} is a character that YAML does not allow", "Delete it")
        return None
    except yaml.MarkedYAMLError as error:
        if (merged := _MERGE_MARK.search(text)) is not None:
            place = _place_at(findings.file, text, merged.start())
            fix = "Keep one of them, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>"
            findings.add(place, "not YAML: a merge left two versions here", fix)
        else:
            _add_syntax_problem(error, findings)
        return None
    except (ValueError, OverflowError):  # an escape such as "\UFFFFFFFF" is no character
        place = findings.place(composer.get_mark()) if composer else Place(findings.file)
        findings.add(place, "not YAML: an escape or a number that stands for nothing", "Write the character itself")
        return None
    if root is None:
        findings.add(Place(findings.file), "the file is empty", if_empty)
    return root


def mapping_entries(node: Node, name: str, findings: Findings) -> Iterator[tuple[str, ScalarNode, Node]]:
    """Each key of a mapping, the key's own node, and the node of its value.

    A node that is no mapping, a key that YAML does not read as text and the second of two equal keys are reported
    and left out.
    """
    if not isinstance(node, MappingNode):
        findings.add(node, f"{name} {describe(node).found}", "Write keys with values under it, or {} for none")
        return
    first_lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        if key_node.tag == REFUSED_TAG:
            continue
        if not is_text(key_node):
            said = describe(key_node)
            findings.add(key_node, f"a key of {name} {said.found}", said.fix or "Write a text")
        elif key_node.value in first_lines:
            first = first_lines[key_node.value]
            findings.add(key_node, f"duplicate key {quote(key_node.value)}, first on line {first}", "Keep one of them")
        else:
            first_lines[key_node.value] = key_node.start_mark.line + 1
            yield key_node.value, key_node, value_node


def _read_text(path: Path, findings: Findings) -> str | None:
    """The file's text without byte order mark."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            findings.add_file_problem(f"the file is larger than {LARGEST_FILE:,} bytes", "Is it the right one?")
            return None
        data = path.read_bytes()
    except FileNotFoundError:
        findings.add_file_problem("the file is missing")
        return None
    except OSError as error:
        findings.add_file_problem(f"the file cannot be read: {error.strerror}")
        return None
    return _decode(data, findings)


def _decode(data: bytes, findings: Findings) -> str | None:
    """UTF-8 as text; anything else is reported at its first wrong byte."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", errors="ignore")
        place = _place_at(findings.file, before, len(before))
        findings.add(place, f"byte 0x{data[error.start]:02X} is not UTF-8", "Save the file as UTF-8")
        return None


def _place_at(file: str, text: str, position: int) -> Place:
    """Line and column of a position in the text."""
    before = text[:position].replace("\r\n", "\n").replace("\r", "\n")
    return Place(file, before.count("\n") + 1, _column_after(before))


def _column_after(before: str) -> int:
    """Column, from 1, of what follows the text."""
    return len(before) - (before.rfind("\n") + 1) + 1


_SYNTAX_FAULTS = {
    "\\t": ("a tab stands where only spaces may", "Indent with spaces"),
    "cannot start any token": ("a text begins with a character that means something in YAML", "Quote the text"),
    "mapping values are not allowed": (
        'a second ": " in one value, or a line that is indented too far',
        'Quote a text that holds ": "',
    ),
    "could not find expected ':'": ("a line that is no key with a value", "Write key: value, with a space in between"),
    "expected <block end>": (
        "this does not continue what stands above",
        "Begin all keys of a block in the same column, and put nothing behind a closing quote",
    ),
    "expected ',' or": ("a list or mapping in brackets goes wrong here", "Write a comma, or close the bracket"),
    "single document": ("a second document begins", "Delete the line ---"),
    "end of stream": ("a quoted text has no end", "Close it with the quote that it began with"),
    "<stream end>": ("the file ends inside brackets", "Close them"),
    "YAML document": ("directives, the lines that begin with %, are not read", "Delete them"),
    "directive": ("directives, the lines that begin with %, are not read", "Delete them"),
    "unknown escape": ("a backslash means something between double quotes", "Write it twice, or use single quotes"),
}
"""PyYAML's most usual complaints, by words in them: the same in plain words, and what to do."""

_FAULT_AT_CONTEXT = ("end of stream", "could not find expected ':'")
"""Complaints whose cause stands where PyYAML began to read, not where it gave up."""


def _add_syntax_problem(error: yaml.MarkedYAMLError, findings: Findings) -> None:
    """PyYAML's complaint at its place: in plain words and with what to do, where it is a usual one."""
    complaint = ", ".join(str(part) for part in (error.context, error.problem) if part)
    found, fix = next((said for words, said in _SYNTAX_FAULTS.items() if words in complaint), (complaint, ""))
    begins_early = any(words in complaint for words in _FAULT_AT_CONTEXT)
    marks = (error.context_mark, error.problem_mark) if begins_early else (error.problem_mark, error.context_mark)
    findings.add(next((mark for mark in marks if mark), Place(findings.file)), f"not YAML: {found}", fix)
