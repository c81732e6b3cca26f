"""Makes what is costly once for a whole test session, also when several workers share the session."""

import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock


class MakeOnce:
    """Folders by name; the first that asks makes one, everybody else waits for it and finds it."""

    def __init__(self, shared: Path) -> None:
        self._shared = shared

    def __call__(self, name: str, make: Callable[[Path], None]) -> Path:
        """The folder of that name; what was left half made is made again.

        Args:
            name: of the folder.
            make: fills an empty folder.
        """
        folder, finished = self._shared / name, self._shared / f"{name}.made"
        with FileLock(self._shared / f"{name}.lock"):
            if not finished.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                finished.touch()
        return folder
