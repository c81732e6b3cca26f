"""One writer at a time: a file lock beside the warehouse, and a note that says who has it."""

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import Incomplete
from pipelines.warehouse.places import holder_file, lock_file


@dataclass(frozen=True)
class Holder:
    """The process that writes to a warehouse."""

    pid: int
    host: str
    command: str
    since: str

    def __str__(self) -> str:
        return f"{self.command} (process {self.pid} on {self.host}, since {self.since})"


def this_process() -> Holder:
    """This process as a holder."""
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]) if sys.argv else "python"
    return Holder(os.getpid(), socket.gethostname(), command, datetime.now(UTC).isoformat(timespec="seconds"))


def is_alive(pid: int, host: str) -> bool:
    """Whether a process still runs, as far as this machine can tell: on another host it may."""
    if host != socket.gethostname() or os.name == "nt":  # on Windows signal 0 is Ctrl-C
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def read_holder(warehouse: Path) -> Holder | None:
    """Who has the lock, or None where the note is missing, unreadable or left by a process that is gone."""
    try:
        holder = Holder(**json.loads(holder_file(warehouse).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return holder if is_alive(holder.pid, holder.host) else None


@contextmanager
def hold(warehouse: Path, wait: float, notify: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the warehouse's lock.

    The lock decides, never the note: a note that a killed process left behind is overwritten.

    Args:
        warehouse: the DuckDB file.
        wait: seconds to wait for another process.
        notify: told once, in words, when there is somebody to wait for.

    Raises:
        Incomplete: when it is still busy after that time; names the holder (exit 7).
    """
    lock = FileLock(lock_file(warehouse))
    _acquire(lock, warehouse, wait, notify)
    note = holder_file(warehouse)
    try:
        note.write_text(json.dumps(asdict(this_process())), encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, warehouse: Path, wait: float, notify: Callable[[str], None] | None) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if notify and wait > 0:
            notify(f"The warehouse is busy: {_holder_text(warehouse)}. Waiting up to {wait:g} s.")
        try:
            lock.acquire(timeout=wait, poll_interval=0.1)
        except Timeout:
            raise Incomplete(busy_text(warehouse, wait)) from None


def busy_text(warehouse: Path, wait: float) -> str:
    """What a command says that could not get the warehouse."""
    return (
        f"The warehouse {warehouse} is busy: {_holder_text(warehouse)} is writing to it. Waited {wait:g} s.\n"
        "    Run the command again when that has ended, or give it more time with --wait SECONDS."
    )


def _holder_text(warehouse: Path) -> str:
    return str(read_holder(warehouse) or "another process")
