"""Starts the local Xero server: in the foreground for the command line, in a thread for a test or the demo."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipelines.sandbox.server import serve_app, serving
from pipelines.sandbox.xero.app import DAY_LIMIT, MINUTE_LIMIT, create_app
from pipelines.sandbox.xero.books import Clock, open_books, utc_now
from pipelines.sandbox.xero.faults import Fault, parse_fault
from pipelines.sandbox.xero.opening import load_opening


def serve(
    port: int,
    books: Path,
    log: Path | None,
    opening: Path | None,
    ready: Callable[[str], None],
    *,
    minute_limit: int = MINUTE_LIMIT,
    day_limit: int = DAY_LIMIT,
    faults: Sequence[str] = (),
) -> None:
    """Serve until SIGTERM: `tieout sandbox xero`.

    Args:
        port: TCP port on loopback; 0 takes a free one.
        books: SQLite file; a new one starts with the demo company.
        log: request log to append to.
        opening: what new books start with; loaded once.
        ready: called with `xero http://127.0.0.1:PORT` when requests are answered.
        minute_limit: calls a minute, 0 without limit.
        day_limit: calls a day, 0 without limit.
        faults: `NAME:EVERY`, switched on from the start.

    Raises:
        UsageProblem: unknown fault.
        DataProblem: books or opening cannot be used.
        OSError: the port is taken.
    """
    switched_on = [parse_fault(text) for text in faults]
    opened = open_books(books)
    try:
        if opening is not None:
            load_opening(opened, opening)
        app = create_app(opened, log=log, minute_limit=minute_limit, day_limit=day_limit, faults=switched_on)
        serve_app(app, port, "xero", ready)
    finally:
        opened.close()


@contextmanager
def running_sandbox(
    books: Path,
    opening: Path | None = None,
    *,
    log: Path | None = None,
    minute_limit: int = 0,
    day_limit: int = 0,
    concurrent_limit: int = 0,
    faults: Sequence[Fault] = (),
    clock: Clock = utc_now,
) -> Iterator[str]:
    """Serve from a thread on a free port and yield the URL; without limits, unless they are asked for.

    Args:
        books: SQLite file; a new one starts with the demo company.
        opening: what new books start with; loaded once.
        log: request log to append to.
        minute_limit: calls a minute, 0 without limit.
        day_limit: calls a day, 0 without limit.
        concurrent_limit: calls at once, 0 without limit.
        faults: switched on from the start.
        clock: the server's time, for tests of what expires.

    Raises:
        DataProblem: books or opening cannot be used.
    """
    opened = open_books(books, clock)
    try:
        if opening is not None:
            load_opening(opened, opening)
        app = create_app(
            opened,
            log=log,
            minute_limit=minute_limit,
            day_limit=day_limit,
            concurrent_limit=concurrent_limit,
            faults=faults,
        )
        with serving(app, "xero") as url:
            yield url
    finally:
        opened.close()
