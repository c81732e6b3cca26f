"""What YAML 1.1 makes of a value, in words: `0630` is the number 408, `no` is false, `12:30` is 750."""

import re
from dataclasses import dataclass

from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mappings.wording import quote

TAG = "tag:yaml.org,2002:"
LONGEST_NUMBER = 30
"""Characters of a number that messages compute; Python refuses to write very long ones."""


@dataclass(frozen=True)
class Said:
    """What a node is, to be read after the name of its key, and how to write it as text."""

    found: str
    fix: str = ""


def is_text(node: Node) -> bool:
    """Whether YAML reads the node as text."""
    return isinstance(node, ScalarNode) and node.tag == f"{TAG}str"


def is_empty(node: Node) -> bool:
    """Whether nothing stands after the colon."""
    return isinstance(node, ScalarNode) and node.tag == f"{TAG}null" and not node.value


def describe(node: Node) -> Said:
    """What the node is, where text was expected."""
    if isinstance(node, MappingNode):
        return Said("is a mapping")
    if isinstance(node, SequenceNode):
        return Said("is a list")
    if is_empty(node):
        return Said("is empty")
    if is_text(node):
        return Said(f"is the text {quote(node.value)}")
    if isinstance(node, ScalarNode):
        return _describe_surprise(node)
    raise TypeError(f"{node!r} is no node of YAML")


def _describe_surprise(node: ScalarNode) -> Said:
    """A plain word that YAML does not read as text."""
    written = str(node.value)
    quoted = f"Quote it: {quote(written)}"
    match node.tag.removeprefix(TAG):
        case "int" | "float" as kind:
            return Said(_number(written, node, kind), quoted)
        case "bool":
            value = "true" if SafeConstructor.bool_values.get(written.lower()) else "false"
            return Said(
                f"is {value}" + (f" (YAML read {written} as {value})" if written.lower() != value else ""), quoted
            )
        case "null":
            return Said(f"is nothing (YAML read {written} as null)")
        case "timestamp":
            return Said(f"is a date (YAML read {written} as one)", quoted)
        case "merge":
            return Said("is << (YAML would copy other keys in)", "Write the keys out")
        case _:
            return Said(f"is {written}, which YAML does not read as text", quoted)


def _number(written: str, node: ScalarNode, kind: str) -> str:
    """The number that YAML made, and by which rule when it is not the one that was written."""
    value = _value(node, kind)
    if value is None:
        return f"is a number (YAML read {quote(written)[1:-1]} as one)"
    digits = written.lstrip("+-").replace("_", "")
    if value == written:
        return f"is the number {value}"
    if ":" in digits:
        return f"is the number {value} (YAML read {written} as base 60, like hours and minutes)"
    for prefix, name in (("0x", "hexadecimal"), ("0b", "binary")):
        if digits.startswith(prefix):
            return f"is the number {value} (YAML read {written} as {name})"
    octal = kind == "int" and digits.startswith("0") and digits != "0"
    return f"is the number {value} (YAML read {written} as {'octal' if octal else 'a number'})"


def _value(node: ScalarNode, kind: str) -> str | None:
    """The number as YAML computes it; None where it is too long to show, or no number after all (`0x_`)."""
    written = str(node.value)
    if len(written) > LONGEST_NUMBER:
        return None
    if kind == "float" and re.fullmatch(r"[-+]?[0-9]+\.[0-9]+", written):
        return written
    constructor = SafeConstructor()
    try:
        return str(constructor.construct_yaml_int(node) if kind == "int" else constructor.construct_yaml_float(node))
    except (ValueError, OverflowError):
        return None
