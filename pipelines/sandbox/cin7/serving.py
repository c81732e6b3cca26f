"""Starts the local Cin7 server: in the foreground for the command line, in a thread for a test or the demo."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.sandbox.cin7.app import create_app
from pipelines.sandbox.cin7.call_limits import NO_LIMITS, OMNI_LIMITS, CallLimits
from pipelines.sandbox.cin7.core import CORE_LIMITS
from pipelines.sandbox.cin7.faults import Fault
from pipelines.sandbox.server import serve_app, serving


def serve(
    port: int,
    data: Path,
    log: Path | None,
    ready: Callable[[str], None],
    *,
    limits: CallLimits = OMNI_LIMITS,
    core_limits: CallLimits = CORE_LIMITS,
    faults: Iterable[Fault] = (),
) -> None:
    """Serve until SIGTERM: `tieout sandbox cin7`.

    Args:
        port: TCP port on loopback; 0 takes a free one.
        data: folder with the resources, such as data/sample.
        log: request log to append to.
        ready: called with `cin7 http://127.0.0.1:PORT` when requests are answered.
        limits: Omni's calls a second, a minute and a day.
        core_limits: Core's calls a minute.
        faults: what goes wrong on purpose.

    Raises:
        UsageProblem: the folder has nothing to serve.
        OSError: the port is taken.
    """
    serve_app(create_app(data, log, limits=limits, core_limits=core_limits, faults=faults), port, "cin7", ready)


@contextmanager
def running_sandbox(
    data: Path,
    log: Path | None = None,
    *,
    limits: CallLimits = NO_LIMITS,
    core_limits: CallLimits = NO_LIMITS,
    faults: Iterable[Fault] = (),
) -> Iterator[str]:
    """Serve from a thread on a free port and yield the URL; without limits, unless they are asked for.

    Args:
        data: folder with the resources, such as data/sample.
        log: request log to append to.
        limits: Omni's calls a second, a minute and a day.
        core_limits: Core's calls a minute.
        faults: what goes wrong on purpose.

    Raises:
        UsageProblem: the folder has nothing to serve.
    """
    app = create_app(data, log, limits=limits, core_limits=core_limits, faults=faults)
    with serving(app, "cin7") as url:
        yield url
