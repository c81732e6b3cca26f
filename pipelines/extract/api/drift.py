"""Fields and values that an API sends and nobody documents: kept in raw, and reported."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.extract.api.fields import find
from pipelines.extract.api.shapes import ReceivedRow, Resource

_NESTED = frozenset({dict, list})


@dataclass
class Drift:
    """What was seen in the rows of one input."""

    resource: Resource
    fields: dict[str, None] = field(default_factory=dict)
    """Paths as spelled, in the order they came."""
    values: dict[tuple[str, str], str] = field(default_factory=dict)
    """Unknown values by path and value, with the key of the first row."""
    _known_values: dict[str, tuple[list[str], set[str]]] = field(init=False)
    """Names on the way to a field, and the values that were looked at, by path."""
    _documented: dict[str, set[str]] = field(init=False)
    _told: tuple[int, int] = (0, 0)
    _shapes: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._documented = {path: {one.lower() for one in known} for path, known in self.resource.enums.items()}
        self._known_values = {path: (path.split("."), set()) for path in self.resource.enums}

    def look_at(self, row: ReceivedRow, key: str) -> None:
        """Note the fields of a row, and the values that are not documented."""
        self._walk(row.fields, "")
        for path, (parts, seen) in self._known_values.items():
            self._look_for(row.fields, parts, path, seen, key)

    def has_news(self) -> bool:
        """Whether something was noted since this was asked the last time."""
        before, self._told = self._told, (len(self.fields), len(self.values))
        return before != self._told

    def _look_for(self, fields: Mapping[str, object], parts: list[str], path: str, seen: set[str], key: str) -> None:
        """Note a value that was not seen before and is not known."""
        name = parts[0]
        value = fields[name] if name in fields else find(fields, name)
        if len(parts) > 1:
            for each in value if isinstance(value, list) else (value,):
                if isinstance(each, dict):
                    self._look_for(each, parts[1:], path, seen, key)
        elif isinstance(value, str) and value not in seen:
            seen.add(value)
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

    def _walk(self, fields: Mapping[str, object], path: str) -> None:
        """Fields by the names that stand together, which are few: the same names are looked at once."""
        names = tuple(fields)
        if (path, names) not in self._shapes:
            self._shapes.add((path, names))
            self.fields.update(dict.fromkeys(f"{path}{name}" for name in names))
        nested = [name for name, value in fields.items() if value.__class__ in _NESTED]
        for name in nested:
            value = fields[name]
            for each in value if isinstance(value, list) else (value,):
                if isinstance(each, dict):
                    self._walk(each, f"{path}{name}.")
