"""Fields and values that an API sends and nobody documents: kept in raw, and reported."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.extract.api.fields import find
from pipelines.extract.api.shapes import ReceivedRow, Resource


@dataclass
class Drift:
    """What was seen in the rows of one input."""

    resource: Resource
    fields: dict[str, None] = field(default_factory=dict)
    """Paths as spelled, in the order they came."""
    values: dict[tuple[str, str], str] = field(default_factory=dict)
    """Unknown values by path and value, with the key of the first row."""
    _known_values: dict[str, set[str]] = field(init=False)
    _shapes: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._known_values = {path: {one.lower() for one in known} for path, known in self.resource.enums.items()}

    def look_at(self, row: ReceivedRow, key: str) -> None:
        """Note the fields of a row, and the values that are not documented."""
        self._walk(row.fields, "")
        for path, known in self._known_values.items():
            for value in _values(row.fields, path.split(".")):
                if value.lower() not in known and (path, value) not in self.values:
                    self.values[path, value] = key

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
        for name, value in fields.items():
            if value.__class__ is dict:
                self._walk(value, f"{path}{name}.")
            elif value.__class__ is list:
                for each in value:
                    if each.__class__ is dict:
                        self._walk(each, f"{path}{name}.")


def _values(fields: Mapping[str, object], path: list[str]) -> list[str]:
    """The texts of a field; of every nested row where it stands in a list."""
    value = find(fields, path[0])
    if len(path) == 1:
        return [value.strip()] if isinstance(value, str) and value.strip() else []
    nested = value if isinstance(value, list) else [value]
    return [found for each in nested if isinstance(each, Mapping) for found in _values(each, path[1:])]
