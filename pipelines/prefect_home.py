"""Lets Prefect run without a server set up: its home under TIEOUT_HOME, no telemetry, nothing on the screen.

Call this before Prefect is imported. What the environment says already wins, so a running `prefect server` is used as
it is: `PREFECT_API_URL` names it.
"""

import os
from pathlib import Path

from pipelines.errors import UsageProblem
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


def prepare_prefect(home: Path, *, is_quiet: bool = False) -> None:
    """Set what Prefect reads from the environment when it is imported.

    Args:
        home: TIEOUT_HOME; Prefect's own files go to `.prefect` below it.
        is_quiet: whether Prefect logs nothing, because the command line shows bars and tables itself.
    """
    os.environ.setdefault("PREFECT_HOME", str(home / ".prefect"))
    for name, value in {**DEFAULTS, **(QUIET if is_quiet else {})}.items():
        os.environ.setdefault(name, value)


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
