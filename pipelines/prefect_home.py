"""Lets Prefect run without a server set up: its home under TIEOUT_HOME, no telemetry, nothing on the screen.

Call this before Prefect is imported. What the environment says already wins, so a running `prefect server` is used as
it is: `PREFECT_API_URL` names it.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import httpx

from pipelines.errors import Incomplete, UsageProblem
from pipelines.hosts import is_loopback
from pipelines.settings import load_settings

QUIET = {
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
}
"""For a person at a terminal, who gets our own words instead."""

DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # its first start can lock the server's own SQLite file
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_CLI_PROMPT": "false",
}


ELSEWHERE = ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_PROFILE", "PREFECT_PROFILES_PATH")
"""What can lead to a server on another machine."""

UNREACHABLE = "Failed to reach API"
"""How Prefect's client begins when it cannot connect."""

SIGNALLED = 128
"""A shell adds the number of the signal that ended a program to this."""


def prepare_prefect(home: Path, *, is_quiet: bool = False) -> None:
    """Set what Prefect reads from the environment when it is imported.

    Args:
        home: TIEOUT_HOME; Prefect's own files go to `.prefect` below it.
        is_quiet: for the demo: Prefect logs nothing, because bars and tables stand on the screen, no server of another
            machine hears of the run, and a server that Prefect starts ends with this process.
    """
    if is_quiet:
        _stay_on_this_machine(home)
        _leave_in_good_order()
    os.environ.setdefault("PREFECT_HOME", str(home / ".prefect"))
    for name, value in {**DEFAULTS, **(QUIET if is_quiet else {})}.items():
        os.environ.setdefault(name, value)


def _stay_on_this_machine(home: Path) -> None:
    """Forget a server elsewhere, named by the environment or by a profile in Prefect's usual home."""
    url = os.environ.get("PREFECT_API_URL")
    if url is None or not is_loopback(url):
        for name in ELSEWHERE:
            os.environ.pop(name, None)
        os.environ["PREFECT_HOME"] = str(home / ".prefect")


def _leave_in_good_order() -> None:
    """A process that is told to end must run what is registered for its end, or Prefect's server goes on for good."""

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(SIGNALLED + number)

    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, leave)


@contextmanager
def telling_of_a_lost_server() -> Iterator[None]:
    """Say in our own words that Prefect's server does not answer.

    Raises:
        Incomplete: in the place of Prefect's own error (exit 7).
    """
    try:
        yield
    except (httpx.TransportError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not str(error).startswith(UNREACHABLE):
            raise
        raise Incomplete(
            f"Prefect's server does not answer: {error}\n"
            "    What was committed stays. Check PREFECT_API_URL, or unset it to run without a server."
        ) from error


def prepare_from_settings() -> None:
    """The same, with the home of this process's settings.

    Settings that do not hold are told by the run that needs them, with all their problems: importing a flow must not
    fail, or a worker shows a traceback in their place.
    """
    try:
        home = load_settings().home
    except UsageProblem:
        return
    prepare_prefect(home)


def read_organisation() -> dict[str, str]:
    """The step of `prefect deploy` that prefect.yaml takes the time zone of the schedules from.

    Returns:
        `time_zone`, as the environment or tieout.toml gives it.

    Raises:
        UsageProblem: the settings do not hold (exit 2).
    """
    return {"time_zone": load_settings().time_zone}
