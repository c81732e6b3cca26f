"""The rows that the local Cin7 server gives: one JSON array a resource in a folder, read again when a file changes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.errors import UsageProblem
from pipelines.extract.cin7_tables import RESOURCES
from pipelines.sandbox.cin7.edits import stamp_edits
from schemas.problems import Problem

Row = dict[str, Any]


class ResourceFolder:
    """`SalesOrders.json`, `Products.json`, ... of a folder, or of the folder `omni` in it."""

    def __init__(self, folder: Path) -> None:
        """Look at every file.

        Raises:
            UsageProblem: no such folder, nothing of Omni or Core in it, or a file that is no JSON array (exit 2).
        """
        self._folder = folder / "omni" if (folder / "omni").is_dir() else folder
        self._read: dict[str, tuple[tuple[int, int], list[Row]]] = {}
        self._written: dict[str, list[Row]] = {}
        paths = sorted(self._folder.glob("*.json"))
        self.resources = {path.stem.lower(): path.stem for path in paths} | {name.lower(): name for name in RESOURCES}
        if not paths and not (folder / "core").is_dir():
            fix = "Give a folder with SalesOrders.json, Products.json, ...; data/sample is one."
            raise UsageProblem("The Cin7 server has nothing to serve.", [Problem(str(folder), "no JSON file", fix)])
        for path in paths:
            self.rows(path.stem)

    def rows(self, resource: str) -> list[Row]:
        """Rows of a resource, in the order of its file, then what was written since the server began."""
        written = self._written.get(resource, [])
        return [*self._rows_of_file(resource), *written] if written else self._rows_of_file(resource)

    def add(self, resource: str, row: Row) -> None:
        """Keep a row that a client wrote, as long as the server runs; files stay as they are."""
        self._written.setdefault(resource, []).append(row)

    def _rows_of_file(self, resource: str) -> list[Row]:
        """Rows of a file; none where there is none."""
        path = self._folder / f"{resource}.json"
        if not path.is_file():
            return []
        stamp = (path.stat().st_mtime_ns, path.stat().st_size)
        known = self._read.get(resource)
        if known is None or known[0] != stamp:
            rows = _read_array(path)
            stamp_edits(known[1] if known else [], rows, datetime.now(UTC))
            known = self._read[resource] = (stamp, rows)
        return known[1]


def _read_array(path: Path) -> list[Row]:
    """The objects of a JSON array."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _unusable(path, f"not JSON: {error}") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _unusable(path, "not an array of objects")
    return rows


def _unusable(path: Path, found: str) -> UsageProblem:
    """A file that cannot be served."""
    return UsageProblem("The Cin7 server cannot serve a file.", [Problem(str(path), found)])
