"""A real Prefect server for the tests of flows and deployments, started when the first asks, and what talks to it."""

import importlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import httpx
import pytest

from tests.pipelines.prefect_runs import PrefectServer, free_port

START_SECONDS = 90.0


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """`prefect server start` on loopback, in a home of its own, quick to notice late runs; this process talks to it."""
    home, url = tmp_path_factory.mktemp("prefect"), f"http://127.0.0.1:{free_port()}/api"
    server = PrefectServer(url, home)
    with _running(server), _connected(server):
        yield server


@pytest.fixture(scope="module")
def flows(prefect_server: PrefectServer) -> ModuleType:
    """pipelines.flows, imported where Prefect knows the server."""
    assert prefect_server.url
    return importlib.import_module("pipelines.flows")


@pytest.fixture(scope="module")
def turns(flows: ModuleType) -> ModuleType:
    """pipelines.flow_turns."""
    assert flows
    return importlib.import_module("pipelines.flow_turns")


@contextmanager
def _running(server: PrefectServer) -> Iterator[None]:
    """The server as a process."""
    quick = {
        "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "1",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "1",
    }
    port = server.url.split(":")[-1].removesuffix("/api")
    with (server.home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--no-ui", "--host", "127.0.0.1", "--port", port],
            env={**server.environment, **quick},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(server, process)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(server: PrefectServer, process: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + START_SECONDS
    with httpx.Client() as http:
        while time.monotonic() < give_up and process.poll() is None:
            try:
                if http.get(f"{server.url}/health").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
    raise RuntimeError((server.home / "server.log").read_text(encoding="utf-8"))


@contextmanager
def _connected(server: PrefectServer) -> Iterator[None]:
    """Prefect in this process, with this server; what it still has to send is sent before the server ends."""
    before = dict(os.environ)
    os.environ.update({**server.settings, "TIEOUT_HOME": str(server.home)})
    try:
        from prefect.events.worker import EventsWorker  # noqa: PLC0415 Prefect reads the environment when imported
        from prefect.logging.handlers import APILogWorker  # noqa: PLC0415
        from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings  # noqa: PLC0415

        with temporary_settings({PREFECT_API_URL: server.url, PREFECT_HOME: server.home}):
            yield
            APILogWorker.instance().drain()
            EventsWorker.instance().drain()
    finally:
        os.environ.clear()
        os.environ.update(before)
