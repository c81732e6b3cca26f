"""Kinds that hold others: lists, tables with free keys, and mappings whose keys a dataclass declares."""

import dataclasses
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, overload

from yaml.nodes import MappingNode, Node, SequenceNode

from mappings.findings import Findings, Place
from mappings.kinds import JsonSchema, Kind, PlacedText, described
from mappings.scalars import describe
from mappings.wording import did_you_mean, quote
from mappings.yaml_nodes import mapping_entries

T = TypeVar("T")
D = TypeVar("D")
S = TypeVar("S", bound="Written")


NOWHERE = Place("?")
"""Where something is that no file defines: a default."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """Base of every shape: a mapping in a YAML file, which knows where it starts."""

    place: Place = field(default=NOWHERE, compare=False, repr=False)

    @property
    def defined_at(self) -> str:
        """file:line:column."""
        return str(self.place)


@overload
def key(kind: Kind[T], description: str, *, name: str = "") -> T: ...
@overload
def key(kind: Kind[T], description: str, *, name: str = "", default: D) -> T | D: ...
def key(kind: Kind[Any], description: str, *, name: str = "", default: object = dataclasses.MISSING) -> Any:
    """Declare one key of a shape.

    Args:
        kind: what may stand there.
        description: what it means, in words that editors and messages show.
        name: how YAML spells it, where Python cannot.
        default: its value where the key is left out; a key without default must be there.
    """
    metadata = {"kind": kind, "description": description, "name": name}
    if default is dataclasses.MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Key:
    """A declared key, as readers and writers of schemas see it."""

    field_name: str
    name: str
    kind: Kind[Any]
    description: str
    default: Any
    is_required: bool


def keys_of(shape: type[Written]) -> dict[str, Key]:
    """The declared keys of a shape by their YAML names, in order."""
    declared = (
        Key(
            field_name=entry.name,
            name=entry.metadata["name"] or entry.name,
            kind=entry.metadata["kind"],
            description=entry.metadata["description"],
            default=entry.default,
            is_required=entry.default is dataclasses.MISSING,
        )
        for entry in dataclasses.fields(shape)
        if "kind" in entry.metadata
    )
    return {one.name: one for one in declared}


@dataclass(frozen=True)
class ListOf(Kind[tuple[T, ...]], Generic[T]):
    """A list, with limits on its length; equal items are refused where the items can be compared."""

    item: Kind[T]
    shortest: int = 0
    longest: int | None = None

    def _read(self, node: Node, name: str, findings: Findings) -> tuple[T, ...] | None:
        if not isinstance(node, SequenceNode):
            findings.add(node, f"{name} {describe(node).found}", "Write a list, or [] for none")
            return None
        items = [self.item.read(child, f"{name}[]", findings) for child in node.value]
        self._check_length(node, name, findings)
        self._check_twice(node, items, name, findings)
        return tuple(item for item in items if item is not None)

    def _check_length(self, node: SequenceNode, name: str, findings: Findings) -> None:
        """Too few or too many items."""
        size = len(node.value)
        if size < self.shortest:
            findings.add(node, f"{name} has {size} entries", f"Write at least {self.shortest}")
        elif self.longest is not None and size > self.longest:
            findings.add(node.value[self.longest], f"{name} has {size} entries", f"At most {self.longest} are allowed")

    def _check_twice(self, node: SequenceNode, items: list[T | None], name: str, findings: Findings) -> None:
        """The second of two equal words."""
        seen: set[Hashable] = set()
        for child, item in zip(node.value, items, strict=True):
            if isinstance(item, str):
                if item in seen:
                    findings.add(child, f"{name} names {quote(item)} twice", "Keep one of them")
                seen.add(item)

    def json_schema(self) -> JsonSchema:
        """An array of the item's kind."""
        schema: JsonSchema = {"type": "array", "items": self.item.json_schema()}
        if self.shortest:
            schema["minItems"] = self.shortest
        return schema if self.longest is None else schema | {"maxItems": self.longest}


