"""Lets a program kill itself with SIGKILL before or after a given call of a method."""

import os
import signal
from collections.abc import Callable
from typing import Any


class Death:
    """Comes at the count-th time that a step is reached, such as `before request`."""

    def __init__(self, step: str, count: int) -> None:
        self._step, self._count = step, count
        self._seen: dict[str, int] = {}

    def at(self, name: str, method: Callable[..., Any]) -> Any:  # noqa: ANN401 it takes the place of any method
        """A method that passes by `before NAME` and `after NAME`."""

        def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401
            self._pass_by(f"before {name}")
            found = method(*given, **named)
            self._pass_by(f"after {name}")
            return found

        return call

    def _pass_by(self, name: str) -> None:
        self._seen[name] = self._seen.get(name, 0) + 1
        if (name, self._seen[name]) == (self._step, self._count):
            os.kill(os.getpid(), signal.SIGKILL)
