"""Records every run of a command that writes: when, which month, how it ended."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

import polars as pl

from pipelines.errors import TieoutError
from pipelines.logs import logged_run
from pipelines.masking import hide
from pipelines.release import code_version
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse, open_warehouse
from pipelines.warehouse.lock import is_alive, this_process
from pipelines.warehouse.opening import WAIT
from schemas.control import Runs
from schemas.frames import dtypes_of

logger = logging.getLogger(__name__)

COLUMNS = dtypes_of(Runs)
MESSAGE_LENGTH = 500
INTERRUPTED = 130
"""What a shell calls a program that ended with Ctrl-C."""


@dataclass
class Run:
    """A run that goes on; what is put into `message` stands in control.runs afterwards."""

    run_id: str
    message: str | None = None


@contextmanager
def record_run(settings: Settings, command: str, period: date | None = None, wait: float = WAIT) -> Iterator[Run]:
    """Write a row into control.runs, let the block do its work, and write how it ended.

    The warehouse is open only for the two notes, so that the block opens it whenever it needs it; never use this inside
    an open warehouse. Runs that ended without a word (kill, power) are marked `killed` by the next run.

    Args:
        settings: says which warehouse.
        command: what runs, such as "close".
        period: first day of the month, where it is about one.
        wait: seconds to wait for another process.

    Raises:
        Incomplete: when another process has the warehouse (exit 7); whatever the block raises.
    """
    run = Run(uuid4().hex)
    _begin(settings, run, command, period, wait)
    with logged_run(settings, run.run_id):
        logger.info("%s began", command, extra={"command": command, "period": period})
        try:
            yield run
        except BaseException as error:
            logger.info("%s ended: %s", command, _text(error), extra={"exit_code": _exit_code(error)})
            try:
                _end(settings, run, "failed", _exit_code(error), _text(error), wait)
            except TieoutError as second:
                error.add_note(f"The end of the run could not be recorded: {second.summary}")
            raise
        else:
            logger.info("%s is done", command, extra={"exit_code": 0})
            _end(settings, run, "done", 0, run.message, wait)


def _begin(settings: Settings, run: Run, command: str, period: date | None, wait: float) -> None:
    process = this_process()
    row = {
        "run_id": run.run_id,
        "command": command,
        "period": period,
        "started_at": datetime.now(UTC),
        "status": "running",
        "code_version": code_version(),
        "host": process.host,
        "process_id": process.pid,
    }
    with open_warehouse(settings, wait, publishes=False) as warehouse:
        _mark_killed(warehouse)
        warehouse.append("control.runs", pl.DataFrame([row], schema=COLUMNS))


def _end(settings: Settings, run: Run, status: str, exit_code: int, message: str | None, wait: float) -> None:
    with open_warehouse(settings, wait) as warehouse:
        warehouse.execute(
            "update control.runs set finished_at = ?, status = ?, exit_code = ?, message = ? where run_id = ?",
            [datetime.now(UTC), status, exit_code, message and message[:MESSAGE_LENGTH], run.run_id],
        )


def _mark_killed(warehouse: Warehouse) -> None:
    """Mark the runs of this machine whose process is gone."""
    running = warehouse.read("control.runs", "status = 'running' and host = ?", [socket.gethostname()])
    for row in running.iter_rows(named=True):
        if not is_alive(row["process_id"], row["host"]):
            warehouse.execute("update control.runs set status = 'killed' where run_id = ?", [row["run_id"]])


def _exit_code(error: BaseException) -> int:
    if isinstance(error, TieoutError):
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    code = getattr(error, "code", getattr(error, "exit_code", 1))  # SystemExit and the command line's own exits
    return code if isinstance(code, int) else 1


def _text(error: BaseException) -> str:
    text = error.summary if isinstance(error, TieoutError) else f"{type(error).__name__}: {error}"
    return hide(text.splitlines()[0])
