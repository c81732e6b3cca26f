"""Writes mappings/KEYS.md, every key of every mapping file, from the same shapes as the reader: run this module."""

import sys
from collections.abc import Iterator
from pathlib import Path

from mappings.containers import Key, ListOf, OneOrMore, ShapeOf, TableOf, Written, keys_of
from mappings.json_schema import SHAPES
from mappings.kinds import Choice, Day, Flag, Kind, Month, Text, Whole

COMMAND = "python -m mappings.keys_page"
"""What writes the page again."""

HEAD = ["| key | what may stand there | left out | meaning |", "| --- | --- | --- | --- |"]


def keys_page() -> str:
    """All files and keys in Markdown; a key below another one is written with a dot, an entry of a list with []."""
    parts = [
        "# Keys of the mapping files",
        f"Written by `{COMMAND}` from the shapes that the reader uses; editors get the same as JSON Schema. A dot "
        "stands before a key below another one, `[]` behind a list, and `<...>` for a key of your own.",
    ]
    parts += [_file_text(name, shape) for name, shape in SHAPES.items()]
    return "\n\n".join(parts) + "\n"


def _file_text(name: str, shape: type[Written]) -> str:
    file = "tests/*.yaml" if name == "tests/cases" else f"{name}.yaml"
    return "\n".join([f"## {file}", "", (shape.__doc__ or "").strip(), "", *HEAD, *_rows(shape, "")])


def _rows(shape: type[Written], above: str) -> Iterator[str]:
    """One line a key, the keys of what it holds right below."""
    for one in keys_of(shape).values():
        name = f"{above}{one.name}"
        needed = "must be there" if one.is_required else _default(one)
        yield f"| `{name}` | {_cell(describe_kind(one.kind))} | {_cell(needed)} | {_cell(one.description)} |"
        below, path = _inside(one.kind, name)
        if below is not None:
            yield from _rows(below, f"{path}.")


def _inside(kind: Kind[object], name: str) -> tuple[type[Written] | None, str]:
    """The shape that a key holds, and the path to its keys."""
    match kind:
        case ShapeOf():
            return kind.shape, name
        case ListOf() | OneOrMore():
            return _inside(kind.item, f"{name}[]")
        case TableOf():
            return _inside(kind.value, f"{name}.<...>")
    return None, name


def describe_kind(kind: Kind[object]) -> str:
    """What may stand at a key, in words.

    Raises:
        TypeError: a kind that has no words here.
    """
    match kind:
        case Text():
            words = kind.meaning
        case Choice():
            words = "one of " + ", ".join(f"`{word}`" for word in kind.words)
        case Flag():
            words = "`true` or `false`"
        case Whole():
            words = f"a whole number from {kind.lowest} to {kind.highest}"
        case Month():
            words = "a month, such as `2026-10`"
        case Day():
            words = "a day, such as `2026-10-01`"
        case OneOrMore():
            words = f"{describe_kind(kind.item)}; or a list of them"
        case ListOf():
            words = f"a list{_limits(kind.shortest, kind.longest)}: {describe_kind(kind.item)}"
        case TableOf():
            words = f"keys of your own ({describe_kind(kind.keys)}), each with {describe_kind(kind.value)}"
        case ShapeOf():
            words = "the keys below"
        case _:
            raise TypeError(f"{kind!r} has no words for the page of keys")
    return words


def _limits(shortest: int, longest: int | None) -> str:
    if shortest and shortest == longest:
        return f" of {shortest}"
    words = [f"at least {shortest}"] if shortest else []
    return ", ".join(["", *words, *([f"at most {longest:,}"] if longest is not None else [])])


def _default(one: Key) -> str:
    """What a key is where it is left out."""
    match one.default:
        case None:
            return "nothing"
        case bool():
            return f"`{str(one.default).lower()}`"
        case str() | int():
            return f"`{one.default}`"
        case tuple() if all(isinstance(item, str) for item in one.default):
            return f"`[{', '.join(one.default)}]`"
    return "its own defaults"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def write_page(folder: Path) -> bool:
    """Write KEYS.md into the folder; whether it changed."""
    path, text = folder / "KEYS.md", keys_page()
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


if __name__ == "__main__":
    sys.stdout.write("wrote KEYS.md\n" if write_page(Path(__file__).parent) else "KEYS.md is up to date\n")
