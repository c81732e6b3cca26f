"""Starts the local Cin7 server: in the foreground for the command line, in a thread for a test or the demo."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.sandbox.cin7.app import create_app
from pipelines.sandbox.cin7.call_limits import NO_LIMITS, OMNI_LIMITS, CallLimits
from pipelines.sandbox.server import serve_app, serving


def serve(
    port: int,
    data: Path,
    log: Path | None,
    ready: Callable[[str], None],
    *,
    limits: CallLimits = OMNI_LIMITS,
) -> None:
    """Serve until SIGTERM: `tieout sandbox cin7`.

    Args:
        port: TCP port on loopback; 0 takes a free one.
        data: folder with the resources, such as data/sample.
        log: request log to append to.
        ready: called with `cin7 http://127.0.0.1:PORT` when requests are answered.
        limits: calls a second, a minute and a day.

    Raises:
        UsageProblem: the folder has nothing to serve.
        OSError: the port is taken.
    """
    serve_app(create_app(data, log, limits=limits), port, "cin7", ready)


@contextmanager
def running_sandbox(data: Path, log: Path | None = None, *, limits: CallLimits = NO_LIMITS) -> Iterator[str]:
    """Serve from a thread on a free port and yield the URL; without limits, unless they are asked for.

    Args:
        data: folder with the resources, such as data/sample.
        log: request log to append to.
        limits: calls a second, a minute and a day.

    Raises:
        UsageProblem: the folder has nothing to serve.
    """
    with serving(create_app(data, log, limits=limits), "cin7") as url:
        yield url
