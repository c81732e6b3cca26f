"""A real Prefect server as a test sees it: flow runs, their pages, events, and commands that talk to it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from tests.sample_company import ROOT

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

PATIENCE = 60.0

Found = TypeVar("Found")


@dataclass(frozen=True)
class PrefectServer:
    """A running server."""

    url: str
    home: Path

    @property
    def settings(self) -> dict[str, str]:
        """What leads Prefect to this server."""
        return {
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": self.url,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_CLI_PROMPT": "false",
            "DO_NOT_TRACK": "1",
        }

    @property
    def environment(self) -> dict[str, str]:
        """A process's environment, with nothing of this process's own settings."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("TIEOUT_", "PREFECT_"))}
        return {**own, "PYTHONPATH": str(ROOT), **self.settings}

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run Python with these arguments, such as `-m prefect …`, from the checkout."""
        return subprocess.run(
            [sys.executable, *arguments],
            env={**self.environment, **environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=180,
            check=False,
        )

    def last_run(self) -> "FlowRun":
        """The flow run that began last; Prefect sorts runs that a schedule has yet to start before it."""
        from prefect.client.orchestration import get_client  # noqa: PLC0415 only once the fixture has set its home
        from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterStartTime  # noqa: PLC0415
        from prefect.client.schemas.sorting import FlowRunSort  # noqa: PLC0415

        began = FlowRunFilter(start_time=FlowRunFilterStartTime(is_null_=False))
        with get_client(sync_client=True) as client:
            (found,) = client.read_flow_runs(flow_run_filter=began, sort=FlowRunSort.START_TIME_DESC, limit=1)
        return found

    def pages(self, run: "FlowRun") -> dict[str, str]:
        """Markdown of a run's pages, by key."""
        wanted = {"artifacts": {"flow_run_id": {"any_": [str(run.id)]}, "type": {"any_": ["markdown"]}}}
        return {page["key"]: page["data"] for page in self.post("/artifacts/filter", wanted)}

    def events(self, name: str) -> list[dict[str, Any]]:
        """Events of that name, the latest first."""
        found: list[dict[str, Any]] = self.post("/events/filter", {"filter": {"event": {"name": [name]}}, "limit": 50})[
            "events"
        ]
        return found

    def post(self, path: str, content: object) -> Any:  # noqa: ANN401 whatever the API answers
        """Ask the server's API."""
        return httpx.post(f"{self.url}{path}", json=content, timeout=30).raise_for_status().json()


def wait_until(look: Callable[[], Found | None], what: str) -> Found:
    """Look until there is something."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE:g} s in vain for {what}")


def free_port() -> int:
    """A TCP port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
