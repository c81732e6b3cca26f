"""Fields and values that an API sends and nobody documents: kept in raw, and reported."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from threading import Lock

from pipelines.extract.api.fields import find
from pipelines.extract.api.known_rows import Kinds
from pipelines.extract.api.received_row import ReceivedRow
from pipelines.extract.api.shapes import Resource

Rows = Sequence[Mapping[str, object]]

_NESTED = frozenset({dict, list})


@dataclass(frozen=True)
class DriftNews:
    """Fields and unknown values that were seen for the first time."""

    fields: list[tuple[str, bool, bool]]
    """Path as spelled, whether it is documented, whether it is spelled as documented."""
    values: list[tuple[str, str, str]]
    """Path, value, key of the first row."""


@dataclass
class Drift:
    """What was seen in the rows of one input."""

    resource: Resource
    fields: dict[str, None] = field(default_factory=dict)
    """Paths as spelled, in the order they came."""
    values: dict[tuple[str, str], str] = field(default_factory=dict)
    """Unknown values by path and value, with the key of the first row."""
    _seen: dict[str, set[str]] = field(init=False)
    """Values that were looked at, by path."""
    _documented: dict[str, set[str]] = field(init=False)
    _told: tuple[int, int] = (0, 0)
    _lock: Lock = field(default_factory=Lock)
    """Pages are looked at where they are received, news are taken elsewhere."""
    _shapes: dict[str, dict[tuple[str, ...], None]] = field(default_factory=lambda: defaultdict(dict))
    """Names that stand together in a row, by the path to it."""
    _inside: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    """Names of fields that had rows inside, by the path to their row."""
    _spellings: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Names as they came of each field with documented values, by the path to its row and its path."""

    def __post_init__(self) -> None:
        self._documented = {path: {one.lower() for one in known} for path, known in self.resource.enums.items()}
        self._seen = {path: set() for path in self.resource.enums}

    def look_at(self, rows: Sequence[ReceivedRow], keys: Sequence[str]) -> None:
        """Note the fields of the rows of a page, and the values that are not documented, with the keys of the rows.

        A page has thousands of rows inside rows and few kinds of them: what is looked at one by one are the kinds. Rows
        inside are expected where some were before; where a page has more braces than those explain, each value is
        looked at.
        """
        outer = [row.fields for row in rows]
        with self._lock:
            unseen, found = self._walk(outer, "", self._expected)
            if found < "".join([row.text for row in rows]).count("{"):
                unseen, _ = self._walk(outer, "", _nested_names)
            for path in unseen:
                for row, key in zip(rows, keys, strict=True):
                    self._look_for(row.fields, path.split("."), path, key)

    def take_news(self) -> DriftNews:
        """What was noted since this was asked the last time."""
        with self._lock:
            fields, values = list(self.fields)[self._told[0] :], list(self.values.items())[self._told[1] :]
            self._told = len(self.fields), len(self.values)
        return DriftNews(
            [(path, self.is_known(path), self.is_spelled(path)) for path in fields],
            [(path, value, key) for (path, value), key in values],
        )

    def kinds(self) -> Kinds:
        """What the rows looked like until now."""
        with self._lock:
            return Kinds(
                {path: tuple(dict.fromkeys(chain.from_iterable(shapes))) for path, shapes in self._shapes.items()},
                {path: frozenset(names) for path, names in self._inside.items() if names},
                {
                    (path, name): frozenset(self._seen[enum])
                    for (path, enum), names in self._spellings.items() for name in names
                },
            )  # fmt: skip

    def _look_for(self, fields: Mapping[str, object], parts: list[str], path: str, key: str) -> None:
        """Note a value that was not seen before and is not known."""
        value = find(fields, parts[0])
        if len(parts) > 1:
            for each in value if isinstance(value, list) else (value,):
                if isinstance(each, dict):
                    self._look_for(each, parts[1:], path, key)
        elif isinstance(value, str) and value not in self._seen[path]:
            self._seen[path].add(value)
            if value.strip() and value.strip().lower() not in self._documented[path]:
                self.values[path, value.strip()] = key

    def is_known(self, path: str) -> bool:
        """Whether a field is documented, in any case; what stands in a tenant's own field is theirs."""
        parts = path.lower().split(".")
        known = self.resource.known_fields or self.resource.spelling
        if not known or any(part in self.resource.free_fields for part in parts[:-1]):
            return True
        return parts[-1] in known

    def is_spelled(self, path: str) -> bool:
        """Whether the last name of a path is spelled as documented, which the selects of a source expect."""
        name = path.rpartition(".")[2]
        documented = self.resource.spelling.get(name.lower())
        inside = any(part in self.resource.free_fields for part in path.lower().split(".")[:-1])
        return inside or documented is None or documented == name

    def _walk(self, rows: Rows, path: str, names_of: Callable[[Rows, str], Collection[str]]) -> tuple[list[str], int]:
        """Note the fields of rows that stand at one path; fields with values not seen before, and how many rows it saw.

        Args:
            rows: at this path.
            path: with a point at its end; empty for the rows of the page.
            names_of: names of fields that have rows inside.
        """
        for names in dict.fromkeys(map(tuple, rows)):
            if names not in self._shapes[path]:
                self._shapes[path][names] = None
                self._learn(names, path)
        unseen = [enum for enum in self._seen if self._has_unseen(rows, path, enum)]
        found = len(rows)
        for name in names_of(rows, path):
            inner = _inner_rows(rows, name)
            if inner:
                self._inside[path][name] = None
                more, count = self._walk(inner, f"{path}{name}.", names_of)
                unseen += more
                found += count
        return unseen, found

    def _expected(self, rows: Rows, path: str) -> list[str]:
        """Names that had rows inside before."""
        return list(self._inside[path])

    def _learn(self, names: tuple[str, ...], path: str) -> None:
        """Note the fields of rows of a new kind."""
        self.fields.update(dict.fromkeys(f"{path}{name}" for name in names))
        for enum in self._seen:
            self._spellings[path, enum] |= {name for name in names if f"{path}{name}".lower() == enum.lower()}

    def _has_unseen(self, rows: Rows, path: str, enum: str) -> bool:
        """Whether a field with documented values has one that was not looked at."""
        return any(
            not {value for row in rows if isinstance(value := row.get(name), str)} <= self._seen[enum]
            for name in self._spellings[path, enum]
        )


def _nested_names(rows: Rows, path: str) -> list[str]:
    """Names of fields that have rows or lists inside, looked for in every row."""
    return list(dict.fromkeys(name for row in rows for name, value in row.items() if value.__class__ in _NESTED))


def _inner_rows(rows: Rows, name: str) -> list[Mapping[str, object]]:
    """The rows inside one field of rows: itself, or those of its list."""
    values = [value for row in rows if (value := row.get(name)).__class__ in _NESTED]
    inner: list[Mapping[str, object]] = []
    for value in values:
        if isinstance(value, dict):
            inner.append(value)
        elif isinstance(value, list):
            inner += [each for each in value if each.__class__ is dict]
    return inner
