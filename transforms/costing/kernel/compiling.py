"""The one place that knows numba: it has no types, and compiles what it is given to machine code."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from numba import config, njit
from numba.core import caching, event

Function = TypeVar("Function", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"nogil": True, "boundscheck": False, "error_model": "numpy", "no_cfunc_wrapper": True}


LOCATORS = "CACHE_LOCATOR_CLASSES"
"""numba's setting for classes that say where machine code is kept, and when it is out of date."""


def compiled(function: Function) -> Function:
    """Compile a function over whole numbers and arrays that only compiled functions call.

    It never raises, and wraps where a whole number overflows: callers check before. Constants among its arguments are
    given as `layout.number`, or numba would make a version of it for each of them.
    """
    return _compile(function, no_cpython_wrapper=True)


def entry(function: Function) -> Function:
    """Compile a function that Python calls, with all that it calls. It releases Python's lock.

    The machine code is kept in `__pycache__` beside its module, or in the user's cache folder, as long as no module of
    the kernel changes. Where no folder can be written it is compiled again in each process.
    """
    given = getattr(config, LOCATORS)
    setattr(config, LOCATORS, f"{__name__}.BesideSource,{__name__}.InUserFolder")
    try:
        return _compile(function, cache=True)
    except RuntimeError:
        return _compile(function)
    finally:
        setattr(config, LOCATORS, given)


def _compile(function: Function, **more: bool) -> Function:
    """Hand a function to numba, whose types do not know all of its options."""
    jit: Callable[..., Callable[[Function], Function]] = njit
    return jit(**OPTIONS, **more)(function)


class _Once(event.Listener):
    """Says once that numba has begun to compile."""

    def __init__(self, say: Callable[[], None]) -> None:
        self._say, self._has_said = say, False

    def on_start(self, event: object) -> None:
        """A function is about to be compiled."""
        if not self._has_said:
            self._has_said = True
            self._say()

    def on_end(self, event: object) -> None:
        """It was."""


@contextmanager
def on_compiling(say: Callable[[], None]) -> Iterator[None]:
    """Call a function once if anything is compiled in the block; machine code that is only loaded does not count."""
    with event.install_listener("numba:compile", _Once(say)):
        yield


@cache
def _state_of_sources() -> str:
    """A hash of all modules that are part of the machine code; numba looks only at the module of an entry."""
    kernel = Path(__file__).parent
    loop = kernel.parent / "loop"
    files = [*sorted(kernel.glob("*.py")), loop / "linked_moves.py", loop / "circles.py"]
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


class BesideSource(caching.InTreeCacheLocator):
    """Keeps machine code in __pycache__."""

    def get_source_stamp(self) -> str:
        """What the machine code was made from."""
        return _state_of_sources()


class InUserFolder(caching.UserWideCacheLocator):
    """Keeps machine code in the user's cache folder."""

    def get_source_stamp(self) -> str:
        """What the machine code was made from."""
        return _state_of_sources()