@dataclass(frozen=True)
class OneOrMore(Kind[tuple[T, ...]], Generic[T]):
    """One value, or a list of them."""

    item: Kind[T]

    def _read(self, node: Node, name: str, findings: Findings) -> tuple[T, ...] | None:
        if isinstance(node, SequenceNode):
            return ListOf(self.item, shortest=1).read(node, name, findings)
        value = self.item.read(node, name, findings)
        return None if value is None else (value,)

    def json_schema(self) -> JsonSchema:
        """The item's kind, or an array of it."""
        return {"anyOf": [self.item.json_schema(), ListOf(self.item, shortest=1).json_schema()]}


@dataclass(frozen=True)
class TableOf(Kind[Mapping[PlacedText, T]], Generic[T]):
    """A mapping with free keys, such as adjustment reasons, each with a value of one kind."""

    keys: Kind[str]
    value: Kind[T]

    def _read(self, node: Node, name: str, findings: Findings) -> Mapping[PlacedText, T] | None:
        table: dict[PlacedText, T] = {}
        for text, key_node, value_node in mapping_entries(node, name, findings):
            word = self.keys.read(key_node, f"a key of {name}", findings)
            value = self.value.read(value_node, f"{name}.{_as_key(text)}", findings)
            if word is not None and value is not None:
                table[PlacedText(word, findings.place(key_node))] = value
        return table

    def json_schema(self) -> JsonSchema:
        """An object whose keys and values have a kind each."""
        return {
            "type": "object",
            "propertyNames": self.keys.json_schema(),
            "additionalProperties": self.value.json_schema(),
        }


@dataclass(frozen=True)
class ShapeOf(Kind[S], Generic[S]):
    """A mapping whose keys a dataclass declares."""

    shape: type[S]

    def _read(self, node: Node, name: str, findings: Findings) -> S | None:
        declared = keys_of(self.shape)
        if not isinstance(node, MappingNode):
            findings.add(node, f"{name or 'the file'} {describe(node).found}", f"Write its keys: {', '.join(declared)}")
            return None
        values: dict[str, Any] = {}
        for text, key_node, value_node in mapping_entries(node, name or "the file", findings):
            if text in declared:
                values[text] = declared[text].kind.read(value_node, f"{name}.{text}".lstrip("."), findings)
            else:
                findings.add(key_node, f"unknown key {quote(text)}", did_you_mean(text, declared))
        if (
            isinstance(node, MappingNode)
            and self._has_all(node, values, name, findings)
            and None not in values.values()
        ):
            fields = {declared[text].field_name: value for text, value in values.items()}
            return self.shape(**fields, place=findings.place(node))
        return None

    def _has_all(self, node: MappingNode, values: Mapping[str, object], name: str, findings: Findings) -> bool:
        """Whether every key without default is there; those that are not are reported."""
        missing = [one for one in keys_of(self.shape).values() if one.is_required and one.name not in values]
        for one in missing:
            findings.add(node, f"{name or 'the file'} has no {quote(one.name)}", f"Add it: {one.description}")
        return not missing

    def json_schema(self) -> JsonSchema:
        """An object with the declared keys and no others."""
        declared = keys_of(self.shape)
        schema: JsonSchema = {
            "type": "object",
            "description": (self.shape.__doc__ or "").strip(),
            "additionalProperties": False,
            "properties": {one.name: _key_schema(one) for one in declared.values()},
        }
        required = [one.name for one in declared.values() if one.is_required]
        return schema | {"required": required} if required else schema


def _key_schema(one: Key) -> JsonSchema:
    """A key's kind, what it means, and its default where that is a plain value."""
    schema = described(one.kind.json_schema(), one.description)
    if isinstance(one.default, str | bool | int):
        return schema | {"default": one.default}
    if isinstance(one.default, tuple) and all(isinstance(item, str) for item in one.default):
        return schema | {"default": list(one.default)}
    return schema


def _as_key(text: str) -> str:
    """A free key as part of a dotted name: quoted unless it is one plain word."""
    return text if text.isidentifier() else quote(text)
