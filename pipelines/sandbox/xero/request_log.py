"""The request log: one JSON line for each request, written before its answer leaves."""

import json
from pathlib import Path


class RequestLog:
    """Appends to a file; without a file it keeps nothing. Of a body its narrations are logged, no credential ever."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    def write(self, entry: dict[str, object]) -> None:
        """Append one line; a reader that has its answer also sees its line."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")
